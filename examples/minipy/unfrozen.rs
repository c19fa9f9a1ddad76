//! [`frozen`](crate::frozen) without the feature `inspect`: nothing is ever frozen, and nobody knows how old an
//! object is.

use crate::builtins::{function, with_keywords};
use crate::error::Result;
use crate::function::Builtin;
use crate::heap;
use crate::value::Value;
use crate::vm::Vm;

/// The part of the module `gc` for which minipy needs the feature.
pub(crate) static FUNCTIONS: &[Builtin] = &[
    function("freeze", 0, 0, |vm, _| unavailable(vm, "gc.freeze()")),
    function("unfreeze", 0, 0, |vm, _| unavailable(vm, "gc.unfreeze()")),
    function("get_freeze_count", 0, 0, |_, _| Ok(Value::Int(0))),
    with_keywords("get_objects", 0, 1, &["generation"], |vm, args| {
        match heap::generation(vm, args)? {
            None => Ok(Value::list(heap::tracked())),
            Some(_) => unavailable(vm, "gc.get_objects() of one generation"),
        }
    }),
];

/// Those of these that are not frozen.
pub(crate) fn thawed(objects: Vec<Value>) -> Vec<Value> {
    objects
}

fn unavailable(vm: &Vm, what: &str) -> Result<Value> {
    let message = format!("{what} needs minipy to be built with the feature `inspect`");
    Err(vm.error("NotImplementedError", message))
}
