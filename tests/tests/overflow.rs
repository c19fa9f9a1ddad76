//! A strong count that would overflow makes the object immortal.

use refcycle::Gc;
use refcycle::private::raise_strong_count;
use refcycle_tests::nodes::{Doomed, Fin, Plain};
use refcycle_tests::{alive, collected, full, law, law_that_leaks, log, settle, take_log};
use std::mem::forget;

/// As many handles as fit.
const FULL: u32 = 1 << 31;

#[test]
fn one_clone_too_many_makes_immortal() {
    law_that_leaks(|| {
        let node = Doomed::new("a");
        raise_strong_count(&node, FULL - 1);
        let one = node.clone();
        assert_eq!(Gc::strong_count(&node), FULL as usize);
        let two = node.clone();
        assert_eq!(Gc::strong_count(&node), usize::MAX);
        // However many are dropped now, it lives.
        drop((one, two));
        assert_eq!(Gc::strong_count(&node), usize::MAX, "for ever");
        for _ in 0..100 {
            drop(node.clone());
        }
        let weak = Gc::downgrade(&node);
        drop(node);
        assert!(take_log().is_empty());
        let back = weak.upgrade().expect("immortal");
        assert_eq!(back.name(), "a");
        drop(back);
        settle();
        assert_eq!(weak.upgrade().unwrap().name(), "a");
        assert!(take_log().is_empty());
    });
}

#[test]
fn an_immortal_object_is_a_root() {
    law_that_leaks(|| {
        let (a, b) = (Plain::new("a"), Plain::new("b"));
        a.link(b.clone());
        b.link(a.clone());
        raise_strong_count(&a, FULL);
        forget(a.clone());
        let weak = Gc::downgrade(&b);
        drop((a, b));
        assert_eq!(collected(), 0);
        assert_eq!(collected(), 0);
        assert_eq!(weak.upgrade().unwrap().edge(0).name(), "a");
        assert_eq!(alive(), 2);
    });
}

#[test]
fn dropping_without_end_does_not_come_around() {
    law_that_leaks(|| {
        let node = Plain::new("a");
        raise_strong_count(&node, FULL);
        forget(node.clone());
        let raw = Gc::as_ptr(&node);
        for _ in 0..1000 {
            // SAFETY: the object is immortal: more decrements than handles are what is tested, and
            // it can not be freed.
            unsafe { Gc::decrement_strong_count(raw) };
        }
        assert_eq!(Gc::strong_count(&node), usize::MAX);
        for _ in 0..3000 {
            forget(node.clone());
        }
        assert_eq!(Gc::strong_count(&node), usize::MAX);
        assert_eq!(node.name(), "a");
        forget(node);
    });
}

#[test]
fn an_immortal_object_gives_no_exclusive_access() {
    law_that_leaks(|| {
        let mut node = Gc::new(5_u32);
        raise_strong_count(&node, FULL);
        forget(node.clone());
        assert!(Gc::get_mut(&mut node).is_none());
        let mut node = Gc::try_unwrap(node).unwrap_err();
        let address = Gc::as_ptr(&node);
        *Gc::make_mut(&mut node) = 6;
        assert_ne!(Gc::as_ptr(&node), address, "it was cloned");
    });
}

#[test]
fn a_full_count_can_still_come_down() {
    law(|| {
        let node = Fin::new("a");
        raise_strong_count(&node, 1000);
        let raw = Gc::as_ptr(&node);
        for _ in 0..999 {
            // SAFETY: these handles exist by the count alone.
            unsafe { Gc::decrement_strong_count(raw) };
        }
        assert_eq!(Gc::strong_count(&node), 1);
        drop(node);
        assert_eq!(take_log(), ["fin a", "drop a"]);
    });
}

#[test]
fn the_collectors_own_handle_may_be_what_overflows() {
    law_that_leaks(|| {
        let node = Plain::looped("a");
        drop(node.clone());
        raise_strong_count(&node, FULL);
        let result = full();
        assert_eq!(result.collected, 0);
        assert_eq!(node.name(), "a");
        drop(node);
        settle();
        assert_eq!(alive(), 1);
    });
}

#[test]
fn weak_handles_do_not_overflow_with_it() {
    law_that_leaks(|| {
        let node = Plain::new("a");
        raise_strong_count(&node, FULL);
        forget(node.clone());
        let watch = Gc::watch(&node, || log("never"));
        drop(node);
        assert_eq!(watch.upgrade().unwrap().name(), "a");
        drop(watch);
        assert!(take_log().is_empty());
    });
}
