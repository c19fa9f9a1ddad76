//! Two collectors.
//!
//! Invariant: each object is dropped by one of them, and records belong to one collection at a time.
//!
//! Executions / seconds with two preemptions: f_two_collect 258 / 0.0, f_two_buffers 5837 / 0.7,
//! f_two_roots 1504 / 0.2, f_two_drops 302 / 0.0, f_dropper 18136 / 4.5; with every record a
//! suspect 258 / 0.0, 8498 / 1.0, 1763 / 0.2, 302 / 0.0, 26253 / 3.7.
#![cfg(loom)]

use refcycle::sync::collect;
use refcycle_loom::{model, pair, spawn, spawn_collector};

/// Both find the same garbage.
#[test]
fn f_two_collect() {
    model("f_two_collect", |world| {
        let (a, b) = (world.node(), world.node());
        pair(&a, &b);
        drop((a, b));
        let collector = spawn_collector();
        collect();
        collector.join().unwrap();
    });
}

/// Each has one object of the cycle in its buffer.
#[test]
fn f_two_buffers() {
    model("f_two_buffers", |world| {
        let (a, b) = (world.node(), world.node());
        pair(&a, &b);
        let collector = spawn(move || {
            drop(b);
            collect();
        });
        drop(a);
        collect();
        collector.join().unwrap();
    });
}

/// Each has a candidate of its own, and both of these lead to the same object.
#[test]
fn f_two_roots() {
    model("f_two_roots", |world| {
        let (a, b, c) = (world.node(), world.node(), world.node());
        a.link(&a);
        b.link(&b);
        a.cell.lock()[1] = Some(c.clone());
        b.cell.lock()[1] = Some(c);
        let collector = spawn(move || {
            drop(b);
            collect();
        });
        drop(a);
        collect();
        collector.join().unwrap();
    });
}

/// Both find the same garbage, of types whose `Drop` could reach others, so that one collects while the other disposes.
#[test]
fn f_two_drops() {
    model("f_two_drops", |world| {
        let (a, b) = (world.dropper(), world.dropper());
        pair(&a, &b);
        drop((a, b));
        let collector = spawn_collector();
        collect();
        collector.join().unwrap();
    });
}

/// Two collect while a third drops the last outside handle.
#[test]
fn f_dropper() {
    model("f_dropper", |world| {
        let (a, b) = (world.node(), world.node());
        pair(&a, &b);
        drop(b);
        let collector = spawn_collector();
        let mutator = spawn(move || drop(a));
        collect();
        collector.join().unwrap();
        mutator.join().unwrap();
    });
}
