//! Clones and drops against a collection.
#![cfg(loom)]

use refcycle::sync::collect;
use refcycle_loom::{model, pair, spawn};

#[test]
fn a_clone_drop() {
    model("a_clone_drop", |world| {
        let (a, b) = (world.node(), world.node());
        pair(&a, &b);
        drop(b);
        let mutator = spawn(move || {
            let clone = a.clone();
            drop(a);
            clone.check();
            drop(clone);
        });
        collect();
        mutator.join().unwrap();
    });
}
