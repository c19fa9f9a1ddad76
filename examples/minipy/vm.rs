//! The interpreter's own state: interned names, built-in classes, modules, the stack of frames.
//!
//! No field is borrowed while Python code may run. There is one `Vm` a thread, found by
//! [`Vm::current`] where nobody can pass it on: in the finalizer of an object.

use crate::code::{Code, Constant, Name, Program};
use crate::collector::Collector;
use crate::error::{Raised, Result};
use crate::frame::Frame;
use crate::function::Builtin;
use crate::map::Map;
use crate::object::{Class, Dict, Instance, Module, Str, Tuple};
use crate::output::Output;
use crate::registry::{Kind, Tag, alloc};
use crate::value::Value;
use crate::{builtins, exception, modules, types};
use refcycle::{Gc, sync};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// The arguments of a call.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) pos: Vec<Value>,
    pub(crate) kw: Vec<(Gc<Str>, Value)>,
}

impl Args {
    pub(crate) fn of(pos: Vec<Value>) -> Args {
        Args { pos, kw: Vec::new() }
    }

    /// A positional argument, where it is given.
    pub(crate) fn get(&self, number: usize) -> Option<&Value> {
        self.pos.get(number)
    }

    pub(crate) fn keyword(&self, name: &str) -> Option<&Value> {
        self.kw.iter().find(|(key, _)| &*key.text == name).map(|(_, value)| value)
    }
}

macro_rules! names {
    ($($field:ident = $text:literal),* $(,)?) => {
        /// The names that the interpreter itself looks up.
        pub(crate) struct Names {
            $(pub(crate) $field: Gc<Str>,)*
        }

        impl Names {
            fn new(interned: &mut HashMap<Box<str>, Gc<Str>>) -> Names {
                $(
                    let $field = Str::new($text);
                    interned.insert($text.into(), $field.clone());
                )*
                Names { $($field,)* }
            }
        }
    };
}

names! {
    init = "__init__", del = "__del__", repr = "__repr__", str = "__str__", format = "__format__",
    hash = "__hash__", eq = "__eq__", ne = "__ne__", lt = "__lt__", le = "__le__", gt = "__gt__",
    ge = "__ge__", len = "__len__", bool = "__bool__", contains = "__contains__", iter = "__iter__",
    next = "__next__", getitem = "__getitem__", setitem = "__setitem__", delitem = "__delitem__",
    call = "__call__", enter = "__enter__", exit = "__exit__", getattr = "__getattr__",
    setattr = "__setattr__", delattr = "__delattr__",
    dict = "__dict__", doc = "__doc__", name = "__name__", module = "__module__",
    qualname = "__qualname__", neg = "__neg__", pos = "__pos__", invert = "__invert__",
    abs = "__abs__", int = "__int__", float = "__float__",
    reversed = "__reversed__", write = "write", main = "__main__",
}

pub(crate) struct Vm {
    interned: RefCell<HashMap<Box<str>, Gc<Str>>>,
    pub(crate) names: Names,
    /// The string objects of [`Program::names`].
    program_names: Vec<Gc<Str>>,
    pub(crate) empty_tuple: Gc<Tuple>,
    /// The classes that are written in Rust, by name.
    classes: RefCell<HashMap<&'static str, Gc<Class>>>,
    pub(crate) builtins: Gc<Dict>,
    pub(crate) modules: RefCell<Vec<Gc<Module>>>,
    /// [`Program::weakref`], until it has run.
    pub(crate) weakref: RefCell<Option<sync::Gc<Code>>>,
    /// The running frames, innermost last.
    frames: RefCell<Vec<Gc<Frame>>>,
    /// The exceptions being handled, innermost last.
    handling: RefCell<Vec<Value>>,
    /// The addresses of the containers that `repr` is in.
    pub(crate) in_repr: RefCell<Vec<usize>>,
    depth: Cell<usize>,
    /// Whether any class has had a `__del__`.
    pub(crate) has_destructors: Cell<bool>,
    /// Set when the modules go; then CPython cannot read source files any more.
    pub(crate) is_finalizing: Cell<bool>,
    pub(crate) recursion_limit: Cell<usize>,
    pub(crate) collector: Collector,
    pub(crate) hash_seed: std::hash::RandomState,
    pub(crate) output: RefCell<Output>,
}

thread_local!(static CURRENT: RefCell<Option<Rc<Vm>>> = const { RefCell::new(None) });

