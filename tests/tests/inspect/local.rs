//! What only the flavour of one thread has.

use refcycle::inspect::{self, Snapshot};
use refcycle::{Gc, Policy, Trace, Weak, collect, set_policy};
use refcycle_tests::{SHRINK, collected, in_thread, law, law_untouched};
use std::cell::{Cell, RefCell};
use std::marker::PhantomPinned;

#[derive(Default, Trace)]
struct Node {
    next: RefCell<Option<Gc<Node>>>,
}

fn count() -> usize {
    let mut count = 0;
    inspect::for_each_object(|_| count += 1);
    count
}

#[test]
fn each_thread_has_its_own() {
    law(|| {
        let _here = Gc::new(1_u8);
        assert_eq!(in_thread(|| (count(), Snapshot::take().len())), (0, 0));
        assert_eq!(count(), 1);
    });
}

#[test]
fn objects_may_come_and_go_while_they_are_shown() {
    law(|| {
        let nodes: RefCell<Vec<Gc<Node>>> = RefCell::new((0..10).map(|_| Gc::default()).collect());
        let mut shown = 0;
        inspect::for_each_object(|_| {
            shown += 1;
            // One of those to come.
            let dropped = nodes.borrow_mut().pop();
            drop(dropped);
            std::mem::forget(Gc::new(1_u8));
        });
        assert_eq!(shown, 5);
        for leaked in inspect::objects_of::<u8>() {
            // SAFETY: the handle that was forgotten.
            unsafe { Gc::decrement_strong_count(Gc::as_ptr(&leaked)) };
        }
    });
}

#[test]
fn nothing_is_shown_at_the_end_of_a_thread() {
    struct Late(Option<Gc<Node>>);

    impl Drop for Late {
        fn drop(&mut self) {
            let new: Gc<Node> = Gc::default();
            assert_eq!(Gc::strong_count(&new), 1);
            drop(self.0.take());
            // Whether there still is a table depends on who came first; it does no harm.
            let _ = (count(), Snapshot::take().len(), inspect::referrers(&new).len());
        }
    }

    thread_local!(static LATE: RefCell<Late> = const { RefCell::new(Late(None)) });
    law_untouched(|| LATE.with_borrow_mut(|late| late.0 = Some(Gc::default())));
    law_untouched(|| {
        let node: Gc<Node> = Gc::default();
        LATE.with_borrow_mut(|late| late.0 = Some(node));
    });
}

