//! Automatic collection: laws B7 and B8, and the policy.

use super::flavor::{collected, full, law};
use super::nodes::{Fin, Plain};
use super::{Gc, Policy, Watch, policy, set_policy, stats};
use crate::support::log;
use crate::support::take_log;
use refcycle_tests::caught;

/// Makes garbage that says when it is found.
fn detector() -> Watch<Plain> {
    Gc::watch(&Plain::looped(""), || log("fired"))
}

/// So many more objects, all of them kept.
fn allocate(n: usize) -> Vec<Gc<Plain>> {
    (0..n).map(|_| Plain::new("")).collect()
}

#[test]
fn b7_garbage_is_found_while_others_are_made() {
    law(|| {
        set_policy(Policy::default().with_young(1000).with_growth(0.0));
        let first = detector();
        let kept = allocate(10_000);
        assert_eq!(take_log(), ["fired"]);
        set_policy(Policy::OFF);
        let second = detector();
        drop(allocate(10_000));
        assert!(take_log().is_empty() && second.is_armed());
        drop((first, second, kept));
    });
}

#[test]
fn b8_a_threshold_of_zero_is_none() {
    law(|| {
        set_policy(Policy::default().with_young(0));
        let detector = detector();
        drop(allocate(50_000));
        assert!(take_log().is_empty());
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["fired"]);
        drop(detector);
    });
}

#[test]
fn b_old_garbage_is_found_too() {
    law(|| {
        let node = Plain::looped("old");
        drop(node.clone());
        full();
        drop(node);
        set_policy(Policy::default().with_young(100).with_full(1000));
        drop(allocate(10_000));
        assert_eq!(take_log(), ["drop old"]);
    });
}

#[test]
fn b_automatic_collections_are_counted() {
    law(|| {
        let before = stats();
        set_policy(Policy::default().with_young(100).with_full(1000));
        for _ in 0..10_000 {
            drop(Plain::looped(""));
        }
        let after = stats();
        assert!(after.young_collections > before.young_collections);
        assert!(after.collected > before.collected + 5_000, "{after:?}");
    });
}

#[test]
fn a_policy_is_what_was_set() {
    law(|| {
        assert_eq!(policy(), Policy::OFF);
        let mine = Policy::default().with_young(7).with_full(8).with_growth(0.25);
        assert_eq!(set_policy(mine), Policy::OFF);
        assert_eq!(policy(), mine);
        let message = caught(|| set_policy(Policy::default().with_growth(-1.0)));
        assert!(message.contains("growth"), "{message}");
        assert_eq!(set_policy(Policy::OFF), mine, "the bad one was not set");
    });
}

#[test]
fn b12_full_collections_of_a_growing_structure_grow_with_the_logarithm() {
    law(|| {
        set_policy(Policy::default());
        let before = stats();
        let n = 200_000 / refcycle_tests::SHRINK;
        // A list whose head is a candidate again and again: each full collection walks all of it.
        let mut head = Plain::new("");
        for _ in 1..n {
            let node = Plain::new("");
            node.link(head);
            head = node;
            drop(head.clone());
        }
        let full = stats().full_collections - before.full_collections;
        let visited = stats().visited - before.visited;
        assert!(full <= 30, "{full} full collections");
        assert!(visited <= 20 * n as u64, "{visited} visits for {n} nodes");
        drop(head);
    });
}

#[test]
fn b12_independent_objects_are_looked_at_a_few_times_each() {
    law(|| {
        set_policy(Policy::default());
        let before = stats().visited;
        // Enough for some collections under the default policy.
        let n = (200_000 / refcycle_tests::SHRINK).max(20_000);
        let mut kept = Vec::new();
        for _ in 0..n {
            let node = Plain::new("");
            drop(node.clone());
            kept.push(node);
        }
        let visited = stats().visited - before;
        assert!(visited <= 3 * n as u64, "{visited} visits for {n} nodes");
        assert!(visited >= n as u64 / 2, "nothing was collected");
        drop(kept);
    });
}

#[test]
fn j13_a_weak_handle_made_while_a_collection_drops_another() {
    law(|| {
        set_policy(Policy::default().with_young(1).with_full(1).with_growth(0.0));
        let r = Plain::new("");
        for _ in 0..100 {
            let other = Gc::downgrade(&r);
            let a = Fin::with("", move |_| drop(other));
            a.link(a.clone());
            drop(a);
            // This allocation may collect.
            let extra = Plain::new("");
            let weak = Gc::downgrade(&r);
            let watch = Gc::watch(&r, || log("never"));
            assert!(Gc::ptr_eq(&weak.upgrade().unwrap(), &r));
            assert!(Gc::ptr_eq(&watch.upgrade().unwrap(), &r));
            drop(extra);
        }
        set_policy(Policy::OFF);
        full();
        assert_eq!(Gc::weak_count(&r), 0);
        assert!(!take_log().contains(&"never".to_owned()));
    });
}
