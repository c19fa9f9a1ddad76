//! The built-in classes: what calling them makes. Their methods are in
//! [`str_methods`](crate::str_methods) and [`container_methods`](crate::container_methods).

use crate::container_methods::{DICT_METHODS, LIST_METHODS, SET_METHODS, TUPLE_METHODS};
use crate::error::Result;
use crate::function::{ANY_KEYWORD, Builtin, Property, Wrapper};
use crate::iter::{GENERATOR_METHODS, Iter};
use crate::map::Map;
use crate::number;
use crate::object::{Class, Constructor, Dict, Instance, List, Range, Slice};
use crate::str_methods::STR_METHODS;
use crate::value::Value;
use crate::vm::{Args, Vm};
use crate::{modules, weak};
use refcycle::Gc;

static OBJECT_METHODS: &[Builtin] = &[
    Builtin {
        name: "__init__",
        arity: (0, usize::MAX),
        is_method: true,
        keywords: &[ANY_KEYWORD],
        body: |_, _| Ok(Value::None),
    },
    Builtin {
        name: "__setattr__",
        arity: (2, 2),
        is_method: true,
        keywords: &[],
        body: |vm, args| match (&args.pos[0], &args.pos[1]) {
            (Value::Instance(this), Value::Str(name)) => {
                vm.set_own_attribute(this, name, args.pos[2].clone())?;
                Ok(Value::None)
            }
            _ => vm.type_error("attribute name must be string"),
        },
    },
];

static PROPERTY_METHODS: &[Builtin] = &[Builtin {
    name: "setter",
    arity: (1, 1),
    is_method: true,
    keywords: &[],
    body: |vm, args| match &args.pos[0] {
        Value::Property(property) => {
            Ok(Property::new(property.getter.clone(), args.pos[1].clone()).into())
        }
        _ => vm.type_error("descriptor 'setter' requires a property"),
    },
}];

/// The classes that can be called and named in programs.
const CLASSES: &[(&str, Constructor, &[Builtin])] = &[
    ("int", int, &[]),
    ("float", float, &[]),
    ("str", str, STR_METHODS),
    ("list", list, LIST_METHODS),
    ("tuple", tuple, TUPLE_METHODS),
    ("dict", dict, DICT_METHODS),
    ("set", set, SET_METHODS),
    ("frozenset", frozenset, SET_METHODS),
    ("range", range, &[]),
    ("slice", slice, &[]),
    ("enumerate", enumerate, &[]),
    ("zip", zip, &[]),
    ("map", map, &[]),
    ("filter", filter, &[]),
    ("reversed", reversed, &[]),
    ("property", property, PROPERTY_METHODS),
    ("staticmethod", staticmethod, &[]),
    ("classmethod", classmethod, &[]),
    ("super", crate::builtins::super_object, &[]),
    ("type", type_of, &[]),
];

/// The classes that programs meet only as the class of a value.
const HIDDEN: &[&str] = &[
    "NoneType",
    "NotImplementedType",
    "ellipsis",
    "builtin_function_or_method",
    "method_descriptor",
    "dict_keys",
    "dict_values",
    "dict_items",
    "iterator",
    "function",
    "method",
    "cell",
    "module",
    "frame",
    "traceback",
];

/// Defines the classes.
pub(crate) fn install(vm: &Vm) {
    let object = vm.define_class("object", None, Some(plain), OBJECT_METHODS);
    vm.builtins.set(&vm.intern("object"), Value::Class(object.clone()));
    for &(name, constructor, methods) in CLASSES {
        let class = vm.define_class(name, Some(object.clone()), Some(constructor), methods);
        vm.builtins.set(&vm.intern(name), Value::Class(class));
    }
    let bool_class = vm.define_class("bool", Some(vm.class("int")), Some(bool), &[]);
    vm.builtins.set(&vm.intern("bool"), Value::Class(bool_class));
    for &name in HIDDEN {
        vm.define_class(name, Some(object.clone()), None, &[]);
    }
    vm.define_class("generator", Some(object.clone()), None, GENERATOR_METHODS);
    vm.define_class("TextIOWrapper", Some(object.clone()), None, modules::STREAM_METHODS);
    vm.define_class("weakref", Some(object), Some(weak::reference), &[]);
}

#[expect(clippy::unnecessary_wraps, reason = "every constructor may fail")]
fn plain(_: &Vm, class: &Gc<Class>, _: &Args) -> Result<Value> {
    Ok(Instance::new(class.clone(), None).into())
}

