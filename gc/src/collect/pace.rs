//! How fast a full collection in steps goes: in proportion to what the program does.
//!
//! A *credit* is an object more than there have ever been since the sketch began, or an old object that
//! lost a handle. Each owes so many units of work that three passes over what was there end within half
//! an interval of full collections.

use super::policy::Policy;
use crate::heap::local::LocalHeap;

/// The pace is doubled so often at most; that is beyond any step.
const DOUBLINGS: usize = 40;

/// After so many half intervals the steps get longer, too: each `trace` may be longer than a step, and
/// the program adds one such object with each.
const PATIENCE: usize = 4;

/// What is owed, and how long the program may go on without paying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    /// Units of work to be done now.
    pub(super) units: usize,
    /// Credits until the next step.
    pub(super) wait: usize,
}

/// Where the program stood.
#[derive(Debug)]
pub(super) struct Pace {
    /// When the sketch began.
    objects: isize,
    /// The most objects more than that.
    growth: usize,
    /// What has been paid for.
    paid: usize,
}

impl Pace {
    pub(super) fn start(heap: &LocalHeap) -> Pace {
        Pace { objects: heap.objects(), growth: 0, paid: 0 }
    }

    fn growth(&self, heap: &LocalHeap) -> usize {
        self.growth.max(usize::try_from(heap.objects() - self.objects).unwrap_or(0))
    }

    /// Credits since the beginning.
    fn spent(&self, heap: &LocalHeap) -> usize {
        self.growth(heap).saturating_add(heap.old_pushes())
    }

    /// What is due under `policy` in a sketch that has gone through its suspects `rounds` times, with
    /// `interval` between full collections.
    pub(super) fn due(
        &self,
        heap: &LocalHeap,
        policy: &Policy,
        interval: usize,
        rounds: u32,
    ) -> Due {
        let spent = self.spent(heap);
        let late = spent / (interval / 2).max(1);
        let step = policy.step.saturating_mul(1 << late.saturating_sub(PATIENCE).min(20));
        let doublings = (late + rounds as usize).min(DOUBLINGS);
        let per_credit = (6.0 / policy.growth).max(1.0) * (1_u64 << doublings) as f64;
        // A quotient or product beyond `usize` saturates, also an infinite one.
        let wait = (step as f64 / per_credit) as usize;
        let owed = (per_credit * (spent - self.paid) as f64) as usize;
        let units = if wait == 0 { step } else { owed.min(step) };
        Due { units, wait }
    }

    /// Everything is paid for. Where the heap has shrunk by more than `young`, what it grows from now on
    /// is growth.
    pub(super) fn pay(&mut self, heap: &LocalHeap, young: usize) {
        self.growth = self.growth(heap);
        self.paid = self.spent(heap);
        let most = heap.objects().saturating_add_unsigned(young);
        self.objects = self.objects.min(most.saturating_sub_unsigned(self.growth));
    }

    /// How many objects may be made before the credits are up.
    pub(super) fn room(&self, heap: &LocalHeap, wait: usize) -> usize {
        let target = self.objects.saturating_add_unsigned(self.growth.saturating_add(wait));
        usize::try_from(target.saturating_sub(heap.objects())).unwrap_or(0)
    }
}
