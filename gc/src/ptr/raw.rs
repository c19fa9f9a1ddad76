//! Handles as raw pointers, and counts through them.

use super::Gc;
use crate::flavor::{Flavor, Local};
use crate::heap::object::Object;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

impl<T: ?Sized, F: Flavor> Gc<T, F> {
    /// Makes a raw pointer of the handle: the address of the value. Give it back with
    /// [`from_raw`](Gc::from_raw).
    #[must_use = "losing the pointer leaks the object"]
    #[inline]
    pub fn into_raw(this: Gc<T, F>) -> *const T {
        Gc::into_ptr(this).as_ptr()
    }

    /// Makes a handle of what [`into_raw`](Gc::into_raw) gave.
    ///
    /// # Safety
    ///
    /// 1. `ptr` came from `into_raw` of a `Gc<U, F>` of this thread, or points at the value of an object
    ///    that [`increment_strong_count`](Gc::increment_strong_count) made a handle of; each such handle
    ///    is taken back once.
    /// 2. `U` is `T`, or `T` is an unsized view of `U` or the other way round: what
    ///    [`unsize!`](crate::unsize) and [`downcast`](Gc::downcast) do. A cast to another type of the same
    ///    layout, which [`std::rc::Rc::from_raw`] allows, is not enough: the collector knows the value by
    ///    the type that it was made with, and the handle's type decides how it is checked and dropped.
    #[inline]
    pub unsafe fn from_raw(ptr: *const T) -> Gc<T, F> {
        // SAFETY: no pointer to a value is null (1).
        let ptr = unsafe { NonNull::new_unchecked(ptr.cast_mut()) };
        // SAFETY: the handle that the pointer stands for is given to us (1, 2).
        unsafe { Gc::from_ptr(ptr) }
    }

    /// Makes one more handle, as a raw pointer.
    ///
    /// # Safety
    ///
    /// 1. `ptr` came from [`into_raw`](Gc::into_raw) (clauses as at [`from_raw`](Gc::from_raw)), and a
    ///    handle of the object exists during the call.
    #[inline]
    pub unsafe fn increment_strong_count(ptr: *const T) {
        // SAFETY: a handle exists (1); this one is not dropped.
        let handle = ManuallyDrop::new(unsafe { Gc::<T, F>::from_raw(ptr) });
        let _stays_out = ManuallyDrop::new(Gc::clone(&handle));
    }

    /// Drops a handle given as a raw pointer.
    ///
    /// # Safety
    ///
    /// 1. `ptr` came from [`into_raw`](Gc::into_raw) or stands for a handle that
    ///    [`increment_strong_count`](Gc::increment_strong_count) made; that handle is not used again.
    #[inline]
    pub unsafe fn decrement_strong_count(ptr: *const T) {
        // SAFETY: the handle is given to us (1).
        drop(unsafe { Gc::<T, F>::from_raw(ptr) });
    }
}

impl<T: ?Sized> Gc<T, Local> {
    /// See [`crate::private::raise_strong_count`].
    pub(crate) fn raise_strong_count(&self, strong: u32) {
        // SAFETY: a handle points at the value of an object.
        let object = unsafe { Object::from_value(self.address().0) };
        object.count().set_strong(strong);
    }
}
