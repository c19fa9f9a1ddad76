//! [`frozen`](crate::frozen) without the feature `inspect`: nothing is ever frozen, and nobody knows how old an
//! object is.

use crate::error::Result;
use crate::value::Value;
use crate::vm::Vm;

pub(crate) fn freeze(vm: &Vm) -> Result<()> {
    unavailable(vm, "gc.freeze()")
}

pub(crate) fn unfreeze(vm: &Vm) -> Result<()> {
    unavailable(vm, "gc.unfreeze()")
}

pub(crate) fn count(_: &[Value]) -> usize {
    0
}

pub(crate) fn thawed(objects: Vec<Value>) -> Vec<Value> {
    objects
}

pub(crate) fn of_generation(vm: &Vm, _: Vec<Value>, _: usize) -> Result<Vec<Value>> {
    unavailable(vm, "gc.get_objects() of one generation")
}

fn unavailable<T>(vm: &Vm, what: &str) -> Result<T> {
    let message = format!("{what} needs minipy to be built with the feature `inspect`");
    Err(vm.error("NotImplementedError", message))
}
