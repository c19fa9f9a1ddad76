//! What went wrong elsewhere: one test for each soundness bug seen in other collectors, as far as it
//! can happen within one thread and is not tested under its law in another binary.

#![expect(dead_code, reason = "some probes are there only to be dropped")]

use refcycle::{Finalize, Gc, Policy, Trace, Tracer, Weak, collect, facts, live, set_policy};
use refcycle_tests::nodes::{Doomed, Edge, Fin, Plain};
use refcycle_tests::{
    Probe, alive, caught, collected, full, in_thread, law, law_that_leaks, log, panic_payload,
    settle, take_log,
};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::sync::{Mutex, RwLock};

fn eager() -> Policy {
    Policy::default().with_young(1).with_full(1).with_growth(0.0)
}

thread_local! {
    static STASH: RefCell<Vec<Edge>> = RefCell::default();
}

// --- the passes of one collection see different edges ------------------------------------------------

struct Fickle {
    calls: Cell<usize>,
    limit: usize,
    next: RefCell<Option<Gc<Fickle>>>,
    probe: Probe,
}

// SAFETY: it owns what it reports (1), but reports it only so often: it breaks rule 2 towards
// under-reporting in later passes, which must not free anything in use.
unsafe impl Trace for Fickle {
    type Facts = facts::All;

    fn trace(&self, tracer: &mut Tracer) {
        self.calls.set(self.calls.get() + 1);
        if self.calls.get() <= self.limit {
            tracer.field("next", &*self.next.borrow());
        }
    }
}

#[test]
fn r3_a_trace_that_reports_in_the_first_pass_only_frees_nothing_that_is_garbage_only_by_half() {
    law(|| {
        let fickle = |limit| {
            Gc::new(Fickle {
                calls: Cell::new(0),
                limit,
                next: RefCell::default(),
                probe: Probe::silent(),
            })
        };
        // All garbage: whatever is reported, freeing it is right or a leak for now.
        let (a, b) = (fickle(1), fickle(1));
        *a.next.borrow_mut() = Some(b.clone());
        *b.next.borrow_mut() = Some(a.clone());
        let weak = Gc::downgrade(&a);
        drop((a, b));
        for _ in 0..3 {
            settle();
        }
        if let Some(a) = weak.upgrade() {
            a.probe.check();
            let b = a.next.take();
            drop((a, b));
        }
        assert_eq!(alive(), 0);
    });
}

#[test]
fn r5_more_edges_than_handles_are_found_out_in_release_builds_too() {
    /// Reports a handle that lies on somebody's stack: copies of one handle at two addresses.
    struct Copies(Gc<Plain>, std::mem::ManuallyDrop<Gc<Plain>>, RefCell<Option<Gc<Copies>>>);

    // SAFETY: none, that it breaks rule 1 is what is tested: it reports a handle that is not counted.
    unsafe impl Trace for Copies {
        type Facts = facts::All;

        fn trace(&self, tracer: &mut Tracer) {
            tracer.field("real", &self.0);
            tracer.field("copy", &*self.1);
            tracer.field("me", &*self.2.borrow());
        }
    }

    law(|| {
        let target = Plain::new("target");
        // SAFETY: the copy is never dropped and never used but by `trace`.
        let copy = unsafe { std::ptr::read(&raw const target) };
        let copies = Gc::new(Copies(target, std::mem::ManuallyDrop::new(copy), RefCell::default()));
        *copies.2.borrow_mut() = Some(copies.clone());
        drop(copies.clone());
        let message = caught(collect);
        assert!(message.contains("Plain") || message.contains("Copies"), "{message}");
        assert_eq!(copies.0.name(), "target");
        assert_eq!(alive(), 1);
        // Cut the loop, so that counting can free it all.
        copies.2.take();
        drop(copies);
        assert_eq!(alive(), 0);
    });
}

// --- the collector meets values that user code is in the middle of ------------------------------------

#[test]
fn r6_a_trace_may_call_collect_and_is_refused() {
    struct Nested(RefCell<Option<Gc<Nested>>>, Cell<bool>);

    // SAFETY: the one handle is owned and reported once (1), always (2). Collecting inside is refused,
    // so it runs no other code (3).
    unsafe impl Trace for Nested {
        type Facts = facts::All;

        fn trace(&self, tracer: &mut Tracer) {
            self.1.set(collect().refused);
            tracer.field("0", &self.0);
        }
    }

    law(|| {
        let node = Gc::new(Nested(RefCell::default(), Cell::new(false)));
        *node.0.borrow_mut() = Some(node.clone());
        drop(node.clone());
        assert_eq!(collected(), 0);
        assert!(node.1.get());
        drop(node);
        assert_eq!(collected(), 1);
    });
}

