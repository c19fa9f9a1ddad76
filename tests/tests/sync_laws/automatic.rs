//! Automatic collection: laws B1 to B3, B7, B8, B12 and J13, and the policy.

use super::flavor::{collected, full, law};
use super::nodes::{Doomed, Fin, Plain};
use super::{Gc, Policy, Watch, collect_young, policy, set_policy, stats};
use crate::support::{log, take_log};
use refcycle_tests::{SHRINK, caught};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// Makes garbage that says when it is found.
fn detector() -> Watch<Plain> {
    Gc::watch(&Plain::looped(""), || log("fired"))
}

/// Collects as often as a policy can ask for.
fn eager() -> Policy {
    Policy::default().with_young(1).with_full(1).with_growth(0.0)
}

/// So many more objects, all of them kept.
fn allocate(n: usize) -> Vec<Gc<Plain>> {
    (0..n).map(|_| Plain::new("")).collect()
}

/// Each makes garbage with such a destructor, and allocates once more, which may collect.
fn makes_garbage(left: usize, depth: &Arc<AtomicUsize>) -> Gc<Doomed> {
    let depth = depth.clone();
    Doomed::with("", move |_| {
        let before = depth.fetch_add(1, SeqCst);
        assert!(before < 2, "destructors in destructors in destructors");
        if left > 0 {
            let next = makes_garbage(left - 1, &depth);
            next.link(next.clone());
            drop(next);
        }
        drop(Plain::new(""));
        depth.fetch_sub(1, SeqCst);
    })
}

#[test]
fn b1_destructors_that_make_garbage_do_not_nest() {
    law(|| {
        set_policy(eager());
        let before = stats().collected;
        let (n, depth) = (1000 / SHRINK.min(20), Arc::default());
        // One by counting, the other in the collection that its allocation starts.
        drop(makes_garbage(n, &depth));
        while stats().collected < before + n as u64 {
            drop(Plain::new(""));
        }
        assert_eq!((depth.load(SeqCst), take_log().len()), (0, n + 1), "each ran once");
    });
}

#[test]
fn b2_counters_start_again_after_a_full_collection() {
    law(|| {
        let counters = || {
            let stats = stats();
            let candidates = (stats.young_candidates, stats.old_candidates);
            (candidates, stats.allocated_since_collection)
        };
        let kept = allocate(10);
        drop(kept.clone());
        assert_eq!(counters(), ((10, 0), 10));
        full();
        assert_eq!(counters(), ((0, 0), 0));
        let more = Plain::new("");
        assert_eq!(counters(), ((0, 0), 1));
        drop(more);
        assert_eq!(counters(), ((0, 0), 0));
    });
}

#[test]
fn b3_what_survives_a_young_collection_is_an_old_candidate() {
    law(|| {
        let candidates = || (stats().young_candidates, stats().old_candidates);
        let node = Plain::new("");
        drop(node.clone());
        assert_eq!(candidates(), (1, 0));
        assert_eq!(collect_young().visited, 1);
        assert_eq!(candidates(), (0, 1));
        full();
        assert_eq!(candidates(), (0, 0));
        drop(node.clone());
        assert_eq!(candidates(), (0, 1), "it is old now");
    });
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

/// The number of full collections grows by about the same each time that the structure doubles. (Without the growth
/// factor, it would double as well.)
#[test]
fn b12_full_collections_of_a_growing_structure_grow_with_the_logarithm() {
    law(|| {
        // Enough of them to be counted.
        set_policy(Policy::default().with_young(100).with_full(1000));
        let before = stats();
        let n = 200_000 / SHRINK;
        // A list whose head is a candidate again and again: each full collection walks all of it.
        let mut head = Plain::new("");
        let (mut next, mut seen) = (n / 16, before.full_collections);
        for i in 2..=n {
            let node = Plain::new("");
            node.link(head);
            head = node;
            drop(head.clone());
            if i == next {
                let full = stats().full_collections;
                let more = full - seen;
                assert!(i == n / 16 || more <= 4, "{more} full collections from {} to {i}", i / 2);
                (next, seen) = (next * 2, full);
            }
        }
        let full = seen - before.full_collections;
        let visited = stats().visited - before.visited;
        assert!(full <= 30 && (full > 1 || SHRINK > 1), "{full} full collections");
        assert!(visited <= 10 * n as u64, "{visited} visits for {n} nodes");
        drop(head);
    });
}

#[test]
fn b12_independent_objects_are_looked_at_a_few_times_each() {
    law(|| {
        set_policy(Policy::default());
        let before = stats().visited;
        // Enough for some collections under the default policy.
        let n = (200_000 / SHRINK).max(20_000);
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
        set_policy(eager());
        let before = stats().collected;
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
        assert!(stats().collected >= before + 99, "the loop collects");
        set_policy(Policy::OFF);
        full();
        assert_eq!(Gc::weak_count(&r), 0);
        assert!(!take_log().contains(&"never".to_owned()));
    });
}