fn type_of(vm: &Vm, _: &Gc<Class>, args: &Args) -> Result<Value> {
    match &args.pos[..] {
        [value] => Ok(Value::Class(vm.class_of(value))),
        _ => Err(vm.error("NotImplementedError", "minipy makes no classes by calling type()")),
    }
}

/// At most one positional argument.
fn one<'a>(vm: &Vm, class: &Gc<Class>, args: &'a Args) -> Result<Option<&'a Value>> {
    match &args.pos[..] {
        [] => Ok(None),
        [value] => Ok(Some(value)),
        more => {
            let (name, given) = (&class.name.text, more.len());
            vm.type_error(format!("{name} expected at most 1 argument, got {given}"))
        }
    }
}

fn int(vm: &Vm, class: &Gc<Class>, args: &Args) -> Result<Value> {
    if let Some(Value::Str(text)) = args.get(0)
        && let Some(base) = args.get(1).or_else(|| args.keyword("base"))
    {
        let base = base.as_int().and_then(|base| u32::try_from(base).ok());
        let base = base.filter(|base| (2..=36).contains(base)).unwrap_or(10);
        return parse_int(vm, &text.text, base);
    }
    let Some(value) = one(vm, class, args)? else { return Ok(Value::Int(0)) };
    match value {
        Value::Int(_) | Value::Bool(_) => Ok(Value::Int(value.as_int().unwrap_or(0))),
        Value::Float(number) => number::float_to_int(vm, *number).map(Value::Int),
        Value::Str(text) => parse_int(vm, &text.text, 10),
        _ => vm.call_special(value, &vm.names.int, Vec::new()).unwrap_or_else(|| {
            let name = vm.type_name(value);
            vm.type_error(format!(
                "int() argument must be a string, a bytes-like object or a real number, not '{name}'"
            ))
        }),
    }
}

fn parse_int(vm: &Vm, text: &str, base: u32) -> Result<Value> {
    let digits = text.trim().replace('_', "");
    match i64::from_str_radix(&digits, base) {
        Ok(number) => Ok(Value::Int(number)),
        Err(error)
            if matches!(
                error.kind(),
                std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow
            ) =>
        {
            Err(number::too_large(vm))
        }
        Err(_) => vm.value_error(format!(
            "invalid literal for int() with base {base}: {}",
            crate::text::str_repr(text)
        )),
    }
}

fn float(vm: &Vm, class: &Gc<Class>, args: &Args) -> Result<Value> {
    let Some(value) = one(vm, class, args)? else { return Ok(Value::Float(0.0)) };
    match value {
        Value::Int(_) | Value::Bool(_) | Value::Float(_) => {
            Ok(Value::Float(number::to_float(value)))
        }
        Value::Str(text) => match text.text.trim().replace('_', "").parse() {
            Ok(number) => Ok(Value::Float(number)),
            Err(_) => vm.value_error(format!(
                "could not convert string to float: {}",
                crate::text::str_repr(&text.text)
            )),
        },
        _ => vm.call_special(value, &vm.names.float, Vec::new()).unwrap_or_else(|| {
            let name = vm.type_name(value);
            vm.type_error(format!(
                "float() argument must be a string or a real number, not '{name}'"
            ))
        }),
    }
}

fn bool(vm: &Vm, class: &Gc<Class>, args: &Args) -> Result<Value> {
    Ok(Value::Bool(match one(vm, class, args)? {
        Some(value) => vm.truth(value)?,
        None => false,
    }))
}

fn str(vm: &Vm, class: &Gc<Class>, args: &Args) -> Result<Value> {
    Ok(match one(vm, class, args)? {
        Some(Value::Str(text)) => Value::Str(text.clone()),
        Some(value) => Value::str(vm.str(value)?),
        None => Value::str(""),
    })
}

fn elements(vm: &Vm, class: &Gc<Class>, args: &Args) -> Result<Vec<Value>> {
    match one(vm, class, args)? {
        Some(iterable) => vm.collect(iterable),
        None => Ok(Vec::new()),
    }
}

fn list(vm: &Vm, class: &Gc<Class>, args: &Args) -> Result<Value> {
    Ok(Value::list(elements(vm, class, args)?))
}

fn tuple(vm: &Vm, class: &Gc<Class>, args: &Args) -> Result<Value> {
    match &args.pos[..] {
        [Value::Tuple(tuple)] => Ok(Value::Tuple(tuple.clone())),
        _ => Ok(Value::tuple(elements(vm, class, args)?)),
    }
}

fn dict(vm: &Vm, class: &Gc<Class>, args: &Args) -> Result<Value> {
    let dict = Dict::new(Map::default());
    if let Some(other) = one(vm, class, args)? {
        vm.update_dict(&dict, other)?;
    }
    for (name, value) in &args.kw {
        dict.set(name, value.clone());
    }
    Ok(Value::Dict(dict))
}