#[test]
fn r7_a_drop_that_looks_at_clones_and_stashes_its_dead_siblings() {
    for n in [2, 3, 10] {
        law(move || {
            let nodes: Vec<_> = (0..n)
                .map(|_| {
                    Doomed::with("", |me| {
                        let edges = me.edges.borrow();
                        for edge in edges.iter() {
                            let Edge::Doomed(sibling) = edge else { unreachable!() };
                            assert!(caught(|| sibling.name()).contains("Doomed"));
                            assert!(Gc::try_deref(sibling).is_none());
                            STASH.with_borrow_mut(|stash| stash.push(edge.clone()));
                        }
                    })
                })
                .collect();
            for from in &nodes {
                for to in &nodes {
                    from.link(to.clone());
                }
            }
            drop(nodes);
            assert_eq!(collected(), n);
            let husks = STASH.take();
            assert_eq!(husks.len(), n * n);
            assert_eq!(live().objects, n);
            for husk in &husks {
                let Edge::Doomed(husk) = husk else { unreachable!() };
                assert_eq!(Gc::strong_count(husk), n);
                assert!(Gc::is_dead(husk));
            }
            drop(husks);
            assert_eq!(live().objects, 0);
        });
    }
}

#[test]
fn r8_a_husk_escapes_through_a_live_cycle() {
    law(|| {
        let rescuer = Plain::looped("rescuer");
        let weak = Gc::downgrade(&rescuer);
        let a = Doomed::with("a", move |me| weak.upgrade().unwrap().link(me.edge(0)));
        a.link(a.clone());
        drop(a);
        assert_eq!(collected(), 1);
        drop(rescuer.clone());
        assert_eq!(collected(), 0);
        drop(rescuer);
        assert_eq!(collected(), 1);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn r9_no_upgrade_between_the_verdict_and_the_drop() {
    law(|| {
        #[derive(Trace)]
        struct Node {
            edges: RefCell<Vec<Gc<Node>>>,
            #[trace(skip)]
            others: RefCell<Vec<Weak<Node>>>,
            #[trace(skip)]
            probe: Probe,
        }

        impl Drop for Node {
            fn drop(&mut self) {
                for other in self.others.get_mut() {
                    assert!(other.upgrade().is_none());
                }
                self.probe.check();
            }
        }

        let nodes: Vec<_> = (0..5)
            .map(|_| {
                Gc::new(Node {
                    edges: RefCell::default(),
                    others: RefCell::default(),
                    probe: Probe::silent(),
                })
            })
            .collect();
        for (i, node) in nodes.iter().enumerate() {
            node.edges.borrow_mut().push(nodes[(i + 1) % 5].clone());
            *node.others.borrow_mut() = nodes.iter().map(Gc::downgrade).collect();
        }
        drop(nodes);
        assert_eq!(collected(), 5);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn r10_a_dead_object_held_weakly_is_not_walked_into() {
    law(|| {
        let node = Plain::looped("a");
        node.unlink();
        drop(node.clone());
        let weak = Gc::downgrade(&node);
        drop(node);
        assert_eq!(full().visited, 0);
        let cyclic = Plain::looped("b");
        let weak_cyclic = Gc::downgrade(&cyclic);
        drop(cyclic);
        assert_eq!(collected(), 1);
        assert_eq!(full().visited, 0);
        assert!(weak.upgrade().is_none() && weak_cyclic.upgrade().is_none());
    });
}

#[test]
fn r11_a_finalizer_stores_itself_its_child_or_its_grandchild() {
    for saved in 0..3 {
        law(move || {
            let top = Fin::new("top");
            let (child, grandchild) = (Plain::new("child"), Plain::new("grandchild"));
            top.link(child.clone());
            child.link(grandchild.clone());
            grandchild.link(top.clone());
            let all: [Edge; 3] = [top.clone().into(), child.into(), grandchild.into()];
            let weaks = all.clone().map(|edge| match edge {
                Edge::Plain(node) => (None, Some(Gc::downgrade(&node))),
                Edge::Fin(node) => (Some(Gc::downgrade(&node)), None),
                _ => unreachable!(),
            });
            top.on_finalize.set(Some(Box::new(move |_| {
                let edge: Edge = match &weaks[saved] {
                    (Some(weak), _) => weak.upgrade().unwrap().into(),
                    (_, Some(weak)) => weak.upgrade().unwrap().into(),
                    _ => unreachable!(),
                };
                STASH.with_borrow_mut(|stash| stash.push(edge));
            })));
            drop((top, all));
            let result = full();
            assert_eq!((result.collected, result.resurrected), (0, 3));
            // Change it afterwards: all of it is really alive.
            let kept = STASH.take().pop().unwrap();
            let next = kept.edge(0);
            next.link(Plain::new("new"));
            assert_eq!(collected(), 0);
            kept.unlink();
            drop(next);
            drop(kept);
            assert_eq!(alive(), 0, "the cycle was cut, counting does the rest");
        });
    }
}

#[test]
fn r13_destructors_that_make_cyclic_garbage_and_collect() {
    law(|| {
        set_policy(eager());
        for _ in 0..20 {
            let node = Doomed::with("", |me| {
                for _ in 0..10 {
                    let garbage = Plain::looped("");
                    garbage.link(Plain::silent());
                    drop(garbage);
                    let _refused = collect();
                }
                drop(me.edge(0));
            });
            node.link(node.clone());
            drop(node.clone());
            drop(node);
            settle();
        }
        set_policy(Policy::OFF);
        settle();
        assert_eq!(alive(), 0);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn r14_no_dangling_candidate() {
    law(|| {
        for action in 0..5 {
            let nodes: Vec<_> = (0..5).map(|_| Plain::silent()).collect();
            for node in &nodes {
                drop(node.clone());
            }
            let mut nodes = nodes.into_iter();
            let mut keep = Vec::new();
            for i in 0..5 {
                let node = nodes.next().unwrap();
                match (action + i) % 5 {
                    0 => drop(node),
                    1 => drop(Gc::try_unwrap(node)),
                    2 => drop(Gc::into_inner(node)),
                    3 => keep.push(Gc::new(Gc::try_unwrap(node).unwrap())),
                    _ => keep.push(node),
                }
            }
            assert_eq!(collected(), 0);
            drop(keep);
            assert_eq!(live().objects, 0);
        }
    });
}

#[test]
fn r15_the_buffer_is_no_handle() {
    law(|| {
        let mut node = Plain::silent();
        drop(node.clone());
        assert_eq!((Gc::strong_count(&node), Gc::weak_count(&node)), (1, 0));
        assert!(Gc::get_mut(&mut node).is_some());
        assert!(Gc::try_unwrap(node).is_ok());
    });
}

#[test]
fn r17_borrowed_and_locked_cells_and_poisoned_locks() {
    #[derive(Trace)]
    struct Locked {
        mutex: Mutex<Option<Gc<Locked>>>,
        lock: RwLock<Option<Gc<Locked>>>,
        #[trace(skip)]
        _probe: Probe,
    }

    law(|| {
        let node = || {
            Gc::new(Locked {
                mutex: Mutex::default(),
                lock: RwLock::default(),
                _probe: Probe::silent(),
            })
        };
        // Locked at the moment.
        let a = node();
        *a.mutex.lock().unwrap() = Some(a.clone());
        *a.lock.write().unwrap() = Some(a.clone());
        drop(a.clone());
        {
            let _guard = a.mutex.lock().unwrap();
            assert_eq!(collected(), 0);
            let _read = a.lock.read().unwrap();
            assert_eq!(collected(), 0);
        }
        drop(a);
        assert_eq!(collected(), 1);

        // Poisoned: looked through.
        let b = node();
        *b.mutex.lock().unwrap() = Some(b.clone());
        *b.lock.write().unwrap() = Some(b.clone());
        caught(|| {
            let _mutex = b.mutex.lock().unwrap();
            let _lock = b.lock.write().unwrap();
            panic!("poison");
        });
        assert!(b.mutex.is_poisoned() && b.lock.is_poisoned());
        drop(b);
        assert_eq!(collected(), 1);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn r17_a_guard_that_was_forgotten_is_a_leak() {
    law_that_leaks(|| {
        let node = Plain::looped("a");
        std::mem::forget(node.edges.borrow_mut());
        drop(node);
        assert_eq!(collected(), 0);
        assert_eq!(alive(), 1);
    });
}

#[test]
fn r17_a_cell_borrowed_shared_is_looked_into() {
    law(|| {
        let node = Plain::looped("a");
        let borrow = node.edges.borrow();
        assert_eq!(collected(), 0);
        assert_eq!(borrow.len(), 1);
        drop(borrow);
        // A forgotten shared borrow does not hide the edges.
        std::mem::forget(node.edges.borrow());
        drop(node);
        assert_eq!(collected(), 1);
    });
}

#[test]
fn r18_a_finalizer_that_leaves_a_cell_borrowed() {
    law_that_leaks(|| {
        let node = Fin::with("a", |me| std::mem::forget(me.edges.borrow_mut()));
        node.link(node.clone());
        drop(node);
        // What is opaque now counts as held from outside.
        let result = full();
        assert_eq!((result.collected, result.resurrected), (0, 1));
        assert_eq!(collected(), 0);
        assert_eq!(alive(), 1);
    });
}

#[test]
fn r19_forgotten_handles_are_roots() {
    law_that_leaks(|| {
        let node = Plain::looped("a");
        std::mem::forget(node.clone());
        let leaked: &'static Gc<Plain> = Box::leak(Box::new(Plain::looped("b")));
        let manual = ManuallyDrop::new(Plain::looped("c"));
        drop(node);
        assert_eq!(collected(), 0);
        assert_eq!(leaked.name(), "b");
        assert_eq!(manual.name(), "c");
        drop(ManuallyDrop::into_inner(manual));
        assert_eq!(collected(), 1);
        assert_eq!(alive(), 2);
    });
}

// --- allocation and drop while user code is in the middle of something -------------------------------

#[test]
fn r26_handles_dropped_and_made_while_a_cell_is_borrowed() {
    law(|| {
        set_policy(eager());
        let node = Plain::looped("a");
        node.link(Plain::looped("b"));
        drop(node.clone());
        {
            let mut edges = node.edges.borrow_mut();
            edges.push(Plain::looped("c").into());
            drop(edges.remove(1));
            edges.push(Plain::new("d").into());
            drop(Plain::looped("e"));
            edges.push(Plain::new("f").into());
        }
        assert_eq!(node.edges.borrow().len(), 4);
        set_policy(Policy::OFF);
        drop(node);
        settle();
        assert_eq!(alive(), 0);
    });
}

#[test]
fn r26_user_code_in_hash_and_eq_may_allocate() {
    #[derive(Trace)]
    struct Key(u32, Gc<Plain>);

    impl Hash for Key {
        fn hash<H: Hasher>(&self, state: &mut H) {
            drop(Plain::looped(""));
            drop(Plain::silent());
            self.1.name().hash(state);
            self.0.hash(state);
        }
    }

    impl PartialEq for Key {
        fn eq(&self, other: &Key) -> bool {
            drop(Plain::looped(""));
            drop(Plain::silent());
            self.0 == other.0
        }
    }

    impl Eq for Key {}

    #[derive(Trace)]
    struct Map(RefCell<HashMap<Key, Gc<Map>>>, #[trace(skip)] Probe);

    law(|| {
        set_policy(eager());
        let map = Gc::new(Map(RefCell::default(), Probe::silent()));
        drop(map.clone());
        for i in 0..100 {
            map.0.borrow_mut().insert(Key(i % 50, Plain::looped("")), map.clone());
        }
        assert_eq!(map.0.borrow().len(), 50);
        set_policy(Policy::OFF);
        drop(map);
        // The map and the keys' nodes, most of them garbage for long.
        settle();
        assert_eq!(alive(), 0);
    });
}

// --- constructors that fail half-way ------------------------------------------------------------------

#[derive(Trace)]
struct Explosive(u32, #[trace(skip)] Probe);

thread_local!(static CLONES: Cell<u32> = const { Cell::new(0) });

impl Clone for Explosive {
    fn clone(&self) -> Explosive {
        let fuse = CLONES.get();
        CLONES.set(fuse.wrapping_sub(1));
        assert!(fuse != 0, "clone {}", self.0);
        Explosive(self.0, self.1.clone())
    }
}

#[test]
fn r30_a_clone_that_panics_in_from_slice() {
    law(|| {
        let n = 5;
        let source: Vec<_> = (0..n).map(|i| Explosive(i, Probe::silent())).collect();
        for k in 0..n {
            CLONES.set(k);
            let message = caught(|| Gc::<[Explosive]>::from(&source[..]));
            assert_eq!(message, format!("clone {k}"));
            assert_eq!(alive(), n as isize);
        }
        CLONES.set(u32::MAX);
        let slice: Gc<[Explosive]> = Gc::from(&source[..]);
        assert_eq!(slice.len(), n as usize);
        assert_eq!(alive(), 2 * n as isize);
        drop(slice);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn r30_an_iterator_that_panics() {
    law(|| {
        for k in 0..5 {
            let items = (0..5).map(|i| {
                assert!(i != k, "item {k}");
                Explosive(i, Probe::silent())
            });
            assert_eq!(caught(|| items.collect::<Gc<[_]>>()), format!("item {k}"));
            assert_eq!(alive(), 0);
            // Without a known length.
            let items = (0..5).filter(|_| true).map(|i| {
                assert!(i != k, "item {k}");
                Plain::looped("")
            });
            assert_eq!(caught(|| items.collect::<Gc<[_]>>()), format!("item {k}"));
            settle();
            assert_eq!(alive(), 0);
        }
        let slice: Gc<[u32]> = (0..5).filter(|i| i % 2 == 0).collect();
        assert_eq!(*slice, [0, 2, 4]);
    });
}

#[test]
fn r30_a_closure_that_panics_in_new_cyclic() {
    law(|| {
        let leaked = RefCell::new(None);
        let message = caught(|| {
            Gc::new_cyclic(|me: &Weak<Plain>| {
                assert!(me.upgrade().is_none());
                *leaked.borrow_mut() = Some(me.clone());
                panic!("on purpose")
            })
        });
        assert_eq!(message, "on purpose");
        let weak = leaked.take().unwrap();
        assert!(weak.upgrade().is_none());
        assert_eq!(weak.strong_count(), 0);
        drop(weak);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn r30_new_cyclic_whose_closure_collects() {
    #[derive(Trace)]
    struct Me(Weak<Me>, u32);

    law(|| {
        let me = Gc::new_cyclic(|me: &Weak<Me>| {
            drop(Plain::looped(""));
            assert_eq!(collected(), 1);
            assert!(me.upgrade().is_none());
            Me(me.clone(), 7)
        });
        assert_eq!(me.0.upgrade().unwrap().1, 7);
    });
}

// --- facts of types ------------------------------------------------------------------------------------

trait Shape: Trace {}
refcycle::pointee!(dyn Shape);

#[derive(Trace)]
struct Dynamic(RefCell<Option<Box<dyn Shape>>>, #[trace(skip)] Probe);

#[derive(Trace)]
struct Generic<T>(RefCell<Option<T>>, #[trace(skip)] Probe);

#[derive(Trace)]
enum Tree {
    Leaf(RefCell<Option<Gc<Tree>>>, #[trace(skip)] Probe),
    Branch(Box<Tree>, Vec<Tree>),
}

#[derive(Trace)]
struct Holder(Gc<Dynamic>);

impl Shape for Holder {}

#[derive(Trace)]
struct Knot(Gc<Generic<Knot>>);

#[test]
fn r31_what_may_own_a_handle_is_never_taken_for_a_leaf() {
    law(|| {
        let dynamic = Gc::new(Dynamic(RefCell::default(), Probe::silent()));
        *dynamic.0.borrow_mut() = Some(Box::new(Holder(dynamic.clone())));
        drop(dynamic);
        assert_eq!(collected(), 1);

        let generic = Gc::new(Generic(RefCell::default(), Probe::silent()));
        *generic.0.borrow_mut() = Some(Knot(generic.clone()));
        drop(generic);
        assert_eq!(collected(), 1);

        let leaf = Tree::Leaf(RefCell::default(), Probe::silent());
        let tree = Gc::new(Tree::Branch(Box::new(Tree::Branch(Box::new(leaf), vec![])), vec![]));
        let Tree::Branch(inner, _) = &*tree else { unreachable!() };
        let Tree::Branch(leaf, _) = &**inner else { unreachable!() };
        let Tree::Leaf(cell, _) = &**leaf else { unreachable!() };
        *cell.borrow_mut() = Some(tree.clone());
        drop(tree);
        assert_eq!(collected(), 1);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn r32_hash_and_comparison_of_deep_structures_are_the_users() {
    // Comparing handles compares values, as with `Rc`: recursion in there is the value's own.
    law(|| {
        let (one, two) = (Gc::new(5), Gc::new(5));
        assert!(one == two && one <= two && !Gc::ptr_eq(&one, &two));
    });
}

#[derive(Trace)]
struct Parts {
    first: Gc<Plain>,
    second: Gc<Plain>,
}

#[derive(Trace)]
struct Guarded {
    parts: RefCell<Vec<Gc<Guarded>>>,
    taken: RefCell<Option<Gc<Plain>>>,
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // Moves handles out of itself, and one of them away for good.
        let parts = std::mem::take(self.parts.get_mut());
        drop(parts);
        if let Some(taken) = self.taken.take() {
            STASH.with_borrow_mut(|stash| stash.push(taken.into()));
        }
    }
}

#[test]
fn r33_values_can_be_taken_apart_and_drops_may_move_handles_out() {
    law(|| {
        let parts = Gc::new(Parts { first: Plain::new("1"), second: Plain::new("2") });
        // The derive emits no `Drop`, so this moves.
        let Parts { first, second } = Gc::try_unwrap(parts).unwrap_or_else(|_| panic!("unique"));
        assert_eq!((first.name(), second.name()), ("1", "2"));

        let node = Gc::new(Guarded { parts: RefCell::default(), taken: RefCell::default() });
        node.parts.borrow_mut().push(node.clone());
        *node.taken.borrow_mut() = Some(first.clone());
        let doomed_only = Plain::new("saved");
        let other = Gc::new(Guarded {
            parts: RefCell::new(vec![node.clone()]),
            taken: RefCell::new(Some(doomed_only.clone())),
        });
        node.parts.borrow_mut().push(other.clone());
        drop((doomed_only, node, other));
        let result = full();
        assert_eq!(result.collected, 2);
        let mut names: Vec<_> = STASH.take().iter().map(|edge| edge.name()).collect();
        names.sort_unstable();
        assert_eq!(names, ["1", "saved"]);
        assert_eq!(Gc::strong_count(&first), 1);
        drop((first, second));
        assert_eq!(alive(), 0);
        assert_eq!(live().objects, 0);
    });
}

#[derive(Trace)]
struct Phantom<T>(PhantomData<T>, u8);

#[derive(Trace)]
struct Linked<T: 'static> {
    next: RefCell<Option<Gc<Linked<T>>>>,
    value: T,
}

#[test]
fn r34_bounds_are_those_of_the_fields() {
    struct NotTrace;

    law(|| {
        let phantom = Gc::new(Phantom::<NotTrace>(PhantomData, 1));
        assert_eq!(phantom.1, 1);
        let linked = Gc::new(Linked { next: RefCell::default(), value: 7 });
        *linked.next.borrow_mut() = Some(linked.clone());
        assert_eq!(linked.value, 7);
        drop(linked);
        assert_eq!(collected(), 1);
    });
}

#[test]
fn r35_a_finalizer_called_by_hand_changes_nothing() {
    law(|| {
        let node = Fin::new("a");
        node.finalize();
        node.finalize();
        assert!(!Gc::is_finalized(&node));
        assert_eq!(take_log(), ["fin a", "fin a"]);
        drop(node);
        assert_eq!(take_log(), ["fin a", "drop a"]);
    });
}

#[test]
fn r12_a_panic_that_meets_another_is_not_lost_track_of() {
    // Dropping a payload is user code too: the later ones are forgotten.
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            log("the second payload was dropped");
        }
    }

    law(|| {
        let make = |first: bool| {
            let node = Doomed::with("", move |_| {
                if first {
                    std::panic::resume_unwind(Box::new("first"));
                }
                std::panic::resume_unwind(Box::new(Bomb));
            });
            node.link(node.clone());
            node
        };
        drop((make(true), make(false), make(false)));
        let payload = panic_payload(collect).expect("panics");
        assert_eq!(*payload.downcast::<&str>().unwrap(), "first");
        assert!(take_log().iter().all(|line| !line.contains("payload")));
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn r36_two_threads_have_two_heaps() {
    law(|| {
        let here = Plain::looped("here");
        let there = in_thread(|| {
            drop(Plain::looped("there"));
            assert_eq!(collected(), 1);
            assert_eq!(take_log(), ["drop there"]);
            live().objects
        });
        assert_eq!(there, 0);
        assert_eq!(here.name(), "here");
        drop(here);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop here"]);
    });
}
