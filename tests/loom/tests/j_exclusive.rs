//! `&mut` access and taking values out.
//!
//! Invariant: while the sole handle lends its value out mutably, neither the collector nor a weak handle
//! leads there.
//!
//! Executions / seconds with two preemptions: j_get_mut 5114 / 0.7, j_get_mut_edge 47842 / 6.7,
//! j_get_mut_drop 37 / 0.0, j_get_mut_weak 144 / 0.0, j_get_mut_weak2 262 / 0.0, j_unwrap 3417 /
//! 0.4, j_unwrap_weak 2150 / 0.3, j_unwrap_upgrade 332 / 0.0; with every record a suspect 3565 /
//! 0.3, 36764 / 5.1, 37 / 0.0, 144 / 0.0, 262 / 0.0, 2909 / 0.4, 2150 / 0.3, 332 / 0.1.
#![cfg(loom)]

use refcycle::sync::{Gc, collect};
use refcycle_loom::{Node, model, spawn};

/// Of a candidate.
#[test]
fn j_get_mut() {
    model("j_get_mut", |world| {
        let mut a = world.node();
        drop(a.clone());
        let mutator = spawn(move || {
            if let Some(value) = Gc::get_mut(&mut a) {
                value.probe.write();
            }
            a.check();
        });
        collect();
        mutator.join().unwrap();
    });
}

/// Of an object that the collector came to by an edge, which is taken out and put back.
#[test]
fn j_get_mut_edge() {
    model("j_get_mut_edge", |world| {
        let (a, b) = (world.node(), world.node());
        a.link(&b);
        drop(b);
        drop(a.clone());
        let mutator = spawn(move || {
            let Some(mut b) = a.take() else { return };
            if let Some(value) = Gc::get_mut(&mut b) {
                value.probe.write();
            }
            if let Some(mut cell) = a.cell.try_lock() {
                cell[0] = Some(b);
            }
        });
        collect();
        mutator.join().unwrap();
    });
}

/// Another handle goes meanwhile.
#[test]
fn j_get_mut_drop() {
    model("j_get_mut_drop", |world| {
        let mut a = world.node();
        let b = a.clone();
        let mutator = spawn(move || {
            b.check();
            drop(b);
        });
        if let Some(value) = Gc::get_mut(&mut a) {
            value.probe.write();
        }
        mutator.join().unwrap();
    });
}

/// Another handle becomes a weak one meanwhile, and a handle again. Had the object weak handles before?
fn weak(name: &str, before: bool) {
    model(name, move |world| {
        let mut a = world.node();
        if before {
            drop(Gc::downgrade(&a));
        }
        let b = a.clone();
        let mutator = spawn(move || {
            let weak = Gc::downgrade(&b);
            drop(b);
            let b = weak.upgrade();
            drop(weak);
            if let Some(b) = b {
                b.check();
            }
        });
        if let Some(value) = Gc::get_mut(&mut a) {
            value.probe.write();
        }
        mutator.join().unwrap();
    });
}

#[test]
fn j_get_mut_weak() {
    weak("j_get_mut_weak", false);
}

#[test]
fn j_get_mut_weak2() {
    weak("j_get_mut_weak2", true);
}

/// The value is taken out of a candidate.
#[test]
fn j_unwrap() {
    model("j_unwrap", |world| {
        let a = world.node();
        drop(a.clone());
        let mutator = spawn(move || {
            if let Ok(mut value) = Gc::try_unwrap(a) {
                value.probe.write();
            }
        });
        collect();
        mutator.join().unwrap();
    });
}

/// The value is taken out while another handle becomes a weak one and is upgraded.
#[test]
fn j_unwrap_weak() {
    model("j_unwrap_weak", |world| {
        let a = world.node();
        let b = a.clone();
        let mutator = spawn(move || {
            let weak = Gc::downgrade(&b);
            drop(b);
            if let Some(b) = weak.upgrade() {
                b.check();
            }
        });
        if let Ok(mut value) = Gc::try_unwrap(a) {
            value.probe.write();
        }
        mutator.join().unwrap();
    });
}

/// The value is taken out while a weak handle is upgraded.
#[test]
fn j_unwrap_upgrade() {
    model("j_unwrap_upgrade", |world| {
        let a = world.node();
        let weak = Gc::downgrade(&a);
        let mutator = spawn(move || {
            if let Some(a) = weak.upgrade() {
                a.check();
            }
        });
        if let Ok(mut value) = Gc::try_unwrap(a) {
            value.probe.write();
        }
        mutator.join().unwrap();
    });
}

/// Two give up the only handles; one of them gets the value.
#[test]
fn j_into_inner() {
    model("j_into_inner", |world| {
        let a = world.node();
        let b = a.clone();
        let got = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let take = |handle: Gc<Node>| {
            let got = got.clone();
            move || {
                if let Some(mut value) = Gc::into_inner(handle) {
                    value.probe.write();
                    got.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
            }
        };
        let mutator = spawn(take(a));
        take(b)();
        mutator.join().unwrap();
        assert_eq!(got.load(std::sync::atomic::Ordering::Relaxed), 1, "so many got the value");
    });
}

/// The same, while a third collects.
#[test]
fn j_into_inner_trace() {
    model("j_into_inner_trace", |world| {
        let a = world.node();
        let b = a.clone();
        let mutator = spawn(move || {
            collect();
        });
        drop(b);
        let mut value = Gc::into_inner(a).expect("it is the only handle");
        value.probe.write();
        mutator.join().unwrap();
    });
}
