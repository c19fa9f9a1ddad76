//! What the collector tells about its work.

use super::state;
use crate::heap::local::heap;

/// What one collection did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Collected {
    /// Objects that the collector disposed of, acyclic ones that hung off cycles included. Objects of
    /// types that own no handles die with the values that hold them and are not counted.
    pub collected: usize,
    /// Objects that died because a finalizer, run by this collection, dropped the last handle to them.
    pub freed_in_finalizers: usize,
    /// Objects that were garbage until a finalizer, or the `Drop` of another, saved them.
    pub resurrected: usize,
    /// Finalizers run, by the collection or by deaths that it caused.
    pub finalized: usize,
    /// Objects looked at.
    pub visited: usize,
    /// Nothing was done, because a collection of this thread is running (the call came from a
    /// finalizer, a `Drop`, a callback, a hook or a `Trace` in it), or because the thread is ending and its
    /// collector is gone.
    pub refused: bool,
}

/// Totals of this thread since its start, and where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Collections of objects that had not survived one.
    pub young_collections: u64,
    /// Collections of all objects. One that goes in steps counts when it has come to its end.
    pub full_collections: u64,
    /// As in [`Collected`].
    pub collected: u64,
    /// As in [`Collected`].
    pub freed_in_finalizers: u64,
    /// As in [`Collected`].
    pub resurrected: u64,
    /// As in [`Collected`].
    pub finalized: u64,
    /// As in [`Collected`].
    pub visited: u64,
    /// Candidates that wait for a young collection.
    pub young_candidates: usize,
    /// Candidates that wait for a full collection. Those that one looks at which goes in steps are not
    /// among them.
    pub old_candidates: usize,
    /// Tracked objects made minus those freed since the last collection of either kind.
    pub allocated_since_collection: isize,
}

impl Stats {
    pub(super) const ZERO: Stats = Stats {
        young_collections: 0,
        full_collections: 0,
        collected: 0,
        freed_in_finalizers: 0,
        resurrected: 0,
        finalized: 0,
        visited: 0,
        young_candidates: 0,
        old_candidates: 0,
        allocated_since_collection: 0,
    };
}

/// How much of this thread's memory the collector knows of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Live {
    /// Objects whose type may own handles, from their making until their memory is freed.
    pub objects: usize,
    /// Their bytes, headers included, and without what their values own elsewhere.
    pub bytes: usize,
}

/// This thread's totals. Reading them changes nothing.
pub fn stats() -> Stats {
    let totals = state::with(|state| state.totals.get());
    heap(|heap| Stats {
        young_candidates: heap.young_len(),
        old_candidates: heap.old().live(),
        allocated_since_collection: heap.objects()
            - state::with(|state| state.objects_after_young.get()),
        ..totals
    })
}

/// The objects of this thread that may own handles. Reading the numbers changes nothing.
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, live};
/// use std::cell::RefCell;
///
/// let before = live().objects;
/// let node = Gc::new(RefCell::new(None::<Gc<u8>>));
/// assert_eq!(live().objects, before + 1);
/// drop(node);
/// assert_eq!(live().objects, before);
/// ```
pub fn live() -> Live {
    heap(|heap| Live { objects: usize::try_from(heap.objects()).unwrap_or(0), bytes: heap.bytes() })
}
