//! Attributes: where they are looked for, and how functions become methods.

use crate::error::{Raised, Result};
use crate::function::{Method, Wrapper};
use crate::object::{Class, Str};
use crate::value::Value;
use crate::vm::{Args, Vm};
use refcycle::Gc;

impl Vm {
    pub(crate) fn get_attribute(&self, object: &Value, name: &Gc<Str>) -> Result<Value> {
        if let Some(value) = self.find_attribute(object, name)? {
            return Ok(value);
        }
        if let Some(value) =
            self.call_special(object, &self.names.getattr, vec![name.clone().into()])
        {
            return value;
        }
        Err(self.no_attribute(object, name))
    }

    fn no_attribute(&self, object: &Value, name: &Gc<Str>) -> Raised {
        let owner = match object {
            Value::Class(class) => format!("type object '{}'", class.name.text),
            Value::Module(module) => format!("module '{}'", module.name.text),
            Value::Super(_) => "'super' object".to_owned(),
            _ => format!("'{}' object", self.type_name(object)),
        };
        self.error("AttributeError", format!("{owner} has no attribute '{}'", name.text))
    }

    /// The attribute, unless there is none.
    pub(crate) fn find_attribute(&self, object: &Value, name: &Gc<Str>) -> Result<Option<Value>> {
        match object {
            Value::Instance(instance) => {
                let inherited = instance.class().lookup(name);
                if let Some(Value::Property(property)) = &inherited {
                    let args = Args::of(vec![object.clone()]);
                    return self.call(&property.getter, args).map(Some);
                }
                if let Some(own) = instance.get(name) {
                    return Ok(Some(own));
                }
                if let Some(value) = inherited {
                    return Ok(Some(Self::bind_method(object, instance.class(), value)));
                }
            }
            Value::Class(class) => {
                if let Some(value) = class.lookup(name) {
                    return Ok(Some(match value {
                        Value::Wrapper(wrapper) => Self::unwrap(&wrapper, class.clone()),
                        value => value,
                    }));
                }
            }
            Value::Module(module) => {
                if let Some(value) = module.dict.get(name) {
                    return Ok(Some(value));
                }
            }
            Value::Super(view) => {
                let base = view.class.base.as_ref();
                let found = base.and_then(|base| base.lookup(name));
                return Ok(
                    found.map(|value| Self::bind_method(&view.object, view.class.clone(), value))
                );
            }
            Value::Function(function) => {
                let own = function.attributes.borrow().get_str(name);
                if own.is_some() {
                    return Ok(own);
                }
            }
            _ => {
                let class = self.class_of(object);
                if let Some(value) = class.lookup(name) {
                    return Ok(Some(Self::bind_method(object, class, value)));
                }
            }
        }
        Ok(self.special_attribute(object, name))
    }

    /// What an attribute of a class is to an instance.
    fn bind_method(object: &Value, class: Gc<Class>, value: Value) -> Value {
        match &value {
            Value::Function(_) => Method::new(object.clone(), value).into(),
            Value::Builtin(builtin) if builtin.is_method => {
                Method::new(object.clone(), value).into()
            }
            Value::Wrapper(wrapper) => Self::unwrap(wrapper, class),
            _ => value,
        }
    }

    fn unwrap(wrapper: &Wrapper, class: Gc<Class>) -> Value {
        if wrapper.takes_class {
            Method::new(Value::Class(class), wrapper.function.clone()).into()
        } else {
            wrapper.function.clone()
        }
    }

    /// What to call, and the receiver to call it with: no method object is made on the way.
    pub(crate) fn load_method(
        &self,
        object: Value,
        name: &Gc<Str>,
    ) -> Result<(Value, Option<Value>)> {
        let is_method = |value: &Value| match value {
            Value::Function(_) => true,
            Value::Builtin(builtin) => builtin.is_method,
            _ => false,
        };
        let class = match &object {
            Value::Instance(instance) if instance.get(name).is_none() => instance.class(),
            Value::Str(_) | Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::Tuple(_) => {
                self.class_of(&object)
            }
            Value::Super(view) => {
                let found = view.class.base.as_ref().and_then(|base| base.lookup(name));
                return match found {
                    Some(value) if is_method(&value) => Ok((value, Some(view.object.clone()))),
                    _ => Ok((self.get_attribute(&object, name)?, None)),
                };
            }
            _ => return Ok((self.get_attribute(&object, name)?, None)),
        };
        match class.lookup(name) {
            Some(value) if is_method(&value) => Ok((value, Some(object))),
            _ => Ok((self.get_attribute(&object, name)?, None)),
        }
    }

