//! Finalizers and resurrection: laws F and I.

use super::flavor::{collected, full, law};
use super::nodes::{Doomed, Edge, Fin, Plain};
use super::{Gc, Trace, Weak};
use crate::support::{Probe, lock, log, take_log};
use refcycle::Finalize;
use std::sync::{Arc, Mutex};

/// A test-visible list of what finalizers saved.
type Keep<T> = Arc<Mutex<Vec<Gc<T>>>>;

/// A node whose finalizer saves it.
#[derive(Trace)]
#[trace(finalize)]
struct Phoenix {
    me: Weak<Phoenix>,
    next: Mutex<Option<Edge>>,
    #[trace(skip)]
    keep: Keep<Phoenix>,
    #[trace(skip)]
    probe: Probe,
}

impl Finalize for Phoenix {
    fn finalize(&self) {
        self.probe.check();
        log("fin");
        let me = self.me.upgrade().expect("intact in its finalizer");
        lock(&self.keep).push(me);
    }
}

fn phoenix(keep: &Keep<Phoenix>) -> Gc<Phoenix> {
    Gc::new_cyclic(|me| Phoenix {
        me: me.clone(),
        next: Mutex::default(),
        keep: keep.clone(),
        probe: Probe::new("phoenix"),
    })
}

#[test]
fn f1_dropped_once() {
    law(|| {
        let node = Fin::with("a", |_| ());
        let weak = Gc::downgrade(&node);
        drop(node);
        assert_eq!(take_log(), ["fin a", "drop a"]);
        assert!(weak.upgrade().is_none());
        assert_eq!((collected(), collected()), (0, 0));
        assert!(take_log().is_empty());
    });
}

