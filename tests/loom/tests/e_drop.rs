//! Two droppers, with and without a collector.
//!
//! Invariant: a thread that took a handle away which was not the last does not touch the object again;
//! what may be garbage is noted by one of them; memory stays while a buffer or a record leads to it.
//!
//! Executions / seconds with two preemptions: e_two 130 / 0.0, e_buffer 4772 / 0.8, e_cycle 1094 /
//! 0.3, e_lost 1372 / 0.2; with every record a suspect 130 / 0.0, 4604 / 0.8, 1409 / 0.3, 2312 /
//! 0.4.
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
