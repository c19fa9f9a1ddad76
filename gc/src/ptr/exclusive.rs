//! `&mut` access and taking the value out: what only a sole handle can do.
//!
//! All of it begins with a claim, after which neither the collector nor a weak handle leads to the
//! value: the `&mut` may be in any state when user code inside `sort_by` or `retain` collects.

use super::Gc;
use crate::flavor::{Flavor, Holds, WeakHandles};
use crate::heap::object::block_len;
use crate::heap::registry::{self, Site};
use crate::heap::table::Table;
use crate::shim::planted;
use crate::trace::{Pointee, Trace};
use std::ptr;

impl<T: ?Sized, F: Flavor> Gc<T, F> {
    /// The value, mutably, if this is the only handle and there is no weak one.
    ///
    /// `None` also for a value that has been destroyed, and in the `Drop` of a value that dies in a
    /// cycle, for the others that die with it.
    #[inline]
    pub fn get_mut(this: &mut Gc<T, F>) -> Option<&mut T> {
        F::claim(this.address(), WeakHandles::Refuse)?.resume();
        // SAFETY: the claim says that this handle, borrowed mutably, is the only way to the value.
        Some(unsafe { this.ptr.as_mut() })
    }
}

impl<T, F: Flavor> Gc<T, F> {
    /// Takes the value out, if this is the only handle. Weak handles are cut off. The finalizer does not
    /// run: the value lives on.
    ///
    /// # Errors
    ///
    /// Gives the handle back if there are others, or the value has been destroyed.
    #[inline]
    pub fn try_unwrap(this: Gc<T, F>) -> Result<T, Gc<T, F>> {
        let Some(panic) = F::claim(this.address(), WeakHandles::CutOff) else { return Err(this) };
        let object = this.address();
        let ptr = Gc::into_ptr(this);
        // SAFETY: the claim says that nothing else leads to the value; it is read once.
        let value = unsafe { ptr.read() };
        // SAFETY: the value was moved out, the handle is given up.
        unsafe { F::discard(object) };
        panic.resume();
        Ok(value)
    }

    /// Takes the value out, if this is the only handle; otherwise the handle is dropped. Weak handles are
    /// cut off.
    ///
    /// # Threads
    ///
    /// As with `Arc::into_inner`, of threads that give up all handles of an object in this way exactly one
    /// gets the value. None does where a collection has a handle of its own: of an object that it found
    /// to be garbage, and that a finalizer, a `Drop` or an upgrade has saved in this moment.
    #[inline]
    pub fn into_inner(mut this: Gc<T, F>) -> Option<T> {
        loop {
            this = match Gc::try_unwrap(this) {
                Ok(value) => return Some(value),
                Err(this) => this,
            };
            if planted!("into_inner_drops") {
                // The bug: what was another handle may be gone by now.
                return None;
            }
            let ptr = Gc::into_ptr(this);
            // SAFETY: the handle is given up, unless it is found to be the last.
            if unsafe { F::release_unless_last(ptr) } {
                return None;
            }
            // The other handle has gone meanwhile.
            // SAFETY: it was not given up.
            this = unsafe { Gc::from_ptr(ptr) };
        }
    }
}

impl<T: Pointee + Clone + 'static, F: Flavor> Gc<T, F> {
    /// Takes the value out if this is the only handle, clones it otherwise.
    ///
    /// # Panics
    ///
    /// If the value has been destroyed: see [`Gc`].
    #[inline]
    pub fn unwrap_or_clone(this: Gc<T, F>) -> T {
        Gc::try_unwrap(this).unwrap_or_else(|shared| (*shared).clone())
    }
}

/// A type that [`Gc::make_mut`] can make a copy of.
///
/// Sealed: sized types that are `Clone` and [`Trace`], slices of such types, `str`, `CStr`, `OsStr` and
/// `Path`.
pub trait CloneIntoGc<F: Flavor>: sealed::CloneIntoGc<F> {}

impl<T: ?Sized + sealed::CloneIntoGc<F>, F: Flavor> CloneIntoGc<F> for T {}

pub(super) mod sealed {
    use super::{Flavor, Gc, Holds, Trace};

    pub trait CloneIntoGc<F: Flavor>: 'static {
        /// A new object with a copy of the value.
        #[cfg_attr(feature = "track-sites", track_caller)]
        fn clone_into_gc(this: &Gc<Self, F>) -> Gc<Self, F>;
    }

    impl<T: Clone + Trace + 'static, F: Holds<T>> CloneIntoGc<F> for T {
        fn clone_into_gc(this: &Gc<T, F>) -> Gc<T, F> {
            Gc::<T, F>::new((**this).clone()) // user code
        }
    }

    impl<T: Clone + Trace + 'static, F: Holds<T>> CloneIntoGc<F> for [T] {
        fn clone_into_gc(this: &Gc<[T], F>) -> Gc<[T], F> {
            Gc::from(&**this) // user code
        }
    }

    impl<F: Holds<u8>> CloneIntoGc<F> for str {
        fn clone_into_gc(this: &Gc<str, F>) -> Gc<str, F> {
            Gc::from(&**this)
        }
    }
}

impl<T: ?Sized + CloneIntoGc<F>, F: Flavor> Gc<T, F> {
    /// The value, mutably: itself if this is the only handle (weak ones are cut off), a copy otherwise,
    /// which this handle then is the only handle of.
    ///
    /// # Panics
    ///
    /// If a copy is needed and `clone` panics, or the value has been destroyed (see [`Gc`]): the handle
    /// is as before. With what the callback of a [watch](crate::Watch) that was cut off panics with.
    #[inline]
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub fn make_mut(this: &mut Gc<T, F>) -> &mut T {
        loop {
            let is_new = match F::claim(this.address(), WeakHandles::CutOff) {
                None => {
                    *this = T::clone_into_gc(this);
                    true
                }
                Some(panic) => {
                    let is_haunted = F::is_haunted(this.address());
                    if is_haunted {
                        relocate(this);
                    }
                    panic.resume();
                    is_haunted
                }
            };
            // A new object is known to nobody but the registry, which must not look at it from now on.
            if !(is_new && registry::IS_ON) || planted!("copy_unclaimed") {
                break;
            }
        }
        // SAFETY: the handle is the only one, claimed or just made, and borrowed mutably.
        unsafe { this.ptr.as_mut() }
    }
}

/// Moves a claimed value into an object of its own: raw weak handles, which are dead now, are found
/// through the header of the old one.
#[cold]
#[cfg_attr(feature = "track-sites", track_caller)]
fn relocate<T: ?Sized, F: Flavor>(this: &mut Gc<T, F>) {
    let old = this.address();
    let table: &'static Table = F::table(old);
    // SAFETY: the object has this table.
    let len = unsafe { block_len(old.0, table) };
    let new = F::allocate(table, len);
    // SAFETY: the claimed value and the new one have the same type and length.
    let bytes = unsafe { this.ptr.as_ref() };
    let bytes = size_of_val(bytes);
    // SAFETY: both have so many bytes, the new object has no value yet, and the old one is not used as
    // a value again.
    unsafe {
        ptr::copy_nonoverlapping(old.0.cast::<u8>().as_ptr(), new.0.cast().as_ptr(), bytes);
    }
    this.ptr = super::erased::at_address(this.ptr, new.0);
    F::inherit(new, old);
    F::enroll(new, Site::here());
    // SAFETY: its value was moved out, and its handle is now one of the new object.
    unsafe { F::discard(old) };
}
