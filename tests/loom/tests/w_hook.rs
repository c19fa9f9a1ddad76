//! Death hooks.
//!
//! Invariant: the callback of a hook is called once, by the death or by `fire`, or not at all if it was taken
//! back; by the death not before the value is destroyed and no weak handle can be upgraded any more; and it
//! does not matter whether the hook is there still.
//!
//! Executions / seconds with two preemptions: w_hook_counted 213 / 0.0, w_hook_cancel 22 / 0.0, w_hook_fire 16 /
//! 0.0, w_hook_collected 4715 / 0.6, w_hook_collected_cancel 22 / 0.0, w_hook_made 155073 / 19.3, w_hook_unwrap
//! 24 / 0.0; with every record a suspect the same, but w_hook_collected 4647 / 1.8.
#![cfg(loom)]

use refcycle::sync::weak::{DeathHook, on_death};
use refcycle::sync::{Gc, collect};
use refcycle_loom::{Node, Probe, World, model, spawn};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// A hook of the node, which is the first value of the world; the number says how often it was called. What the
/// callback captures is the next value.
fn hook(world: &World, node: &Gc<Node>, by_death: bool) -> (DeathHook, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let weak = Gc::downgrade(node);
    let captured = Captured(world.probe());
    let callback = {
        let (world, calls) = (world.clone(), calls.clone());
        move || {
            captured.check();
            if by_death {
                assert_eq!(world.drops(0), 1, "called before the value was dropped");
                assert!(weak.upgrade().is_none(), "called while there are handles");
            }
            calls.fetch_add(1, Relaxed);
        }
    };
    (on_death(node, callback), calls)
}

struct Captured(Probe);

impl Captured {
    fn check(&self) {
        self.0.check();
    }
}

// SAFETY: loom checks who looks at the probe when.
unsafe impl Send for Captured {}

/// Two drop the last handles, by counting; nobody has the hook.
#[test]
fn w_hook_counted() {
    model("w_hook_counted", |world| {
        let a = world.node();
        let (hook, calls) = hook(world, &a, true);
        drop(hook);
        let b = a.clone();
        let mutator = spawn(move || drop(b));
        drop(a);
        mutator.join().unwrap();
        assert_eq!(calls.load(Relaxed), 1);
    });
}

/// The callback is taken back while the object dies by counting.
#[test]
fn w_hook_cancel() {
    model("w_hook_cancel", |world| {
        let a = world.node();
        let (hook, calls) = hook(world, &a, true);
        let mutator = spawn(move || hook.cancel().is_some());
        drop(a);
        let cancelled = mutator.join().unwrap();
        assert_eq!(calls.load(Relaxed), usize::from(!cancelled));
        assert_eq!(world.drops(1), 1, "what it captured is still there");
    });
}

/// The callback is called early, by two, while the object dies by counting.
#[test]
fn w_hook_fire() {
    model("w_hook_fire", |world| {
        let a = world.node();
        let (hook, calls) = hook(world, &a, false);
        let hook = Arc::new(hook);
        let other = hook.clone();
        let mutator = spawn(move || other.fire());
        drop(a);
        let fired = mutator.join().unwrap();
        assert!(!hook.fire() && !hook.is_armed(), "it was called by the death at the latest");
        assert_eq!(calls.load(Relaxed), 1, "{fired}");
    });
}

/// The object is found dead by a collection, unless it is upgraded in time.
#[test]
fn w_hook_collected() {
    model("w_hook_collected", |world| {
        let a = world.node();
        a.link(&a);
        let (hook, calls) = hook(world, &a, true);
        let weak = Gc::downgrade(&a);
        drop((a, hook));
        let mutator = spawn(move || {
            if let Some(a) = weak.upgrade() {
                a.check();
            }
        });
        collect();
        mutator.join().unwrap();
        collect();
        assert_eq!(calls.load(Relaxed), 1);
    });
}

/// The same while another thread takes the callback back.
#[test]
fn w_hook_collected_cancel() {
    model("w_hook_collected_cancel", |world| {
        let a = world.node();
        a.link(&a);
        let (hook, calls) = hook(world, &a, true);
        drop(a);
        let mutator = spawn(move || hook.cancel().is_some());
        collect();
        let cancelled = mutator.join().unwrap();
        assert_eq!(calls.load(Relaxed), usize::from(!cancelled));
    });
}

/// A hook is made while another handle goes, and a weak one.
#[test]
fn w_hook_made() {
    model("w_hook_made", |world| {
        let a = world.node();
        let b = a.clone();
        let mutator = spawn(move || {
            let weak = Gc::downgrade(&b);
            drop(b);
            if let Some(b) = weak.upgrade() {
                b.check();
            }
        });
        let (hook, calls) = hook(world, &a, true);
        drop(a);
        mutator.join().unwrap();
        assert_eq!(calls.load(Relaxed), 1);
        assert!(!hook.is_armed());
    });
}

/// The value is taken out, which counts as death, while a hook is fired.
#[test]
fn w_hook_unwrap() {
    model("w_hook_unwrap", |world| {
        let a = world.node();
        let (hook, calls) = hook(world, &a, false);
        let mutator = spawn(move || hook.fire());
        let value = Gc::try_unwrap(a);
        mutator.join().unwrap();
        assert_eq!(calls.load(Relaxed), 1);
        drop(value);
    });
}