/// The address of a value that may not move is given to nobody as a handle that could move it. (That
/// `objects_of::<Fixed>` does not compile cannot be said here.)
#[test]
fn a_pinned_value_has_referrers_and_no_handle_with_its_type() {
    #[derive(Trace)]
    struct Fixed(u8, #[trace(skip)] PhantomPinned);

    law(|| {
        let pinned = Gc::pin(Fixed(1, PhantomPinned));
        let owner = Gc::new((pinned, 2_u8));
        let erased = inspect::referents(&owner).pop().unwrap().into_object();
        assert!(erased.is::<Fixed>());
        assert_eq!(erased.view().unwrap().strong_count(), 2);
        assert_eq!(owner.0.0, 1);
    });
}

#[test]
fn what_a_collection_in_steps_looks_at_is_shown_and_can_be_had() {
    law(|| {
        let ring: Vec<Gc<Node>> = (0..10_000 / SHRINK.min(100)).map(|_| Gc::default()).collect();
        for (place, node) in ring.iter().enumerate() {
            *node.next.borrow_mut() = Some(ring[(place + 1) % ring.len()].clone());
        }
        let len = ring.len();
        drop(ring);
        // Steps begin, and look at some.
        let policy = Policy::default().with_young(10).with_full(20).with_growth(0.5);
        set_policy(policy);
        for _ in 0..200 {
            let short: Gc<Node> = Gc::default();
            drop(short.clone());
            drop(short);
            if count() < len {
                break;
            }
            drop(inspect::objects_of::<Node>().pop());
            assert_eq!(Snapshot::take().edge_count(), len);
        }
        set_policy(Policy::OFF);
        collect();
        collect();
        assert_eq!(count(), 0);
    });
}

#[test]
fn a_frozen_object_that_a_collection_in_steps_had_is_left_out() {
    law(|| {
        let node: Gc<Node> = Gc::default();
        *node.next.borrow_mut() = Some(node.clone());
        collect();
        drop(node.clone());
        let weak: Weak<Node> = Gc::downgrade(&node);
        // It is in the old buffer; another is in the young one.
        let young: Gc<Node> = Gc::default();
        *young.next.borrow_mut() = Some(young.clone());
        drop(young.clone());
        inspect::freeze();
        drop((node, young));
        assert_eq!(collected(), 0);
        // An immutable object that leads to frozen ones alone may be set aside.
        let aside = Gc::new((weak.upgrade().unwrap(), 1_u8));
        drop(aside.clone());
        assert_eq!(collected(), 0);
        assert!(!inspect::is_tracked(&aside));
        inspect::unfreeze();
        assert!(inspect::is_tracked(&aside));
        assert_eq!(collected(), 1);
        drop(aside);
        assert_eq!(collected(), 1);
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn an_object_set_aside_because_of_frozen_ones_is_found_when_they_thaw() {
    #[derive(Trace)]
    struct Pair(Gc<Knot>, u8);

    #[derive(Trace)]
    struct Knot(RefCell<Option<Gc<Pair>>>);

    law(|| {
        let knot = Gc::new(Knot(RefCell::default()));
        inspect::freeze();
        let pair = Gc::new(Pair(knot.clone(), 1));
        drop(pair.clone());
        assert_eq!(collected(), 0);
        *knot.0.borrow_mut() = Some(pair.clone());
        assert_eq!(pair.1, 1);
        drop((knot, pair));
        assert_eq!(collected(), 0);
        inspect::unfreeze();
        assert_eq!(collected(), 2);
    });
}

#[test]
fn an_immortal_object_is_a_root() {
    refcycle_tests::law_that_leaks(|| {
        let node: Gc<Node> = Gc::default();
        *node.next.borrow_mut() = Some(Gc::default());
        refcycle::private::raise_strong_count(&node, u32::MAX);
        drop(node);
        let mut immortal = 0;
        inspect::for_each_object(|object| immortal += usize::from(object.is_immortal()));
        assert_eq!(immortal, 1);
        assert!(inspect::detect().is_empty());
    });
}

#[test]
fn a_drop_that_asks_while_others_wait_for_theirs() {
    thread_local!(static MOST: Cell<usize> = const { Cell::new(0) });

    #[derive(Trace)]
    struct Deep(Option<Gc<Deep>>);

    impl Drop for Deep {
        fn drop(&mut self) {
            MOST.set(MOST.get().max(Snapshot::take().len()));
        }
    }

    law(|| {
        let mut list = Gc::new(Deep(None));
        for _ in 0..300 {
            list = Gc::new(Deep(Some(list)));
        }
        let len = count();
        drop(list);
        assert_eq!((len, MOST.get(), count()), (301, 300, 0));
    });
}

#[test]
fn a_loan_is_over_when_there_is_another_handle_or_a_weak_one() {
    law(|| {
        let leaf: Gc<Node> = Gc::default();
        let mut owner = Gc::new((leaf.clone(), 0_u8));
        Gc::get_mut(&mut owner).unwrap().1 = 1;
        assert!(inspect::referrers(&leaf).is_empty());
        let other = owner.clone();
        assert_eq!(inspect::referrers(&leaf).len(), 1);
        assert_eq!(inspect::objects_of::<(Gc<Node>, u8)>().len(), 1);
        drop(other);
        Gc::get_mut(&mut owner).unwrap().1 = 2;
        assert!(inspect::referrers(&leaf).is_empty());
        let _weak: Weak<_> = Gc::downgrade(&owner);
        assert_eq!(inspect::referrers(&leaf).len(), 1);
    });
}

/// It was lent once, and is no longer: it is frozen, and thawed.
#[test]
fn what_was_lent_once_is_thawed() {
    law(|| {
        let mut node = Gc::new(Node::default());
        Gc::get_mut(&mut node).unwrap();
        let other = node.clone();
        inspect::freeze();
        drop(other);
        inspect::unfreeze();
        assert!(inspect::is_tracked(&node));
        *node.next.borrow_mut() = Some(node.clone());
        drop(node);
        assert_eq!(collected(), 1);
    });
}

/// `Vec::dedup_by` drops an element in place and calls the comparison again with the length of before.
#[test]
fn what_is_lent_is_neither_frozen_nor_thawed() {
    law(|| {
        let mut owner = Gc::new((0..6).map(|_| Gc::new(Node::default())).collect::<Vec<_>>());
        let nodes = Gc::get_mut(&mut owner).unwrap();
        nodes.dedup_by(|_, _| {
            inspect::freeze();
            inspect::unfreeze();
            refcycle::collect();
            true
        });
        assert_eq!(owner.len(), 1);
        inspect::unfreeze();
    });
}

/// A collection in steps that has seen it frozen does not set aside for ever what leads to it.
#[test]
fn what_is_thawed_between_two_steps_is_found_later() {
    #[derive(refcycle::Trace)]
    struct Back(RefCell<Option<Gc<Fixed>>>);
    #[derive(refcycle::Trace)]
    struct Fixed(Gc<Back>);
    fn new<T>() -> Gc<RefCell<Option<Gc<T>>>>
    where
        T: refcycle::Trace + 'static,
    {
        let new = Gc::new(RefCell::new(None));
        drop(new.clone());
        new
    }
    for allocations in 0..40 {
        law(move || {
            let frozen = Gc::new(Back(RefCell::default()));
            inspect::freeze();
            let others: Vec<_> = (0..5).map(|_| new::<Fixed>()).collect();
            let holder = new();
            refcycle::collect();
            for other in &others {
                drop(other.clone());
            }
            *holder.borrow_mut() = Some(Gc::new(Fixed(frozen.clone())));
            drop(holder.clone());
            let often = Policy::default().with_young(1_000_000).with_full(1).with_growth(0.0);
            set_policy(often.with_step(1));
            (0..allocations).for_each(|_| drop(new::<Fixed>()));
            inspect::unfreeze();
            (0..200).for_each(|_| drop(new::<Fixed>()));
            set_policy(Policy::OFF);
            *frozen.0.borrow_mut() = holder.take();
            drop((frozen, holder));
            refcycle::collect();
            assert!(inspect::detect().is_empty(), "after {allocations} allocations");
        });
    }
}

/// What a weak-key map ties to a key is an edge like any other.
#[test]
fn a_tie_is_an_edge() {
    #[derive(refcycle::Trace)]
    struct Back(Gc<u64>);
    law(|| {
        let map = refcycle::weak::WeakKeyMap::new();
        let key = Gc::new(7_u64);
        map.insert(&key, Back(key.clone()));
        assert_eq!(inspect::referents(&key).len(), 1);
        drop(key);
        assert_eq!(inspect::detect().len(), 2);
        assert_eq!(refcycle::collect().collected, 2);
    });
}
