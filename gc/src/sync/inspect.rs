//! What is alive, and why, among the objects that threads share: with the feature `inspect`.
//!
//! As [`refcycle::inspect`](crate::inspect), whose page says what is shown and what it costs, and which has the types that
//! both flavours share.
//!
//! # Threads
//!
//! Other threads go on while a heap is looked at. Each value is looked at as a collection does it, with its locks
//! taken by `try_lock` for one [`Trace`](crate::Trace), so what is seen of one value is true; but the values
//! are looked at one after the other, and a handle that moves meanwhile may be seen twice or not at all. Counts
//! can disagree with the edges by as much as has moved, and what seems to be garbage may not be. When the
//! threads are at rest the picture is exact.
//!
//! Functions that look at values, `freeze` and `unfreeze` wait for a collection that runs, until it runs user code
//! or ends. So none of them must be called in a [`Trace`](crate::Trace), which a collection runs while it keeps
//! others out: it would wait for itself.
//!
//! No collection runs while values are looked at: an automatic one is left out or, where garbage is made faster than it
//! is collected, waits; [`collect`](crate::sync::collect) waits. If the last handle of an object is dropped in the
//! moment in which its value is looked at, it is dropped on the thread that looks.

#![forbid(unsafe_code)]

use super::Gc;
use crate::collect::insight::Insight;
use crate::flavor::Shared;
use crate::inspect::{Garbage, ObjectView, Report, Snapshot, objects, picture};

pub use crate::inspect::leaks::SharedLeakGuard as LeakGuard;
pub use crate::inspect::{
    Generation, HandleTotals, generation, is_finalized, is_tracked, referents, referrers,
};

/// A handle of a shared object of any type: see [`inspect::ErasedGc`](crate::inspect::ErasedGc).
pub type ErasedGc = crate::inspect::ErasedGc<Shared>;

/// A handle in a shared object: see [`inspect::Reference`](crate::inspect::Reference).
pub type Reference = crate::inspect::Reference<Shared>;

/// A shared object with handles of another: see [`inspect::Referrer`](crate::inspect::Referrer).
pub type Referrer = crate::inspect::Referrer<Shared>;

/// Shows all objects, in the order in which they were made: as
/// [`inspect::for_each_object`](crate::inspect::for_each_object).
pub fn for_each_object(f: impl FnMut(ObjectView)) {
    objects::for_each::<Shared>(f);
}

/// The handles of all objects together: as [`inspect::handle_totals`](crate::inspect::handle_totals).
#[must_use]
pub fn handle_totals() -> HandleTotals {
    objects::totals::<Shared>()
}

/// Handles of all objects with a value of type `T`: as [`inspect::objects_of`](crate::inspect::objects_of).
///
/// # Panics
///
/// If a `Trace` does.
#[must_use]
pub fn objects_of<T: Unpin + 'static>() -> Vec<Gc<T>> {
    objects::of::<T, Shared>()
}

/// Takes a picture: as [`Snapshot::take`], see [there](crate::inspect::Snapshot::take).
///
/// # Panics
///
/// If a `Trace` does.
#[must_use]
pub fn snapshot() -> Snapshot {
    picture::take::<Shared>()
}

/// Looks for what a collection would find: as [`inspect::detect`](crate::inspect::detect). What other threads change
/// meanwhile can make it wrong in both directions.
///
/// # Panics
///
/// If a `Trace` does.
#[must_use]
pub fn detect() -> Garbage {
    Garbage::detect::<Shared>()
}

/// Collects, as [`collect`](crate::sync::collect) does, and says what was freed.
///
/// # Panics
///
/// As [`detect`], and as [`collect`](crate::sync::collect).
pub fn collect_report() -> Report {
    Report::make::<Shared>(crate::sync::collect)
}

/// Leaves all objects that are alive now out of collections: as [`inspect::freeze`](crate::inspect::freeze). Waits for a
/// collection that runs.
pub fn freeze() {
    <Shared as Insight>::freeze();
}

/// Lets collections meet all objects again: as [`inspect::unfreeze`](crate::inspect::unfreeze). Waits for a collection that
/// runs.
pub fn unfreeze() {
    <Shared as Insight>::unfreeze();
}