fn set(vm: &Vm, class: &Gc<Class>, args: &Args) -> Result<Value> {
    Ok(Value::Set(vm.set_of(elements(vm, class, args)?, false)?))
}

fn frozenset(vm: &Vm, class: &Gc<Class>, args: &Args) -> Result<Value> {
    Ok(Value::Set(vm.set_of(elements(vm, class, args)?, true)?))
}

fn range(vm: &Vm, _: &Gc<Class>, args: &Args) -> Result<Value> {
    let mut numbers = Vec::new();
    for value in &args.pos {
        let Some(number) = value.as_int() else {
            let name = vm.type_name(value);
            return vm.type_error(format!("'{name}' object cannot be interpreted as an integer"));
        };
        numbers.push(number);
    }
    let (start, stop, step) = match numbers[..] {
        [stop] => (0, stop, 1),
        [start, stop] => (start, stop, 1),
        [_, _, 0] => return vm.value_error("range() arg 3 must not be zero"),
        [start, stop, step] => (start, stop, step),
        [] => return vm.type_error("range expected at least 1 argument, got 0"),
        _ => {
            let given = numbers.len();
            return vm.type_error(format!("range expected at most 3 arguments, got {given}"));
        }
    };
    Ok(Range::new(start, stop, step).into())
}

fn slice(vm: &Vm, _: &Gc<Class>, args: &Args) -> Result<Value> {
    let none = Value::None;
    let parts = match &args.pos[..] {
        [stop] => [&none, stop, &none],
        [start, stop] => [start, stop, &none],
        [start, stop, step] => [start, stop, step],
        _ => return vm.type_error("slice expected 1 to 3 arguments"),
    };
    Ok(Slice::new(parts.map(Value::clone)).into())
}

fn enumerate(vm: &Vm, _: &Gc<Class>, args: &Args) -> Result<Value> {
    let Some(iterable) = args.get(0) else {
        return vm.type_error("enumerate() missing required argument 'iterable' (pos 1)");
    };
    let start = args.get(1).or_else(|| args.keyword("start")).and_then(Value::as_int);
    Ok(Iter::enumerate(vm.iterate(iterable)?, start.unwrap_or(0)))
}

fn iters(vm: &Vm, iterables: &[Value]) -> Result<Vec<Value>> {
    iterables.iter().map(|iterable| vm.iterate(iterable)).collect()
}

fn zip(vm: &Vm, _: &Gc<Class>, args: &Args) -> Result<Value> {
    Ok(Iter::zip(iters(vm, &args.pos)?))
}

fn map(vm: &Vm, _: &Gc<Class>, args: &Args) -> Result<Value> {
    match &args.pos[..] {
        [function, iterables @ ..] if !iterables.is_empty() => {
            Ok(Iter::map(function.clone(), iters(vm, iterables)?))
        }
        _ => vm.type_error("map() must have at least two arguments."),
    }
}

fn filter(vm: &Vm, _: &Gc<Class>, args: &Args) -> Result<Value> {
    match &args.pos[..] {
        [function, iterable] => Ok(Iter::filter(function.clone(), vm.iterate(iterable)?)),
        _ => vm.type_error(format!("filter expected 2 arguments, got {}", args.pos.len())),
    }
}

fn reversed(vm: &Vm, class: &Gc<Class>, args: &Args) -> Result<Value> {
    let Some(value) = one(vm, class, args)? else {
        return vm.type_error("reversed expected 1 argument, got 0");
    };
    if let Some(result) = vm.call_special(value, &vm.names.reversed, Vec::new()) {
        return result;
    }
    Ok(Iter::reversed(match value {
        Value::List(list) => list.clone(),
        other => List::new(vm.collect(other)?),
    }))
}

fn property(vm: &Vm, class: &Gc<Class>, args: &Args) -> Result<Value> {
    if args.pos.len() > 2 {
        return vm.type_error(format!("minipy's {} takes a getter and a setter", class.name.text));
    }
    let part = |number: usize| args.get(number).cloned().into();
    Ok(Property::new(part(0), part(1)).into())
}

fn staticmethod(vm: &Vm, class: &Gc<Class>, args: &Args) -> Result<Value> {
    Ok(Wrapper::new(one(vm, class, args)?.cloned().into(), false).into())
}

fn classmethod(vm: &Vm, class: &Gc<Class>, args: &Args) -> Result<Value> {
    Ok(Wrapper::new(one(vm, class, args)?.cloned().into(), true).into())
}
