//! The exception classes, `raise`, and what an exception object has beside its attributes.

use crate::error::{Raised, Result};
use crate::function::Builtin;
use crate::object::{Class, ExceptionState, Instance};
use crate::value::Value;
use crate::vm::{Args, Vm};
use refcycle::Gc;

/// The classes, each after the one that it derives from.
const CLASSES: &[(&str, &str)] = &[
    ("BaseException", "object"),
    ("SystemExit", "BaseException"),
    ("KeyboardInterrupt", "BaseException"),
    ("GeneratorExit", "BaseException"),
    ("Exception", "BaseException"),
    ("ArithmeticError", "Exception"),
    ("OverflowError", "ArithmeticError"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("FloatingPointError", "ArithmeticError"),
    ("AssertionError", "Exception"),
    ("AttributeError", "Exception"),
    ("BufferError", "Exception"),
    ("EOFError", "Exception"),
    ("ImportError", "Exception"),
    ("ModuleNotFoundError", "ImportError"),
    ("LookupError", "Exception"),
    ("IndexError", "LookupError"),
    ("KeyError", "LookupError"),
    ("MemoryError", "Exception"),
    ("NameError", "Exception"),
    ("UnboundLocalError", "NameError"),
    ("OSError", "Exception"),
    ("FileNotFoundError", "OSError"),
    ("PermissionError", "OSError"),
    ("TimeoutError", "OSError"),
    ("ConnectionError", "OSError"),
    ("ReferenceError", "Exception"),
    ("RuntimeError", "Exception"),
    ("NotImplementedError", "RuntimeError"),
    ("RecursionError", "RuntimeError"),
    ("StopIteration", "Exception"),
    ("SyntaxError", "Exception"),
    ("SystemError", "Exception"),
    ("TypeError", "Exception"),
    ("ValueError", "Exception"),
    ("UnicodeError", "ValueError"),
    ("Warning", "Exception"),
    ("UserWarning", "Warning"),
    ("DeprecationWarning", "Warning"),
    ("RuntimeWarning", "Warning"),
];

static METHODS: &[Builtin] = &[
    Builtin {
        name: "__init__",
        arity: (0, usize::MAX),
        is_method: true,
        keywords: &[],
        body: |vm, args| {
            if let Some(Value::Instance(this)) = args.get(0) {
                let given = Value::tuple(args.pos[1..].to_vec());
                vm.set_exception_attribute(this, "args", given)?;
            }
            Ok(Value::None)
        },
    },
    Builtin {
        name: "with_traceback",
        arity: (1, 1),
        is_method: true,
        keywords: &[],
        body: |vm, args| {
            if let Value::Instance(this) = &args.pos[0] {
                vm.set_exception_attribute(this, "__traceback__", args.pos[1].clone())?;
            }
            Ok(args.pos[0].clone())
        },
    },
    Builtin {
        name: "__str__",
        arity: (0, 0),
        is_method: true,
        keywords: &[],
        body: |vm, args| match &args.pos[0] {
            Value::Instance(this) => Ok(Value::str(vm.exception_text(this)?)),
            _ => vm.type_error("this is not an exception"),
        },
    },
];

/// Defines the exception classes.
pub(crate) fn install(vm: &Vm) {
    for &(name, base) in CLASSES {
        let methods = if name == "BaseException" { METHODS } else { &[] };
        let class = vm.define_class(name, Some(vm.class(base)), Some(construct), methods);
        vm.builtins.set(&vm.intern(name), Value::Class(class));
    }
}

fn construct(vm: &Vm, class: &Gc<Class>, args: &Args) -> Result<Value> {
    let takes_keywords = matches!(class.lookup(&vm.names.init), Some(Value::Function(_)));
    if !args.kw.is_empty() && !takes_keywords {
        return vm.type_error(format!("{}() takes no keyword arguments", class.name.text));
    }
    let state = state(Value::tuple(args.pos.clone()));
    Ok(Instance::new(class.clone(), Some(state)).into())
}

/// The state of a new exception.
pub(crate) fn state(args: Value) -> ExceptionState {
    ExceptionState {
        args,
        traceback: Value::None,
        cause: Value::None,
        context: Value::None,
        suppress_context: false,
    }
}

impl Vm {
    /// Reads an exception's state. `read` must only clone.
    pub(crate) fn exception_state(
        exception: &Instance,
        read: impl FnOnce(&ExceptionState) -> Value,
    ) -> Value {
        exception.exception.as_ref().map(|state| read(&state.borrow())).into()
    }

    /// `raise exception from cause`.
    pub(crate) fn raise(&self, exception: Option<Value>, cause: Option<Value>) -> Raised {
        let Some(exception) = exception else {
            return match self.handled() {
                Some(Value::Instance(exception)) => Raised::again(exception),
                _ => self.error("RuntimeError", "No active exception to reraise"),
            };
        };
        let exception = match self.as_exception(exception) {
            Ok(Some(exception)) => exception,
            Ok(None) => {
                return self.error("TypeError", "exceptions must derive from BaseException");
            }
            Err(raised) => return raised,
        };
        if let Some(cause) = cause {
            let cause = match cause {
                Value::None => Value::None,
                cause => match self.as_exception(cause) {
                    Ok(Some(cause)) => Value::Instance(cause),
                    Ok(None) => {
                        let message = "exception causes must derive from BaseException";
                        return self.error("TypeError", message);
                    }
                    Err(raised) => return raised,
                },
            };
            if let Err(raised) = self.set_exception_attribute(&exception, "__cause__", cause) {
                return raised;
            }
        }
        Raised::new(exception)
    }

    /// An exception object, made where the value is a class.
    fn as_exception(&self, value: Value) -> Result<Option<Gc<Instance>>> {
        let value = match &value {
            Value::Class(class) if class.is_subclass_of(&self.class("BaseException")) => {
                self.call(&value, Args::default())?
            }
            _ => value,
        };
        Ok(match value {
            Value::Instance(instance) if instance.exception.is_some() => Some(instance),
            _ => None,
        })
    }

    pub(crate) fn exception_attribute(&self, exception: &Instance, name: &str) -> Option<Value> {
        let state = exception.exception.as_ref()?.borrow();
        match name {
            "args" => Some(state.args.clone()),
            "__traceback__" => Some(state.traceback.clone()),
            "__cause__" => Some(state.cause.clone()),
            "__context__" => Some(state.context.clone()),
            "__suppress_context__" => Some(Value::Bool(state.suppress_context)),
            "value" if exception.class().is_subclass_of(&self.class("StopIteration")) => {
                Some(first_arg(&state.args).into())
            }
            "code" if exception.class().is_subclass_of(&self.class("SystemExit")) => {
                Some(first_arg(&state.args).into())
            }
            _ => None,
        }
    }

    pub(crate) fn set_exception_attribute(
        &self,
        exception: &Instance,
        name: &str,
        value: Value,
    ) -> Result<()> {
        let Some(state) = &exception.exception else {
            return self.type_error("this is not an exception");
        };
        let value = match (name, value) {
            ("args", Value::Tuple(args)) => Value::Tuple(args),
            ("args", other) => Value::tuple(self.collect(&other)?),
            (_, other) => other,
        };
        let mut borrowed = state.borrow_mut();
        let old = match name {
            "args" => std::mem::replace(&mut borrowed.args, value),
            "__traceback__" => std::mem::replace(&mut borrowed.traceback, value),
            "__context__" => std::mem::replace(&mut borrowed.context, value),
            "__cause__" => {
                borrowed.suppress_context = true;
                std::mem::replace(&mut borrowed.cause, value)
            }
            _ => {
                borrowed.suppress_context = matches!(value, Value::Bool(true));
                value
            }
        };
        drop(borrowed);
        drop(old);
        Ok(())
    }

    /// `str(exception)`, where the class does not define it.
    pub(crate) fn exception_text(&self, exception: &Gc<Instance>) -> Result<String> {
        let args = Self::exception_state(exception, |state| state.args.clone());
        let Value::Tuple(args) = &args else { return Ok(String::new()) };
        match &args.items.to_vec()[..] {
            [] => Ok(String::new()),
            [arg] if exception.class().is_subclass_of(&self.class("KeyError")) => self.repr(arg),
            [arg] => self.str(arg),
            _ => self.repr(&Value::Tuple(args.clone())),
        }
    }
}

fn first_arg(args: &Value) -> Option<Value> {
    match args {
        Value::Tuple(args) => args.items.get(0).cloned(),
        _ => None,
    }
}
