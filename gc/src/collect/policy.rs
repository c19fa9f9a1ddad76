//! When an allocation starts a collection.
//!
//! Counting candidates against live objects would not do: one candidate may hold a ring of a million,
//! one old object a vector of ten million. So a full collection is due when the program has done work
//! in proportion to what the last one touched, and the time of automatic collections is at most a
//! constant per allocation, handle operation and element stored.

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
    /// A full collection waits for so many new objects at least, where four old objects that lost a
    /// handle count as one new, …
    pub full: usize,
    /// … and for `growth` times the work of the last full one: objects and edges that it looked at and left
    /// alive, and elements of their containers; for twice as much where less than an eighth of what it looked
    /// at was garbage. So the heap exceeds what was alive after the last full collection by little more than
    /// max(`full`, `growth` × that work) objects of garbage, or twice that work.
    pub growth: f64,
    /// An automatic full collection goes in steps of so many units of work (objects, edges, elements of
    /// containers), and one `trace` at most, while the program allocates. `usize::MAX`: all at once. (Those
    /// of shared objects do not go in steps: other threads go on meanwhile.)
    pub step: usize,
}

impl Policy {
    /// Collections start only by hand.
    pub const OFF: Policy = Policy { automatic: false, ..Policy::DEFAULT };

    pub(super) const DEFAULT: Policy =
        Policy { automatic: true, young: 2_000, full: 50_000, growth: 0.5, step: 2_000 };

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

    /// With steps of another length for automatic full collections: shorter pauses, or less work at the
    /// seams. `usize::MAX` is one step for all.
    #[must_use]
    pub const fn with_step(self, units: usize) -> Policy {
        Policy { step: units, ..self }
    }

    /// # Panics
    ///
    /// If `growth` is negative or not a number, or `step` is 0.
    pub(super) fn check(&self) {
        assert!(
            self.growth >= 0.0,
            "refcycle: a `Policy` needs a growth factor of 0 or more, this one has {}",
            self.growth
        );
        assert!(self.step > 0, "refcycle: a `Policy` needs a step of 1 or more, this one has 0");
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

    /// Do automatic full collections go in steps?
    pub(super) fn is_stepwise(&self) -> bool {
        self.step < usize::MAX
    }

    /// The work of the first pass of an automatic young collection, about: one that meets all that was
    /// ever built leaves it to a full one.
    pub(super) fn young_budget(&self) -> usize {
        self.step.max(self.young.saturating_mul(6))
    }

    /// How many new objects are missing until a full collection is due. Old objects that lost a handle
    /// count, too, but less: one in four may be the last that held some garbage. (Garbage that goes on
    /// growing is new objects.)
    pub(super) fn missing(&self, heap: &LocalHeap, state: &state::State) -> usize {
        let new = heap.objects() - state.objects_after_full.get();
        let done =
            usize::try_from(new).unwrap_or(0).saturating_add(heap.old_pushes().div_ceil(PUSHES));
        let work = state.full_work.get();
        let work = if state.fruitless.get() { work.saturating_mul(2) } else { work };
        self.full_interval(work).saturating_sub(done)
    }

    /// Would a young collection be due if there was a candidate?
    pub(super) fn waits_for_young_candidate(&self, heap: &LocalHeap, state: &state::State) -> bool {
        let new = heap.objects() - state.objects_after_young.get();
        heap.young_len() == 0 && usize::try_from(new).is_ok_and(|new| new >= self.young)
    }

    /// What is due.
    pub(super) fn due(&self, heap: &LocalHeap, state: &state::State) -> Option<Due> {
        let new = |since: isize| usize::try_from(heap.objects() - since).unwrap_or(0);
        let young = heap.young_len().max(new(state.objects_after_young.get()));
        let is_young_due = heap.young_len() > 0 && young >= self.young;
        if heap.sketch().is_running() {
            // Neither keeps the other waiting.
            let step_first = !(is_young_due && state.stepped.get());
            return Some(if step_first { Due::Step } else { Due::Young });
        }
        if heap.old().live() > 0 && self.missing(heap, state) == 0 {
            return Some(Due::Full);
        }
        is_young_due.then_some(Due::Young)
    }
}

/// So many old objects that lost a handle bring a full collection as near as one new object.
const PUSHES: usize = 4;

/// After how many such losses in all, of which `before` have been, one is due that misses so much.
pub(super) fn pushes_until(before: usize, missing: usize) -> usize {
    let rounds = before.div_ceil(PUSHES).saturating_add(missing.saturating_sub(1));
    rounds.saturating_mul(PUSHES).saturating_add(1)
}

/// What an allocation may have to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A young collection.
    Young,
    /// A full one.
    Full,
    /// A step of the full one that is under way, if anything is owed.
    Step,
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
/// If `growth` is negative or not a number, or `step` is 0.
pub fn set_policy(policy: Policy) -> Policy {
    policy.check();
    let before = state::with(|state| state.policy.replace(policy));
    run::arm();
    before
}
