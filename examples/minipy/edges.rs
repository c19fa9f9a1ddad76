//! What each object refers to, for `gc.get_referents` and for the audit of `--debug-refs`.
//!
//! Written by hand and apart from `#[derive(Trace)]`, so that the audit compares two independent answers.

use crate::function::{Function, Method};
use crate::object::{Attributes, Instance};
use crate::registry;
use crate::value::Value;
use std::collections::HashMap;

/// The values that an object holds, each as often as it holds it.
pub(crate) fn referents(value: &Value) -> Vec<Value> {
    match value {
        Value::List(it) => it.snapshot(),
        Value::Tuple(it) => it.items.to_vec(),
        Value::Dict(it) => entries(&it.map.borrow()),
        Value::Set(it) => entries(&it.map.borrow()),
        Value::DictView(it) => vec![Value::Dict(it.dict.clone())],
        Value::Slice(it) => it.parts.to_vec(),
        Value::Function(it) => function(it),
        Value::Method(it) => {
            let Method { receiver, function, .. } = &**it;
            vec![receiver.clone(), function.clone()]
        }
        Value::Property(it) => vec![it.getter.clone(), it.setter.clone()],
        Value::Wrapper(it) => vec![it.function.clone()],
        Value::Super(it) => vec![Value::Class(it.class.clone()), it.object.clone()],
        Value::Cell(it) => it.get().into_iter().collect(),
        Value::Class(it) => {
            let mut held = entries(&it.attributes.borrow());
            held.extend(it.base.clone().map(Value::Class));
            held
        }
        Value::Instance(it) => instance(it),
        Value::Module(it) => vec![Value::Dict(it.dict.clone())],
        Value::WeakRef(it) => vec![it.callback.borrow().clone()],
        Value::Frame(it) => {
            let mut held: Vec<Value> = it.held();
            held.push(Value::Dict(it.globals.clone()));
            held.extend(it.names.clone().map(Value::Dict));
            held.extend(it.suspension.iter().flat_map(|it| it.held()));
            held
        }
        Value::Traceback(it) => {
            let mut held = vec![Value::Frame(it.frame.clone())];
            held.extend(it.next.clone().map(Value::Traceback));
            held
        }
        Value::Iter(it) => it.held(),
        _ => Vec::new(),
    }
}

fn entries(map: &crate::map::Map) -> Vec<Value> {
    map.iter().flat_map(|entry| [entry.key.clone(), entry.value.clone()]).collect()
}

fn function(it: &Function) -> Vec<Value> {
    let mut held = entries(&it.attributes.borrow());
    held.extend(it.defaults.clone().map(Value::Tuple));
    held.extend(it.keyword_defaults.iter().map(|(_, value)| value.clone()));
    held.push(Value::Dict(it.globals.clone()));
    held.extend(it.closure.clone().map(Value::Tuple));
    held
}

fn instance(it: &Instance) -> Vec<Value> {
    let mut held = match &*it.attributes.borrow() {
        Attributes::Own(map) => entries(map),
        Attributes::Shared(dict) => vec![Value::Dict(dict.clone())],
    };
    held.push(Value::Class(it.class()));
    if let Some(state) = &it.exception {
        let state = state.borrow();
        held.extend(
            [&state.args, &state.traceback, &state.cause, &state.context].map(Value::clone),
        );
    }
    held
}

/// Compares each object's count with the references that objects hold to it. What is held by running
/// code comes on top, so a count may be higher and must never be lower.
pub(crate) fn audit() -> Vec<String> {
    let objects = registry::objects();
    let mut held: HashMap<usize, usize> = HashMap::new();
    for object in &objects {
        for target in referents(object) {
            if let Some(address) = target.address() {
                *held.entry(address).or_default() += 1;
            }
        }
    }
    let mut wrong = Vec::new();
    for object in &objects {
        let (Some(kind), Some(address), Some(count)) =
            (object.kind(), object.address(), object.references())
        else {
            continue;
        };
        // One reference is our own.
        let count = count - 1;
        let known = held.get(&address).copied().unwrap_or(0);
        if count < known {
            wrong.push(format!(
                "{kind:?} object at {address:#x} has negative ref count {} ({count} counted, {known} found)",
                count as i64 - known as i64
            ));
        }
    }
    wrong
}

/// The number of references to all objects, and of objects.
pub(crate) fn totals() -> (usize, usize) {
    let objects = registry::objects();
    let references = objects.iter().filter_map(Value::references).map(|count| count - 1).sum();
    (references, objects.len())
}