    /// Attributes that no namespace holds.
    fn special_attribute(&self, object: &Value, name: &Gc<Str>) -> Option<Value> {
        let text = &*name.text;
        if text == "__class__" {
            return Some(Value::Class(self.class_of(object)));
        }
        Some(match (object, text) {
            (Value::Instance(instance), "__dict__") => Value::Dict(instance.dict()),
            (Value::Instance(instance), _) => {
                return self.exception_attribute(instance, text);
            }
            (Value::Class(class), "__name__") => Value::Str(class.name.clone()),
            (Value::Class(class), "__qualname__") => Value::Str(class.qualname.clone()),
            (Value::Class(_), "__module__") => Value::Str(self.intern("builtins")),
            (Value::Class(_) | Value::Module(_), "__doc__") => Value::None,
            (Value::Class(class), "__base__") => class.base.clone().map(Value::Class).into(),
            (Value::Class(class), "__bases__") => {
                Value::tuple(class.base.clone().map(Value::Class).into_iter().collect())
            }
            (Value::Class(class), "__mro__") => {
                let classes = std::iter::successors(Some(class.clone()), |it| it.base.clone());
                Value::tuple(classes.map(Value::Class).collect())
            }
            (Value::Class(class), "__dict__") => {
                let map = class.attributes.borrow();
                let items: Vec<_> =
                    map.iter().map(|it| (it.hash, it.key.clone(), it.value.clone())).collect();
                drop(map);
                let mut copy = crate::map::Map::default();
                for (hash, key, value) in items {
                    copy.push(hash, key, value);
                }
                Value::Dict(crate::object::Dict::new(copy))
            }
            (Value::Module(module), "__name__") => Value::Str(module.name.clone()),
            (Value::Module(module), "__dict__") => Value::Dict(module.dict.clone()),
            (Value::Function(function), "__name__") => {
                Value::Str(self.name(function.code.name).clone())
            }
            (Value::Function(function), "__qualname__") => {
                Value::Str(self.name(function.code.qualname).clone())
            }
            (Value::Function(function), "__doc__") => self.constant(function.code.doc),
            (Value::Function(function), "__module__") => {
                function.globals.get(&self.names.name).into()
            }
            (Value::Function(function), "__globals__") => Value::Dict(function.globals.clone()),
            (Value::Function(function), "__closure__") => {
                function.closure.clone().map(Value::Tuple).into()
            }
            (Value::Function(function), "__defaults__") => {
                function.defaults.clone().map(Value::Tuple).into()
            }
            (Value::Builtin(builtin), "__name__") => Value::Str(self.intern(builtin.name)),
            (Value::Method(method), "__self__") => method.receiver.clone(),
            (Value::Method(method), "__func__") => method.function.clone(),
            (Value::Method(method), _) => return self.special_attribute(&method.function, name),
            (Value::Cell(cell), "cell_contents") => cell.get()?,
            (Value::WeakRef(reference), "__callback__") => reference.callback.borrow().clone(),
            (Value::Traceback(entry), "tb_frame") => Value::Frame(entry.frame.clone()),
            (Value::Traceback(entry), "tb_lineno") => Value::from(entry.line()),
            (Value::Traceback(entry), "tb_next") => entry.next.clone().map(Value::Traceback).into(),
            (Value::Frame(frame), "f_lineno") => Value::from(frame.line()),
            (Value::Frame(frame), "f_globals") => Value::Dict(frame.globals.clone()),
            (Value::Frame(frame), "f_locals") => Value::Dict(self.locals_of(frame)),
            _ => return None,
        })
    }

