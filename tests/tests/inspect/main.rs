//! The module `inspect`: what is shown of a heap, what is not, and what is said of it.
//!
//! `both` is written once and checked for each flavour; the others are about one of them.

mod both;
mod local;
mod pictures;
mod shared;
#[cfg(feature = "track-sites")]
mod sites;

use std::sync::{Mutex, PoisonError};

/// The shared heap is one for all tests, so those that look at it run one at a time.
fn alone(body: impl FnOnce()) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _others_wait = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    // So that expected panics are not heard.
    refcycle_tests::law_untouched(|| ());
    refcycle::sync::set_policy(refcycle::Policy::OFF);
    body();
    while refcycle::sync::collect().collected > 0 {}
    let mut left = Vec::new();
    refcycle::sync::inspect::for_each_object(|object| left.push(object.type_name()));
    assert!(left.is_empty(), "left behind: {left:?}");
}
