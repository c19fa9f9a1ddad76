//! Calls: binding arguments to parameters, making instances, running destructors.

use crate::code::Code;
use crate::error::{Raised, Result};
use crate::frame::{Frame, Slot};
use crate::function::{ANY_KEYWORD, Builtin, Function};
use crate::iter::Iter;
use crate::map::Map;
use crate::object::{Class, Dict, Instance};
use crate::report;
use crate::value::Value;
use crate::vm::{Args, Vm};
use refcycle::Gc;

impl Vm {
    pub(crate) fn call(&self, callee: &Value, mut args: Args) -> Result<Value> {
        match callee {
            Value::Function(function) => self.call_function(function, args),
            Value::Builtin(builtin) => self.call_builtin(builtin, &args),
            Value::Method(method) => {
                args.pos.insert(0, method.receiver.clone());
                self.call(&method.function, args)
            }
            Value::Class(class) => self.instantiate(class, args),
            Value::WeakRef(reference) => Ok(reference.upgrade().into()),
            Value::Wrapper(wrapper) if !wrapper.takes_class => self.call(&wrapper.function, args),
            Value::Instance(instance) if instance.class().lookup(&self.names.call).is_some() => {
                let function = instance.class().lookup(&self.names.call);
                args.pos.insert(0, callee.clone());
                self.call(&function.into(), args)
            }
            _ => self.type_error(format!("'{}' object is not callable", self.type_name(callee))),
        }
    }

    fn call_builtin(&self, builtin: &Builtin, args: &Args) -> Result<Value> {
        let name = builtin.name;
        let receivers = usize::from(builtin.is_method);
        let Some(given) = args.pos.len().checked_sub(receivers) else {
            return self.type_error(format!("unbound method {name}() needs an argument"));
        };
        for (keyword, _) in &args.kw {
            let keyword = &*keyword.text;
            if !builtin.keywords.iter().any(|it| *it == keyword || *it == ANY_KEYWORD) {
                return self.type_error(if builtin.keywords.is_empty() {
                    format!("{}() takes no keyword arguments", self.path(builtin, args))
                } else {
                    format!("'{keyword}' is an invalid keyword argument for {name}()")
                });
            }
        }
        let (least, most) = builtin.arity;
        if given < least || given > most {
            let path = self.path(builtin, args);
            let plural = |count: usize| if count == 1 { "" } else { "s" };
            return self.type_error(match (least, most) {
                (0, 0) => format!("{path}() takes no arguments ({given} given)"),
                (1, 1) => format!("{path}() takes exactly one argument ({given} given)"),
                _ if least == most => {
                    format!("{name} expected {least} argument{}, got {given}", plural(least))
                }
                _ if given < least => format!(
                    "{name} expected at least {least} argument{}, got {given}",
                    plural(least)
                ),
                _ => {
                    format!("{name} expected at most {most} argument{}, got {given}", plural(most))
                }
            });
        }
        (builtin.body)(self, args)
    }

    /// A built-in's name, with its class where it is a method.
    fn path(&self, builtin: &Builtin, args: &Args) -> String {
        match args.get(0) {
            Some(receiver) if builtin.is_method => {
                format!("{}.{}", self.type_name(receiver), builtin.name)
            }
            _ => builtin.name.to_owned(),
        }
    }

    fn call_function(&self, function: &Gc<Function>, args: Args) -> Result<Value> {
        let locals = self.bind(function, args)?;
        let frame = Frame::new(&function.code, function.globals.clone(), None, locals);
        Self::fill_free(&frame, function.closure.as_ref());
        if function.code.is_generator {
            return Ok(Iter::generator_function(frame).into());
        }
        self.run(&frame)
    }

