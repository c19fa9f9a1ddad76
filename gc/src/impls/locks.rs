//! What can be written to while it is shared, on any thread.

use crate::shim::{LazyLock, Mutex, OnceLock, RwLock, TryLockError};
use crate::{Trace, Tracer, facts, facts::TypeFacts};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Passes on what a lock guards, if it could be had at once, and gives the lock back.
///
/// A guard that is dropped by a panic poisons its lock, and a collection must not do that to a lock
/// of the user's: a panic of the content's `trace` waits until the guard is gone.
fn content<G: Deref<Target: Trace>>(guard: Result<G, TryLockError<G>>, tracer: &mut Tracer) {
    let guard = match guard {
        Ok(guard) => guard,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => return tracer.opaque(),
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| guard.trace(tracer)));
    // Also after a panic: guards of locks inside of this one may have been kept, and must go first.
    // SAFETY: the guard is that of a lock in the value that is being traced.
    unsafe { tracer.keep(guard) };
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

/// Reports what is in the lock, also when it is poisoned; nothing while it is locked. What is
/// reachable only from there then counts as held from outside, and is found by a later collection.
// SAFETY: the content belongs to the lock alone and is passed on once (1), whenever the lock is
// free, which only other code can change (2). It is read under the lock, nobody is waited for, and
// no other code runs (3). The facts say that it can be replaced (4).
unsafe impl<T: Trace> Trace for Mutex<T> {
    type Facts = facts::Mutable<T>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        if const { <T::Facts as TypeFacts>::L2.owns } {
            content(self.try_lock(), tracer);
        }
    }
}

/// Reports what is in the lock, also when it is poisoned; nothing while it is locked for writing.
/// What is reachable only from there then counts as held from outside, and is found by a later
/// collection.
// SAFETY: as for `Mutex`; the lock is taken for reading.
unsafe impl<T: Trace> Trace for RwLock<T> {
    type Facts = facts::Mutable<T>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        if const { <T::Facts as TypeFacts>::L2.owns } {
            content(self.try_read(), tracer);
        }
    }
}

/// Reports the value once there is one.
// SAFETY: the value belongs to the cell alone and is passed on once (1), as soon as it is there,
// which only other code can bring about (2). It is shared from then on, nobody is waited for, and
// no other code runs (3). The facts say that it can appear (4).
unsafe impl<T: Trace> Trace for OnceLock<T> {
    type Facts = facts::Mutable<T>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        if let Some(value) = self.get() {
            value.trace(tracer);
        }
    }
}

/// Reports the value once it has been computed. Handles that the initializer has captured are not
/// reported: until it has run, a cycle through them is not freed.
// SAFETY: as for `OnceLock`; looking does not force the value (3), and the initializer reports
// nothing.
unsafe impl<T: Trace, F> Trace for LazyLock<T, F> {
    type Facts = facts::Mutable<T>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        if let Some(value) = LazyLock::get(self) {
            value.trace(tracer);
        }
    }
}