#[test]
fn f2_a_finalizer_resurrects_on_the_counting_path() {
    law(|| {
        let keep = Keep::default();
        let node = phoenix(&keep);
        let weak = Gc::downgrade(&node);
        assert!(!Gc::is_finalized(&node));
        drop(node);
        assert_eq!(take_log(), ["fin"]);
        assert_eq!(lock(&keep).len(), 1);
        assert!(Gc::is_finalized(&lock(&keep)[0]));
        assert!(weak.upgrade().is_some());
        let kept = lock(&keep).pop();
        drop(kept);
        assert_eq!(take_log(), ["drop phoenix"], "at once, and not finalized again");
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn d4_is_finalized_says_whether_the_finalizer_has_run() {
    law(|| {
        let keep: Arc<Mutex<Vec<Edge>>> = Arc::default();
        let node = Fin::with("a", {
            let keep = keep.clone();
            move |me| lock(&keep).push(me.edge(0))
        });
        node.link(node.clone());
        assert!(!Gc::is_finalized(&node));
        drop(node);
        assert_eq!(full().resurrected, 1);
        let Some(Edge::Fin(node)) = lock(&keep).pop() else { panic!("it saved itself") };
        assert!(Gc::is_finalized(&node));
        drop(node);
        assert!(!Gc::is_finalized(&Gc::new(1_u64)));
        assert!(!Gc::is_finalized(&Plain::new("")));
    });
}

#[derive(Trace)]
#[trace(finalize)]
struct Leaf {
    #[trace(skip)]
    _probe: Probe,
}

impl Finalize for Leaf {
    fn finalize(&self) {
        log("fin leaf");
    }
}

#[test]
fn f3_a_type_without_handles() {
    law(|| {
        let leaf = Gc::new(Leaf { _probe: Probe::new("leaf") });
        let weak = Gc::downgrade(&leaf);
        drop(leaf.clone());
        drop(leaf);
        assert_eq!(take_log(), ["fin leaf", "drop leaf"]);
        assert!(weak.upgrade().is_none());
        assert_eq!(full().visited, 0);
    });
}

#[test]
fn f5_a_callback_waits_for_the_death() {
    law(|| {
        let keep = Keep::default();
        let node = phoenix(&keep);
        let watch = Gc::watch(&node, || log("callback"));
        drop(node);
        assert_eq!(take_log(), ["fin"]);
        assert!(watch.is_armed() && watch.upgrade().is_some());
        let kept = lock(&keep).pop();
        drop(kept);
        assert_eq!(take_log(), ["drop phoenix", "callback"]);
        assert!(watch.upgrade().is_none());
    });
}

#[test]
fn f6_owners_before_what_they_own() {
    law(|| {
        let (p, x, y, z) = (Doomed::new("p"), Doomed::new("x"), Doomed::new("y"), Doomed::new("z"));
        x.link(z);
        p.link(x);
        p.link(y);
        drop(p);
        assert_eq!(take_log(), ["drop p", "drop x", "drop z", "drop y"]);
    });
}

#[test]
fn i1_resurrection_happens_once() {
    law(|| {
        let keep = Keep::default();
        let node = Fin::with("a", {
            let keep: Arc<Mutex<Vec<Edge>>> = Arc::default();
            let seen = keep.clone();
            move |me| {
                lock(&keep).push(me.edge(0));
                log(format!("{} kept", lock(&seen).len()));
                // Only for as long as the finalizer runs: it dies in this very collection.
                lock(&keep).clear();
            }
        });
        node.link(node.clone());
        drop(node);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["fin a", "1 kept", "drop a"]);

        let node = phoenix(&keep);
        *lock(&node.next) = Some(Plain::looped("tail").into());
        let loops = Plain::looped("loop");
        *lock(&node.next) = Some(loops.clone().into());
        drop((loops, node));
        assert_eq!(lock(&keep).len(), 1);
        let result = full();
        assert_eq!(result.collected, 1, "the tail that was replaced");
        lock(&keep).clear();
        assert_eq!(collected(), 1, "the loop of the one that died at once");
    });
}

#[test]
fn i1_a_loop_that_saves_itself() {
    law(|| {
        let keep: Arc<Mutex<Vec<Edge>>> = Arc::default();
        let node = Fin::with("a", {
            let keep = keep.clone();
            move |me| lock(&keep).push(me.edge(0))
        });
        node.link(node.clone());
        let weak = Gc::downgrade(&node);
        drop(node);
        let result = full();
        assert_eq!((result.collected, result.resurrected, result.finalized), (0, 1, 1));
        assert_eq!(lock(&keep).len(), 1);
        assert!(weak.upgrade().is_some());
        assert_eq!(collected(), 0, "it is in use");
        let kept = lock(&keep).pop();
        drop(kept);
        let result = full();
        assert_eq!((result.collected, result.finalized), (1, 0));
        assert!(weak.upgrade().is_none());
        assert_eq!(take_log(), ["fin a", "drop a"]);
    });
}

#[test]
fn i2_resurrection_is_transitive() {
    law(|| {
        let keep: Arc<Mutex<Vec<Edge>>> = Arc::default();
        let laz = Fin::with("laz", {
            let keep = keep.clone();
            move |me| lock(&keep).push(me.edge(0).edge(1))
        });
        let cargo = Plain::looped("cargo");
        laz.link(cargo.clone());
        cargo.link(laz.clone());
        let same = Gc::as_ptr(&cargo).addr();
        drop((laz, cargo));
        let result = full();
        assert_eq!((result.collected, result.resurrected), (0, 2));
        let laz = lock(&keep).pop().expect("it saved itself");
        assert_eq!(laz.name(), "laz");
        let Edge::Plain(cargo) = laz.edge(0) else { unreachable!() };
        assert_eq!(Gc::as_ptr(&cargo).addr(), same);
        assert_eq!(cargo.edge(0).name(), "cargo");
        assert_eq!(cargo.edge(1).name(), "laz");
        drop((laz, cargo));
        assert_eq!(collected(), 2);
    });
}

#[test]
fn i6_a_finalizer_saves_its_neighbor() {
    law(|| {
        let keep: Arc<Mutex<Vec<Edge>>> = Arc::default();
        let n = Fin::with("n", {
            let keep = keep.clone();
            move |n| lock(&keep).push(n.edge(0))
        });
        let m = Plain::new("m");
        n.link(m.clone());
        m.link(n.clone());
        m.link(Plain::looped("x"));
        drop((n, m));
        assert_eq!(collected(), 0);
        let m = lock(&keep).pop().expect("it was saved");
        assert_eq!(m.name(), "m");
        assert_eq!(m.edge(0).edge(0).name(), "m");
        drop(m);
        assert_eq!(collected(), 3);
    });
}

#[test]
fn i9_what_a_finalizer_lets_go_of_dies_there() {
    law(|| {
        let g = Fin::with("g", |g| {
            let edge = lock(&g.edges).pop();
            drop(edge);
            log("g-end");
        });
        g.link(g.clone());
        g.link(Doomed::new("f"));
        drop(g);
        let result = full();
        assert_eq!((result.collected, result.freed_in_finalizers), (1, 1));
        assert_eq!(take_log(), ["fin g", "drop f", "g-end", "drop g"]);
    });
}
