//! The end of a thread: law P1 and its neighbors.

use refcycle::weak::on_death;
use refcycle::{Gc, Policy, Trace, Tracer, Watch, Weak, collect, facts, live, set_policy};
use refcycle_tests::nodes::{Doomed, Fin, Plain};
use refcycle_tests::{in_thread, law_that_leaks, law_untouched, settle};
use std::cell::{Cell, OnceCell, RefCell};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

/// Counts drops where no thread-local can.
#[derive(Clone, Default)]
struct Count(Arc<AtomicUsize>);

impl Count {
    fn get(&self) -> usize {
        self.0.load(SeqCst)
    }

    fn add(&self) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[derive(Trace)]
struct Node {
    next: RefCell<Option<Gc<Node>>>,
    #[trace(skip)]
    drops: Count,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.drops.add();
    }
}

/// A node whose drop the collector need not hide.
#[derive(Trace)]
struct Quiet {
    next: RefCell<Option<Gc<Quiet>>>,
    #[trace(skip)]
    _guard: OnDrop,
}

struct OnDrop(Count);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.add();
    }
}

fn node(drops: &Count) -> Gc<Node> {
    Gc::new(Node { next: RefCell::default(), drops: drops.clone() })
}

fn looped(drops: &Count) -> Gc<Node> {
    let node = node(drops);
    *node.next.borrow_mut() = Some(node.clone());
    node
}

/// Runs `body` as a law and counts the drops when its thread has ended.
#[track_caller]
fn ends(expected: usize, body: impl FnOnce(&Count) + Send + 'static) {
    let drops = Count::default();
    let seen = drops.clone();
    law_untouched(move || body(&drops));
    assert_eq!(seen.get(), expected);
}

#[test]
fn p1_garbage_is_collected_when_the_thread_ends() {
    ends(1, |drops| drop(looped(drops)));
}

#[test]
fn p1_garbage_is_collected_with_automatic_collection_off() {
    ends(1, |drops| {
        set_policy(Policy::OFF);
        drop(looped(drops));
    });
}

#[test]
fn p1_old_garbage_is_collected_when_the_thread_ends() {
    ends(1, |drops| {
        let node = looped(drops);
        settle();
        settle();
        drop(node);
    });
}

thread_local! {
    static ROOT: RefCell<Option<Gc<Node>>> = const { RefCell::new(None) };
}

#[test]
fn p1_an_acyclic_thread_local_root_made_before_the_heap_dies() {
    ends(2, |drops| {
        ROOT.with(|_| ());
        let head = node(drops);
        *head.next.borrow_mut() = Some(node(drops));
        ROOT.set(Some(head));
    });
}

#[test]
fn p1_an_acyclic_thread_local_root_made_after_the_heap_dies() {
    ends(2, |drops| {
        drop(looped(&Count::default()));
        settle();
        let head = node(drops);
        *head.next.borrow_mut() = Some(node(drops));
        ROOT.set(Some(head));
    });
}

#[test]
fn p1_a_cyclic_thread_local_root_made_after_the_heap_dies() {
    // Thread-locals are destroyed newest first (on the platforms that this runs on): the root goes
    // while the collector is there.
    ends(1, |drops| {
        drop(looped(&Count::default()));
        settle();
        ROOT.set(Some(looped(drops)));
    });
}

/// Nobody is there any more to see that it is garbage.
#[test]
fn p1_a_cyclic_thread_local_root_made_before_the_heap_leaks() {
    let drops = Count::default();
    let seen = drops.clone();
    law_that_leaks(move || {
        // In a thread where nothing of the library has been called.
        in_thread(move || {
            ROOT.with(|_| ());
            ROOT.set(Some(looped(&drops)));
        });
    });
    assert_eq!(seen.get(), 0);
}

/// Drops what it holds when the thread-local dies, after having looked at it.
struct LastUser(RefCell<Vec<Gc<Node>>>);

thread_local! {
    static FIRST: LastUser = const { LastUser(RefCell::new(Vec::new())) };
}

impl Drop for LastUser {
    fn drop(&mut self) {
        for handle in self.0.take() {
            // Everything still counts.
            let more = handle.clone();
            let weak = Gc::downgrade(&more);
            assert_eq!(Gc::strong_count(&handle), 2);
            drop(more);
            assert!(weak.upgrade().is_some());
            handle.drops.add();
            drop(handle);
            assert!(weak.upgrade().is_none());
        }
        // New objects can be made and die as well; collections are refused.
        let late = Count::default();
        drop(node(&late));
        assert_eq!(late.get(), 1);
        assert!(collect().refused || live().objects == 0);
    }
}

#[test]
fn p1_a_handle_dropped_after_the_heap_is_gone_still_drops_its_value() {
    // Two drops and one look.
    ends(3, |drops| {
        // Made before the collector's own thread-local, so it is destroyed after it.
        FIRST.with(|_| ());
        let handle = node(drops);
        *handle.next.borrow_mut() = Some(node(drops));
        // A candidate, noted with the collector that is about to go.
        drop(handle.clone());
        FIRST.with(|first| first.0.borrow_mut().push(handle));
    });
}

#[test]
fn p1_the_same_in_a_thread_local_that_goes_first() {
    ends(3, |drops| {
        let handle = node(drops);
        *handle.next.borrow_mut() = Some(node(drops));
        drop(handle.clone());
        FIRST.with(|first| first.0.borrow_mut().push(handle));
    });
}

