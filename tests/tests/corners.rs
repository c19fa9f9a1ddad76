//! Corners that a hostile reader found: each test is named for the law that did not hold there.

use refcycle::{Finalize, Gc, Policy, Trace, Weak, collect, set_policy, stats, unsize};
use refcycle_tests::{balance, caught, collected, law, panic_payload};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::mem::MaybeUninit;
use std::panic::panic_any;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    COUNT.set(COUNT.get() + 1);
}

/// Drops what it holds in its finalizer.
#[derive(Trace)]
#[trace(finalize)]
struct Letting(RefCell<Option<Gc<Letting>>>);

impl Finalize for Letting {
    fn finalize(&self) {
        count();
        self.0.take();
    }
}

/// A payload without memory: later ones are forgotten, which leaks those that have some.
struct Payload;

/// Panics in its finalizer.
#[derive(Trace)]
#[trace(finalize)]
struct Angry;

impl Finalize for Angry {
    fn finalize(&self) {
        count();
        panic_any(Payload);
    }
}

/// Counts its drops.
struct Counted;

impl Drop for Counted {
    fn drop(&mut self) {
        count();
    }
}

// SAFETY: owns no handle.
unsafe impl Trace for Counted {
    type Facts = refcycle::facts::Leaf;
    fn trace(&self, _: &mut refcycle::Tracer) {}
}

fn written<T>(value: T) -> Gc<MaybeUninit<T>> {
    let mut memory = Gc::<T>::new_uninit();
    Gc::get_mut(&mut memory).expect("sole").write(value);
    memory
}

#[test]
fn a_second_panic_while_unwinding_does_not_abort() {
    law(|| {
        let angry: Vec<_> = (0..3).map(|_| Gc::new(Angry)).collect();
        assert!(panic_payload(|| drop(angry)).is_some_and(|payload| payload.is::<Payload>()));
        assert_eq!(COUNT.get(), 3);
    });
}

#[test]
fn a_panicking_callback_while_unwinding_does_not_abort() {
    law(|| {
        let nodes: Vec<_> = (0..3).map(Gc::new).collect();
        let watches: Vec<_> = nodes.iter().map(|n| Gc::watch(n, || panic_any(Payload))).collect();
        assert!(panic_payload(|| drop(nodes)).is_some_and(|payload| payload.is::<Payload>()));
        assert!(watches.iter().all(|watch| !watch.is_armed()));
    });
}

#[test]
fn a_destructor_that_panics_while_another_unwinds_does_not_abort() {
    #[derive(Trace)]
    struct Furious(Option<Gc<Furious>>);
    impl Drop for Furious {
        fn drop(&mut self) {
            count();
            panic_any(Payload);
        }
    }
    law(|| {
        let chain = Gc::new(Furious(Some(Gc::new(Furious(Some(Gc::new(Furious(None))))))));
        assert!(panic_payload(|| drop(chain)).is_some_and(|payload| payload.is::<Payload>()));
        assert_eq!(COUNT.get(), 3);

        // In garbage: what hangs off it outside, as an immutable tail that was set aside.
        let tail = Gc::new(Furious(None));
        let ring = Gc::new((RefCell::new(None::<Gc<dyn Any>>), Furious(Some(tail))));
        let any: Gc<dyn Any> = unsize!(ring.clone() => dyn Any);
        *ring.0.borrow_mut() = Some(any);
        drop(ring);
        assert!(panic_payload(collect).is_some_and(|payload| payload.is::<Payload>()));
        assert_eq!(COUNT.get(), 5);
    });
}

#[test]
fn finalizers_that_drop_the_next_node_need_no_stack() {
    const NODES: usize = 300_000 / refcycle_tests::SHRINK;
    law(|| {
        let mut head = None;
        for _ in 0..NODES {
            head = Some(Gc::new(Letting(RefCell::new(head))));
        }
        drop(head);
        assert_eq!(COUNT.get(), NODES);
    });
}

#[test]
fn deaths_put_off_in_a_finalizer_belong_to_the_finalizers() {
    const NODES: usize = 1_000;
    law(|| {
        let head = Gc::new(Letting(RefCell::new(None)));
        let mut tail = head.clone();
        for _ in 1..NODES {
            let next = Gc::new(Letting(RefCell::new(None)));
            *tail.0.borrow_mut() = Some(next.clone());
            tail = next;
        }
        *tail.0.borrow_mut() = Some(head.clone());
        drop((head, tail));
        let result = collect();
        assert_eq!((result.resurrected, result.freed_in_finalizers), (0, NODES));
        assert_eq!(result.finalized, NODES);
    });
}

