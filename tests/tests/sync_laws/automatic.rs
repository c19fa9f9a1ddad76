//! Automatic collection: laws B7 and B8, and the policy.

use super::flavor::{collected, full, law};
use super::nodes::Plain;
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
