//! The built-in functions.

use crate::code::BinaryOp;
use crate::error::Result;
use crate::function::{Builtin, Super};
use crate::number;
use crate::object::Class;
use crate::value::Value;
use crate::vm::{Args, Vm};
use refcycle::Gc;

/// As many arguments as one likes.
const MANY: usize = usize::MAX;

/// A table entry for a function.
pub(crate) const fn function(
    name: &'static str,
    least: usize,
    most: usize,
    body: fn(&Vm, &Args) -> Result<Value>,
) -> Builtin {
    Builtin { name, arity: (least, most), is_method: false, keywords: &[], body }
}

/// A table entry for a function with keyword arguments.
pub(crate) const fn with_keywords(
    name: &'static str,
    least: usize,
    most: usize,
    keywords: &'static [&'static str],
    body: fn(&Vm, &Args) -> Result<Value>,
) -> Builtin {
    Builtin { name, arity: (least, most), is_method: false, keywords, body }
}

static FUNCTIONS: &[Builtin] = &[
    with_keywords("print", 0, MANY, &["sep", "end", "file", "flush"], print),
    function("len", 1, 1, |vm, args| vm.len(&args.pos[0]).map(Value::Int)),
    function("repr", 1, 1, |vm, args| vm.repr(&args.pos[0]).map(Value::str)),
    function("id", 1, 1, |_, args| Ok(Value::Int(identity(&args.pos[0])))),
    function("hash", 1, 1, |vm, args| Ok(Value::Int(vm.hash(&args.pos[0])?.cast_signed()))),
    function("isinstance", 2, 2, |vm, args| {
        let class = vm.class_of(&args.pos[0]);
        is_subclass(
            vm,
            &class,
            &args.pos[1],
            "isinstance() arg 2 must be a type, a tuple of types, or a union",
        )
        .map(Value::Bool)
    }),
    function("issubclass", 2, 2, |vm, args| match &args.pos[0] {
        Value::Class(class) => {
            let message = "issubclass() arg 2 must be a class, a tuple of classes, or a union";
            is_subclass(vm, class, &args.pos[1], message).map(Value::Bool)
        }
        _ => vm.type_error("issubclass() arg 1 must be a class"),
    }),
    function("callable", 1, 1, |vm, args| {
        Ok(Value::Bool(match &args.pos[0] {
            Value::Function(_)
            | Value::Builtin(_)
            | Value::Method(_)
            | Value::Class(_)
            | Value::WeakRef(_) => true,
            Value::Instance(instance) => instance.class().lookup(&vm.names.call).is_some(),
            _ => false,
        }))
    }),
    function("hasattr", 2, 2, |vm, args| Ok(Value::Bool(attribute(vm, args)?.is_some()))),
    function("getattr", 2, 3, |vm, args| match (attribute(vm, args)?, args.get(2)) {
        (Some(value), _) => Ok(value),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => vm.get_attribute(&args.pos[0], &name(vm, args)?),
    }),
    function("setattr", 3, 3, |vm, args| {
        vm.set_attribute(&args.pos[0], &name(vm, args)?, args.pos[2].clone())?;
        Ok(Value::None)
    }),
    function("delattr", 2, 2, |vm, args| {
        vm.delete_attribute(&args.pos[0], &name(vm, args)?)?;
        Ok(Value::None)
    }),
    function("iter", 1, 1, |vm, args| vm.iterate(&args.pos[0])),
    function("next", 1, 2, |vm, args| {
        let frame = match &args.pos[0] {
            Value::Iter(iter) => iter.frame(),
            _ => None,
        };
        match (vm.next(&args.pos[0])?, args.get(1)) {
            (Some(value), _) => Ok(value),
            (None, Some(default)) => Ok(default.clone()),
            (None, None) => Err(vm.stop(frame.as_ref())),
        }
    }),
    with_keywords("sorted", 1, 1, &["key", "reverse"], |vm, args| {
        let items = vm.collect(&args.pos[0])?;
        Ok(Value::list(vm.sort(items, args)?))
    }),
    with_keywords("min", 1, MANY, &["key", "default"], |vm, args| extreme(vm, args, "min")),
    with_keywords("max", 1, MANY, &["key", "default"], |vm, args| extreme(vm, args, "max")),
    function("sum", 1, 2, |vm, args| {
        let mut sum = args.get(1).cloned().unwrap_or(Value::Int(0));
        vm.for_each(&args.pos[0], |value| {
            sum = vm.binary(BinaryOp::Add, &sum, &value)?;
            Ok(true)
        })?;
        Ok(sum)
    }),
    function("any", 1, 1, |vm, args| quantify(vm, args, true)),
    function("all", 1, 1, |vm, args| quantify(vm, args, false)),
    function("abs", 1, 1, |vm, args| match &args.pos[0] {
        Value::Float(number) => Ok(Value::Float(number.abs())),
        value => match value.as_int() {
            Some(number) => match number.checked_abs() {
                Some(number) => Ok(Value::Int(number)),
                None => Err(number::too_large(vm)),
            },
            None => vm.call_special(value, &vm.names.abs, Vec::new()).unwrap_or_else(|| {
                vm.type_error(format!("bad operand type for abs(): '{}'", vm.type_name(value)))
            }),
        },
    }),
    function("round", 1, 2, round),
    function("divmod", 2, 2, |vm, args| {
        let quotient = vm.binary(BinaryOp::FloorDiv, &args.pos[0], &args.pos[1])?;
        let rest = vm.binary(BinaryOp::Mod, &args.pos[0], &args.pos[1])?;
        Ok(Value::tuple(vec![quotient, rest]))
    }),
    function("pow", 2, 2, |vm, args| vm.binary(BinaryOp::Pow, &args.pos[0], &args.pos[1])),
    function("ord", 1, 1, |vm, args| {
        let Value::Str(text) = &args.pos[0] else {
            let name = vm.type_name(&args.pos[0]);
            return vm.type_error(format!("ord() expected string of length 1, but {name} found"));
        };
        let mut chars = text.text.chars();
        match (chars.next(), chars.count()) {
            (Some(char), 0) => Ok(Value::Int(i64::from(u32::from(char)))),
            (first, more) => {
                let len = more + usize::from(first.is_some());
                let message = "ord() expected a character, but string of length";
                vm.type_error(format!("{message} {len} found"))
            }
        }
    }),
    function("chr", 1, 1, |vm, args| {
        let code = args.pos[0].as_int().and_then(|code| u32::try_from(code).ok());
        match code.and_then(char::from_u32) {
            Some(char) => Ok(Value::str(char.to_string())),
            None => vm.value_error("chr() arg not in range(0x110000)"),
        }
    }),
    function("bin", 1, 1, |vm, args| vm.format(&args.pos[0], "#b").map(Value::str)),
    function("oct", 1, 1, |vm, args| vm.format(&args.pos[0], "#o").map(Value::str)),
    function("hex", 1, 1, |vm, args| vm.format(&args.pos[0], "#x").map(Value::str)),
    function("format", 1, 2, |vm, args| {
        let spec = args.get(1).and_then(Value::as_str).unwrap_or_default();
        vm.format(&args.pos[0], spec).map(Value::str)
    }),
    function("globals", 0, 0, |vm, _| {
        Ok(vm.frame().map(|frame| Value::Dict(frame.globals.clone())).into())
    }),
    function("locals", 0, 0, |vm, _| {
        Ok(vm.frame().map(|frame| Value::Dict(vm.locals_of(&frame))).into())
    }),
    function("vars", 1, 1, |vm, args| vm.get_attribute(&args.pos[0], &vm.names.dict)),
];

