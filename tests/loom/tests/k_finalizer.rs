//! Finalizers, which see all intact and may pass handles on.
//!
//! Invariant: what a finalizer publishes lives; a finalizer runs once.
//!
//! Executions / seconds with two preemptions: k_publish 6577 / 1.1, k_publish_edge 6577 / 1.0,
//! k_counted 1432 / 0.2; with every record a suspect 6577 / 1.1, 6577 / 1.1, 1432 / 0.2.
#![cfg(loom)]

use loom::sync::Arc;
use refcycle::sync::{Gc, Weak, collect};
use refcycle::{Finalize, Trace, Tracer, facts};
use refcycle_loom::{Lock, Probe, World, model, spawn};

type Slot = Arc<Lock<Option<Gc<Saved>>>>;

struct Saved {
    probe: Probe,
    next: Lock<Option<Gc<Saved>>>,
    /// What to publish; without it, what `next` leads to.
    me: Option<Weak<Saved>>,
    /// Where the finalizer publishes it.
    slot: Slot,
}

impl Finalize for Saved {
    fn finalize(&self) {
        self.probe.check();
        if let Some(mut slot) = self.slot.try_lock() {
            *slot = match &self.me {
                Some(me) => me.upgrade(),
                None => self.next.try_lock().and_then(|next| next.clone()),
            };
        }
    }
}

// SAFETY: the lock passes its content on; a weak handle is no edge, and the slot is shared.
unsafe impl Trace for Saved {
    type Facts = facts::Finalizes<Saved>;

    fn trace(&self, tracer: &mut Tracer) {
        self.probe.check();
        self.next.trace(tracer);
    }
}

// SAFETY: loom checks who looks at the canary when.
unsafe impl Send for Saved {}
// SAFETY: as above.
unsafe impl Sync for Saved {}

fn saved(world: &World, slot: &Slot) -> Gc<Saved> {
    let (probe, slot) = (world.probe(), slot.clone());
    Gc::new_cyclic(|me| Saved { probe, next: Lock::new(None), me: Some(me.clone()), slot })
}

/// One that nobody holds weakly.
fn strong(world: &World, slot: &Slot) -> Gc<Saved> {
    Gc::new(Saved { probe: world.probe(), next: Lock::new(None), me: None, slot: slot.clone() })
}

/// Takes what was published and uses it.
fn take(slot: &Slot) {
    let published = slot.try_lock().and_then(|mut slot| slot.take());
    if let Some(saved) = published {
        saved.probe.check();
        let next = saved.next.try_lock().and_then(|next| next.clone());
        drop(saved);
        if let Some(next) = next {
            next.probe.check();
        }
    }
}

/// Of a loop.
fn publish(name: &str, make: fn(&World, &Slot) -> Gc<Saved>) {
    model(name, move |world| {
        let slot = Slot::new(Lock::new(None));
        let a = make(world, &slot);
        *a.next.lock() = Some(a.clone());
        drop(a);
        let reader = slot.clone();
        let mutator = spawn(move || take(&reader));
        collect();
        mutator.join().unwrap();
        drop(slot.lock().take());
    });
}

#[test]
fn k_publish() {
    publish("k_publish", saved);
}

#[test]
fn k_publish_edge() {
    publish("k_publish_edge", strong);
}

/// By counting, while another thread upgrades.
#[test]
fn k_counted() {
    model("k_counted", |world| {
        let slot = Slot::new(Lock::new(None));
        let a = saved(world, &slot);
        let weak = Gc::downgrade(&a);
        let mutator = spawn(move || {
            if let Some(a) = weak.upgrade() {
                a.probe.check();
            }
        });
        drop(a);
        mutator.join().unwrap();
        drop(slot.lock().take());
    });
}
