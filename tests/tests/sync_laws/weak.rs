//! Weak handles and callbacks: laws J and K.

use super::flavor::{collected, full, law};
use super::nodes::{Doomed, Fin, Plain};
use super::{Gc, Trace, Watch, Weak};
use crate::support::{Probe, lock, log, take_log};
use refcycle_tests::caught;
use std::sync::{Arc, Mutex};

#[test]
fn j1_a_weak_handle_and_a_callback() {
    law(|| {
        let node = Plain::new("a");
        let weak = Gc::downgrade(&node);
        let watch = Gc::watch(&node, || log("callback"));
        assert!(Gc::ptr_eq(&weak.upgrade().unwrap(), &node));
        assert!(Gc::ptr_eq(&watch.upgrade().unwrap(), &node));
        drop(node);
        assert!(weak.upgrade().is_none() && watch.upgrade().is_none());
        assert_eq!(take_log(), ["drop a", "callback"]);
        assert!(!watch.is_armed());
    });
}

#[test]
fn j2_two_callbacks() {
    law(|| {
        let node = Plain::new("a");
        let watches = [1, 2].map(|i| Gc::watch(&node, move || log(format!("{i}"))));
        drop(node);
        assert!(watches.iter().all(|watch| watch.upgrade().is_none() && !watch.is_armed()));
        assert_eq!(take_log(), ["drop a", "2", "1"]);
    });
}

#[test]
fn j4_newest_first() {
    let arm = |node: &Gc<Plain>| [1, 2, 3].map(|i| Gc::watch(node, move || log(format!("{i}"))));
    law(move || {
        let node = Plain::new("");
        let watches = arm(&node);
        drop(node);
        assert_eq!(take_log(), ["3", "2", "1"]);
        let node = Plain::looped("");
        let more = arm(&node);
        drop(node);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["3", "2", "1"]);
        drop((watches, more));
    });
}

#[test]
fn j4_one_that_fails_does_not_stop_the_others() {
    law(|| {
        for cyclic in [false, true] {
            let node = if cyclic { Plain::looped("") } else { Plain::new("") };
            let watches = [1, 2, 3].map(|i| {
                Gc::watch(&node, move || {
                    log(format!("{i}"));
                    assert!(i != 2, "two fails");
                })
            });
            let message = caught(move || {
                drop(node);
                full();
            });
            assert_eq!(message, "two fails");
            assert_eq!(take_log(), ["3", "2", "1"]);
            drop(watches);
        }
    });
}

#[test]
fn j5_weak_handles_are_counted() {
    law(|| {
        let node = Plain::new("");
        assert_eq!(Gc::weak_count(&node), 0);
        let a = Gc::downgrade(&node);
        let b = a.clone();
        assert_eq!((Gc::weak_count(&node), a.weak_count(), a.strong_count()), (2, 2, 1));
        drop(a);
        assert_eq!(Gc::weak_count(&node), 1);
        drop(b);
        assert_eq!(Gc::weak_count(&node), 0);
        let c = Gc::downgrade(&node);
        assert_eq!((Gc::weak_count(&node), c.weak_count()), (1, 1));
        drop(node);
        assert_eq!((c.weak_count(), c.strong_count()), (0, 0));
    });
}

#[test]
fn j6_what_a_callback_captured_goes_when_it_has_run() {
    law(|| {
        for cyclic in [false, true] {
            let node = if cyclic { Plain::looped("a") } else { Plain::new("a") };
            let probe = Probe::new("captured");
            let watch = Gc::watch(&node, move || probe.check());
            drop(node);
            assert_eq!(collected(), usize::from(cyclic));
            assert_eq!(take_log(), ["drop a", "drop captured"]);
            drop(watch);
        }
    });
}

#[test]
fn j7_a_dropped_watch_does_not_call() {
    law(|| {
        let node = Plain::new("a");
        let probe = Probe::new("captured");
        drop(Gc::watch(&node, move || {
            probe.check();
            log("never");
        }));
        assert_eq!(take_log(), ["drop captured"]);
        drop(node);
        assert_eq!(take_log(), ["drop a"]);
    });
}

#[test]
fn j10_a_callback_that_collects() {
    law(|| {
        drop(Plain::looped("loop"));
        let node = Doomed::new("a");
        let watch = Gc::watch(&node, || assert_eq!(collected(), 1));
        drop(node);
        assert_eq!(take_log(), ["drop a", "drop loop"]);
        drop(watch);
    });
}

#[test]
fn j14_weak_handles_are_compared_by_object() {
    law(|| {
        let (node, other) = (Gc::new(1_u64), Gc::new(1_u64));
        assert_eq!(node, other);
        let (a, b, c) = (Gc::downgrade(&node), Gc::downgrade(&node), Gc::downgrade(&other));
        assert!(a.ptr_eq(&b) && !a.ptr_eq(&c));
        drop((node, other));
        assert!(a.ptr_eq(&b) && !a.ptr_eq(&c));
        assert!(!a.ptr_eq(&Weak::new()) && Weak::<u64>::new().ptr_eq(&Weak::new()));
    });
}

