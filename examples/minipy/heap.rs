//! What the module `gc` says of objects: which there are, which the collector knows, what refers to what.
//!
//! The answers are CPython's, from what minipy knows of its own objects; only what is
//! [frozen](crate::frozen), and how old an object is, the library has to say.

use crate::builtins::function;
use crate::collector::GENERATIONS;
use crate::error::Result;
use crate::function::Builtin;
use crate::object::Attributes;
use crate::value::Value;
use crate::vm::{Args, Vm};
use crate::{edges, frozen, registry};
use refcycle::Gc;

const MANY: usize = usize::MAX;

pub(crate) static FUNCTIONS: &[Builtin] = &[
    function("is_tracked", 1, 1, |_, args| Ok(Value::Bool(is_tracked(&args.pos[0])))),
    function("is_finalized", 1, 1, |_, args| {
        Ok(Value::Bool(match &args.pos[0] {
            Value::Instance(instance) => Gc::is_finalized(instance),
            Value::Iter(iter) => Gc::is_finalized(iter),
            _ => false,
        }))
    }),
    function("get_referents", 0, MANY, |_, args| {
        Ok(Value::list(args.pos.iter().flat_map(referents).collect()))
    }),
    function("get_referrers", 0, MANY, |_, args| {
        let is_asked_for = |object: &Value| args.pos.iter().any(|it| it.is(object));
        let refers = |object: &Value| referents(object).iter().any(is_asked_for);
        let objects = frozen::thawed(tracked());
        Ok(Value::list(objects.into_iter().filter(refers).collect()))
    }),
];

/// The generation that `gc.get_objects` is asked for.
pub(crate) fn generation(vm: &Vm, args: &Args) -> Result<Option<usize>> {
    let Some(value) = args.get(0).or_else(|| args.keyword("generation")) else { return Ok(None) };
    match value.as_int() {
        None if value.is_none() => Ok(None),
        None => {
            let name = vm.type_name(value);
            vm.type_error(format!("argument should be integer or None, not '{name}'"))
        }
        // CPython's word for all.
        Some(-1) => Ok(None),
        Some(number) => match usize::try_from(number) {
            Ok(generation @ ..GENERATIONS) => Ok(Some(generation)),
            Ok(_) => vm.value_error(format!(
                "generation parameter must be less than the number of available generations ({GENERATIONS})"
            )),
            Err(_) => vm.value_error("generation parameter cannot be negative"),
        },
    }
}

/// The objects that CPython's collector would know, oldest first.
pub(crate) fn tracked() -> Vec<Value> {
    registry::objects().into_iter().filter(is_tracked).collect()
}

/// Whether CPython's collector would know an object: not those that cannot refer to others, and, once it has
/// looked, no dict and no tuple of such.
fn is_tracked(value: &Value) -> bool {
    match value {
        Value::Dict(dict) => {
            let parts = dict.map.borrow();
            parts.iter().any(|entry| leads_on(&entry.key) || leads_on(&entry.value))
        }
        Value::Tuple(tuple) => tuple.items.iter().any(leads_on),
        Value::Instance(instance) => instance.class().is_user || instance.exception.is_some(),
        other => other.kind().is_some_and(registry::Kind::is_listed),
    }
}

/// Whether an object makes the dict or tuple around it one that the collector knows.
fn leads_on(value: &Value) -> bool {
    match value {
        // A dict may come to lead on later.
        Value::Dict(_) => true,
        other => is_tracked(other),
    }
}

/// What an object refers to as CPython's `tp_traverse` goes through it.
fn referents(value: &Value) -> Vec<Value> {
    match value {
        Value::List(_) | Value::Tuple(_) => {
            let mut items = edges::referents(value);
            items.reverse();
            items
        }
        Value::Dict(dict) => entries(&dict.map.borrow()),
        Value::Set(set) => set.map.borrow().iter().map(|entry| entry.key.clone()).collect(),
        Value::Instance(instance) => {
            let mut held = match &*instance.attributes.borrow() {
                Attributes::Own(map) => entries(map),
                Attributes::Shared(dict) => vec![Value::Dict(dict.clone())],
            };
            if let Some(state) = &instance.exception {
                let state = state.borrow();
                let parts = [&state.args, &state.traceback, &state.cause, &state.context];
                held.extend(parts.into_iter().filter(|part| !part.is_none()).cloned());
            }
            let class = instance.class();
            if class.is_user {
                held.push(Value::Class(class));
            }
            held
        }
        Value::WeakRef(reference) => {
            let callback = reference.callback.borrow();
            if callback.is_none() { Vec::new() } else { vec![callback.clone()] }
        }
        // A generator owns the variables of its frame.
        Value::Iter(iter) => match iter.frame() {
            Some(frame) => edges::referents(&Value::Frame(frame)),
            None => edges::referents(value),
        },
        other => edges::referents(other),
    }
}

/// Where all keys are strings, CPython's collector leaves them out.
fn entries(map: &crate::map::Map) -> Vec<Value> {
    let has_other_keys = map.iter().any(|entry| !matches!(entry.key, Value::Str(_)));
    let parts = map.iter().flat_map(|entry| {
        let key = has_other_keys.then(|| entry.key.clone());
        [Some(entry.value.clone()), key]
    });
    parts.flatten().collect()
}
