//! What only `refcycle::inspect` knows: which objects are frozen, and how old an object is.

use crate::error::Result;
use crate::value::Value;
use crate::vm::Vm;
use refcycle::inspect::{self, Generation};
use std::collections::HashMap;

pub(crate) fn freeze(_: &Vm) -> Result<()> {
    inspect::freeze();
    Ok(())
}

pub(crate) fn unfreeze(_: &Vm) -> Result<()> {
    inspect::unfreeze();
    Ok(())
}

/// How many of these are frozen.
pub(crate) fn count(objects: &[Value]) -> usize {
    let ages = Ages::now();
    objects.iter().filter(|object| ages.of(object) == Some(Generation::Frozen)).count()
}

/// Those of these that are not frozen.
pub(crate) fn thawed(mut objects: Vec<Value>) -> Vec<Value> {
    let ages = Ages::now();
    objects.retain(|object| ages.of(object) != Some(Generation::Frozen));
    objects
}

/// Those of these that belong to a generation. The library has none in the middle.
pub(crate) fn of_generation(
    _: &Vm,
    mut objects: Vec<Value>,
    generation: usize,
) -> Result<Vec<Value>> {
    let ages = Ages::now();
    let age = match generation {
        0 => Some(Generation::Young),
        1 => return Ok(Vec::new()),
        _ => Some(Generation::Old),
    };
    objects.retain(|object| ages.of(object) == age);
    Ok(objects)
}

/// The generation of each object, by its address.
struct Ages(HashMap<usize, Generation>);

impl Ages {
    fn now() -> Ages {
        let mut ages = HashMap::new();
        inspect::for_each_object(|object| {
            ages.insert(object.address(), object.generation());
        });
        Ages(ages)
    }

    fn of(&self, object: &Value) -> Option<Generation> {
        self.0.get(&object.address()?).copied()
    }
}
