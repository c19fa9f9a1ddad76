//! The background collector's start, wake and stop.
//!
//! Invariant: a request that was noted is looked at before the thread sleeps, so what waits for the
//! effect of one does not wait for ever, and neither does the end of the thread.
//!
//! Executions / seconds with two preemptions: h_stop 12 / 0.0, h_wake 7567 / 1.4, h_wake_stop 534 / 0.1.
#![cfg(loom)]

use loom::sync::Notify;
use refcycle::sync::{Gc, spawn_collector};
use refcycle::{Policy, Trace, Tracer};
use refcycle_loom::{Lock, NodeFacts, Probe, World, model, spawn};
use std::sync::Arc;

/// A value that tells when it is dropped.
struct Node {
    probe: Probe,
    me: Lock<Option<Gc<Node>>>,
    dropped: Option<Arc<Notify>>,
}

// SAFETY: the cell passes its content on; it can change.
unsafe impl Trace for Node {
    type Facts = NodeFacts<false>;

    fn trace(&self, tracer: &mut Tracer) {
        self.probe.check();
        self.me.trace(tracer);
    }
}

// SAFETY: loom checks who looks at the canary when.
unsafe impl Send for Node {}
// SAFETY: as above.
unsafe impl Sync for Node {}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(dropped) = &self.dropped {
            dropped.notify();
        }
    }
}

fn abandon(world: &World, dropped: Option<Arc<Notify>>) {
    let node = Gc::new(Node { probe: world.probe(), me: Lock::new(None), dropped });
    *node.me.lock() = Some(node.clone());
}

fn policy() -> Policy {
    Policy::default().with_young(1)
}

/// It starts and stops.
#[test]
fn h_stop() {
    model("h_stop", |_| spawn_collector(policy()).stop());
}

/// A thread that allocates wakes it, and waits for what it does.
#[test]
fn h_wake() {
    model("h_wake", |world| {
        let collector = spawn_collector(policy());
        let dropped = Arc::new(Notify::new());
        abandon(world, Some(dropped.clone()));
        // It asks before it makes this one.
        abandon(world, None);
        dropped.wait();
        drop(collector);
    });
}

/// A request meets the end.
#[test]
fn h_wake_stop() {
    model("h_wake_stop", |world| {
        let collector = spawn_collector(policy());
        let other = world.clone();
        let mutator = spawn(move || {
            abandon(&other, None);
            abandon(&other, None);
        });
        drop(collector);
        mutator.join().unwrap();
    });
}
