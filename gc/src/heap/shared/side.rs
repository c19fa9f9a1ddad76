//! What a shared object has on the side as soon as somebody holds it weakly.
//!
//! Unlike in the other flavour the cell lives as long as the block: weak handles have a share of the
//! memory, together (the flag SIDE), as those of `Arc` do. Giving the memory back at death would take
//! a count of readers in the cell, two more atomic operations for each upgrade.

use crate::heap::table::Table;
use crate::shim::{AtomicUsize, Counted, Lock};
use std::fmt;

/// A closure that is called when an object has died.
pub(crate) type Closure = Box<dyn FnOnce() + Send>;

/// The side cell. Aligned so that the flags of the meta word fit below its address.
#[derive(Debug)]
#[repr(align(32))]
pub(crate) struct SharedCell {
    pub(crate) table: &'static Table,
    /// Weak handles, plus one for the value: who takes it to zero gives up SIDE.
    pub(crate) weak: AtomicUsize,
    /// What to call when the object has died: oldest first.
    pub(crate) callbacks: Lock<Vec<Counted<SharedCallback>>>,
}

/// One callback. Its watch can take the closure away as long as it has not been called.
pub struct SharedCallback(Lock<Option<Closure>>);

impl fmt::Debug for SharedCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedCallback").finish_non_exhaustive()
    }
}

impl SharedCallback {
    pub(crate) fn new(closure: Closure) -> SharedCallback {
        SharedCallback(Lock::new(Some(closure)))
    }

    /// The closure, if it was neither taken nor called.
    pub(crate) fn take(&self) -> Option<Closure> {
        self.0.lock().take()
    }

    /// Would it be called?
    pub(crate) fn is_armed(&self) -> bool {
        self.0.lock().is_some()
    }
}

impl SharedCell {
    pub(crate) fn new(table: &'static Table) -> SharedCell {
        SharedCell { table, weak: AtomicUsize::new(1), callbacks: Lock::default() }
    }

    /// Adds a callback; sweeps cancelled ones out when their number might have doubled.
    pub(crate) fn watch(&self, callback: Counted<SharedCallback>) {
        const SWEEP_MIN: usize = 8;
        let mut list = self.callbacks.lock();
        if list.len() == list.capacity() && list.len() >= SWEEP_MIN {
            list.retain(|callback| callback.is_armed());
        }
        list.push(callback);
    }
}