/// Owns a watch of something else.
#[derive(Trace)]
struct Owner {
    me: Mutex<Option<Gc<Owner>>>,
    other: Gc<Plain>,
    watch: Mutex<Option<Watch<Plain>>>,
    value: u32,
}

#[test]
fn k4_a_watch_that_is_garbage_too_does_not_call() {
    law(|| {
        let c1 = Plain::new("c1");
        let c2 = Gc::new(Owner {
            me: Mutex::default(),
            other: c1.clone(),
            watch: Mutex::default(),
            value: 7,
        });
        *lock(&c2.me) = Some(c2.clone());
        let weak = Gc::downgrade(&c2);
        let callback = move || log(format!("{:?}", weak.upgrade().map(|c2| c2.value)));
        *lock(&c2.watch) = Some(Gc::watch(&c1, callback));
        assert_eq!(c2.other.name(), "c1");
        drop((c1, c2));
        assert_eq!(collected(), 2);
        assert_eq!(take_log(), ["drop c1"]);
    });
}

#[test]
fn k4_the_same_between_objects_of_one_type() {
    #[derive(Trace)]
    struct Node {
        edges: Mutex<Vec<Gc<Node>>>,
        watch: Mutex<Option<Watch<Node>>>,
        value: u32,
    }
    let node = |value| Gc::new(Node { edges: Mutex::default(), watch: Mutex::default(), value });
    law(move || {
        let (c1, c2) = (node(1), node(2));
        lock(&c2.edges).extend([c1.clone(), c2.clone()]);
        let weak = Gc::downgrade(&c2);
        let callback = move || log(format!("{:?}", weak.upgrade().map(|c2| c2.value)));
        *lock(&c2.watch) = Some(Gc::watch(&c1, callback));
        drop((c1, c2));
        assert_eq!(collected(), 2);
        assert!(take_log().is_empty());
    });
}

#[test]
fn k8_a_finalizer_upgrades_a_weak_handle_of_its_object() {
    law(|| {
        for cyclic in [false, true] {
            let cell: Arc<Mutex<Weak<Fin>>> = Arc::default();
            let watch: Arc<Mutex<Option<Watch<Fin>>>> = Arc::default();
            let node = Fin::with("a", {
                let (cell, watch) = (cell.clone(), watch.clone());
                move |_| {
                    let (weak, watch) = (lock(&cell).clone(), lock(&watch));
                    let watch = watch.as_ref().expect("it has been made");
                    for me in [weak.upgrade(), watch.upgrade()] {
                        assert_eq!(me.expect("alive in its finalizer").name(), "a");
                    }
                }
            });
            if cyclic {
                node.link(node.clone());
            }
            *lock(&cell) = Gc::downgrade(&node);
            *lock(&watch) = Some(Gc::watch(&node, || log("callback")));
            drop(node);
            let result = full();
            assert_eq!((result.collected, result.resurrected), (usize::from(cyclic), 0));
            assert_eq!(take_log(), ["fin a", "drop a", "callback"]);
            let watch = lock(&watch).take().expect("it has been made");
            assert!(lock(&cell).upgrade().is_none() && watch.upgrade().is_none());
        }
    });
}

#[test]
fn k9_garbage_made_by_a_callback_is_for_the_next_collection() {
    law(|| {
        let node = Plain::looped("old");
        let watch = Gc::watch(&node, || drop(Plain::looped("new")));
        drop(node);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop old"]);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop new"]);
        drop(watch);
    });
}

#[test]
fn all_weak_handles_are_dead_before_any_callback_runs() {
    law(|| {
        let (a, b) = (Plain::new("a"), Plain::new("b"));
        a.link(b.clone());
        b.link(a.clone());
        let weaks = [Gc::downgrade(&a), Gc::downgrade(&b)];
        let look = {
            let weaks = weaks.clone();
            move || assert!(weaks.iter().all(|weak| weak.upgrade().is_none()))
        };
        let watches = [Gc::watch(&a, look.clone()), Gc::watch(&b, look)];
        drop((a, b));
        assert_eq!(collected(), 2);
        assert!(watches.iter().all(|watch| !watch.is_armed()), "both have run");
        drop(weaks);
    });
}

#[test]
fn a_drop_finds_its_own_weak_handle_dead() {
    law(|| {
        let cell: Arc<Mutex<Weak<Doomed>>> = Arc::default();
        for cyclic in [false, true] {
            let node = Doomed::with("a", {
                let cell = cell.clone();
                move |_| assert!(lock(&cell).upgrade().is_none())
            });
            *lock(&cell) = Gc::downgrade(&node);
            if cyclic {
                node.link(node.clone());
            }
            drop(node);
            full();
            assert_eq!(take_log(), ["drop a"]);
        }
    });
}