impl Vm {
    pub(crate) fn new(program: &Program, output: Output) -> Rc<Vm> {
        let mut interned = HashMap::new();
        let names = Names::new(&mut interned);
        let mut program_names = Vec::with_capacity(program.names.len());
        for text in &program.names {
            let name = if let Some(known) = interned.get(text) {
                known.clone()
            } else {
                let new = Str::new(&**text);
                interned.insert(text.clone(), new.clone());
                new
            };
            program_names.push(name);
        }
        let vm = Rc::new(Vm {
            interned: RefCell::new(interned),
            names,
            program_names,
            empty_tuple: Tuple::empty(),
            classes: RefCell::default(),
            builtins: Dict::new(Map::default()),
            modules: RefCell::default(),
            weakref: RefCell::new(program.weakref.clone()),
            frames: RefCell::default(),
            handling: RefCell::default(),
            in_repr: RefCell::default(),
            depth: Cell::new(0),
            has_destructors: Cell::new(false),
            is_finalizing: Cell::new(false),
            recursion_limit: Cell::new(1000),
            collector: Collector::new(),
            hash_seed: std::hash::RandomState::new(),
            output: RefCell::new(output),
        });
        CURRENT.with(|current| *current.borrow_mut() = Some(vm.clone()));
        types::install(&vm);
        exception::install(&vm);
        builtins::install(&vm);
        modules::install(&vm);
        vm.collector.listen();
        vm
    }

    /// The thread's interpreter, until it is [retired](Vm::retire).
    pub(crate) fn current() -> Option<Rc<Vm>> {
        CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
    }

    /// From now on no Python code runs in this thread.
    pub(crate) fn retire() {
        let vm = CURRENT.with(RefCell::take);
        drop(vm);
    }

    /// The one string object of a name.
    pub(crate) fn intern(&self, name: &str) -> Gc<Str> {
        if let Some(known) = self.interned.borrow().get(name) {
            return known.clone();
        }
        let new = Str::new(name);
        self.interned.borrow_mut().insert(name.into(), new.clone());
        new
    }

    /// The string object of a name in the program.
    pub(crate) fn name(&self, name: Name) -> &Gc<Str> {
        &self.program_names[name.0 as usize]
    }

    /// The value of a literal in the program.
    pub(crate) fn constant(&self, constant: Constant) -> Value {
        match constant {
            Constant::None => Value::None,
            Constant::Ellipsis => Value::Ellipsis,
            Constant::Bool(flag) => Value::Bool(flag),
            Constant::Int(number) => Value::Int(number),
            Constant::Float(number) => Value::Float(number),
            Constant::Str(name) => Value::Str(self.name(name).clone()),
        }
    }

    /// Defines a class that is written in Rust.
    pub(crate) fn define_class(
        &self,
        name: &'static str,
        base: Option<Gc<Class>>,
        constructor: Option<crate::object::Constructor>,
        methods: &'static [Builtin],
    ) -> Gc<Class> {
        let mut attributes = Map::default();
        for method in methods {
            attributes.set_str(&self.intern(method.name), Value::Builtin(method));
        }
        let name_object = self.intern(name);
        let class = alloc(Class {
            tag: Tag::new(Kind::Class),
            name: name_object.clone(),
            qualname: name_object,
            base,
            attributes: RefCell::new(attributes),
            constructor,
            is_user: false,
        });
        self.classes.borrow_mut().insert(name, class.clone());
        class
    }

    /// A class that is written in Rust.
    pub(crate) fn class(&self, name: &str) -> Gc<Class> {
        self.classes.borrow()[name].clone()
    }

