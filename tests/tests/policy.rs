//! The policy, and pausing it.

use refcycle::{Policy, collect_young, pause, policy, set_policy, stats};
use refcycle_tests::nodes::Plain;
use refcycle_tests::{alive, caught, collected, law};

fn eager() -> Policy {
    Policy::default().with_young(1).with_full(1).with_growth(0.0)
}

/// Has an allocation collected a loop just dropped?
fn collects() -> bool {
    drop(Plain::looped(""));
    let before = alive();
    // The first asks, the second at the latest finds the candidate.
    drop((Plain::silent(), Plain::silent()));
    alive() < before
}

#[test]
fn the_default_is_automatic() {
    std::thread::spawn(|| {
        assert_eq!(policy(), Policy::default());
        assert!(policy().automatic);
    })
    .join()
    .unwrap();
    let off = Policy::OFF;
    assert!(!off.automatic);
}

#[test]
fn set_policy_gives_the_old_one() {
    law(|| {
        assert_eq!(policy(), Policy::OFF);
        let mine = Policy::default().with_young(7).with_full(8).with_growth(1.5);
        assert_eq!((mine.young, mine.full), (7, 8));
        assert!((mine.growth - 1.5).abs() < f64::EPSILON);
        assert_eq!(set_policy(mine), Policy::OFF);
        assert_eq!(policy(), mine);
        assert_eq!(set_policy(Policy::default()), mine);
    });
}

#[test]
fn off_and_zero_and_eager() {
    law(|| {
        assert!(!collects());
        set_policy(eager());
        assert!(collects());
        set_policy(eager().with_young(0));
        assert!(!collects(), "a threshold of zero means never");
        set_policy(eager());
        assert!(collects());
        set_policy(Policy::OFF);
        assert!(!collects());
    });
}

#[test]
fn a_new_policy_holds_from_the_next_allocation() {
    law(|| {
        set_policy(Policy::default().with_young(1_000_000));
        for _ in 0..100 {
            drop(Plain::looped(""));
        }
        assert_eq!(alive(), 100);
        set_policy(eager());
        drop((Plain::silent(), Plain::silent()));
        assert_eq!(alive(), 0);
    });
}

#[test]
fn nonsense_is_refused() {
    law(|| {
        for growth in [-1.0, f64::NAN] {
            let message = caught(|| set_policy(Policy::default().with_growth(growth)));
            assert!(message.contains("growth"), "{message}");
            assert_eq!(policy(), Policy::OFF, "nothing has changed");
        }
        set_policy(Policy::default().with_growth(f64::INFINITY));
        set_policy(Policy::default().with_young(usize::MAX).with_full(usize::MAX));
        drop(Plain::looped(""));
    });
}

#[test]
fn pauses_nest() {
    law(|| {
        set_policy(eager());
        let outer = pause();
        assert!(!collects());
        let inner = pause();
        assert!(!collects());
        drop(inner);
        assert!(!collects());
        assert_eq!(collected(), 3, "by hand it goes on");
        drop(outer);
        assert!(collects());
    });
}

#[test]
fn pauses_may_end_in_any_order() {
    law(|| {
        set_policy(eager());
        let (one, two) = (pause(), pause());
        drop(one);
        assert!(!collects());
        drop(two);
        assert!(collects());
    });
}

#[test]
fn unwinding_ends_a_pause() {
    law(|| {
        set_policy(eager());
        caught(|| {
            let _outer = pause();
            let _inner = pause();
            assert!(!collects());
            panic!("on purpose");
        });
        assert!(collects());
    });
}

#[test]
fn a_policy_set_during_a_pause_waits_for_its_end() {
    law(|| {
        let guard = pause();
        set_policy(eager());
        assert!(!collects());
        drop(guard);
        assert!(collects());
    });
}

#[test]
fn a_pause_does_not_keep_objects_from_dying() {
    law(|| {
        set_policy(eager());
        let _guard = pause();
        drop(Plain::silent());
        assert_eq!(alive(), 0);
    });
}

#[test]
fn nothing_collects_while_unwinding() {
    struct AllocatesInDrop;

    impl Drop for AllocatesInDrop {
        fn drop(&mut self) {
            let before = stats();
            drop(Plain::looped(""));
            drop((Plain::silent(), Plain::silent()));
            assert_eq!(stats().young_collections, before.young_collections);
            assert_eq!(stats().full_collections, before.full_collections);
        }
    }

    law(|| {
        set_policy(eager());
        caught(|| {
            let _unwound = AllocatesInDrop;
            panic!("on purpose");
        });
        assert!(collects());
    });
}

#[test]
fn a_full_collection_that_lacks_a_candidate_starts_with_the_first() {
    law(|| {
        let node = Plain::looped("");
        drop(node.clone());
        // It has survived, and is no candidate any more.
        assert_eq!(collect_young().collected, 0);
        assert_eq!(collected(), 0);
        let all_at_once = Policy::default().with_step(usize::MAX);
        set_policy(all_at_once.with_young(1_000).with_full(100));
        let before = stats().full_collections;
        let more: Vec<_> = (0..2_500).map(|_| Plain::silent()).collect();
        assert_eq!(stats().full_collections, before, "nothing to look at");
        drop(node);
        let last = Plain::silent();
        assert_eq!(stats().full_collections, before + 1);
        assert_eq!(alive(), 2_501);
        drop((more, last));
    });
}

/// A chain of `n` nodes that ends at `last`, built without a candidate: its head.
fn chain(n: usize, last: refcycle::Gc<Plain>) -> refcycle::Gc<Plain> {
    (0..n).fold(last, |next, _| {
        let node = Plain::silent();
        node.link(next);
        node
    })
}

/// Nothing asks the policy in a program that makes as much as it frees; the candidate has to.
#[test]
fn a_young_collection_that_lacks_a_candidate_starts_with_the_first() {
    law(|| {
        set_policy(Policy::default().with_young(100));
        let first = Plain::silent();
        // The handle is moved around: nobody is a candidate until the last one goes.
        let node = Plain::silent();
        let watch = refcycle::Gc::downgrade(&first);
        node.link(chain(400, first));
        watch.upgrade().expect("the chain ends there").link(node);
        for _ in 0..10 {
            drop(Plain::silent());
        }
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a_full_collection_starts_with_the_first_candidate_whatever_came_before() {
    for pushes in 0..5 {
        law(move || {
            set_policy(Policy::default().with_step(usize::MAX).with_young(100).with_full(300));
            let first = Plain::silent();
            drop(first.clone());
            let others: Vec<_> = (0..pushes).map(|_| Plain::silent()).collect();
            for other in &others {
                drop(other.clone());
            }
            let _ = refcycle::collect();
            for other in others {
                // A candidate that dies.
                drop(other.clone());
            }
            let head = chain(1_999, first.clone());
            first.link(head);
            drop(first);
            for _ in 0..10 {
                drop(Plain::silent());
            }
            assert_eq!(alive(), 0, "after {pushes}");
        });
    }
}