/// Defines the functions and constants.
pub(crate) fn install(vm: &Vm) {
    for function in FUNCTIONS {
        vm.builtins.set(&vm.intern(function.name), Value::Builtin(function));
    }
    vm.builtins.set(&vm.intern("NotImplemented"), Value::NotImplemented);
    vm.builtins.set(&vm.intern("Ellipsis"), Value::Ellipsis);
    vm.builtins.set(&vm.intern("__debug__"), Value::Bool(true));
}

/// Python's `id(value)`.
pub(crate) fn identity(value: &Value) -> i64 {
    match value {
        Value::None => 8,
        Value::NotImplemented => 16,
        Value::Ellipsis => 24,
        Value::Bool(flag) => 32 + 8 * i64::from(*flag),
        // Immediate values have no address; odd numbers are nobody's.
        Value::Int(number) => number.wrapping_mul(4).wrapping_add(1),
        Value::Float(number) => number.to_bits().cast_signed() | 3,
        Value::Builtin(builtin) => std::ptr::from_ref(*builtin).addr() as i64,
        other => other.address().unwrap_or(0) as i64,
    }
}

fn print(vm: &Vm, args: &Args) -> Result<Value> {
    let text = |name: &str, default: &str| match args.keyword(name) {
        None | Some(Value::None) => Ok(default.to_owned()),
        Some(value) => vm.str(value),
    };
    let (separator, end) = (text("sep", " ")?, text("end", "\n")?);
    let mut line = String::new();
    for (number, value) in args.pos.iter().enumerate() {
        if number > 0 {
            line.push_str(&separator);
        }
        line.push_str(&vm.str(value)?);
    }
    line.push_str(&end);
    match args.keyword("file") {
        None | Some(Value::None) => vm.write(&line),
        Some(file) => {
            let write = vm.get_attribute(file, &vm.names.write)?;
            vm.call(&write, Args::of(vec![Value::str(line)]))?;
        }
    }
    Ok(Value::None)
}

