//! Finalization without cycles: laws F1 to F6.

use refcycle::{Finalize, Gc, Trace, Weak, collect};
use refcycle_tests::nodes::{Doomed, Fin, Plain};
use refcycle_tests::{collected, law, log, take_log};
use std::cell::{OnceCell, RefCell};

thread_local!(static KEEP: RefCell<Vec<Gc<Fin>>> = RefCell::default());

/// A node whose finalizer stores a handle to itself.
fn saves_itself(name: &'static str) -> Gc<Fin> {
    let node = Fin::new(name);
    let me = Gc::downgrade(&node);
    node.on_finalize.set(Some(Box::new(move |_| {
        let me = me.upgrade().expect("intact during the finalizer");
        KEEP.with_borrow_mut(|keep| keep.push(me));
    })));
    node
}

#[test]
fn f1_finalizer_and_drop_run_once() {
    law(|| {
        let node = Fin::new("a");
        let weak = Gc::downgrade(&node);
        drop(node);
        assert_eq!(take_log(), ["fin a", "drop a"]);
        assert!(weak.upgrade().is_none());
        assert_eq!(collected() + collected(), 0);
        assert!(take_log().is_empty());
    });
}

#[test]
fn f2_resurrection_on_the_counting_path() {
    law(|| {
        let node = saves_itself("a");
        let weak = Gc::downgrade(&node);
        drop(node);
        assert_eq!(take_log(), ["fin a"]);
        assert!(weak.upgrade().is_some());
        let kept = KEEP.take();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].name(), "a");
        assert_eq!(Gc::strong_count(&kept[0]), 1);
        drop(kept);
        assert_eq!(take_log(), ["drop a"], "destroyed at once, not finalized again");
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn f2_a_resurrected_object_can_become_a_cycle_and_be_found() {
    law(|| {
        let node = saves_itself("a");
        drop(node);
        let kept = KEEP.take().pop().unwrap();
        kept.link(kept.clone());
        drop(kept);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["fin a", "drop a"]);
    });
}

#[test]
fn f2_a_finalizer_that_makes_its_object_a_cycle_leaves_a_candidate() {
    law(|| {
        let node = Fin::new("a");
        let me = Gc::downgrade(&node);
        node.on_finalize.set(Some(Box::new(move |node| node.link(me.upgrade().unwrap()))));
        drop(node);
        assert_eq!(take_log(), ["fin a"]);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop a"]);
    });
}

#[derive(Trace)]
#[trace(finalize)]
struct LeafWithFinalizer {
    name: &'static str,
    #[trace(skip)]
    me: OnceCell<Weak<LeafWithFinalizer>>,
}

thread_local!(static LEAVES: RefCell<Vec<Gc<LeafWithFinalizer>>> = RefCell::default());

impl Finalize for LeafWithFinalizer {
    fn finalize(&self) {
        log(format!("fin {}", self.name));
        if let Some(me) = self.me.get() {
            LEAVES.with_borrow_mut(|leaves| leaves.push(me.upgrade().unwrap()));
        }
    }
}

impl Drop for LeafWithFinalizer {
    fn drop(&mut self) {
        log(format!("drop {}", self.name));
    }
}

#[test]
fn f3_types_that_the_collector_never_looks_at_are_finalized_too() {
    law(|| {
        let leaf = Gc::new(LeafWithFinalizer { name: "a", me: OnceCell::new() });
        let weak = Gc::downgrade(&leaf);
        drop(leaf);
        assert_eq!(take_log(), ["fin a", "drop a"]);
        assert!(weak.upgrade().is_none());
        assert_eq!(collected() + collected(), 0);

        let leaf = Gc::new_cyclic(|me: &Weak<LeafWithFinalizer>| LeafWithFinalizer {
            name: "b",
            me: OnceCell::from(me.clone()),
        });
        drop(leaf);
        assert_eq!(take_log(), ["fin b"]);
        LEAVES.take();
        assert_eq!(take_log(), ["drop b"]);
    });
}

#[test]
fn f5_a_callback_waits_for_the_real_death() {
    law(|| {
        let node = saves_itself("a");
        let watch = Gc::watch(&node, || log("callback"));
        drop(node);
        assert_eq!(take_log(), ["fin a"]);
        assert!(watch.upgrade().is_some());
        assert!(watch.is_armed());
        KEEP.take();
        assert_eq!(take_log(), ["drop a", "callback"]);
        assert!(watch.upgrade().is_none());
        assert!(!watch.is_armed());
    });
}

#[derive(Trace)]
struct Owner {
    x: Gc<Owns>,
    y: Gc<Plain>,
}

#[derive(Trace)]
struct Owns(&'static str, Gc<Plain>);

impl Drop for Owner {
    fn drop(&mut self) {
        log(format!("drop p, which owns {} and {}", self.x.0, self.y.name()));
    }
}

impl Drop for Owns {
    fn drop(&mut self) {
        log(format!("drop {}, which owns {}", self.0, self.1.name()));
    }
}

#[test]
fn f6_destructors_run_in_the_order_of_rust() {
    law(|| {
        let p = Gc::new(Owner { x: Gc::new(Owns("x", Plain::new("z"))), y: Plain::new("y") });
        drop(p);
        assert_eq!(
            take_log(),
            ["drop p, which owns x and y", "drop x, which owns z", "drop z", "drop y"]
        );
    });
}

#[test]
fn f7_a_finalizer_sees_everything_intact() {
    law(|| {
        let node = Fin::with("a", |a| {
            let child = a.edge(0);
            assert_eq!(child.name(), "b");
            assert_eq!(child.edge(0).name(), "c");
        });
        let child = Doomed::new("b");
        child.link(Plain::new("c"));
        node.link(child);
        drop(node);
        assert_eq!(take_log(), ["fin a", "drop a", "drop b", "drop c"]);
    });
}

#[test]
fn f8_a_finalizer_may_collect_and_its_object_survives_that() {
    law(|| {
        let node = Fin::with("a", |a| {
            a.link(Plain::new("b"));
            assert_eq!(collected(), 1);
            assert_eq!(a.edge(0).name(), "b");
        });
        drop(Plain::looped("c"));
        drop(node);
        assert_eq!(take_log(), ["fin a", "drop c", "drop a", "drop b"]);
    });
}

#[test]
fn f9_a_finalizer_may_drop_the_last_other_handles_of_its_object() {
    law(|| {
        let node = Fin::with("a", |a| {
            a.unlink();
            assert_eq!(a.name(), "a", "pinned while its finalizer runs");
        });
        node.link(node.clone());
        drop(node);
        let result = collect();
        assert_eq!((result.collected, result.freed_in_finalizers), (0, 1));
        assert_eq!(take_log(), ["fin a", "drop a"]);
    });
}

#[test]
fn a_value_that_is_moved_out_is_not_finalized() {
    law(|| {
        let node = Fin::new("a");
        let value = Gc::try_unwrap(node).unwrap();
        assert!(take_log().is_empty());
        drop(value);
        assert_eq!(take_log(), ["drop a"]);
    });
}
