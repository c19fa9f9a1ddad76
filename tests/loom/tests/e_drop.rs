//! Two droppers, with and without a collector.
//!
//! Invariant: a thread that took a handle away which was not the last does not touch the object again;
//! what may be garbage is noted by one of them; memory stays while a buffer or a record leads to it.
//!
//! Executions and seconds with bound 2: e_two 111, e_lost 1120 / 0.1 s; with bound 1, e_buffer 193, e_cycle 53.
#![cfg(loom)]

use refcycle::sync::collect;
use refcycle_loom::{model, pair, spawn};

/// Two drop the two handles.
#[test]
fn e_two() {
    model("e_two", |world| {
        let a = world.node();
        let b = a.clone();
        let mutator = spawn(move || drop(b));
        drop(a);
        mutator.join().unwrap();
    });
}

/// The same, while a third collects.
#[test]
fn e_buffer() {
    model("e_buffer", |world| {
        let a = world.node();
        let b = a.clone();
        let mutators = [spawn(move || drop(a)), spawn(move || drop(b))];
        collect();
        for mutator in mutators {
            mutator.join().unwrap();
        }
    });
}

/// Two drop the outside handles of a cycle while a third collects.
#[test]
fn e_cycle() {
    model("e_cycle", |world| {
        let (a, b) = (world.node(), world.node());
        pair(&a, &b);
        let mutators = [spawn(move || drop(a)), spawn(move || drop(b))];
        collect();
        for mutator in mutators {
            mutator.join().unwrap();
        }
    });
}

/// The last outside handle of a candidate goes while the collector finds it alive.
#[test]
fn e_lost() {
    model("e_lost", |world| {
        let a = world.node();
        a.link(&a);
        drop(a.clone());
        let mutator = spawn(move || drop(a));
        collect();
        mutator.join().unwrap();
    });
}
