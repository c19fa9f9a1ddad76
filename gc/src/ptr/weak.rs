//! The weak handle.

use super::Gc;
use super::erased::{NOWHERE, at_address, is_nowhere};
use crate::flavor::{Flavor, Local};
use crate::heap::object::Object;
use crate::heap::side::SideCell;
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
/// One word for sized `T`. It keeps 64 bytes per object, not the object's memory, which is freed when
/// the object dies.
pub struct Weak<T: ?Sized + 'static, F: Flavor = Local> {
    /// The address of the object's side cell, or NOWHERE; the metadata of the value.
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
    /// 1. `value` leads to the value of the object that `cell` is of, and the caller has a weak handle's
    ///    share of the cell to give.
    pub(super) unsafe fn from_cell(value: NonNull<T>, cell: NonNull<SideCell>) -> Weak<T, F> {
        Weak { ptr: at_address(value, cell.cast()), flavor: PhantomData }
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

    /// The cell's address with the value's metadata.
    pub(super) fn parts(&self) -> NonNull<T> {
        self.ptr
    }

    #[inline]
    fn cell_ptr(&self) -> Option<NonNull<SideCell>> {
        (!is_nowhere(self.ptr.as_ptr())).then(|| self.ptr.cast())
    }

    #[inline]
    pub(super) fn cell(&self) -> Option<&SideCell> {
        // SAFETY: the share of this handle keeps the cell (W1).
        self.cell_ptr().map(|cell| unsafe { cell.as_ref() })
    }

    /// The object, while it can be upgraded.
    fn object(&self) -> Option<Object> {
        self.cell().and_then(SideCell::object)
    }

    /// A handle of the object, if it is alive.
    #[must_use = "if only the answer matters, ask `strong_count`"]
    #[inline]
    pub fn upgrade(&self) -> Option<Gc<T, F>> {
        let object = F::upgrade(self.cell()?)?;
        // SAFETY: the handle was just counted, and the cell's object has the value that the metadata
        // is of.
        Some(unsafe { Gc::from_ptr(at_address(self.ptr, object.value())) })
    }

    /// The number of handles of the object, 0 if it is gone.
    pub fn strong_count(&self) -> usize {
        let object = self.object().filter(|object| !object.count().is_gone());
        object.map_or(0, |object| F::strong(object).as_usize())
    }

    /// The number of weak handles of the object, 0 if it is gone.
    pub fn weak_count(&self) -> usize {
        self.object().filter(|object| !object.count().is_gone()).map_or(0, F::weak)
    }

    /// Are they handles of the same object, or both of nothing? The answer does not change when the
    /// object dies.
    #[inline]
    pub fn ptr_eq(&self, other: &Weak<T, F>) -> bool {
        self.ptr.addr() == other.ptr.addr()
    }

    /// The address of the value while the object is alive, an address of nothing otherwise.
    pub fn as_ptr(&self) -> *const T {
        let address = self.object().map_or(NOWHERE, Object::value);
        at_address(self.ptr, address).as_ptr()
    }

    /// Makes a raw pointer of the handle: the address of the value while the object is alive. Give it
    /// back with [`from_raw`](Weak::from_raw).
    ///
    /// While the pointer is out the object's memory, not its value, is kept.
    #[must_use = "losing the pointer leaks"]
    pub fn into_raw(self) -> *const T {
        let Some(object) = self.object() else {
            // One of a dead object is as good as one of nothing.
            return at_address(self.ptr, NOWHERE).as_ptr();
        };
        if let Some(cell) = self.cell() {
            cell.add_raw();
        }
        at_address(ManuallyDrop::new(self).ptr, object.value()).as_ptr()
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
        // SAFETY: the block is kept as long as a raw pointer to it is out (1).
        let object = unsafe { Object::from_value(value.cast()) };
        let Some(cell) = object.side() else {
            unreachable!("an object keeps its cell while a raw weak handle is out (W1)")
        };
        let ptr = at_address(value, NonNull::from(cell).cast());
        if cell.take_raw() {
            F::free_kept(object);
        }
        Weak { ptr, flavor: PhantomData }
    }
}

impl<T: ?Sized, F: Flavor> Clone for Weak<T, F> {
    #[inline]
    fn clone(&self) -> Weak<T, F> {
        if let Some(cell) = self.cell() {
            cell.add_share();
        }
        Weak { ptr: self.ptr, flavor: PhantomData }
    }
}

impl<T: ?Sized, F: Flavor> Drop for Weak<T, F> {
    #[inline]
    fn drop(&mut self) {
        if let Some(cell) = self.cell_ptr() {
            // SAFETY: this handle's share goes with it.
            unsafe { SideCell::drop_weak(cell) }
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
