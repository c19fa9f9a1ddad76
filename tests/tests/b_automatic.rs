//! Automatic collection and generations: laws B1 to B12.

use refcycle::{Gc, Policy, Watch, collect, collect_young, live, set_policy, stats};
use refcycle_tests::nodes::{Doomed, Fin, Plain};
use refcycle_tests::{SHRINK, alive, collected, full, law, log, settle, take_log};
use std::cell::Cell;
use std::rc::Rc;

/// Collects as often as a policy can ask for.
fn eager() -> Policy {
    Policy::default().with_young(1).with_full(1).with_growth(0.0)
}

/// A dropped loop, and the watch that tells when it has died.
fn detector() -> (Watch<Plain>, Rc<Cell<bool>>) {
    let node = Plain::looped("");
    let fired = Rc::new(Cell::new(false));
    let watch = Gc::watch(&node, {
        let fired = fired.clone();
        move || fired.set(true)
    });
    (watch, fired)
}

#[test]
fn b1_a_destructor_that_allocates_does_not_recurse() {
    law(|| {
        set_policy(eager());
        let node = Doomed::with("a", |_| {
            for _ in 0..100 {
                drop(Plain::looped(""));
                drop(Plain::silent());
            }
            log("done");
        });
        drop(node);
        assert_eq!(take_log(), ["drop a", "done"]);
        set_policy(Policy::OFF);
        settle();
        assert_eq!(alive(), 0);
    });
}

#[test]
fn b1_a_garbage_destructor_that_makes_garbage_does_not_recurse() {
    law(|| {
        set_policy(eager());
        let node = Doomed::with("a", |_| {
            for _ in 0..100 {
                drop(Plain::looped(""));
            }
            log("done");
        });
        node.link(node.clone());
        drop(node);
        settle();
        assert_eq!(take_log(), ["drop a", "done"]);
        set_policy(Policy::OFF);
        settle();
        assert_eq!(alive(), 0);
    });
}

#[test]
fn b2_counters_start_again_after_a_full_collection() {
    law(|| {
        let kept: Vec<_> = (0..10).map(|_| Plain::silent()).collect();
        drop(kept.clone());
        assert_eq!(stats().young_candidates, 10);
        settle();
        let after = stats();
        assert_eq!((after.young_candidates, after.old_candidates), (0, 0));
        assert_eq!(after.allocated_since_collection, 0);
        let more = Plain::silent();
        assert_eq!(stats().allocated_since_collection, 1);
        drop(more);
        assert_eq!(stats().allocated_since_collection, 0);
    });
}

#[test]
fn b3_what_survives_a_young_collection_is_an_old_candidate() {
    law(|| {
        let node = Plain::silent();
        drop(node.clone());
        assert_eq!((stats().young_candidates, stats().old_candidates), (1, 0));
        let _ = collect_young();
        assert_eq!((stats().young_candidates, stats().old_candidates), (0, 1));
        settle();
        assert_eq!((stats().young_candidates, stats().old_candidates), (0, 0));
        drop(node.clone());
        assert_eq!((stats().young_candidates, stats().old_candidates), (0, 1), "it is old now");
    });
}

