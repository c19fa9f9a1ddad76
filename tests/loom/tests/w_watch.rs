//! Watches.
//!
//! Invariant: a callback is called once when the object has died, whoever ends it; not after its watch
//! was dropped, and not before the value is destroyed and no weak handle can be upgraded any more.
//!
//! Executions / seconds with two preemptions: w_counted 133 / 0.0, w_disarm 27 / 0.0, w_cancelled
//! 130 / 0.0, w_collected 4831 / 0.8, w_collected_disarm 27 / 0.0, w_unwrap 382 / 0.0; with every
//! record a suspect 133 / 0.0, 27 / 0.0, 130 / 0.0, 4820 / 0.6, 27 / 0.0, 382 / 0.1.
#![cfg(loom)]

use refcycle::sync::{Gc, Watch, Weak, collect};
use refcycle_loom::{Node, World, model, spawn};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// Watches the node, which is number `id` of the world; the number says how often it was called.
fn watch(world: &World, node: &Gc<Node>, id: usize) -> (Watch<Node>, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let weak = Gc::downgrade(node);
    let callback = {
        let (world, calls) = (world.clone(), calls.clone());
        // What loom looks at is in the value: whoever calls comes after its end.
        move || {
            assert_eq!(world.drops(id), 1, "called before the value was dropped");
            assert!(weak.upgrade().is_none(), "called while there are handles");
            calls.fetch_add(1, Relaxed);
        }
    };
    (Gc::watch(node, callback), calls)
}

/// Two drop the last handles, by counting; one of them was made from the watch.
#[test]
fn w_counted() {
    model("w_counted", |world| {
        let a = world.node();
        let (watch, calls) = watch(world, &a, 0);
        let watch = Arc::new(watch);
        let other = watch.clone();
        let mutator = spawn(move || {
            if let Some(a) = other.upgrade() {
                a.check();
            }
        });
        drop(a);
        mutator.join().unwrap();
        assert_eq!(calls.load(Relaxed), 1);
        assert!(!watch.is_armed());
    });
}

/// The watch goes while the object dies: the callback is called or not, and what it holds is dropped.
#[test]
fn w_disarm() {
    model("w_disarm", |world| {
        let a = world.node();
        let (watch, calls) = watch(world, &a, 0);
        let mutator = spawn(move || drop(watch));
        drop(a);
        mutator.join().unwrap();
        assert!(calls.load(Relaxed) <= 1);
    });
}

/// The watch goes before the handle of the same thread, so before the object dies, whoever ends it.
#[test]
fn w_cancelled() {
    model("w_cancelled", |world| {
        let a = world.node();
        let b = a.clone();
        let (watch, calls) = watch(world, &a, 0);
        let mutator = spawn(move || {
            drop(watch);
            drop(b);
        });
        drop(a);
        mutator.join().unwrap();
        assert_eq!(calls.load(Relaxed), 0, "called after it was cancelled");
    });
}

/// The object is found dead by a collection, unless it is upgraded in time.
#[test]
fn w_collected() {
    model("w_collected", |world| {
        let a = world.node();
        a.link(&a);
        let (watch, calls) = watch(world, &a, 0);
        let weak = watch.weak().clone();
        drop(a);
        let mutator = spawn(move || {
            if let Some(a) = weak.upgrade() {
                a.check();
            }
        });
        collect();
        mutator.join().unwrap();
        collect();
        assert_eq!(calls.load(Relaxed), 1);
        drop(watch);
    });
}

/// The same while another thread drops the watch.
#[test]
fn w_collected_disarm() {
    model("w_collected_disarm", |world| {
        let a = world.node();
        a.link(&a);
        let (watch, calls) = watch(world, &a, 0);
        drop(a);
        let mutator = spawn(move || drop(watch));
        collect();
        mutator.join().unwrap();
        assert!(calls.load(Relaxed) <= 1);
    });
}

/// The value is taken out, which cuts weak handles off, while one is upgraded.
#[test]
fn w_unwrap() {
    model("w_unwrap", |world| {
        let a = world.node();
        let calls = Arc::new(AtomicUsize::new(0));
        let weak: Weak<Node> = Gc::downgrade(&a);
        let watch = Gc::watch(&a, {
            let (calls, weak) = (calls.clone(), weak.clone());
            move || {
                assert!(weak.upgrade().is_none(), "called while there are handles");
                calls.fetch_add(1, Relaxed);
            }
        });
        let mutator = spawn(move || {
            if let Some(a) = weak.upgrade() {
                a.check();
            }
        });
        if let Ok(mut value) = Gc::try_unwrap(a) {
            value.probe.write();
        }
        mutator.join().unwrap();
        assert_eq!(calls.load(Relaxed), 1);
        drop(watch);
    });
}
