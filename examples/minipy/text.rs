//! Values as text: `str` and `repr`.

use crate::error::Result;
use crate::number::float_repr;
use crate::object::{Class, Instance, ViewKind};
use crate::value::Value;
use crate::vm::Vm;
use refcycle::Gc;
use std::fmt::Write;

impl Vm {
    pub(crate) fn str(&self, value: &Value) -> Result<String> {
        match value {
            Value::Str(text) => Ok(text.text.to_string()),
            Value::Instance(instance) => {
                match instance.class().lookup(&self.names.str) {
                    Some(Value::Builtin(_)) | None => {}
                    Some(_) => return self.text_of(value, &self.names.str),
                }
                match &instance.exception {
                    Some(_) => self.exception_text(instance),
                    None => self.repr(value),
                }
            }
            _ => self.repr(value),
        }
    }

    /// The answer of `__str__` or `__repr__`.
    fn text_of(&self, value: &Value, name: &Gc<crate::object::Str>) -> Result<String> {
        match self.call_special(value, name, Vec::new()).transpose()? {
            Some(Value::Str(text)) => Ok(text.text.to_string()),
            Some(other) => {
                let class = self.type_name(&other);
                self.type_error(format!("{} returned non-string (type {class})", name.text))
            }
            None => Ok(String::new()),
        }
    }

    pub(crate) fn repr(&self, value: &Value) -> Result<String> {
        Ok(match value {
            Value::None => "None".to_owned(),
            Value::NotImplemented => "NotImplemented".to_owned(),
            Value::Ellipsis => "Ellipsis".to_owned(),
            Value::Bool(true) => "True".to_owned(),
            Value::Bool(false) => "False".to_owned(),
            Value::Int(number) => number.to_string(),
            Value::Float(number) => float_repr(*number),
            Value::Str(text) => str_repr(&text.text),
            Value::List(_)
            | Value::Tuple(_)
            | Value::Dict(_)
            | Value::Set(_)
            | Value::DictView(_) => return self.container_repr(value),
            Value::Instance(instance) => return self.instance_repr(value, instance),
            Value::Class(class) => format!("<class '{}'>", self.class_path(class)),
            Value::Range(range) if range.step == 1 => {
                format!("range({}, {})", range.start, range.stop)
            }
            Value::Range(range) => {
                format!("range({}, {}, {})", range.start, range.stop, range.step)
            }
            Value::Slice(slice) => {
                let [start, stop, step] = &slice.parts;
                format!("slice({}, {}, {})", self.repr(start)?, self.repr(stop)?, self.repr(step)?)
            }
            Value::Builtin(builtin) => format!("<built-in function {}>", builtin.name),
            Value::Function(function) => {
                let name = &self.name(function.code.qualname).text;
                format!("<function {name} at {}>", address(value))
            }
            Value::Method(method) => match &method.function {
                Value::Function(function) => {
                    let name = &self.name(function.code.qualname).text;
                    format!("<bound method {name} of {}>", self.repr(&method.receiver)?)
                }
                Value::Builtin(builtin) => format!(
                    "<built-in method {} of {} object at {}>",
                    builtin.name,
                    self.type_name(&method.receiver),
                    address(&method.receiver)
                ),
                _ => format!("<bound method at {}>", address(value)),
            },
            Value::Module(module) => format!("<module '{}' (built-in)>", module.name.text),
            Value::WeakRef(reference) => match reference.upgrade() {
                Some(target) => format!(
                    "<weakref at {}; to '{}' at {}>",
                    address(value),
                    self.type_name(&target),
                    address(&target)
                ),
                None => format!("<weakref at {}; dead>", address(value)),
            },
            Value::Iter(iter) if iter.frame().is_some() => {
                let frame = iter.frame();
                let name = frame.as_ref().map_or("", |frame| &self.name(frame.code.qualname).text);
                format!("<generator object {name} at {}>", address(value))
            }
            Value::Super(view) => format!(
                "<super: <class '{}'>, <{} object>>",
                view.class.name.text,
                self.type_name(&view.object)
            ),
            _ => format!("<{} object at {}>", self.type_name(value), address(value)),
        })
    }