#[test]
fn p2_destructors_at_the_end_may_make_garbage() {
    ends(3, |drops| {
        let drops = drops.clone();
        let node = Doomed::with("a", {
            let drops = drops.clone();
            move |_| {
                drops.add();
                drop(looped(&drops));
                let inner = drops.clone();
                let next = Doomed::with("b", move |_| drop(looped(&inner)));
                next.link(next.clone());
            }
        });
        node.link(node.clone());
    });
}

#[test]
fn p2_finalizers_run_at_the_end() {
    ends(1, |drops| {
        let drops = drops.clone();
        let node = Fin::with("a", move |_| drops.add());
        node.link(node.clone());
    });
}

#[test]
fn p2_callbacks_run_at_the_end() {
    thread_local!(static WATCH: OnceCell<Watch<Plain>> = const { OnceCell::new() });
    ends(1, |drops| {
        // Made before the collector's own thread-local, so it is still there when the garbage goes.
        WATCH.with(|_| ());
        let drops = drops.clone();
        let node = Plain::looped("");
        let watch = Gc::watch(&node, move || drops.add());
        WATCH.with(|slot| assert!(slot.set(watch).is_ok()));
    });
}

/// N4 at the end of a thread: after its garbage, newest first, whatever one of them does.
#[test]
fn n4_the_hooks_of_what_is_alive_run_at_the_end() {
    let order = Arc::new(Mutex::new(Vec::with_capacity(8)));
    let log = {
        let order = order.clone();
        move |name| {
            let order = order.clone();
            move || order.lock().unwrap().push(name)
        }
    };
    ends(2, move |drops| {
        ROOT.with(|_| ());
        let kept = node(drops);
        on_death(&kept, log("1"));
        // (As a panic, but that nobody hears it.)
        on_death(&kept, || std::panic::resume_unwind(Box::new(())));
        on_death(&kept, {
            let (log, kept) = (log.clone(), kept.clone());
            move || {
                log("3")();
                on_death(&kept, log("4"));
                // Garbage, and the last handle but that of the closure.
                drop(looped(&Count::default()));
            }
        });
        let garbage = looped(drops);
        on_death(&garbage, log("garbage"));
        drop(garbage);
        ROOT.set(Some(kept));
    });
    assert_eq!(*order.lock().unwrap(), ["garbage", "3", "4", "1"]);
}

/// The same for a thread that has made nothing but a leaf, and has said nothing to the policy, as laws do.
#[test]
fn n4_the_hooks_of_leaves_alone_run_at_the_end() {
    let calls = Count::default();
    let counts = calls.clone();
    let thread = std::thread::spawn(move || {
        let leaf = Gc::new(7);
        on_death(&leaf, move || counts.add());
        // It never dies.
        std::mem::forget(leaf);
    });
    thread.join().unwrap();
    assert_eq!(calls.get(), 1);
}

#[test]
fn p2_a_destructor_that_always_makes_garbage_does_not_keep_the_thread() {
    #[derive(Trace)]
    struct Hydra(RefCell<Option<Gc<Hydra>>>);

    thread_local!(static HEADS: Cell<usize> = const { Cell::new(0) });

    impl Drop for Hydra {
        fn drop(&mut self) {
            HEADS.set(HEADS.get() + 1);
            if HEADS.get() < 10_000 {
                let next = Gc::new(Hydra(RefCell::default()));
                *next.0.borrow_mut() = Some(next.clone());
            }
        }
    }

    // After ten rounds the last head is let be.
    law_that_leaks(|| {
        let first = Gc::new(Hydra(RefCell::default()));
        *first.0.borrow_mut() = Some(first.clone());
        drop(first);
    });
}

#[test]
fn p3_a_panicking_destructor_at_the_end_does_not_stop_the_rest() {
    ends(3, |drops| {
        for _ in 0..3 {
            let drops = drops.clone();
            let node = Doomed::with("", move |_| {
                drops.add();
                // Not reported: nobody listens at the end of a thread, and payloads are forgotten.
                std::panic::resume_unwind(Box::new(()));
            });
            node.link(node.clone());
        }
    });
}

struct Untraceable(RefCell<Option<Gc<Untraceable>>>);

// SAFETY: it reports nothing (1, 2) and does nothing but panic (3); the facts say everything (4).
unsafe impl Trace for Untraceable {
    type Facts = facts::All;

    fn trace(&self, _: &mut Tracer) {
        std::panic::resume_unwind(Box::new(()));
    }
}

#[test]
fn p3_a_panicking_trace_at_the_end_leaks_what_it_hides() {
    law_that_leaks(|| {
        let node = Gc::new(Untraceable(RefCell::default()));
        *node.0.borrow_mut() = Some(node.clone());
        drop(node);
    });
}

#[test]
fn p4_weak_handles_may_outlive_the_heap() {
    thread_local!(static LATE: RefCell<Vec<Weak<Quiet>>> = const { RefCell::new(Vec::new()) });
    ends(2, |drops| {
        LATE.with(|_| ());
        let quiet = || Gc::new(Quiet { next: RefCell::default(), _guard: OnDrop(drops.clone()) });
        let (cyclic, acyclic) = (quiet(), quiet());
        *cyclic.next.borrow_mut() = Some(cyclic.clone());
        LATE.with_borrow_mut(|late| {
            late.extend([Gc::downgrade(&cyclic), Gc::downgrade(&acyclic)]);
        });
    });
}
