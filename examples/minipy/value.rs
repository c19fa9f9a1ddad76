//! A Python value: an immediate one, or a handle of a heap object.
//!
//! One `Value` in a variable, in a container or on the Rust stack is one Python reference, so
//! `sys.getrefcount` is the handle's `strong_count` and nothing else.

use crate::frame::{Frame, Traceback};
use crate::function::{Builtin, Cell, Function, Method, Property, Super, Wrapper};
use crate::iter::Iter;
use crate::object::{
    Class, Dict, DictView, Instance, List, Module, Range, Set, Slice, Str, Tuple, WeakRef,
};
use crate::registry::{Kind, Object};
use refcycle::{Gc, Trace, Watch, Weak};

macro_rules! values {
    ($($name:ident),*) => {
        /// A Python value.
        #[derive(Clone, Trace)]
        pub(crate) enum Value {
            None,
            NotImplemented,
            Ellipsis,
            Bool(bool),
            Int(i64),
            Float(f64),
            /// A function or method that is written in Rust.
            Builtin(&'static Builtin),
            $($name(Gc<$name>),)*
        }

        /// A weak handle of any heap object.
        #[derive(Trace)]
        pub(crate) enum WeakValue {
            $($name(Weak<$name>),)*
        }

        /// A weak handle of any heap object, with a callback.
        #[derive(Trace)]
        pub(crate) enum WatchValue {
            $($name(Watch<$name>),)*
        }

        impl Value {
            /// The object's address, where the value is a heap object.
            pub(crate) fn address(&self) -> Option<usize> {
                match self {
                    $(Value::$name(object) => Some(Gc::as_ptr(object).addr()),)*
                    _ => None,
                }
            }

            /// The number of handles, where the value is a heap object.
            pub(crate) fn references(&self) -> Option<usize> {
                match self {
                    $(Value::$name(object) => Some(Gc::strong_count(object)),)*
                    _ => None,
                }
            }

            /// The object's number, where the value is a heap object.
            pub(crate) fn number(&self) -> Option<u64> {
                match self {
                    $(Value::$name(object) => Some(object.tag.number()),)*
                    _ => None,
                }
            }

            /// What kind of object this is, where it is one.
            pub(crate) fn kind(&self) -> Option<Kind> {
                match self {
                    $(Value::$name(_) => Some(Kind::$name),)*
                    _ => None,
                }
            }
        }

        impl Value {
            /// A weak handle, where the value is a heap object.
            pub(crate) fn downgrade(&self) -> Option<WeakValue> {
                match self {
                    $(Value::$name(object) => Some(WeakValue::$name(Gc::downgrade(object))),)*
                    _ => None,
                }
            }

            /// A weak handle with a callback, where the value is a heap object.
            pub(crate) fn watch(&self, callback: impl FnOnce() + 'static) -> Option<WatchValue> {
                match self {
                    $(Value::$name(object) => Some(WatchValue::$name(Gc::watch(object, callback))),)*
                    _ => None,
                }
            }
        }

        impl WatchValue {
            /// A handle, while the object lives.
            pub(crate) fn upgrade(&self) -> Option<Value> {
                match self {
                    $(WatchValue::$name(object) => object.upgrade().map(Value::$name),)*
                }
            }
        }

        impl WeakValue {
            /// A handle, while the object lives.
            pub(crate) fn upgrade(&self) -> Option<Value> {
                match self {
                    $(WeakValue::$name(object) => object.upgrade().map(Value::$name),)*
                }
            }
        }

        $(
            impl From<Gc<$name>> for Value {
                fn from(object: Gc<$name>) -> Value {
                    Value::$name(object)
                }
            }

            impl Object for $name {
                const KIND: Kind = Kind::$name;

                fn tag(&self) -> &crate::registry::Tag {
                    &self.tag
                }

                fn weak(this: &Gc<$name>) -> WeakValue {
                    WeakValue::$name(Gc::downgrade(this))
                }
            }
        )*
    };
}

values!(
    Str, List, Tuple, Dict, Set, DictView, Slice, Range, Iter, Function, Method, Property, Wrapper,
    Super, Cell, Class, Instance, Module, WeakRef, Frame, Traceback
);

impl Value {
    pub(crate) fn str(text: impl Into<Box<str>>) -> Value {
        Value::Str(Str::new(text))
    }

    pub(crate) fn list(items: Vec<Value>) -> Value {
        Value::List(List::new(items))
    }

    pub(crate) fn tuple(items: Vec<Value>) -> Value {
        Value::Tuple(Tuple::new(items))
    }

    /// Python's `is`.
    pub(crate) fn is(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::None, Value::None)
            | (Value::NotImplemented, Value::NotImplemented)
            | (Value::Ellipsis, Value::Ellipsis) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (Value::Builtin(a), Value::Builtin(b)) => std::ptr::eq(*a, *b),
            _ => self.address().is_some() && self.address() == other.address(),
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(&text.text),
            _ => None,
        }
    }

    /// The value as an index or count: an int or a bool.
    pub(crate) fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            Value::Bool(flag) => Some(i64::from(*flag)),
            _ => None,
        }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(number)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Value {
        Value::Int(number as i64)
    }
}

impl From<Option<Value>> for Value {
    fn from(value: Option<Value>) -> Value {
        value.unwrap_or(Value::None)
    }
}