#[test]
fn the_last_handle_of_filled_memory_drops_the_value_whatever_its_type() {
    law(|| {
        let shared = |memory: &Gc<MaybeUninit<Counted>>| {
            let other = memory.clone();
            // SAFETY: `written` wrote it.
            (unsafe { memory.clone().assume_init() }, other)
        };
        let memory = written(Counted);
        let (value, other) = shared(&memory);
        drop((memory, other));
        drop::<Gc<dyn Any>>(unsize!(value => dyn Any));
        assert_eq!(COUNT.get(), 1);

        let memory = written(Counted);
        let weak = Gc::downgrade(&memory);
        // SAFETY: `written` wrote it.
        drop(unsafe { memory.assume_init() });
        assert!(weak.upgrade().is_none());
        assert_eq!(COUNT.get(), 2);
    });
}

#[test]
fn a_callback_that_panics_in_make_mut_leaves_a_whole_object() {
    law(|| {
        let mut node = Gc::new(String::from("node"));
        let raw = Gc::downgrade(&node).into_raw();
        let watch = Gc::watch(&node, || panic!("callback"));
        assert_eq!(caught(|| Gc::make_mut(&mut node).push('!')), "callback");
        assert!(Gc::downgrade(&node).upgrade().is_some());
        assert_eq!(Gc::weak_count(&node), 0);
        assert!(Gc::get_mut(&mut node).is_some());
        assert!(watch.upgrade().is_none());
        // SAFETY: it came from `into_raw`, and is given back once.
        assert!(unsafe { Weak::from_raw(raw) }.upgrade().is_none());
    });
}

#[test]
fn a_value_that_moves_to_another_object_is_not_finalized_twice() {
    thread_local!(static KEPT: RefCell<Option<Gc<Phoenix>>> = const { RefCell::new(None) });
    #[derive(Clone, Trace)]
    #[trace(finalize)]
    struct Phoenix(Weak<Phoenix>);
    impl Finalize for Phoenix {
        fn finalize(&self) {
            count();
            KEPT.set(self.0.upgrade());
        }
    }
    law(|| {
        drop(Gc::new_cyclic(|me| Phoenix(me.clone())));
        let mut phoenix = KEPT.take().expect("saved");
        let raw = Gc::downgrade(&phoenix).into_raw();
        Gc::make_mut(&mut phoenix).0 = Weak::new();
        assert!(Gc::is_finalized(&phoenix));
        drop(phoenix);
        assert_eq!(COUNT.get(), 1);
        // SAFETY: it came from `into_raw`, and is given back once.
        drop(unsafe { Weak::from_raw(raw) });
    });
}

#[test]
fn objects_that_begin_as_memory_start_collections() {
    law(|| {
        set_policy(Policy::default().with_young(100));
        for _ in 0..1_000 {
            // SAFETY: `written` wrote it.
            let node = unsafe { written(RefCell::new(None::<Gc<dyn Any>>)).assume_init() };
            let any: Gc<dyn Any> = unsize!(node.clone() => dyn Any);
            *node.borrow_mut() = Some(any);
        }
        assert!(stats().young_collections > 0);
        set_policy(Policy::OFF);
    });
}

#[test]
fn candidates_that_died_take_no_room() {
    law(|| {
        let node = || Gc::new(RefCell::new(None::<Gc<u8>>));
        let mut last = node();
        let before = balance().bytes;
        for _ in 0..100_000 / refcycle_tests::SHRINK {
            // Each becomes a candidate before the one before it dies.
            let next = node();
            drop(next.clone());
            last = next;
        }
        assert_eq!(stats().young_candidates, 1);
        let grown = balance().bytes - before;
        assert!(grown < 1_000, "the buffer has grown by {grown} bytes");
        drop(last);
        assert_eq!(stats().young_candidates, 0);
        assert_eq!(collected(), 0);
    });
}

#[test]
fn candidates_leave_in_any_order() {
    law(|| {
        let node = || Gc::new(RefCell::new(None::<Gc<u8>>));
        let touch = |node: &Gc<_>| drop(Gc::clone(node));
        let mut noted = Vec::new();
        let mut random = 7_usize;
        for step in 0..45_000 / refcycle_tests::SHRINK {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let dice = random >> 40;
            match dice % 8 {
                // It grows, and shrinks, and grows.
                0..4 if step % 10_000 < 5_000 => {
                    noted.push(node());
                    touch(&noted[noted.len() - 1]);
                }
                4 => drop(noted.pop()),
                5 if !noted.is_empty() => drop(noted.swap_remove(dice / 8 % noted.len())),
                6 if !noted.is_empty() => {
                    let place = dice / 8 % noted.len();
                    let _ = Gc::get_mut(&mut noted[place]).expect("the only handle");
                    assert_eq!(stats().young_candidates, noted.len() - 1, "lent out");
                    touch(&noted[place]);
                }
                _ => noted.iter().rev().take(2).for_each(touch),
            }
            assert_eq!(stats().young_candidates, noted.len());
        }
        assert!(noted.len() * refcycle_tests::SHRINK > 100);
        assert_eq!(collect().visited, noted.len());
        assert_eq!(stats().young_candidates, 0);
    });
}
