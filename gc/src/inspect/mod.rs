//! What is alive, and why: with the feature `inspect`.
//!
//! | question | answer |
//! | --- | --- |
//! | what is there | [`for_each_object`], [`objects_of`], [`Snapshot::take`] |
//! | how many handles are there | [`handle_totals`] |
//! | what does it lead to, and what leads to it | [`referents`], [`referrers`] |
//! | what does the collector know of it | [`is_tracked`], [`is_finalized`], [`generation`] |
//! | why is it alive, what would go with it, what grew | [`Snapshot`] |
//! | what would a collection free, and what did it | [`detect`], [`collect_report`] |
//! | what collections need not look at | [`freeze`], [`unfreeze`] |
//! | does this test leak | [`assert_no_leaks!`](crate::assert_no_leaks), [`LeakGuard`] |
//!
//! [A leak, hunted step by step](https://github.com/refcycle/refcycle/blob/main/docs/leak_hunt.md), shows them at work.
//!
//! The functions here are about the objects of this thread; [`sync::inspect`](crate::sync::inspect) has the
//! same for those that threads share.
//!
//! # What is shown
//!
//! All objects that have a value: also those whose types own no handles, which the collector has nothing to
//! do with. Not shown are objects under construction ([`Gc::new_cyclic`](crate::Gc::new_cyclic)) and
//! uninitialised memory; objects that die, and garbage from the moment in which a collection has found it; and
//! in the destructors of thread-locals nothing at all.
//!
//! Edges are what [`Trace`](crate::Trace) reports: what lies in an opaque part of a value (a skipped field, an
//! `Rc`, a cell that is mutably borrowed at this moment) counts as held from outside. So does everything in a
//! value that was last lent mutably ([`get_mut`](crate::Gc::get_mut), [`make_mut`](crate::Gc::make_mut)) by a
//! handle that is still the only one and lies on a stack: nobody knows whether the loan has ended, so the value
//! is not looked into, and no handle of it is given.
//!
//! # Handles from nowhere
//!
//! [`objects_of`], [`referents`] and [`referrers`] give handles of objects to whoever can name their types. Code
//! that relies on it that nobody else has a handle of its objects, for more than its own performance, must not
//! be used with this feature. (Safe code cannot rely on that for safety, and a value that is not `Unpin` is
//! given to nobody.) While somebody has such a handle it counts: the object does not die, and `get_mut` refuses.
//!
//! # Cost
//!
//! With the feature: one entry in a table for each object, 40 to 80 bytes; in the shared flavour a lock of one
//! of 64 such tables at the birth and the death of each object. Without it, nothing.

#![forbid(unsafe_code)]

mod garbage;
mod graph;
pub(crate) mod leaks;
pub(crate) mod objects;
pub(crate) mod picture;
mod references;
mod view;

pub use crate::ptr::ErasedGc;
pub use garbage::{Garbage, Report};
pub use graph::{
    Component, Components, Diff, Edge, EdgePath, Generation, Node, NodeId, Path, ShortName,
    Snapshot, Step, Totals, TypeChange, TypeTotal, Unreachable, UnreachableGroup,
};
pub use leaks::LeakGuard;
pub use objects::HandleTotals;
pub use references::{Reference, Referrer, referents, referrers};
pub use view::{ObjectView, generation, is_finalized, is_tracked};

use crate::Gc;
use crate::collect::insight::Insight;
use crate::flavor::Local;

/// Shows all objects, in the order in which they were made. Those that die while `f` runs, or are made then,
/// are left out.
///
/// # Cost
///
/// Goes through the table once and sorts it: 16 bytes for each object while it runs.
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, inspect};
///
/// let _numbers = [Gc::new(1_u8), Gc::new(2)];
/// let mut names = Vec::new();
/// inspect::for_each_object(|object| names.push(object.type_name()));
/// assert_eq!(names, ["u8", "u8"]);
/// ```
pub fn for_each_object(f: impl FnMut(ObjectView)) {
    objects::for_each::<Local>(f);
}

