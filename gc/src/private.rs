//! What only macros need: the derive's output and the expansions of this crate's own macros.
//!
//! Nothing here is a promise; it changes with the version of the derive.

pub use crate::ptr::unsize::Unsize;
pub use crate::trace::facts::{All, Facts, Finalizer};
pub use crate::trace::{Check, Finalize, Trace, Tracer, TypeFacts};
pub use core::marker::Sized;
pub use core::option::Option;
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

/// A field that is to be traced.
///
/// The derive knows a field's type by its tokens, and an attribute macro that runs after it may have
/// changed them. This type carries the field's real type from the field to [`field`] with no place on
/// the way where a reference would be coerced.
#[derive(Debug)]
pub struct Field<'a, T: ?Sized>(&'a T);

impl<'a, T: ?Sized> Field<'a, T> {
    /// The field as what it is.
    #[inline]
    pub const fn of(value: &'a T) -> Field<'a, T> {
        Field(value)
    }
}

/// Traces a field, whose type the derive knows as `T`.
#[inline]
pub fn field<T: Trace + ?Sized>(
    tracer: &mut Tracer,
    name: &'static str,
    Field(value): Field<'_, T>,
) {
    tracer.field(name, value);
}

/// The facts of a field of type `T`: with [`CoarseField`] in scope, the inherent constants where `T` has
/// facts, and the trait's elsewhere.
///
/// Elsewhere is where `T` has no size, or none that is known while it is a parameter; also where it is
/// not `Trace`, which the derive's call of [`field`] reports, so that one mistake gives one message.
#[derive(Debug)]
pub struct FieldFacts<T: ?Sized>(PhantomData<T>);

impl<T: Trace> FieldFacts<T> {
    /// The facts of level 1.
    pub const L1: Facts = <T::Facts as TypeFacts>::L1;
    /// The facts of level 2.
    pub const L2: Facts = <T::Facts as TypeFacts>::L2;
}

/// The coarse answer.
pub trait CoarseField {
    /// The facts of level 1.
    const L1: Facts;
    /// The facts of level 2.
    const L2: Facts;
}

impl<T: ?Sized> CoarseField for FieldFacts<T> {
    const L1: Facts = Facts::coarse::<T>();
    const L2: Facts = Facts::coarse::<T>();
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
