//! Handles of a sized value seen as handles of a trait object or a slice.
//!
//! `CoerceUnsized` is not stable, so this is a macro: the compiler coerces a raw pointer, with a typed
//! `let` and never with `as`, which would cast `Gc<u8>` to `Gc<u64>`.

use super::{Gc, Weak};
use crate::flavor::Flavor;
use std::ptr::NonNull;

/// A handle that [`unsize!`](crate::unsize) can take apart and put together.
#[diagnostic::on_unimplemented(
    message = "`unsize!` takes a `Gc` or a `Weak`, not a `{Self}`",
    label = "neither a `Gc` nor a `Weak`"
)]
pub trait Unsize: Sized {
    /// What it points at.
    type Source: ?Sized;
    /// The same kind of handle, of something else.
    type To<U: ?Sized + 'static>;

    /// A pointer with the metadata of the value.
    fn pointer(&self) -> *const Self::Source;

    /// Puts the handle together again.
    ///
    /// # Safety
    ///
    /// 1. `pointer` is what [`pointer`](Unsize::pointer) of this very handle gave, coerced by the
    ///    compiler.
    unsafe fn coerced<U: ?Sized + 'static>(self, pointer: *const U) -> Self::To<U>;
}

impl<T: ?Sized, F: Flavor> Unsize for Gc<T, F> {
    type Source = T;
    type To<U: ?Sized + 'static> = Gc<U, F>;

    fn pointer(&self) -> *const T {
        Gc::as_ptr(self)
    }

    unsafe fn coerced<U: ?Sized + 'static>(self, pointer: *const U) -> Gc<U, F> {
        std::mem::forget(self);
        // SAFETY: the pointer leads to the same value, seen as a `U` (1); the handle is passed on.
        unsafe { Gc::from_raw(pointer) }
    }
}

impl<T: ?Sized, F: Flavor> Unsize for Weak<T, F> {
    type Source = T;
    type To<U: ?Sized + 'static> = Weak<U, F>;

    fn pointer(&self) -> *const T {
        // The address is not the value's; coercion does not look.
        self.parts().as_ptr()
    }

    unsafe fn coerced<U: ?Sized + 'static>(self, pointer: *const U) -> Weak<U, F> {
        std::mem::forget(self);
        // SAFETY: it was a `NonNull` before it was coerced (1).
        let pointer = unsafe { NonNull::new_unchecked(pointer.cast_mut()) };
        // SAFETY: the address is the same, the metadata that of the value as a `U` (1).
        unsafe { Weak::from_parts(pointer) }
    }
}

/// Turns a `Gc<T>` into a `Gc<dyn Trait>` or a `Gc<[T; N]>` into a `Gc<[T]>`, or a `Weak` likewise: the
/// coercion that `Rc` has built in.
///
/// It costs nothing and counts nothing. A type that does not implement the trait is a compile error.
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, Trace, Weak, unsize};
/// use std::any::Any;
///
/// let number = Gc::new(5_u8);
/// let weak: Weak<dyn Any> = unsize!(Gc::downgrade(&number) => dyn Any);
/// let any: Gc<dyn Any> = unsize!(number => dyn Any);
/// assert!(any.downcast_ref::<u8>() == Some(&5));
/// assert!(weak.upgrade().is_some());
///
/// let slice: Gc<[u8]> = unsize!(Gc::new([1, 2, 3]) => [u8]);
/// assert_eq!(slice.len(), 3);
/// ```
///
/// Not every pointer can be turned into every other:
///
/// ```compile_fail,E0308
/// use refcycle::{Gc, unsize};
///
/// let wide: Gc<u64> = unsize!(Gc::new(5_u8) => u64);
/// ```
#[macro_export]
macro_rules! unsize {
    ($handle:expr => $target:ty $(,)?) => {{
        // The names are long because a `let` cannot shadow a `static` of the caller's.
        let __refcycle_handle = $handle;
        let __refcycle_source = $crate::private::Unsize::pointer(&__refcycle_handle);
        let __refcycle_target: *const $target = __refcycle_source;
        // SAFETY: the pointer is that of this handle, coerced by the compiler in the line above.
        unsafe { $crate::private::Unsize::coerced(__refcycle_handle, __refcycle_target) }
    }};
}
