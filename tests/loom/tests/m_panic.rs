//! A `Trace` that panics, with handles reported and their lock given back by the unwinding.
//!
//! Invariant: after a panic nothing that was reported is looked at: it may be gone.
#![cfg(loom)]

use refcycle::sync::{Gc, collect};
use refcycle::{Trace, Tracer};
use refcycle_loom::{Lock, NodeFacts, Probe, World, model, spawn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

struct Node {
    probe: Probe,
    cell: Lock<Option<Gc<Node>>>,
    panics: AtomicBool,
}

// SAFETY: the cell's content is reported once, under its lock; if it panics, nothing is looked at.
unsafe impl Trace for Node {
    type Facts = NodeFacts<false>;

    fn trace(&self, tracer: &mut Tracer) {
        self.probe.check();
        let Some(guard) = self.cell.try_lock() else { return tracer.opaque() };
        guard.trace(tracer);
        if self.panics.swap(false, Relaxed) {
            resume_unwind(Box::new(()));
        }
        // SAFETY: it is the guard of a lock in this very value.
        unsafe { tracer.keep(guard) }
    }
}

// SAFETY: loom checks who looks at the canary when.
unsafe impl Send for Node {}
// SAFETY: as above.
unsafe impl Sync for Node {}

fn node(world: &World, panics: bool) -> Gc<Node> {
    let (probe, cell) = (world.probe(), Lock::new(None));
    Gc::new(Node { probe, cell, panics: AtomicBool::new(panics) })
}

/// The target dies while the panic unwinds.
#[test]
fn m_panic() {
    model("m_panic", |world| {
        let (a, b) = (node(world, true), node(world, false));
        *a.cell.lock() = Some(b);
        drop(a.clone());
        let mutator = spawn(move || {
            let target = a.cell.try_lock().and_then(|mut cell| cell.take());
            drop(target);
        });
        let _panicked = catch_unwind(AssertUnwindSafe(collect));
        mutator.join().unwrap();
    });
}
