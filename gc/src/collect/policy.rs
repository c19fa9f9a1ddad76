//! When an allocation starts a collection.
//!
//! Counting candidates against live objects would not do: one candidate may hold a ring of a million,
//! one old object a vector of ten million. So a full collection is due when the program has done work
//! in proportion to what the last one touched, and the time of automatic collections is at most a
//! constant per allocation, handle operation and element stored.

use super::walk::Scope;
use super::{run, state};
use crate::heap::local::LocalHeap;

/// When automatic collections start.
///
/// "New" objects are those made minus those freed since the last collection of the same kind; only
/// objects of types that may own handles count. Collections start in an allocation and nowhere else.
///
/// # Examples
///
/// ```
/// use refcycle::{Policy, policy, set_policy};
///
/// // Short young collections, and full ones when the garbage may be as large as the heap.
/// let before = set_policy(Policy::default().with_young(500).with_growth(1.0));
/// assert_eq!(policy().young, 500);
/// set_policy(before);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Policy {
    /// Whether collections start by themselves at all.
    pub automatic: bool,
    /// A young collection (of objects that have survived none) starts at so many new objects, or
    /// candidates, if there is a candidate. 0: no automatic collection starts.
    pub young: usize,
    /// A full collection waits for so many new objects plus old candidates at least, …
    pub full: usize,
    /// … and for `growth` times the work of the last full one: objects and edges looked at, and
    /// elements of their containers. So the heap exceeds what was alive after the last full collection
    /// by at most max(`full`, `growth` × that work) objects of garbage.
    pub growth: f64,
}

impl Policy {
    /// Collections start only by hand.
    pub const OFF: Policy = Policy { automatic: false, ..Policy::DEFAULT };

    pub(super) const DEFAULT: Policy =
        Policy { automatic: true, young: 2_000, full: 20_000, growth: 0.5 };

    /// With another number of new objects for a young collection.
    #[must_use]
    pub const fn with_young(self, objects: usize) -> Policy {
        Policy { young: objects, ..self }
    }

    /// With another least number of new objects for a full collection.
    #[must_use]
    pub const fn with_full(self, objects: usize) -> Policy {
        Policy { full: objects, ..self }
    }

    /// With another factor for full collections.
    #[must_use]
    pub const fn with_growth(self, growth: f64) -> Policy {
        Policy { growth, ..self }
    }

    /// # Panics
    ///
    /// If `growth` is negative or not a number.
    pub(super) fn check(&self) {
        assert!(
            self.growth >= 0.0,
            "refcycle: a `Policy` needs a growth factor of 0 or more, this one has {}",
            self.growth
        );
    }

    /// Whether an allocation may ever start a collection.
    pub(super) fn is_on(&self) -> bool {
        self.automatic && self.young > 0
    }

    /// The work that the program has to do before a full collection after one that touched `work`.
    pub(super) fn full_interval(&self, work: usize) -> usize {
        // A product beyond `usize` saturates.
        self.full.max((self.growth * work as f64) as usize).max(1)
    }

    /// Which collection is due.
    pub(super) fn due(&self, heap: &LocalHeap, state: &state::State) -> Option<Scope> {
        let new = |since: isize| usize::try_from(heap.objects() - since).unwrap_or(0);
        let done = heap.old_pushes().saturating_add(new(state.objects_after_full.get()));
        if heap.old_len() > 0 && done >= self.full_interval(state.full_work.get()) {
            return Some(Scope::Full);
        }
        let young = heap.young_len().max(new(state.objects_after_young.get()));
        (heap.young_len() > 0 && young >= self.young).then_some(Scope::Young)
    }
}

impl Default for Policy {
    fn default() -> Policy {
        Policy::DEFAULT
    }
}

/// The policy of this thread.
pub fn policy() -> Policy {
    state::with(|state| state.policy.get())
}

/// Sets the policy of this thread and returns the one it had.
///
/// # Panics
///
/// If `growth` is negative or not a number.
pub fn set_policy(policy: Policy) -> Policy {
    policy.check();
    let before = state::with(|state| state.policy.replace(policy));
    run::arm();
    before
}
