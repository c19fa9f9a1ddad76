//! Clones and drops against a collection.
//!
//! Invariant: a collection frees nothing that a handle leads to which was cloned from another, out of a
//! cell or through an immutable edge; and what is garbage after all drops is a candidate.
//!
//! Executions and seconds with bound 2: a_clone_drop 1529 / 0.2 s, a_keep 5777 / 0.6, a_fixed 14368 / 1.5, a_fixed_rev 7725 / 0.8; with every record
//! a suspect 3226, 11105, 35940, 21005 / 7.8 s in all.
#![cfg(loom)]

use refcycle::sync::collect;
use refcycle_loom::{model, pair, spawn};

/// A handle of a cycle is cloned and both are dropped.
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

/// A handle is cloned out of a cell, and the one that led there is dropped.
#[test]
fn a_keep() {
    model("a_keep", |world| {
        let (a, b) = (world.node(), world.node());
        pair(&a, &b);
        drop(b);
        let mutator = spawn(move || {
            let b = a.get();
            drop(a);
            if let Some(b) = b {
                b.check();
            }
        });
        collect();
        mutator.join().unwrap();
    });
}

/// The same through an edge without a lock; the owner's record is made first, or the target's.
fn fixed(name: &str, owner_first: bool) {
    model(name, move |world| {
        let b = world.node();
        let a = world.node_with(Some(b.clone()));
        b.link(&a);
        if owner_first {
            drop(a.clone());
        }
        drop(b);
        drop(a.clone());
        let mutator = spawn(move || {
            let b = a.fixed.clone();
            drop(a);
            if let Some(b) = b {
                b.check();
            }
        });
        collect();
        mutator.join().unwrap();
    });
}

#[test]
fn a_fixed() {
    fixed("a_fixed", true);
}

#[test]
fn a_fixed_rev() {
    fixed("a_fixed_rev", false);
}
