//! Whether collections keep up with those that make garbage.
//!
//! Numbers that any thread may ask for without a lock. None decides anything but the pace, so all are
//! Relaxed, and a stale one does no harm.

use super::pause::is_paused;
use crate::collect::policy::Policy;
use crate::heap::shared::buffer;
use crate::shim::{AtomicIsize, global};
use std::sync::atomic::Ordering::Relaxed;

global! {
    /// The policy's young interval, where collections start by themselves at all.
    static INTERVAL: AtomicIsize = AtomicIsize::new(Policy::DEFAULT.young.cast_signed());
}

global! {
    /// Objects that the last collection left, of those that were there when it began.
    static SURVIVORS: AtomicIsize = AtomicIsize::new(0);
}

global! {
    /// Objects that collections are disposing of: no longer garbage that waits, and not freed yet.
    static DISPOSING: AtomicIsize = AtomicIsize::new(0);
}

/// Objects, but for those that are being disposed of.
fn objects() -> isize {
    buffer::totals().0 - DISPOSING.load(Relaxed)
}

/// A policy begins: what is there counts as alive.
pub(super) fn set_policy(policy: &Policy) {
    let interval = if policy.is_on() { policy.young } else { usize::MAX };
    INTERVAL.store(isize::try_from(interval).unwrap_or(isize::MAX), Relaxed);
    SURVIVORS.store(objects(), Relaxed);
}

/// After so many objects or candidates a thread asks the policy.
pub(super) fn interval() -> usize {
    INTERVAL.load(Relaxed).cast_unsigned()
}

/// How far collections are behind those that make garbage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lag {
    /// Not at all.
    None,
    /// The heap has grown to three times what the last collection left, and by eight intervals.
    Some,
    /// Twice as much.
    Much,
}

/// How far behind are collections? (What was made during the last one does not count as left: such heaps
/// would grow with each other.)
pub(super) fn lag() -> Lag {
    const INTERVALS: isize = 8;
    let survivors = SURVIVORS.load(Relaxed).max(0);
    let least = INTERVAL.load(Relaxed).saturating_mul(INTERVALS);
    let limit = least.max(survivors.saturating_mul(2));
    let new = objects().saturating_sub(survivors);
    if new <= limit || is_paused() {
        Lag::None
    } else if new / 2 <= limit {
        Lag::Some
    } else {
        Lag::Much
    }
}

/// A collection that has begun.
pub(super) struct Begun {
    objects: isize,
}

/// A collection begins.
pub(super) fn begin() -> Begun {
    Begun { objects: objects() }
}

impl Begun {
    /// It has found so much garbage, and disposes of it for as long as the result lives.
    pub(super) fn found(&self, garbage: usize) -> Disposal {
        let garbage = garbage.cast_signed();
        SURVIVORS.store(self.objects - garbage, Relaxed);
        DISPOSING.fetch_add(garbage, Relaxed);
        Disposal(garbage)
    }
}

/// So many objects are being disposed of.
pub(super) struct Disposal(isize);

impl Drop for Disposal {
    fn drop(&mut self) {
        DISPOSING.fetch_sub(self.0, Relaxed);
    }
}
