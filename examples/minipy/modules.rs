//! The module `sys`, and the way to all modules. The others are [`collector`] and [`weak`](crate::weak).

use crate::builtins::function;
use crate::collector;
use crate::error::Result;
use crate::function::Builtin;
use crate::map::Map;
use crate::object::{Dict, Instance, Module};
use crate::str_methods::method;
use crate::value::Value;
use crate::vm::Vm;
use crate::weak::WEAKREF;
use refcycle::Gc;

/// What `sys.getrefcount` says of values that have no count.
const IMMORTAL: i64 = u32::MAX as i64;

static SYS: &[Builtin] = &[
    function("getrefcount", 1, 1, |_, args| {
        Ok(args.pos[0].references().map_or(Value::Int(IMMORTAL), Value::from))
    }),
    function("exit", 0, 1, |vm, args| {
        let exit = Value::Class(vm.class("SystemExit"));
        let exception = vm.call(&exit, crate::vm::Args::of(args.pos.clone()))?;
        Err(vm.raise(Some(exception), None))
    }),
    function("exc_info", 0, 0, |vm, _| {
        let parts = match vm.handled() {
            Some(Value::Instance(exception)) => vec![
                Value::Class(exception.class()),
                Value::Instance(exception.clone()),
                Vm::exception_state(&exception, |state| state.traceback.clone()),
            ],
            _ => vec![Value::None; 3],
        };
        Ok(Value::tuple(parts))
    }),
    function("getrecursionlimit", 0, 0, |vm, _| Ok(Value::from(vm.recursion_limit.get()))),
    function("setrecursionlimit", 1, 1, |vm, args| {
        match args.pos[0].as_int() {
            // More would not fit on the interpreter's stack.
            Some(limit @ 1..=10_000) => vm.recursion_limit.set(limit as usize),
            _ => return vm.value_error("minipy's recursion limit is between 1 and 10000"),
        }
        Ok(Value::None)
    }),
    function("_getframe", 0, 1, |vm, args| {
        let depth = args.get(0).and_then(Value::as_int).unwrap_or(0);
        match usize::try_from(depth).ok().and_then(|depth| vm.frames_from_top(depth)) {
            Some(frame) => Ok(Value::Frame(frame)),
            None => vm.value_error("call stack is not deep enough"),
        }
    }),
];

pub(crate) static STREAM_METHODS: &[Builtin] = &[
    method("write", 1, 1, |vm, args| {
        let text = vm.str(&args.pos[1])?;
        let name = vm.get_attribute(&args.pos[0], &vm.names.name)?;
        if name.as_str() == Some("<stderr>") {
            vm.write_error(&text);
        } else {
            vm.write(&text);
        }
        Ok(Value::from(text.chars().count()))
    }),
    method("flush", 0, 0, |vm, _| {
        vm.flush();
        Ok(Value::None)
    }),
];

/// Makes the modules.
pub(crate) fn install(vm: &Vm) {
    let sys = vm.define_module("sys", &[SYS]);
    for name in ["stdout", "stderr"] {
        let stream = Instance::new(vm.class("TextIOWrapper"), None);
        stream.set(&vm.names.name, Value::str(format!("<{name}>")));
        sys.set(&vm.intern(name), Value::Instance(stream));
    }
    sys.set(&vm.intern("maxsize"), Value::Int(i64::MAX));
    sys.set(&vm.intern("argv"), Value::list(Vec::new()));
    let version = [3, 11, 7].map(Value::Int).to_vec();
    sys.set(&vm.intern("version_info"), Value::tuple(version));
    collector::install(vm);
    let weakref = vm.define_module("weakref", &[WEAKREF]);
    weakref.set(&vm.intern("ref"), Value::Class(vm.class("weakref")));
    weakref.set(&vm.intern("ReferenceType"), Value::Class(vm.class("weakref")));
}

impl Vm {
    /// Makes a module of functions.
    pub(crate) fn define_module(&self, name: &str, functions: &[&'static [Builtin]]) -> Gc<Dict> {
        let dict = Dict::new(Map::default());
        for function in functions.iter().copied().flatten() {
            dict.set(&self.intern(function.name), Value::Builtin(function));
        }
        dict.set(&self.names.name, Value::Str(self.intern(name)));
        let module = Module::new(self.intern(name), dict.clone());
        self.modules.borrow_mut().push(module);
        dict
    }

    pub(crate) fn import(&self, name: &str) -> Result<Gc<Module>> {
        let found = self.modules.borrow().iter().find(|it| &*it.name.text == name).cloned();
        let Some(module) = found else {
            let message = format!("No module named '{name}'");
            return Err(self.error("ModuleNotFoundError", message));
        };
        let rest = if name == "weakref" { self.weakref.take() } else { None };
        if let Some(code) = rest {
            self.run_program(&code, &module)?;
        }
        Ok(module)
    }
}
