//! The weak handle.

use super::Gc;
use super::erased::{NOWHERE, at_address, is_nowhere};
use crate::flavor::sealed::{Address, WeakAddress};
use crate::flavor::{Flavor, Local, Shared};
use crate::heap::count::Strong;
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

/// A handle that does not keep its object alive: [`std::rc::Weak`] for [`Gc`].
///
/// It can be upgraded as long as the object lives, also in finalizers and, for objects without a `Drop`
/// that could reach others, while other objects of the same cycle are being dropped. Once
/// [`upgrade`](Weak::upgrade) has said `None` it never says `Some` again, and it says `None` only of
/// what surely dies.
///
/// # Cost
///
/// One word for sized `T`. It keeps 80 bytes per object (in [`sync`](crate::sync) 64, and the object's memory),
/// not the object's memory, which is freed when the object dies.
pub struct Weak<T: ?Sized + 'static, F: Flavor = Local> {
    /// The address that the flavour finds the object with, or NOWHERE; the metadata of the value.
    ptr: NonNull<T>,
    flavor: PhantomData<F>,
}

const _: () = assert!(size_of::<Option<Weak<u8>>>() == size_of::<usize>());

impl<T, F: Flavor> Weak<T, F> {
    /// Makes a weak handle of nothing. Allocates nothing.
    #[must_use]
    pub const fn new() -> Weak<T, F> {
        Weak { ptr: NOWHERE.cast(), flavor: PhantomData }
    }
}

impl<T: ?Sized, F: Flavor> Weak<T, F> {
    /// # Safety
    ///
    /// 1. `weak` is the address of a weak handle, which the caller has to give, of the object with this
    ///    value.
    pub(super) unsafe fn from_address(
        value: NonNull<T>,
        WeakAddress(weak): WeakAddress,
    ) -> Weak<T, F> {
        Weak { ptr: at_address(value, weak), flavor: PhantomData }
    }

    /// A weak handle of nothing with this metadata.
    pub(super) fn nowhere(value: NonNull<T>) -> Weak<T, F> {
        Weak { ptr: at_address(value, NOWHERE), flavor: PhantomData }
    }

    /// # Safety
    ///
    /// 1. `ptr` is what [`parts`](Weak::parts) gave, possibly coerced to another type that the value
    ///    can be seen as, and the handle it came from is forgotten.
    pub(super) unsafe fn from_parts(ptr: NonNull<T>) -> Weak<T, F> {
        Weak { ptr, flavor: PhantomData }
    }

    /// The handle's address with the value's metadata.
    pub(super) fn parts(&self) -> NonNull<T> {
        self.ptr
    }

    /// The handle's address, if it is one of an object.
    #[inline]
    pub(crate) fn address(&self) -> Option<WeakAddress> {
        (!is_nowhere(self.ptr.as_ptr())).then(|| WeakAddress(self.ptr.cast()))
    }

    /// What all weak handles of the same object have in common, and, while there is one of them, no
    /// weak handle of another.
    #[inline]
    pub(crate) fn identity(&self) -> usize {
        self.ptr.addr().get()
    }

    /// A handle of the object, if it is alive.
    #[must_use = "if only the answer matters, ask `strong_count`"]
    #[inline]
    pub fn upgrade(&self) -> Option<Gc<T, F>> {
        let Address(value) = F::upgrade(self.address()?)?;
        // SAFETY: the handle was just counted, and the object has the value that the metadata is of.
        Some(unsafe { Gc::from_ptr(at_address(self.ptr, value)) })
    }

    /// The number of handles of the object, 0 if it is gone.
    pub fn strong_count(&self) -> usize {
        self.counts().map_or(0, |(strong, _)| strong.as_usize())
    }

    /// The number of weak handles of the object, 0 if it is gone.
    pub fn weak_count(&self) -> usize {
        self.counts().map_or(0, |(_, weak)| weak)
    }

    fn counts(&self) -> Option<(Strong, usize)> {
        self.address().and_then(F::weak_counts)
    }

    /// Are they handles of the same object, or both of nothing? The answer does not change when the
    /// object dies.
    #[inline]
    pub fn ptr_eq(&self, other: &Weak<T, F>) -> bool {
        self.ptr.addr() == other.ptr.addr()
    }

    /// The address of the value while the object is alive, an address of nothing otherwise.
    pub fn as_ptr(&self) -> *const T {
        let address = self.address().and_then(F::weak_value).map_or(NOWHERE, |value| value.0);
        at_address(self.ptr, address).as_ptr()
    }

    /// Makes a raw pointer of the handle: the address of the value while the object is alive. Give it
    /// back with [`from_raw`](Weak::from_raw).
    ///
    /// While the pointer is out the object's memory, not its value, is kept.
    #[must_use = "losing the pointer leaks"]
    pub fn into_raw(self) -> *const T {
        let weak = self.address();
        let Some((weak, value)) = weak.and_then(|weak| Some((weak, F::weak_value(weak)?))) else {
            // One of a dead object is as good as one of nothing.
            return at_address(self.ptr, NOWHERE).as_ptr();
        };
        F::weak_into_raw(weak);
        at_address(ManuallyDrop::new(self).ptr, value.0).as_ptr()
    }

    /// Makes a handle of what [`into_raw`](Weak::into_raw) gave.
    ///
    /// # Safety
    ///
    /// 1. `ptr` came from `into_raw` of a `Weak<U, F>`, and each such pointer is given back once.
    /// 2. `U` is `T`, or the pointer was cast as [`std::rc::Weak::from_raw`] allows.
    pub unsafe fn from_raw(ptr: *const T) -> Weak<T, F> {
        // SAFETY: no pointer from `into_raw` is null (1).
        let value = unsafe { NonNull::new_unchecked(ptr.cast_mut()) };
        if is_nowhere(ptr) {
            return Weak { ptr: value, flavor: PhantomData };
        }
        // SAFETY: it came from `into_raw` of a handle of an object, and is given back once (1).
        let weak = unsafe { F::weak_from_raw(Address(value.cast())) };
        Weak { ptr: at_address(value, weak.0), flavor: PhantomData }
    }
}

// SAFETY: as for `Gc`, which it can be upgraded to.
unsafe impl<T: ?Sized + Send + Sync> Send for Weak<T, Shared> {}

// SAFETY: as above.
unsafe impl<T: ?Sized + Send + Sync> Sync for Weak<T, Shared> {}

impl<T: ?Sized, F: Flavor> Clone for Weak<T, F> {
    #[inline]
    fn clone(&self) -> Weak<T, F> {
        if let Some(weak) = self.address() {
            F::weak_retain(weak);
        }
        Weak { ptr: self.ptr, flavor: PhantomData }
    }
}

impl<T: ?Sized, F: Flavor> Drop for Weak<T, F> {
    #[inline]
    fn drop(&mut self) {
        if let Some(weak) = self.address() {
            // SAFETY: this handle goes.
            unsafe { F::weak_release(weak) }
        }
    }
}

impl<T, F: Flavor> Default for Weak<T, F> {
    /// A weak handle of nothing.
    fn default() -> Weak<T, F> {
        Weak::new()
    }
}

impl<T: ?Sized, F: Flavor> fmt::Debug for Weak<T, F> {
    /// Prints `(Weak)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(Weak)")
    }
}