    /// A class's name with its module, where that is not the built-in one.
    pub(crate) fn class_path(&self, class: &Gc<Class>) -> String {
        let module = match class.lookup(&self.names.module) {
            Some(Value::Str(module)) if class.is_user => module.text.to_string() + ".",
            _ => String::new(),
        };
        let name = class.attributes.borrow().get_str(&self.names.qualname);
        let name = name.as_ref().and_then(Value::as_str).unwrap_or(&class.qualname.text).to_owned();
        if &*class.name.text == "weakref" {
            "weakref.ReferenceType".to_owned()
        } else {
            module + &name
        }
    }

    fn instance_repr(&self, value: &Value, instance: &Gc<Instance>) -> Result<String> {
        let class = instance.class();
        if class.lookup(&self.names.repr).is_some() {
            return self.nested(" while getting the repr of an object", || {
                self.text_of(value, &self.names.repr)
            });
        }
        if instance.exception.is_some() {
            let args = Self::exception_state(instance, |state| state.args.clone());
            let text = match &args {
                Value::Tuple(args) if args.items.len() == 1 => {
                    format!("({})", self.repr(&args.items[0])?)
                }
                args => self.repr(args)?,
            };
            return Ok(format!("{}{text}", class.name.text));
        }
        let path = self.class_path(&class);
        Ok(format!("<{path} object at {}>", address(value)))
    }

    fn container_repr(&self, value: &Value) -> Result<String> {
        let here = value.address().unwrap_or(0);
        if self.in_repr.borrow().contains(&here) {
            let ellipsis = match value {
                Value::List(_) => "[...]",
                Value::Dict(_) => "{...}",
                Value::Tuple(_) => "(...)",
                _ => "...",
            };
            return Ok(ellipsis.to_owned());
        }
        self.in_repr.borrow_mut().push(here);
        let result = self.nested(" while getting the repr of an object", || self.inner_repr(value));
        self.in_repr.borrow_mut().pop();
        result
    }

    fn inner_repr(&self, value: &Value) -> Result<String> {
        Ok(match value {
            Value::List(list) => format!("[{}]", self.reprs(&list.snapshot())?),
            Value::Tuple(tuple) if tuple.items.len() == 1 => {
                format!("({},)", self.repr(&tuple.items[0])?)
            }
            Value::Tuple(tuple) => format!("({})", self.reprs(&tuple.items.to_vec())?),
            Value::Dict(dict) => {
                let mut parts = Vec::new();
                for (key, value) in Self::dict_items(dict) {
                    parts.push(format!("{}: {}", self.repr(&key)?, self.repr(&value)?));
                }
                format!("{{{}}}", parts.join(", "))
            }
            Value::Set(set) => {
                let items = Self::keys(&set.map);
                match (items.is_empty(), set.frozen) {
                    (true, false) => "set()".to_owned(),
                    (true, true) => "frozenset()".to_owned(),
                    (false, false) => format!("{{{}}}", self.reprs(&items)?),
                    (false, true) => format!("frozenset({{{}}})", self.reprs(&items)?),
                }
            }
            Value::DictView(view) => {
                let name = match view.kind {
                    ViewKind::Keys => "dict_keys",
                    ViewKind::Values => "dict_values",
                    ViewKind::Items => "dict_items",
                };
                format!("{name}([{}])", self.reprs(&self.collect(value)?)?)
            }
            _ => String::new(),
        })
    }

    fn reprs(&self, values: &[Value]) -> Result<String> {
        let parts: Result<Vec<String>> = values.iter().map(|value| self.repr(value)).collect();
        Ok(parts?.join(", "))
    }
}

/// An object's address as CPython prints it.
fn address(value: &Value) -> String {
    format!("{:#x}", value.address().unwrap_or(0))
}

/// A string in quotes, with escapes.
pub(crate) fn str_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut repr = String::with_capacity(text.len() + 2);
    repr.push(quote);
    for char in text.chars() {
        match char {
            '\\' => repr.push_str("\\\\"),
            '\n' => repr.push_str("\\n"),
            '\r' => repr.push_str("\\r"),
            '\t' => repr.push_str("\\t"),
            char if char == quote => {
                repr.push('\\');
                repr.push(char);
            }
            char if char.is_control() => {
                // A string takes all that is written to it.
                let _ = write!(repr, "\\x{:02x}", char as u32);
            }
            char => repr.push(char),
        }
    }
    repr.push(quote);
    repr
}