    /// The class of a value.
    pub(crate) fn class_of(&self, value: &Value) -> Gc<Class> {
        let name = match value {
            Value::Instance(instance) => return instance.class(),
            Value::None => "NoneType",
            Value::NotImplemented => "NotImplementedType",
            Value::Ellipsis => "ellipsis",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Builtin(builtin) if builtin.is_method => "method_descriptor",
            Value::Builtin(_) => "builtin_function_or_method",
            Value::Str(_) => "str",
            Value::List(_) => "list",
            Value::Tuple(_) => "tuple",
            Value::Dict(_) => "dict",
            Value::Set(set) if set.frozen => "frozenset",
            Value::Set(_) => "set",
            Value::DictView(view) => match view.kind {
                crate::object::ViewKind::Keys => "dict_keys",
                crate::object::ViewKind::Values => "dict_values",
                crate::object::ViewKind::Items => "dict_items",
            },
            Value::Slice(_) => "slice",
            Value::Range(_) => "range",
            Value::Iter(iter) => iter.type_name(),
            Value::Function(_) => "function",
            Value::Method(method) if matches!(method.function, Value::Builtin(_)) => {
                "builtin_function_or_method"
            }
            Value::Method(_) => "method",
            Value::Property(_) => "property",
            Value::Wrapper(wrapper) if wrapper.takes_class => "classmethod",
            Value::Wrapper(_) => "staticmethod",
            Value::Super(_) => "super",
            Value::Cell(_) => "cell",
            Value::Class(_) => "type",
            Value::Module(_) => "module",
            Value::WeakRef(_) => "weakref",
            Value::Frame(_) => "frame",
            Value::Traceback(_) => "traceback",
        };
        self.class(name)
    }

    /// The name of a value's class, for messages.
    pub(crate) fn type_name(&self, value: &Value) -> String {
        let name = self.class_of(value).name.text.to_string();
        if name == "weakref" { "weakref.ReferenceType".to_owned() } else { name }
    }

    /// A new exception of a built-in class, raised here.
    pub(crate) fn error(&self, class: &str, message: impl Into<Box<str>>) -> Raised {
        self.error_with(class, Value::str(message))
    }

    pub(crate) fn error_with(&self, class: &str, arg: Value) -> Raised {
        let state = exception::state(Value::tuple(vec![arg]));
        Raised::new(Instance::new(self.class(class), Some(state)))
    }

    pub(crate) fn type_error<T>(&self, message: impl Into<Box<str>>) -> Result<T> {
        Err(self.error("TypeError", message))
    }

    pub(crate) fn value_error<T>(&self, message: impl Into<Box<str>>) -> Result<T> {
        Err(self.error("ValueError", message))
    }

    /// The innermost exception being handled.
    pub(crate) fn handled(&self) -> Option<Value> {
        self.handling.borrow().last().cloned()
    }

    /// Runs a handler with `exception` as the exception being handled.
    pub(crate) fn handle<T>(
        &self,
        exception: Gc<Instance>,
        handler: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        self.handling.borrow_mut().push(Value::Instance(exception));
        let result = handler();
        let handled = self.handling.borrow_mut().pop();
        drop(handled);
        result
    }

    /// The innermost running frame.
    pub(crate) fn frame(&self) -> Option<Gc<Frame>> {
        self.frames.borrow().last().cloned()
    }

    pub(crate) fn frames_from_top(&self, depth: usize) -> Option<Gc<Frame>> {
        self.frames.borrow().iter().rev().nth(depth).cloned()
    }

    /// Runs `body` as the innermost frame. An exception that comes out has the frame's line.
    pub(crate) fn enter<T>(
        &self,
        frame: &Gc<Frame>,
        body: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        self.nested("", || {
            self.frames.borrow_mut().push(frame.clone());
            let result = body().map_err(|raised| raised.leave(self, frame));
            let own = self.frames.borrow_mut().pop();
            drop(own);
            result
        })
    }

    /// Runs `body` one level deeper, if the recursion limit allows.
    pub(crate) fn nested<T>(&self, what: &str, body: impl FnOnce() -> Result<T>) -> Result<T> {
        if self.depth.get() >= self.recursion_limit.get() {
            let message = format!("maximum recursion depth exceeded{what}");
            return Err(self.error("RecursionError", message));
        }
        self.depth.update(|depth| depth + 1);
        let result = body();
        self.depth.update(|depth| depth - 1);
        result
    }

    /// Writes to standard output.
    pub(crate) fn write(&self, text: &str) {
        self.output.borrow_mut().write(text);
    }

    pub(crate) fn flush(&self) {
        self.output.borrow_mut().flush();
    }

    /// Writes to standard error, after what was written to standard output.
    pub(crate) fn write_error(&self, text: &str) {
        self.output.borrow_mut().write_error(text);
    }

    /// Lets go of everything, so that only what leaks is left.
    pub(crate) fn clear(&self) {
        let modules = self.modules.take();
        drop(modules);
        let builtins = self.builtins.map.take();
        drop(builtins);
        let classes = self.classes.take();
        drop(classes);
        let interned = self.interned.take();
        drop(interned);
    }
}
