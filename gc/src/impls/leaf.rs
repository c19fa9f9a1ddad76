//! Types that own no handle because of what they are: numbers, text, markers.

use crate::shim::user_atomic as atomic;
use std::cmp;
use std::convert::Infallible;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::marker::{PhantomData, PhantomPinned};
use std::num;
use std::ops::RangeFull;
use std::path::{Path, PathBuf};

/// Implements `Trace` for types that report nothing: `leaf! { Type, Type<T> where [T: Bound] }`.
macro_rules! leaf {
    ($($(#[$attribute:meta])* $type:ty $(where [$($params:tt)*])?),* $(,)?) => {$(
        $(#[$attribute])*
        // SAFETY: nothing is reported, which is always right (1, 2), no other code runs (3), and no
        // handle that is reported can be owned, changed or reached by a `Drop` (4).
        unsafe impl$(<$($params)*>)? $crate::Trace for $type {
            type Facts = $crate::facts::Leaf;

            #[inline]
            fn trace(&self, _: &mut $crate::Tracer) {}
        }
    )*};
}

/// The same for unsized types, which have no facts.
macro_rules! unsized_leaf {
    ($($(#[$attribute:meta])* $type:ty),* $(,)?) => {$(
        $(#[$attribute])*
        // SAFETY: nothing is reported, which is always right (1, 2), no other code runs (3), and an
        // unsized type states no facts (4).
        unsafe impl $crate::Trace for $type {
            #[inline]
            fn trace(&self, _: &mut $crate::Tracer) {}
        }
    )*};
}

pub(super) use {leaf, unsized_leaf};

leaf! {
    bool, char, f32, f64,
    i8, i16, i32, i64, i128, isize,
    u8, u16, u32, u64, u128, usize,
    num::NonZeroI8, num::NonZeroI16, num::NonZeroI32,
    num::NonZeroI64, num::NonZeroI128, num::NonZeroIsize,
    num::NonZeroU8, num::NonZeroU16, num::NonZeroU32,
    num::NonZeroU64, num::NonZeroU128, num::NonZeroUsize,
    num::FpCategory, cmp::Ordering, Infallible, RangeFull,
}

leaf! {
    atomic::AtomicBool,
    atomic::AtomicI8, atomic::AtomicI16, atomic::AtomicI32, atomic::AtomicI64, atomic::AtomicIsize,
    atomic::AtomicU8, atomic::AtomicU16, atomic::AtomicU32, atomic::AtomicU64, atomic::AtomicUsize,
    atomic::Ordering,
    /// Reports nothing: other threads may change the pointer and what it points at at any time.
    atomic::AtomicPtr<T> where [T],
}

leaf! { String, CString, OsString, PathBuf }

unsized_leaf! { str, CStr, OsStr, Path }

leaf! { PhantomData<T> where [T: ?Sized], PhantomPinned }