fn is_subclass(vm: &Vm, class: &Class, of: &Value, message: &str) -> Result<bool> {
    match of {
        Value::Class(of) => Ok(class.is_subclass_of(of)),
        Value::Tuple(classes) => {
            for of in classes.items.iter() {
                if is_subclass(vm, class, of, message)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => vm.type_error(message),
    }
}

/// The second argument as an attribute's name.
fn name(vm: &Vm, args: &Args) -> Result<Gc<crate::object::Str>> {
    match &args.pos[1] {
        Value::Str(name) => Ok(vm.intern(&name.text)),
        _ => vm.type_error("attribute name must be string"),
    }
}

/// The attribute that the first two arguments mean, where there is one.
fn attribute(vm: &Vm, args: &Args) -> Result<Option<Value>> {
    match vm.get_attribute(&args.pos[0], &name(vm, args)?) {
        Ok(value) => Ok(Some(value)),
        Err(raised) if raised.exception.class().is_subclass_of(&vm.class("AttributeError")) => {
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

fn extreme(vm: &Vm, args: &Args, function: &str) -> Result<Value> {
    let items = match &args.pos[..] {
        [iterable] => vm.collect(iterable)?,
        items => items.to_vec(),
    };
    let key = args.keyword("key").filter(|key| !key.is_none());
    let mut best: Option<(Value, Value)> = None;
    for item in items {
        let key = match key {
            Some(key) => vm.call(key, Args::of(vec![item.clone()]))?,
            None => item.clone(),
        };
        let better = match &best {
            None => true,
            Some((best, _)) if function == "min" => vm.less(&key, best)?,
            Some((best, _)) => vm.less(best, &key)?,
        };
        if better {
            best = Some((key, item));
        }
    }
    match (best, args.keyword("default")) {
        (Some((_, item)), _) => Ok(item),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => vm.value_error(format!("{function}() arg is an empty sequence")),
    }
}

/// `any` looks for a true element, `all` for a false one.
fn quantify(vm: &Vm, args: &Args, wanted: bool) -> Result<Value> {
    let mut found = false;
    vm.for_each(&args.pos[0], |value| {
        found = vm.truth(&value)? == wanted;
        Ok(!found)
    })?;
    Ok(Value::Bool(found == wanted))
}

fn round(vm: &Vm, args: &Args) -> Result<Value> {
    let value = &args.pos[0];
    if let Some(number) = value.as_int() {
        return Ok(Value::Int(number));
    }
    let Value::Float(number) = *value else {
        let name = vm.type_name(value);
        return vm.type_error(format!("type {name} doesn't define __round__ method"));
    };
    match args.get(1).and_then(Value::as_int) {
        None => number::float_to_int(vm, number.round_ties_even()).map(Value::Int),
        Some(digits) if (0..300).contains(&digits) => {
            // Decimal formatting rounds the exact value, halves to even, as CPython does.
            let text = format!("{number:.*}", digits as usize);
            Ok(Value::Float(text.parse().unwrap_or(number)))
        }
        Some(digits) => {
            let scale = 10f64.powi(digits.clamp(-400, 400) as i32);
            Ok(Value::Float((number * scale).round_ties_even() / scale))
        }
    }
}

/// `super()`, which finds the class in the method's variable `__class__`, and `super(class, object)`.
pub(crate) fn super_object(vm: &Vm, _: &Gc<Class>, args: &Args) -> Result<Value> {
    if let [Value::Class(class), object] = &args.pos[..] {
        return Ok(Super::new(class.clone(), object.clone()).into());
    }
    let frame = vm.frame();
    let found = frame.as_ref().and_then(|frame| {
        let slot = frame.code.slots.iter().position(|&name| &*vm.name(name).text == "__class__")?;
        match (frame.local(slot)?, frame.local(0)?) {
            (Value::Class(class), object) => Some(Super::new(class, object)),
            _ => None,
        }
    });
    found.map_or_else(
        || Err(vm.error("RuntimeError", "super(): no arguments")),
        |found| Ok(found.into()),
    )
}
