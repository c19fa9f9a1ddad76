//! What a shared object has on the side as soon as somebody holds it weakly.
//!
//! Unlike in the other flavour the cell lives as long as the block: weak handles have a share of the
//! memory, together (the flag SIDE), as those of `Arc` do. Giving the memory back at death would take
//! a count of readers in the cell, two more atomic operations for each upgrade.

use super::object::SharedObject;
use crate::heap::table::Table;
use crate::heap::ties::Ties;
use crate::shim::{Counted, Lock, WeakCount, planted, yield_now};
use crate::trace::Tracer;
use std::fmt;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// A closure that is called when an object has died.
pub(crate) type Closure = Box<dyn FnOnce() + Send>;

/// The side cell. Aligned so that the flags of the meta word fit below its address.
#[derive(Debug)]
#[repr(align(16))]
pub(crate) struct SharedCell {
    pub(crate) table: &'static Table,
    /// Weak handles, plus one for the value: who takes it to zero gives up SIDE. LOCKED while somebody
    /// with the only handle makes sure that there is no weak one.
    pub(crate) weak: WeakCount,
    /// What to call when the object has died: oldest first.
    pub(crate) callbacks: Lock<Vec<Counted<SharedCallback>>>,
    /// The values that weak-key maps have for the object (S5).
    pub(crate) ties: Lock<Ties<SharedObject>>,
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

    /// The closure, if it was neither taken nor called. Whoever gets it calls it, or cancels the call.
    pub(crate) fn take(&self) -> Option<Closure> {
        self.0.lock().take()
    }

    /// Would it be called?
    pub(crate) fn is_armed(&self) -> bool {
        self.0.lock().is_some()
    }
}

impl SharedCell {
    /// No weak handle is made of the object now.
    const LOCKED: usize = usize::MAX;

    /// A weak handle is made from a handle.
    pub(crate) fn first_weak(&self) {
        loop {
            let weak = self.weak.load(Relaxed);
            if weak == SharedCell::LOCKED {
                yield_now();
                continue;
            }
            assert!(weak < isize::MAX as usize, "refcycle: as many weak handles as addresses");
            // Acquire: pairs with the Release of `unlock`; the handle that this one is made from comes
            // after the `&mut` that went before.
            if self.weak.compare_exchange(weak, weak + 1, Acquire, Relaxed).is_ok() {
                return;
            }
        }
    }

    /// Keeps weak handles from being made, if there is none.
    pub(crate) fn lock(&self) -> bool {
        // Acquire: pairs with the AcqRel of the last weak handle to go: a handle that it was upgraded to
        // is in the count that is read next.
        self.weak.compare_exchange(1, SharedCell::LOCKED, Acquire, Relaxed).is_ok()
    }

    /// Lets weak handles be made again.
    pub(crate) fn unlock(&self) {
        // Release: see `first_weak`.
        self.weak.store(1, Release);
    }

    /// The number of weak handles.
    pub(crate) fn weak_handles(&self) -> usize {
        let weak = self.weak.load(Acquire);
        if weak == SharedCell::LOCKED { 0 } else { weak.saturating_sub(1) }
    }

    pub(crate) fn new(table: &'static Table) -> SharedCell {
        SharedCell {
            table,
            weak: WeakCount::new(1),
            callbacks: Lock::default(),
            ties: Lock::default(),
        }
    }

    /// Reports the ties, as a lock in the value does what it guards.
    pub(crate) fn trace(&self, tracer: &mut Tracer) {
        if planted!("ties_unseen") {
            return;
        }
        let Some(ties) = self.ties.try_lock() else { return tracer.opaque() };
        if ties.is_empty() {
            return;
        }
        for value in ties.values() {
            tracer.shared_edge(NonNull::from(value).cast(), value.value());
        }
        if planted!("ties_not_kept") {
            return;
        }
        // SAFETY: the lock is in the cell of the object that is being traced, which lives as long as the
        // block (S4).
        unsafe { tracer.keep(ties) };
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
