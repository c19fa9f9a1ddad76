//! Objects whose memory comes first and whose value later.

use super::Gc;
use crate::flavor::{Flavor, Holds};
use crate::heap::registry::Site;
use crate::heap::table::Table;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

impl<T: 'static, F: Flavor> Gc<T, F> {
    /// Makes an object with room for a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use refcycle::Gc;
    ///
    /// let mut five = Gc::<u32>::new_uninit();
    /// Gc::get_mut(&mut five).unwrap().write(5);
    /// // SAFETY: it was just written.
    /// let five = unsafe { five.assume_init() };
    /// assert_eq!(*five, 5);
    /// ```
    #[must_use]
    pub fn new_uninit() -> Gc<MaybeUninit<T>, F> {
        let object = F::allocate(Table::of_uninit::<T>(), 0);
        // SAFETY: the object was made with one handle, this one.
        unsafe { Gc::from_ptr(object.0.cast()) }
    }

    /// As [`new_uninit`](Gc::new_uninit), with every byte of the value zero.
    #[must_use]
    pub fn new_zeroed() -> Gc<MaybeUninit<T>, F> {
        let this = Gc::<T, F>::new_uninit();
        // SAFETY: the new object has room for one `T`.
        unsafe { this.ptr.write_bytes(0, 1) };
        this
    }
}

impl<T: 'static, F: Flavor> Gc<[T], F> {
    /// Makes an object with room for `len` values.
    ///
    /// # Panics
    ///
    /// If they would take more than `isize::MAX` bytes.
    #[must_use]
    pub fn new_uninit_slice(len: usize) -> Gc<[MaybeUninit<T>], F> {
        let object = F::allocate(Table::of_uninit_slice::<T>(), len);
        let ptr = NonNull::slice_from_raw_parts(object.0.cast(), len);
        // SAFETY: the object was made with one handle, this one.
        unsafe { Gc::from_ptr(ptr) }
    }

    /// As [`new_uninit_slice`](Gc::new_uninit_slice), with every byte zero.
    ///
    /// # Panics
    ///
    /// As [`new_uninit_slice`](Gc::new_uninit_slice).
    #[must_use]
    pub fn new_zeroed_slice(len: usize) -> Gc<[MaybeUninit<T>], F> {
        let this = Gc::<[T], F>::new_uninit_slice(len);
        // SAFETY: the new object has room for `len` values.
        unsafe { this.ptr.cast::<T>().write_bytes(0, len) };
        this
    }
}

impl<T: 'static, F: Holds<T>> Gc<MaybeUninit<T>, F> {
    /// Says that the value is there now.
    ///
    /// If there are other handles of the memory, or weak ones, the object stays uninitialised memory to
    /// them and to the collector, which never looks into it: a cycle through it leaks. The last handle
    /// drops the value, unless it is a `MaybeUninit` one, as with `Rc`.
    ///
    /// May run a collection first, and panic with what panics in it.
    ///
    /// # Threads
    ///
    /// In the shared flavour a weak handle that has gone counts, too.
    ///
    /// # Safety
    ///
    /// 1. The value is initialised, as for [`MaybeUninit::assume_init`].
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub unsafe fn assume_init(self) -> Gc<T, F> {
        F::poll(F::table_of());
        // SAFETY: the memory holds a `T` (1), with the layout it was allocated for.
        unsafe { F::fill(self.address(), F::table_of()) };
        F::enroll(self.address(), Site::here());
        // SAFETY: the value is a `T`, and the handle is passed on.
        unsafe { Gc::from_ptr(Gc::into_ptr(self).cast()) }
    }
}

impl<T: 'static, F: Holds<T>> Gc<[MaybeUninit<T>], F> {
    /// As [`assume_init`](Gc::assume_init) of a single value, for all elements.
    ///
    /// # Safety
    ///
    /// 1. Every element is initialised.
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub unsafe fn assume_init(self) -> Gc<[T], F> {
        F::poll(F::table_of_slice());
        // SAFETY: the caller's promise is the same (1).
        unsafe { self.filled() }
    }

    /// As [`assume_init`](Gc::assume_init), without a collection: it does not panic.
    ///
    /// # Safety
    ///
    /// 1. Every element is initialised.
    #[cfg_attr(feature = "track-sites", track_caller)]
    unsafe fn filled(self) -> Gc<[T], F> {
        // SAFETY: the memory holds so many `T`s (1), with the layout it was allocated for.
        unsafe { F::fill(self.address(), F::table_of_slice()) };
        F::enroll(self.address(), Site::here());
        let ptr = Gc::into_ptr(self);
        let slice = NonNull::slice_from_raw_parts(ptr.cast::<T>(), ptr.len());
        // SAFETY: the elements are `T`s, and the handle is passed on.
        unsafe { Gc::from_ptr(slice) }
    }
}

/// Makes a slice object and fills it from `items`, which gives at least `len` of them.
///
/// # Panics
///
/// With what `items` panics with (what it gave is dropped), and if it gives too few.
#[cfg_attr(feature = "track-sites", track_caller)]
pub(super) fn slice_from_iter<T: 'static, F: Holds<T>>(
    len: usize,
    mut items: impl Iterator<Item = T>,
) -> Gc<[T], F> {
    /// Drops what has been written so far.
    struct Written<T>(NonNull<T>, usize);
    impl<T> Drop for Written<T> {
        fn drop(&mut self) {
            let written = ptr::slice_from_raw_parts_mut(self.0.as_ptr(), self.1);
            // SAFETY: so many elements have been written, and nobody else knows of them.
            unsafe { ptr::drop_in_place(written) }
        }
    }

    F::poll(F::table_of_slice());
    let memory = Gc::<[T], F>::new_uninit_slice(len);
    let mut written = Written(memory.ptr.cast::<T>(), 0);
    for place in 0..len {
        let item = items.next().expect("the iterator gives as many items as it said"); // user code
        // SAFETY: the memory has room for `len` elements.
        let to = unsafe { written.0.add(place) };
        // SAFETY: nothing has been written there yet.
        unsafe { to.write(item) };
        written.1 += 1;
    }
    std::mem::forget(written);
    // SAFETY: all elements have been written.
    unsafe { memory.filled() }
}

/// Makes a slice object of `len` elements by moving them from `from`.
///
/// # Panics
///
/// With what a collection that it starts panics with, before anything is moved.
///
/// # Safety
///
/// 1. `len` initialised elements lie at `from`, and the caller forgets them as soon as this returns.
#[cfg_attr(feature = "track-sites", track_caller)]
pub(super) unsafe fn slice_from_moved<T: 'static, F: Holds<T>>(
    from: *const T,
    len: usize,
) -> Gc<[T], F> {
    F::poll(F::table_of_slice());
    let memory = Gc::<[T], F>::new_uninit_slice(len);
    // SAFETY: `len` elements lie at `from` (1), and the new memory has room for as many.
    unsafe { ptr::copy_nonoverlapping(from, memory.ptr.cast::<T>().as_ptr(), len) };
    // SAFETY: all elements are there; the caller forgets the originals (1).
    unsafe { memory.assume_init() }
}