/// The handles of all objects together: what a test compares before and after, to see whether what it
/// tests leaks handles. (Python's `sys.gettotalrefcount` of debug builds, which its test runner compares for that.)
///
/// # Cost
///
/// Looks at the header of each object once.
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, inspect::handle_totals};
///
/// let one = Gc::new(1);
/// let before = handle_totals();
/// let other = one.clone();
/// assert_eq!(handle_totals().strong, before.strong + 1);
/// drop(other);
/// assert_eq!(handle_totals(), before);
/// ```
#[must_use]
pub fn handle_totals() -> HandleTotals {
    objects::totals::<Local>()
}

/// Handles of all objects with a value of type `T`, in the order in which they were made.
///
/// A type that is not `Unpin` cannot be asked for: somebody may rely on it that its values stay where they are.
///
/// # Panics
///
/// If a `Trace` does. (None is called, unless a `T` was lent mutably.)
///
/// # Cost
///
/// As for [`for_each_object`]; if a `T` was lent mutably, it may take a look at all values.
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, inspect};
///
/// let five = Gc::new(5_u8);
/// let found = inspect::objects_of::<u8>();
/// assert!(Gc::ptr_eq(&found[0], &five));
/// assert!(inspect::objects_of::<u16>().is_empty());
/// ```
///
/// A pinned value stays where it is:
///
/// ```compile_fail,E0277
/// use refcycle::{Gc, inspect};
/// use std::marker::PhantomPinned;
///
/// let found = inspect::objects_of::<PhantomPinned>(); // It is not `Unpin`.
/// ```
#[must_use]
pub fn objects_of<T: Unpin + 'static>() -> Vec<Gc<T>> {
    objects::of::<T, Local>()
}

/// Looks for what a collection would find, without freeing anything: no user code runs but `Trace`.
///
/// # Panics
///
/// If a `Trace` does.
///
/// # Cost
///
/// As for [`Snapshot::take`].
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, Trace, inspect};
/// use std::cell::RefCell;
///
/// #[derive(Trace)]
/// struct Node(RefCell<Option<Gc<Node>>>);
///
/// let node = Gc::new(Node(RefCell::default()));
/// *node.0.borrow_mut() = Some(node.clone());
/// assert!(inspect::detect().is_empty());
/// drop(node);
/// assert_eq!(inspect::detect().len(), 1);
/// # refcycle::collect();
/// ```
#[must_use]
pub fn detect() -> Garbage {
    Garbage::detect::<Local>()
}

/// Collects, as [`collect`](crate::collect) does, and says what was freed.
///
/// # Panics
///
/// As [`detect`], and as [`collect`](crate::collect).
///
/// # Cost
///
/// That of both.
pub fn collect_report() -> Report {
    Report::make::<Local>(crate::collect)
}

/// Leaves all objects that are alive now out of collections: a collection passes them by, as if nothing could
/// change in them, and does not find garbage among them. What they lead to, and is newer, counts as held by them.
/// They still die by their counts.
///
/// For what is made once and stays: a collection costs nothing for it then. An object that is lent mutably
/// ([`get_mut`](crate::Gc::get_mut), [`make_mut`](crate::Gc::make_mut)) is an ordinary one again.
///
/// # Cost
///
/// Looks at the header of each object once.
///
/// # Examples
///
/// ```
/// use refcycle::{inspect, Gc, Trace, collect};
/// use std::cell::RefCell;
///
/// #[derive(Trace)]
/// struct Node(RefCell<Option<Gc<Node>>>);
///
/// let node = Gc::new(Node(RefCell::default()));
/// *node.0.borrow_mut() = Some(node.clone());
/// inspect::freeze();
/// drop(node);
/// assert_eq!(collect().collected, 0);
/// inspect::unfreeze();
/// assert_eq!(collect().collected, 1);
/// ```
pub fn freeze() {
    <Local as Insight>::freeze();
}

/// Lets collections meet all objects again. What was frozen is looked at by the next full collection.
///
/// # Cost
///
/// As for [`freeze`]; and the next full collection visits all that was frozen.
pub fn unfreeze() {
    <Local as Insight>::unfreeze();
}
