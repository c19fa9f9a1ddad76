//! Clones and drops against a collection.
//!
//! Invariant: a collection frees nothing that a handle leads to which was cloned from another, out of a
//! cell or through an immutable edge; and what is garbage after all drops is a candidate.
//!
//! Executions / seconds with two preemptions: a_clone_drop 2615 / 0.5, a_keep 7320 / 1.0, a_fixed
//! 19333 / 3.4, a_fixed_rev 10985 / 1.9; with every record a suspect 3910 / 0.9, 10039 / 1.9,
//! 36004 / 6.9, 22491 / 4.1.
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