    /// A frame's variables: a module's or class's own dict, or a copy of a function's.
    pub(crate) fn locals_of(&self, frame: &Gc<crate::frame::Frame>) -> Gc<crate::object::Dict> {
        match frame.code.kind {
            crate::code::CodeKind::Module => frame.globals.clone(),
            crate::code::CodeKind::Class => {
                frame.names.clone().unwrap_or_else(|| frame.globals.clone())
            }
            crate::code::CodeKind::Function => {
                let dict = crate::object::Dict::new(crate::map::Map::default());
                for (name, value) in frame.variables() {
                    dict.set(self.name(name), value);
                }
                dict
            }
        }
    }

    pub(crate) fn set_attribute(&self, object: &Value, name: &Gc<Str>, value: Value) -> Result<()> {
        match object {
            Value::Instance(instance) => {
                let class = instance.class();
                if let Some(Value::Property(property)) = class.lookup(name) {
                    if property.setter.is_none() {
                        let message = format!(
                            "property '{}' of '{}' object has no setter",
                            name.text, class.name.text
                        );
                        return Err(self.error("AttributeError", message));
                    }
                    self.call(&property.setter, Args::of(vec![object.clone(), value]))?;
                    return Ok(());
                }
                if let Some(setattr) = class.lookup(&self.names.setattr)
                    && matches!(setattr, Value::Function(_))
                {
                    let args = vec![object.clone(), name.clone().into(), value];
                    self.call(&setattr, Args::of(args))?;
                    return Ok(());
                }
                self.set_own_attribute(instance, name, value)
            }
            Value::Class(class) if class.is_user => {
                if Gc::ptr_eq(name, &self.names.del) {
                    self.has_destructors.set(true);
                }
                let old = class.attributes.borrow_mut().set_str(name, value);
                drop(old);
                Ok(())
            }
            Value::Class(class) => self.type_error(format!(
                "cannot set '{}' attribute of immutable type '{}'",
                name.text, class.name.text
            )),
            Value::Module(module) => {
                module.dict.set(name, value);
                Ok(())
            }
            Value::Function(function) => {
                let old = function.attributes.borrow_mut().set_str(name, value);
                drop(old);
                Ok(())
            }
            _ => Err(self.no_attribute(object, name)),
        }
    }

    /// `object.__setattr__`.
    pub(crate) fn set_own_attribute(
        &self,
        instance: &Gc<crate::object::Instance>,
        name: &Gc<Str>,
        value: Value,
    ) -> Result<()> {
        match (&*name.text, value) {
            ("__class__", Value::Class(class)) => {
                let old = instance.class.replace(class);
                drop(old);
                Ok(())
            }
            ("__dict__", Value::Dict(dict)) => {
                let shared = crate::object::Attributes::Shared(dict);
                let old = instance.attributes.replace(shared);
                drop(old);
                Ok(())
            }
            (text, value) if instance.exception.is_some() && is_exception_attribute(text) => {
                self.set_exception_attribute(instance, text, value)
            }
            (_, value) => {
                if &*instance.class().name.text == "object" {
                    return Err(self.no_attribute(&Value::Instance(instance.clone()), name));
                }
                if instance.exception.is_some() {
                    // As in CPython, where it counts as an object.
                    instance.dict();
                }
                instance.set(name, value);
                Ok(())
            }
        }
    }

    pub(crate) fn delete_attribute(&self, object: &Value, name: &Gc<Str>) -> Result<()> {
        if let Some(result) =
            self.call_special(object, &self.names.delattr, vec![name.clone().into()])
        {
            return result.map(drop);
        }
        let was_there = match object {
            Value::Instance(instance) => instance.delete(name),
            Value::Class(class) => {
                let old = class.attributes.borrow_mut().remove_str(name);
                old.is_some()
            }
            Value::Module(module) => {
                let old = module.dict.map.borrow_mut().remove_str(name);
                old.is_some()
            }
            Value::Function(function) => {
                let old = function.attributes.borrow_mut().remove_str(name);
                old.is_some()
            }
            _ => false,
        };
        if was_there { Ok(()) } else { Err(self.no_attribute(object, name)) }
    }
}

fn is_exception_attribute(name: &str) -> bool {
    matches!(name, "args" | "__traceback__" | "__cause__" | "__context__" | "__suppress_context__")
}
