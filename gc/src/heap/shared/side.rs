//! What a shared object has on the side as soon as somebody holds it weakly.
//!
//! Unlike in the other flavour the cell lives as long as the block: weak handles have a share of the
//! memory, together (the flag SIDE), as those of `Arc` do. Giving the memory back at death would take
//! a count of readers in the cell, two more atomic operations for each upgrade.

use super::object::SharedObject;
use crate::heap::table::Table;
use crate::heap::ties::Ties;
use crate::shim::{Counted, Guard, Lock, WeakCount, planted, yield_now};
use crate::trace::{Side, Tracer};
use std::fmt;
use std::ptr::NonNull;
use std::sync::atomic::AtomicPtr;
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
    /// The ties, while a tracer keeps their guard. For whoever has the global lock.
    kept: AtomicPtr<Ties<SharedObject>>,
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
            kept: AtomicPtr::new(std::ptr::null_mut()),
        }
    }

    /// Reports the ties, each a half edge, as a lock in the value does what it guards.
    ///
    /// # Safety
    ///
    /// 1. The caller traces a value on behalf of whoever has the global lock, and releases the guards that the
    ///    tracer keeps before giving that back.
    /// 2. The cell is that of the object that is being traced, or of one that a weak handle in it leads to.
    pub(crate) unsafe fn trace(&self, tracer: &mut Tracer) {
        if planted!("ties_unseen") {
            return;
        }
        // SAFETY: the caller's promise is the same (1, 2).
        unsafe {
            self.look_at_ties(tracer, |ties, tracer| {
                ties.values().for_each(|value| tracer.shared_half(value.value(), Side::Key));
            });
        }
    }

    /// Reports what one map has tied to the object.
    ///
    /// # Safety
    ///
    /// As [`trace`](SharedCell::trace).
    pub(crate) unsafe fn trace_one(&self, map: u64, tracer: &mut Tracer) {
        // SAFETY: the caller's promise is the same (1, 2).
        unsafe {
            self.look_at_ties(tracer, |ties, tracer| {
                if let Some(value) = ties.find(map) {
                    tracer.shared_half(value.value(), Side::Map);
                }
            });
        }
    }

    /// Shows the ties to `f`, and has the tracer keep their guard. (It may have it already: one comes to ties by
    /// the key and by each of the maps.)
    ///
    /// # Safety
    ///
    /// As [`trace`](SharedCell::trace).
    unsafe fn look_at_ties(
        &self,
        tracer: &mut Tracer,
        f: impl FnOnce(&Ties<SharedObject>, &mut Tracer),
    ) {
        /// The guard, and the cell that says so.
        struct Kept<'a>(
            &'a SharedCell,
            #[expect(dead_code, reason = "is dropped")] Guard<'a, Ties<SharedObject>>,
        );
        impl Drop for Kept<'_> {
            fn drop(&mut self) {
                // Relaxed: only who has the global lock comes by here.
                self.0.kept.store(std::ptr::null_mut(), Relaxed);
            }
        }
        if !tracer.is_shared() {
            return; // It looks at local objects, and has no lock.
        }
        if let Some(ties) = self.ties.try_lock() {
            if !ties.is_empty() {
                f(&ties, tracer);
                if planted!("ties_not_kept") {
                    return;
                }
                self.kept.store(std::ptr::from_ref(&*ties).cast_mut(), Relaxed);
                // SAFETY: the lock is in the cell of an object that is being traced, or that a weak handle in it
                // leads to, and lives as long as the block (2, S4).
                unsafe { tracer.keep(Kept(self, ties)) };
            }
        } else if let Some(ties) = NonNull::new(self.kept.load(Relaxed)) {
            // SAFETY: a tracer has the guard. It is this one: they take turns under the global lock, and none
            // leaves a guard behind (1). So this thread has the lock, and nobody changes the ties.
            f(unsafe { ties.as_ref() }, tracer);
        } else {
            tracer.opaque();
        }
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
