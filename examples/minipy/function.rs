//! The heap objects that can be called, and the cells that closures share.

use crate::code::Code;
use crate::map::Map;
use crate::object::{Class, Dict, Str, Tuple};
use crate::registry::{Kind, Tag, alloc};
use crate::value::Value;
use crate::vm::{Args, Vm};
use refcycle::{Gc, Trace, sync};
use std::cell::RefCell;

/// A function that is written in Rust. A method's first argument is its receiver.
pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    /// The fewest and the most positional arguments, without the receiver.
    pub(crate) arity: (usize, usize),
    pub(crate) is_method: bool,
    /// The keyword arguments that it takes; [`ANY_KEYWORD`] stands for all.
    pub(crate) keywords: &'static [&'static str],
    pub(crate) body: fn(&Vm, &Args) -> crate::error::Result<Value>,
}

/// In [`Builtin::keywords`]: any keyword will do.
pub(crate) const ANY_KEYWORD: &str = "**";

#[derive(Trace)]
pub(crate) struct Function {
    pub(crate) tag: Tag,
    /// A shared object: interpreters in other threads may own it too.
    pub(crate) code: sync::Gc<Code>,
    pub(crate) globals: Gc<Dict>,
    pub(crate) defaults: Option<Gc<Tuple>>,
    pub(crate) keyword_defaults: Vec<(Gc<Str>, Value)>,
    /// A tuple of cells.
    pub(crate) closure: Option<Gc<Tuple>>,
    pub(crate) attributes: RefCell<Map>,
}

impl Function {
    pub(crate) fn new(
        code: sync::Gc<Code>,
        globals: Gc<Dict>,
        defaults: Option<Gc<Tuple>>,
        keyword_defaults: Vec<(Gc<Str>, Value)>,
        closure: Option<Gc<Tuple>>,
    ) -> Gc<Function> {
        alloc(Function {
            tag: Tag::new(Kind::Function),
            code,
            globals,
            defaults,
            keyword_defaults,
            closure,
            attributes: RefCell::new(Map::default()),
        })
    }
}

/// A function together with its receiver.
#[derive(Trace)]
pub(crate) struct Method {
    pub(crate) tag: Tag,
    pub(crate) receiver: Value,
    pub(crate) function: Value,
}

impl Method {
    pub(crate) fn new(receiver: Value, function: Value) -> Gc<Method> {
        alloc(Method { tag: Tag::new(Kind::Method), receiver, function })
    }
}

/// `@property`.
#[derive(Trace)]
pub(crate) struct Property {
    pub(crate) tag: Tag,
    pub(crate) getter: Value,
    pub(crate) setter: Value,
}

impl Property {
    pub(crate) fn new(getter: Value, setter: Value) -> Gc<Property> {
        alloc(Property { tag: Tag::new(Kind::Property), getter, setter })
    }
}

/// `@staticmethod` or `@classmethod`.
#[derive(Trace)]
pub(crate) struct Wrapper {
    pub(crate) tag: Tag,
    pub(crate) function: Value,
    pub(crate) takes_class: bool,
}

impl Wrapper {
    pub(crate) fn new(function: Value, takes_class: bool) -> Gc<Wrapper> {
        alloc(Wrapper { tag: Tag::new(Kind::Wrapper), function, takes_class })
    }
}

/// `super()`: the object as its class's base sees it.
#[derive(Trace)]
pub(crate) struct Super {
    pub(crate) tag: Tag,
    pub(crate) class: Gc<Class>,
    pub(crate) object: Value,
}

impl Super {
    pub(crate) fn new(class: Gc<Class>, object: Value) -> Gc<Super> {
        alloc(Super { tag: Tag::new(Kind::Super), class, object })
    }
}

/// A variable that functions share.
#[derive(Trace)]
pub(crate) struct Cell {
    pub(crate) tag: Tag,
    pub(crate) value: RefCell<Option<Value>>,
}

impl Cell {
    pub(crate) fn new(value: Option<Value>) -> Gc<Cell> {
        alloc(Cell { tag: Tag::new(Kind::Cell), value: RefCell::new(value) })
    }

    pub(crate) fn get(&self) -> Option<Value> {
        self.value.borrow().clone()
    }

    pub(crate) fn set(&self, value: Option<Value>) -> Option<Value> {
        self.value.replace(value)
    }
}
