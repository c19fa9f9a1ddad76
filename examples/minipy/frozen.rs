//! What only `refcycle::inspect` knows: which objects are frozen, and how old an object is.

use crate::builtins::{function, with_keywords};
use crate::function::Builtin;
use crate::heap;
use crate::value::Value;
use refcycle::inspect::{self, Generation};
use std::collections::HashMap;

/// The part of the module `gc` for which minipy needs the feature `inspect`.
pub(crate) static FUNCTIONS: &[Builtin] = &[
    function("freeze", 0, 0, |_, _| {
        inspect::freeze();
        Ok(Value::None)
    }),
    function("unfreeze", 0, 0, |_, _| {
        inspect::unfreeze();
        Ok(Value::None)
    }),
    function("get_freeze_count", 0, 0, |_, _| {
        let ages = Ages::now();
        let objects = heap::tracked();
        let frozen = objects.iter().filter(|object| ages.of(object) == Some(Generation::Frozen));
        Ok(Value::from(frozen.count()))
    }),
    with_keywords("get_objects", 0, 1, &["generation"], |vm, args| {
        let mut objects = thawed(heap::tracked());
        if let Some(generation) = heap::generation(vm, args)? {
            let ages = Ages::now();
            let age = match generation {
                0 => Some(Generation::Young),
                2 => Some(Generation::Old),
                // The library has none in the middle.
                _ => None,
            };
            objects.retain(|object| age.is_some() && ages.of(object) == age);
        }
        Ok(Value::list(objects))
    }),
];

/// Those of these that are not frozen.
pub(crate) fn thawed(mut objects: Vec<Value>) -> Vec<Value> {
    let ages = Ages::now();
    objects.retain(|object| ages.of(object) != Some(Generation::Frozen));
    objects
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
