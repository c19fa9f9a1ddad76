//! A verdict that takes one object and spares its neighbour for now, since its type has no `Drop` that
//! could reach others.
//!
//! Invariant: all that dies at one instant is seen dead by whoever upgrades a weak handle after it.
//!
//! Executions / seconds with two preemptions: c_verdict 82856 / 13.7, c_verdict_rev 72968 / 8.5;
//! with every record a suspect 82958 / 11.0, 76394 / 9.5.
#![cfg(loom)]

use refcycle::facts::{Facts, TypeFacts};
use refcycle::sync::{Gc, collect};
use refcycle::{Trace, Tracer, facts};
use refcycle_loom::{Lock, NodeFacts, Probe, model, spawn};

struct Plain {
    probe: Probe,
    dropper: Gc<Dropper>,
}

// SAFETY: one edge, which never changes.
unsafe impl Trace for Plain {
    type Facts = NodeFacts<false>;

    fn trace(&self, tracer: &mut Tracer) {
        self.probe.check();
        self.dropper.trace(tracer);
    }
}

// SAFETY: loom checks who looks at the canary when.
unsafe impl Send for Plain {}
// SAFETY: as above.
unsafe impl Sync for Plain {}

struct Dropper {
    probe: Probe,
    back: Lock<Option<Gc<Plain>>>,
}

// SAFETY: the lock passes its content on.
unsafe impl Trace for Dropper {
    type Facts = facts::All;

    fn trace(&self, tracer: &mut Tracer) {
        self.probe.check();
        self.back.trace(tracer);
    }
}

// SAFETY: loom checks who looks at the canary when.
unsafe impl Send for Dropper {}
// SAFETY: as above.
unsafe impl Sync for Dropper {}

/// The plain one, which can be upgraded, leads to the other.
fn verdict(name: &str, plain_first: bool) {
    const { assert!(<NodeFacts<false> as TypeFacts>::L2.owns && Facts::ALL.drops) }
    model(name, move |world| {
        let dropper = Gc::new(Dropper { probe: world.probe(), back: Lock::new(None) });
        let plain = Gc::new(Plain { probe: world.probe(), dropper: dropper.clone() });
        *dropper.back.lock() = Some(plain.clone());
        let weak = Gc::downgrade(&plain);
        if plain_first {
            drop(plain);
            drop(dropper);
        } else {
            drop(dropper);
            drop(plain);
        }
        let mutator = spawn(move || {
            let Some(plain) = weak.upgrade() else { return };
            plain.probe.check();
            if let Some(dropper) = Gc::try_deref(&plain.dropper) {
                dropper.probe.check();
            }
        });
        collect();
        mutator.join().unwrap();
    });
}

#[test]
fn c_verdict() {
    verdict("c_verdict", true);
}

#[test]
fn c_verdict_rev() {
    verdict("c_verdict_rev", false);
}
