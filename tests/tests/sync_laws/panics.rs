//! Panics of user code: everything else is done, and the first one comes out of what caused the work.

use super::flavor::{collected, full, law};
use super::nodes::{Both, Doomed, Fin, Plain, pair};
use super::{Gc, Trace, collect, live};
use crate::support::{alive, lock, log, take_log};
use refcycle::{Tracer, facts};
use refcycle_tests::{caught, panic_payload};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

#[test]
fn a_finalizer_on_the_counting_path() {
    law(|| {
        let node = Fin::with("a", |_| panic!("fin fails"));
        node.link(Plain::new("b"));
        let watch = Gc::watch(&node, || log("callback"));
        assert_eq!(caught(|| drop(node)), "fin fails");
        assert_eq!(take_log(), ["fin a", "drop a", "drop b", "callback"]);
        drop(watch);
    });
}

#[test]
fn a_drop_on_the_counting_path() {
    law(|| {
        let node = Doomed::with("a", |_| panic!("drop fails"));
        node.link(Plain::new("b"));
        let watch = Gc::watch(&node, || log("callback"));
        assert_eq!(caught(|| drop(node)), "drop fails");
        assert_eq!(take_log(), ["drop a", "drop b", "callback"]);
        assert_eq!(live().objects, 0);
        drop(watch);
    });
}

#[test]
fn each_kind_in_a_collection() {
    law(|| {
        for who in 0..4 {
            let fail = move |n: usize| assert!(n != who, "{n} fails");
            let fin = Fin::with("fin", move |_| fail(0));
            let both = Both::new("both", move |_| fail(1), move |_| fail(2));
            pair(&fin.clone().into(), &both.clone().into());
            let watch = Gc::watch(&fin, move || {
                log("callback");
                fail(3);
            });
            drop((fin, both));
            assert_eq!(caught(collect), format!("{who} fails"));
            let mut log = take_log();
            log.sort();
            assert_eq!(log, ["callback", "drop both", "drop fin", "fin both", "fin fin"]);
            assert_eq!((alive(), live().objects), (0, 0));
            drop(watch);
        }
    });
}

#[test]
fn all_at_once() {
    static DONE: AtomicUsize = AtomicUsize::new(0);
    /// The payload of all panics but the first.
    struct Later;
    fn fail() {
        assert!(DONE.fetch_add(1, SeqCst) != 0, "the first");
        std::panic::panic_any(Later);
    }

    law(|| {
        let nodes: Vec<_> = (0..5).map(|_| Both::new("", |_| fail(), |_| fail())).collect();
        let watches: Vec<_> = nodes.iter().map(|node| Gc::watch(node, fail)).collect();
        for (i, node) in nodes.iter().enumerate() {
            node.link(nodes[(i + 1) % 5].clone());
        }
        drop(nodes);
        assert_eq!(caught(collect), "the first");
        assert_eq!(DONE.load(SeqCst), 15, "finalizers, drops and callbacks");
        assert_eq!((alive(), live().objects), (0, 0));
        assert_eq!(collected(), 0);
        drop(watches);
    });
}

/// A part of a value whose `trace` panics while it is told to.
struct Fuse;

static BURNS: AtomicBool = AtomicBool::new(false);

// SAFETY: it owns nothing and reports nothing (1, 2), panicking is allowed (3), and the facts say more
// than is so (4).
unsafe impl Trace for Fuse {
    type Facts = facts::Handle;

    fn trace(&self, _: &mut Tracer) {
        assert!(!BURNS.load(SeqCst), "trace fails");
    }
}

#[derive(Trace)]
struct Burning {
    fuse: Mutex<Fuse>,
    me: Mutex<Option<Gc<Burning>>>,
}

#[test]
fn a_trace_that_panics_frees_nothing_and_loses_nothing() {
    law(|| {
        let node = Gc::new(Burning { fuse: Mutex::new(Fuse), me: Mutex::default() });
        *lock(&node.me) = Some(node.clone());
        let weak = Gc::downgrade(&node);
        drop(node);
        let bystander = Plain::looped("bystander");
        drop(bystander);
        BURNS.store(true, SeqCst);
        for _ in 0..3 {
            assert_eq!(caught(collect), "trace fails");
            let node = weak.upgrade().expect("nothing was freed");
            assert!(!node.fuse.is_poisoned() && !node.me.is_poisoned());
            assert_eq!(live().objects, 2);
        }
        BURNS.store(false, SeqCst);
        assert_eq!(collected(), 2);
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn a_panic_in_an_inner_drop_passes_the_outer_ones() {
    law(|| {
        let outer = Doomed::new("outer");
        let inner = Doomed::with("inner", |_| panic!("inner fails"));
        outer.link(inner);
        outer.link(Plain::new("sibling"));
        assert_eq!(caught(|| drop(outer)), "inner fails");
        assert_eq!(take_log(), ["drop outer", "drop inner", "drop sibling"]);
    });
}

#[test]
fn a_value_whose_making_panics_is_not_there() {
    law(|| {
        let mut weak = None;
        let payload = panic_payload(|| {
            Gc::<Plain>::new_cyclic(|me| {
                assert!(me.upgrade().is_none());
                weak = Some(me.clone());
                panic!("no value");
            })
        });
        assert!(payload.is_some());
        let weak = weak.expect("it was stored");
        assert!(weak.upgrade().is_none());
        assert_eq!(full().visited, 0);
        drop(weak);
        assert_eq!(live().objects, 0);
    });
}
