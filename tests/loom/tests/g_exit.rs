//! A thread that ends.
//!
//! Invariant: its candidates and its counts outlive it.
//!
//! Executions / seconds with two preemptions: g_exit 9336 / 1.7; with every record a suspect 14094
//! / 1.7.
#![cfg(loom)]

use refcycle::sync::collect;
use refcycle_loom::{model, pair, spawn};

/// It leaves a candidate behind, and an object that it made.
#[test]
fn g_exit() {
    model("g_exit", |world| {
        let (a, b) = (world.node(), world.node());
        pair(&a, &b);
        drop(b);
        let world = world.clone();
        let mutator = spawn(move || {
            let c = world.node();
            c.link(&a);
            drop(a);
        });
        collect();
        mutator.join().unwrap();
    });
}
