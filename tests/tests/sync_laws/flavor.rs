//! What laws call of the collector of their flavour.

use super::{Policy, collect, live, set_policy};
use crate::support;
use refcycle::Collected;

/// Runs `body` as [`support::run`] does, with automatic collection off; fails if an object is left.
#[track_caller]
pub(crate) fn law(body: impl FnOnce() + Send + 'static) {
    support::run(move || {
        set_policy(Policy::OFF);
        for _ in 0..3 {
            full();
        }
        // What a law that failed has left is not for this one to see.
        support::take_log();
        let before = live().objects;
        body();
        set_policy(Policy::OFF);
        for _ in 0..3 {
            full();
        }
        assert_eq!(live().objects, before, "objects are left");
    });
}

/// A full collection that is expected not to be refused.
#[track_caller]
pub(crate) fn full() -> Collected {
    let result = collect();
    assert!(!result.refused, "refused: {result:?}");
    result
}

/// The `n` of the laws: what a full collection disposes of.
#[track_caller]
pub(crate) fn collected() -> usize {
    full().collected
}
