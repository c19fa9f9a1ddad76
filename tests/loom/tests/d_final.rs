//! The last drop while the collector looks.
//!
//! Invariant: a value is destroyed once, and not while the collector looks at it.
//!
//! Executions / seconds with two preemptions: d_final 10483 / 1.2, d_final_drops 10483 / 1.4,
//! d_final_edge 63348 / 9.3, d_final_target 32263 / 7.5, d_final_suspect 95286 / 25.5; with every
//! record a suspect 7611 / 1.0, 7611 / 0.9, 55588 / 7.4, 23829 / 3.4, 59646 / 9.5.
#![cfg(loom)]

use refcycle::sync::collect;
use refcycle_loom::{model, spawn};

/// Of a candidate.
#[test]
fn d_final() {
    model("d_final", |world| {
        let a = world.node();
        drop(a.clone());
        let mutator = spawn(move || drop(a));
        collect();
        mutator.join().unwrap();
    });
}

/// Of a candidate whose type's `Drop` could reach others.
#[test]
fn d_final_drops() {
    model("d_final_drops", |world| {
        let a = world.dropper();
        drop(a.clone());
        let mutator = spawn(move || drop(a));
        collect();
        mutator.join().unwrap();
    });
}

/// Of an object that the collector came to by an edge, which is taken away.
#[test]
fn d_final_edge() {
    model("d_final_edge", |world| {
        let (a, b) = (world.node(), world.node());
        a.link(&b);
        drop(b);
        drop(a.clone());
        let mutator = spawn(move || {
            drop(a.take());
            drop(a);
        });
        collect();
        mutator.join().unwrap();
    });
}

/// The same of an object that is no candidate: nothing but the edge keeps it.
#[test]
fn d_final_target() {
    model("d_final_target", |world| {
        let a = world.node();
        a.cell.lock()[0] = Some(world.node());
        drop(a.clone());
        let mutator = spawn(move || {
            drop(a.take());
            drop(a);
        });
        collect();
        mutator.join().unwrap();
    });
}

/// Of garbage's neighbour: the edge is taken out of a cycle that a weak handle leads to.
#[test]
fn d_final_suspect() {
    use refcycle::sync::Gc;
    model("d_final_suspect", |world| {
        let (a, b) = (world.node(), world.node());
        a.cell.lock()[1] = Some(a.clone());
        a.link(&b);
        let weak = Gc::downgrade(&a);
        drop((a, b));
        let mutator = spawn(move || {
            if let Some(a) = weak.upgrade() {
                drop(a.take());
            }
        });
        collect();
        mutator.join().unwrap();
    });
}