#[test]
fn b6_a_young_collection_leaves_old_loops_alone() {
    law(|| {
        // Collections age what they look at, and they look at candidates.
        let node = Plain::looped("a");
        drop(node.clone());
        settle();
        drop(node);
        assert_eq!(collect_young().collected, 0);
        assert_eq!(collect_young().collected, 0);
        assert_eq!(alive(), 1);
        assert_eq!(collected(), 1);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn b6_a_young_collection_frees_young_loops() {
    law(|| {
        let old = Plain::silent();
        settle();
        let node = Plain::looped("a");
        node.link(old.clone());
        drop(node);
        assert_eq!(collect_young().collected, 1);
        assert_eq!(take_log(), ["drop a"]);
        assert_eq!(Gc::strong_count(&old), 1);
    });
}

#[test]
fn b6_an_edge_from_an_old_object_keeps_a_young_one() {
    law(|| {
        let old = Plain::silent();
        drop(old.clone());
        settle();
        let young = Plain::looped("a");
        old.link(young.clone());
        drop(young);
        assert_eq!(collect_young().collected, 0);
        assert_eq!(old.edge(0).name(), "a");
        drop(old);
        assert_eq!(collected(), 1);
    });
}

#[test]
fn b6_garbage_that_spans_both_generations_waits_for_a_full_collection() {
    law(|| {
        let old = Plain::new("old");
        drop(old.clone());
        settle();
        let young = Plain::new("young");
        old.link(young.clone());
        young.link(old.clone());
        drop((old, young));
        let _ = collect_young();
        let _ = collect_young();
        settle();
        assert_eq!(alive(), 0);
    });
}

#[test]
fn b6_the_only_candidate_is_young_and_what_holds_it_is_old() {
    law(|| {
        let old = Plain::new("old");
        drop(old.clone());
        settle();
        let young = Plain::new("young");
        old.link(young.clone());
        // Moved, not dropped: the old one does not become a candidate.
        young.link(old);
        drop(young);
        // The young one looks as if it were held from outside, since the old one is not entered. It must
        // not be forgotten for that.
        assert_eq!(collect_young().collected, 0);
        assert_eq!(alive(), 2);
        assert_eq!(collected(), 2);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn b7_automatic_collection_finds_a_loop_in_time() {
    law(|| {
        set_policy(Policy::default().with_young(1000).with_full(1000).with_growth(0.0));
        let (_watch, fired) = detector();
        let mut kept = Vec::new();
        for _ in 0..10_000 {
            kept.push(Plain::silent());
            if fired.get() {
                break;
            }
        }
        assert!(fired.get(), "no collection in 10 000 allocations");
        drop(kept);

        set_policy(Policy::OFF);
        let (_watch, fired) = detector();
        let kept: Vec<_> = (0..10_000).map(|_| Plain::silent()).collect();
        assert!(!fired.get(), "collected though automatic collection is off");
        drop(kept);
        assert_eq!(collected(), 1);
        assert!(fired.get());
    });
}

#[test]
fn b7_the_default_policy_bounds_garbage() {
    law(|| {
        set_policy(Policy::default());
        let mut most = 0;
        for _ in 0..(300_000 / SHRINK).max(5_000) {
            drop(Plain::looped(""));
            most = most.max(live().objects);
        }
        assert!(most < 200_000, "garbage piles up: {most} loops");
        assert!(stats().collected > 0);
    });
}

#[test]
fn b7_the_default_policy_bounds_old_garbage() {
    law(|| {
        set_policy(Policy::default());
        // Each ring grows old before it is dropped: only full collections help.
        let mut window = std::collections::VecDeque::new();
        let mut most = 0;
        for _ in 0..300_000 / SHRINK {
            window.push_back(Plain::looped(""));
            if window.len() > 20_000 / SHRINK {
                window.pop_front();
            }
            most = most.max(live().objects);
        }
        assert!(most < 250_000, "old garbage piles up: {most} loops");
    });
}

/// What a full collection frees, and what it did to find that, must not put the next one off: the heap
/// would grow with each. (One at once, and one in steps.)
#[test]
fn b7_old_garbage_does_not_beget_more() {
    for step in [usize::MAX, Policy::default().step] {
        law(move || {
            set_policy(Policy::default().with_young(50).with_full(300).with_step(step));
            // 25 rings of 20 are alive; all grow old, and each is let go by one handle.
            let mut window = std::collections::VecDeque::new();
            let mut most = 0;
            for _ in 0..4_000 {
                let first = Plain::new("");
                let mut last = first.clone();
                for _ in 1..20 {
                    let next = Plain::new("");
                    last.link(next.clone());
                    last = next;
                }
                last.link(first.clone());
                window.push_back(first);
                if window.len() > 25 {
                    window.pop_front();
                }
                most = most.max(live().objects);
            }
            // What grows without bound is ten times as much by now.
            assert!(most < 4_000, "old garbage begets more: {most} objects at {step}");
        });
    }
}

#[test]
fn b8_off_means_off() {
    law(|| {
        let before = stats();
        let (_watch, fired) = detector();
        let kept: Vec<_> = (0..50_000 / SHRINK).map(|_| Plain::silent()).collect();
        drop(kept.clone());
        let more: Vec<_> = (0..50_000 / SHRINK).map(|_| Plain::silent()).collect();
        assert!(!fired.get());
        assert_eq!(stats().young_collections, before.young_collections);
        assert_eq!(stats().full_collections, before.full_collections);
        drop((kept, more));
    });
}

#[test]
fn b8_only_allocations_collect() {
    law(|| {
        let loops: Vec<_> = (0..100).map(|_| Plain::looped("")).collect();
        let weak = Gc::downgrade(&loops[0]);
        set_policy(eager());
        let before = stats();
        for node in &loops {
            drop(node.clone());
        }
        drop(loops);
        drop(weak.upgrade());
        assert_eq!(alive(), 100, "a drop or a clone has collected");
        assert_eq!(stats().young_collections, before.young_collections);
        assert_eq!(stats().full_collections, before.full_collections);
        let one = Plain::silent();
        assert!(alive() < 100, "an allocation did not");
        drop((one, weak));
    });
}

#[test]
fn b9_leaves_do_not_press_the_collector() {
    law(|| {
        set_policy(eager());
        let kept = Plain::looped("");
        drop(kept.clone());
        let _settled = Plain::silent();
        let before = stats();
        let leaves: Vec<Gc<u64>> = (0..1000).map(Gc::new).collect();
        drop(leaves.clone());
        drop(leaves);
        assert_eq!(stats().young_candidates, before.young_candidates);
        assert_eq!(stats().old_candidates, before.old_candidates);
        kept.unlink();
    });
}

#[test]
fn b10_live_counts_what_is_there() {
    law(|| {
        let before = live();
        let node = Plain::silent();
        assert_eq!(live().objects, before.objects + 1);
        assert!(live().bytes >= before.bytes + 16 + size_of::<Plain>());
        let leaf = Gc::new(1_u64);
        assert_eq!(live().objects, before.objects + 1, "leaves are not counted");
        drop((node, leaf));
        assert_eq!(live(), before);
    });
}

#[test]
fn b10_asking_perturbs_nothing() {
    law(|| {
        set_policy(Policy::default().with_young(100).with_full(1_000_000));
        let mut rounds = 0;
        while stats().young_collections == 0 {
            drop(Plain::looped(""));
            for _ in 0..10 {
                let _ = (live(), stats());
            }
            rounds += 1;
            assert!(rounds < 10_000, "asking keeps automatic collection from starting");
        }
    });
}

#[test]
fn b11_a_nested_collect_is_refused() {
    law(|| {
        let node = Fin::with("a", |_| {
            let inner = collect();
            log(format!("fin: {} {}", inner.refused, inner.collected));
            assert!(collect_young().refused);
        });
        node.link(node.clone());
        let _watch = Gc::watch(&node, || {
            let inner = collect();
            log(format!("callback: {} {}", inner.refused, inner.collected));
        });
        drop(node);
        drop(Plain::looped("b"));
        assert_eq!(collected(), 2);
        let log = take_log();
        assert!(log.contains(&"fin: true 0".to_owned()), "{log:?}");
        assert!(log.contains(&"callback: true 0".to_owned()), "{log:?}");
    });
}

#[test]
fn b11_a_nested_collect_in_a_garbage_destructor_is_refused() {
    law(|| {
        let node = Doomed::with("a", |_| assert!(collect().refused));
        node.link(node.clone());
        drop(node);
        assert_eq!(collected(), 1);
    });
}

#[test]
fn b11_collect_in_a_destructor_that_counting_runs_collects() {
    law(|| {
        drop(Plain::looped("b"));
        let node = Doomed::with("a", |_| assert_eq!(collected(), 1));
        drop(node);
        assert_eq!(take_log(), ["drop a", "drop b"]);
    });
}

#[test]
fn b11_collect_in_a_finalizer_that_counting_runs_collects() {
    law(|| {
        drop(Plain::looped("b"));
        let node = Fin::with("a", |_| assert_eq!(collected(), 1));
        drop(node);
        assert_eq!(take_log(), ["fin a", "drop b", "drop a"]);
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
        let n = 1_000_000 / SHRINK;
        // A list whose head is a candidate again and again: each full collection walks all of it.
        let mut head = Plain::silent();
        let (mut next, mut seen) = (n / 16, before.full_collections);
        for i in 2..=n {
            let node = Plain::silent();
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
        // Enough for some collections under the default policy.
        let n = (1_000_000 / SHRINK).max(20_000);
        let mut kept = Vec::new();
        for _ in 0..n {
            let node = Plain::silent();
            drop(node.clone());
            kept.push(node);
        }
        let visited = stats().visited;
        assert!(visited <= 3 * n as u64, "{visited} visits for {n} nodes");
        assert!(visited >= n as u64 / 2, "nothing was collected");
        drop(kept);
    });
}

#[test]
fn full_does_not_hide_a_refusal() {
    law(|| {
        let node = Doomed::with("a", |_| log(refcycle_tests::caught(full)));
        node.link(node.clone());
        drop(node);
        assert_eq!(collected(), 1);
        assert!(take_log()[1].starts_with("refused"));
    });
}