    /// Puts arguments into the slots of a function's parameters.
    fn bind(&self, function: &Gc<Function>, args: Args) -> Result<Vec<Slot>> {
        let code = &function.code;
        let params = &code.params;
        let given = args.pos.len();
        if given == params.positional
            && args.kw.is_empty()
            && params.keyword_only == 0
            && params.rest.is_none()
            && params.keywords.is_none()
        {
            return Ok(args.pos.into_iter().map(|value| Slot::Own(Some(value))).collect());
        }
        let named = params.positional + params.keyword_only;
        let mut pos = args.pos.into_iter();
        let mut slots: Vec<Option<Value>> =
            pos.by_ref().take(params.positional).map(Some).collect();
        slots.resize(named, None);
        let extra: Vec<Value> = pos.collect();
        let rest = Map::default();
        let rest = Dict::new(rest);
        for (name, value) in args.kw {
            let names = &code.slots[params.positional_only..named];
            match names.iter().position(|&it| self.name(it).text == name.text) {
                Some(at) => {
                    let slot = &mut slots[params.positional_only + at];
                    if slot.replace(value).is_some() {
                        return self.type_error(format!(
                            "{}() got multiple values for argument '{}'",
                            self.name(code.qualname).text,
                            name.text
                        ));
                    }
                }
                None if params.keywords.is_some() => rest.set(&name, value),
                None => {
                    return self.type_error(format!(
                        "{}() got an unexpected keyword argument '{}'",
                        self.name(code.qualname).text,
                        name.text
                    ));
                }
            }
        }
        let defaults = function.defaults.as_ref().map(|it| it.items.to_vec()).unwrap_or_default();
        if !extra.is_empty() && params.rest.is_none() {
            return Err(self.too_many(code, given, defaults.len()));
        }
        let without = params.positional - defaults.len();
        for (slot, default) in slots[without..].iter_mut().zip(defaults) {
            slot.get_or_insert(default);
        }
        for (name, default) in &function.keyword_defaults {
            if let Some(at) =
                code.slots[..named].iter().position(|&it| Gc::ptr_eq(self.name(it), name))
            {
                slots[at].get_or_insert_with(|| default.clone());
            }
        }
        for (what, range) in
            [("positional", 0..params.positional), ("keyword-only", params.positional..named)]
        {
            let missing: Vec<&str> = range
                .filter(|&at| slots[at].is_none())
                .map(|at| &*self.name(code.slots[at]).text)
                .collect();
            if !missing.is_empty() {
                return Err(self.missing(code, what, &missing));
            }
        }
        if params.rest.is_some() {
            slots.push(Some(Value::tuple(extra)));
        }
        if params.keywords.is_some() {
            slots.push(Some(Value::Dict(rest)));
        }
        Ok(slots.into_iter().map(Slot::Own).collect())
    }

    fn too_many(&self, code: &Code, given: usize, defaults: usize) -> Raised {
        let most = code.params.positional;
        let (takes, plural) = match most - defaults {
            least if least < most => (format!("from {least} to {most}"), "s"),
            _ => (most.to_string(), if most == 1 { "" } else { "s" }),
        };
        let was = if given == 1 { "was" } else { "were" };
        let message = format!(
            "{}() takes {takes} positional argument{plural} but {given} {was} given",
            self.name(code.qualname).text
        );
        self.error("TypeError", message)
    }

    fn missing(&self, code: &Code, what: &str, names: &[&str]) -> Raised {
        let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
        let list = match &quoted[..] {
            [first, second] => format!("{first} and {second}"),
            [others @ .., last] if !others.is_empty() => {
                format!("{}, and {last}", others.join(", "))
            }
            _ => quoted.concat(),
        };
        let plural = if names.len() == 1 { "" } else { "s" };
        let message = format!(
            "{}() missing {} required {what} argument{plural}: {list}",
            self.name(code.qualname).text,
            names.len()
        );
        self.error("TypeError", message)
    }

    pub(crate) fn instantiate(&self, class: &Gc<Class>, args: Args) -> Result<Value> {
        let native = class.native();
        let Some(constructor) = native.constructor else {
            return self.type_error(format!("cannot create '{}' instances", class.name.text));
        };
        let init = match class.lookup(&self.names.init) {
            Some(Value::Builtin(_)) | None => None,
            init => init,
        };
        let has_args = !(args.pos.is_empty() && args.kw.is_empty());
        if init.is_none() && has_args && &*native.name.text == "object" {
            return self.type_error(format!("{}() takes no arguments", class.name.text));
        }
        let value = constructor(self, class, &args)?;
        if let Some(init) = init
            && let Value::Instance(_) = value
        {
            let mut pos = Vec::with_capacity(args.pos.len() + 1);
            pos.push(value.clone());
            pos.extend(args.pos);
            let result = self.call(&init, Args { pos, kw: args.kw })?;
            if !result.is_none() {
                return self.type_error(format!(
                    "__init__() should return None, not '{}'",
                    self.type_name(&result)
                ));
            }
        }
        Ok(value)
    }

    /// Runs `__del__` of an object that is about to die.
    pub(crate) fn call_destructor(&self, instance: &Instance) {
        if !self.has_destructors.get() {
            return;
        }
        let Some(destructor) = instance.class().lookup(&self.names.del) else { return };
        let Some(this) = instance.tag.owner() else { return };
        if let Err(raised) = self.call(&destructor, Args::of(vec![this])) {
            self.ignore(&raised, &destructor);
        }
    }

    /// Reports an exception that nobody can catch.
    pub(crate) fn ignore(&self, raised: &Raised, culprit: &Value) {
        let culprit = self.repr(culprit).unwrap_or_default();
        let text = report::exception(self, &raised.exception);
        self.write_error(&format!("Exception ignored in: {culprit}\n{text}"));
    }

    /// Calls a method that the class of a value defines, where it does.
    pub(crate) fn call_special(
        &self,
        value: &Value,
        name: &Gc<crate::object::Str>,
        args: Vec<Value>,
    ) -> Option<Result<Value>> {
        let Value::Instance(instance) = value else { return None };
        let function = instance.class().lookup(name)?;
        if matches!(function, Value::None) {
            return None;
        }
        let mut pos = Vec::with_capacity(args.len() + 1);
        pos.push(value.clone());
        pos.extend(args);
        Some(self.call(&function, Args::of(pos)))
    }
}
