//! What only macros need: the derive's output and the expansions of this crate's own macros.
//!
//! Nothing here is a promise; it changes with the version of the derive.

pub use crate::ptr::unsize::Unsize;
pub use crate::trace::facts::{Facts, Finalizer};
pub use crate::trace::{Check, Finalize, Trace, Tracer, TypeFacts};
use std::marker::PhantomData;

/// Answers at compile time whether `T` itself has a `Drop` impl: `<Probe<T>>::HAS_DROP`, with
/// [`NoDrop`] in scope, is the inherent constant where `T: Drop` and the trait's elsewhere.
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

// The bound asks precisely "is there a `Drop` impl", which is the question here.
#[expect(drop_bounds, reason = "the probe asks for a Drop impl, not for drop glue")]
impl<T: Drop + ?Sized> Probe<T> {
    /// `T` has a `Drop` impl.
    pub const HAS_DROP: bool = true;
}

/// The answer for types without a `Drop` impl.
pub trait NoDrop {
    /// `Self` is a [`Probe`] of a type that has no `Drop` impl.
    const HAS_DROP: bool = false;
}

impl<T: ?Sized> NoDrop for Probe<T> {}

/// The erased finalizer of `T`.
pub const fn finalizer<T: Finalize>() -> Option<Finalizer> {
    Some(crate::trace::facts::finalize::<T>)
}

/// Traces the field `value`, whose type the macro knows as `T`. The marker makes a difference between
/// the two a compile error where an argument of type `&T` would be coerced.
#[inline]
pub fn field<T: Trace + ?Sized>(
    tracer: &mut Tracer,
    name: &'static str,
    value: &T,
    _: PhantomData<T>,
) {
    tracer.field(name, value);
}

/// Raises the strong count of an object, as that many forgotten clones would: for tests of what happens
/// at the far end of the count.
///
/// # Panics
///
/// If the object has more handles than that.
pub fn raise_strong_count<T: ?Sized>(handle: &crate::Gc<T>, strong: u32) {
    assert!(
        crate::Gc::strong_count(handle) <= strong as usize,
        "a count can only be raised: handles would dangle"
    );
    handle.raise_strong_count(strong);
}
