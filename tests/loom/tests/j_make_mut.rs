//! `make_mut`, which writes in place, copies, or moves the value away from its weak handles.
//!
//! Invariant: as in `j_exclusive`: neither the collector nor a weak handle leads to the value that is
//! lent out; and a handle that was upgraded in time keeps the value as it was.
//!
//! Executions / seconds with two preemptions: j_make_mut 5515 / 0.6, j_make_mut_edge 53034 / 6.9,
//! j_make_mut_drop 156 / 0.0, j_make_mut_weak 350 / 0.0, j_make_mut_move 14989 / 2.0; with every
//! record a suspect 3797 / 0.5, 30723 / 4.4, 156 / 0.0, 350 / 0.1, 8193 / 1.4.
#![cfg(loom)]

use refcycle::sync::{Gc, collect};
use refcycle::{Trace, Tracer};
use refcycle_loom::{Lock, NodeFacts, Probe, World, model, spawn};

struct Copied {
    probe: Probe,
    next: Lock<Option<Gc<Copied>>>,
    version: u32,
    world: World,
}

impl Clone for Copied {
    fn clone(&self) -> Copied {
        self.probe.check();
        let next = self.next.try_lock().and_then(|next| next.clone());
        Copied {
            probe: self.world.probe(),
            next: Lock::new(next),
            version: self.version,
            world: self.world.clone(),
        }
    }
}

// SAFETY: the lock passes its content on; it can change.
unsafe impl Trace for Copied {
    type Facts = NodeFacts<false>;

    fn trace(&self, tracer: &mut Tracer) {
        self.probe.check();
        self.next.trace(tracer);
    }
}

// SAFETY: loom checks who looks at the canary when.
unsafe impl Send for Copied {}
// SAFETY: as above.
unsafe impl Sync for Copied {}

fn copied(world: &World) -> Gc<Copied> {
    let (probe, world) = (world.probe(), world.clone());
    Gc::new(Copied { probe, next: Lock::new(None), version: 0, world })
}

fn change(a: &mut Gc<Copied>) {
    let value = Gc::make_mut(a);
    value.probe.write();
    value.version += 1;
}

/// Of a candidate, while the collector looks.
#[test]
fn j_make_mut() {
    model("j_make_mut", |world| {
        let mut a = copied(world);
        drop(a.clone());
        let mutator = spawn(move || {
            change(&mut a);
            assert_eq!(a.version, 1);
        });
        collect();
        mutator.join().unwrap();
    });
}

/// Of an object that the collector came to by an edge, which is taken out and put back.
#[test]
fn j_make_mut_edge() {
    model("j_make_mut_edge", |world| {
        let (a, b) = (copied(world), copied(world));
        *a.next.lock() = Some(b);
        drop(a.clone());
        let mutator = spawn(move || {
            let Some(mut b) = a.next.try_lock().and_then(|mut next| next.take()) else { return };
            change(&mut b);
            if let Some(mut next) = a.next.try_lock() {
                *next = Some(b);
            }
        });
        collect();
        mutator.join().unwrap();
    });
}

/// While another handle goes.
#[test]
fn j_make_mut_drop() {
    model("j_make_mut_drop", |world| {
        let mut a = copied(world);
        let b = a.clone();
        let mutator = spawn(move || {
            b.probe.check();
            assert_eq!(b.version, 0);
            drop(b);
        });
        change(&mut a);
        mutator.join().unwrap();
    });
}

/// While a weak handle is upgraded, which is cut off otherwise.
#[test]
fn j_make_mut_weak() {
    model("j_make_mut_weak", |world| {
        let mut a = copied(world);
        let weak = Gc::downgrade(&a);
        let mutator = spawn(move || {
            if let Some(a) = weak.upgrade() {
                a.probe.check();
                assert_eq!(a.version, 0);
            }
        });
        change(&mut a);
        mutator.join().unwrap();
    });
}

/// With a weak handle, of a candidate, while the collector looks: the value moves away.
#[test]
fn j_make_mut_move() {
    model("j_make_mut_move", |world| {
        let mut a = copied(world);
        let weak = Gc::downgrade(&a);
        drop(a.clone());
        let mutator = spawn(move || {
            change(&mut a);
            assert_eq!(a.version, 1);
            assert!(weak.upgrade().is_none());
        });
        collect();
        mutator.join().unwrap();
    });
}
