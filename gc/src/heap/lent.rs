//! A thread-local's part that is lent out for a moment.

use std::cell::UnsafeCell;
use std::mem::ManuallyDrop;

/// Something that needs no drop, so that a thread-local can hold it without a destructor: whoever closes
/// the heap empties it.
pub(super) struct Lent<T>(UnsafeCell<ManuallyDrop<T>>);

impl<T> std::fmt::Debug for Lent<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Lent").finish_non_exhaustive()
    }
}

impl<T> Lent<T> {
    pub(super) const fn new(part: T) -> Lent<T> {
        Lent(UnsafeCell::new(ManuallyDrop::new(part)))
    }

    /// Lends it to `f`.
    ///
    /// # Safety
    ///
    /// 1. `f` runs no foreign code and asks for no other loan of the same part (B1).
    #[inline(always)]
    pub(super) unsafe fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: the cell is not shared between threads, and no loan is made during another (1).
        f(unsafe { &mut *self.0.get() })
    }
}
