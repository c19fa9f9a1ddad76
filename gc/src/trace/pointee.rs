//! Whether a handle has to ask "is the value still there?" before it lends the value out.

use super::{Trace, TypeFacts};
use std::any::Any;
use std::error::Error;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// The answer of [`Pointee::CHECK`], for one type: it cannot be used for another. Code outside this crate
/// can only say [`Check::ALWAYS`], which is right for every type.
#[derive(Debug)]
pub struct Check<T: ?Sized>(bool, PhantomData<fn(*const T) -> *const T>);

impl<T: ?Sized> Check<T> {
    /// Ask at every dereference.
    pub const ALWAYS: Check<T> = Check::new(true);

    /// Values of the type are never seen dead.
    pub(crate) const NEVER: Check<T> = Check::new(false);

    const fn new(needed: bool) -> Check<T> {
        Check(needed, PhantomData)
    }

    /// Whether a dereference has to ask.
    pub(crate) const fn needed(&self) -> bool {
        self.0
    }
}

/// A type that a handle can be dereferenced to.
///
/// Every sized type that is [`Trace`] is one, and so are slices of such types, `str`, and the trait
/// objects of [`Any`] and [`Error`]. For the objects of a trait of your own say it once, beside the
/// trait, with [`pointee!`](crate::pointee):
///
/// ```
/// use refcycle::{Gc, Trace, unsize};
///
/// trait Shape {
///     fn area(&self) -> f64;
/// }
/// refcycle::pointee!(dyn Shape);
///
/// #[derive(Trace)]
/// struct Square(f64);
///
/// impl Shape for Square {
///     fn area(&self) -> f64 {
///         self.0 * self.0
///     }
/// }
///
/// let shape: Gc<dyn Shape> = unsize!(Gc::new(Square(3.0)) => dyn Shape);
/// assert_eq!(shape.area(), 9.0);
/// ```
///
/// What it decides: a value whose type has a `Drop` that could reach other objects is destroyed
/// *before* the last handles to it are gone when it dies in a cycle, so a handle of such a type tests
/// a bit before it lends the value. All other types, and that is most of them, pay nothing.
#[diagnostic::on_unimplemented(
    message = "a handle of `{Self}` cannot be dereferenced",
    label = "`{Self}` is not a `Pointee`",
    note = "if `{Self}` is your own type, put `#[derive(refcycle::Trace)]` on it",
    note = "if it is a trait object, write `refcycle::pointee!({Self});` beside the trait",
    note = "if it is a type parameter, bound it by `Trace` (or by `Pointee`, where it may be unsized)"
)]
pub trait Pointee {
    /// Whether a dereference has to ask whether the value is still there.
    const CHECK: Check<Self>;
}

impl<T: Trace> Pointee for T {
    const CHECK: Check<T> = Check::new(T::Facts::L2.drops);
}

/// A value that is not there yet is destroyed by nobody.
impl<T> Pointee for MaybeUninit<T> {
    const CHECK: Check<Self> = Check::NEVER;
}

impl<T: Pointee> Pointee for [T] {
    const CHECK: Check<Self> = Check::new(T::CHECK.needed());
}

impl Pointee for str {
    const CHECK: Check<Self> = Check::NEVER;
}

macro_rules! always {
    ($($object:ty),* $(,)?) => {$(
        impl Pointee for $object {
            const CHECK: Check<Self> = Check::ALWAYS;
        }
    )*};
}

always!(
    dyn Any,
    dyn Any + Send,
    dyn Any + Send + Sync,
    dyn Error,
    dyn Error + Send,
    dyn Error + Send + Sync,
);

/// Lets handles of trait objects of your own trait be dereferenced: see [`Pointee`].
///
/// Generic traits put their parameters in front: `pointee!(<T: 'static> dyn Visitor<T>);`.
///
/// A type that is not a trait object or otherwise unsized already is a `Pointee` if it is
/// [`Trace`]; naming it here is an error (two implementations).
#[macro_export]
macro_rules! pointee {
    (< $($rest:tt)* ) => {
        $crate::__pointee_generic!([] $($rest)*);
    };
    ($object:ty) => {
        impl $crate::Pointee for $object {
            const CHECK: $crate::private::Check<Self> = $crate::private::Check::ALWAYS;
        }
    };
}

/// Collects the parameter list of [`pointee!`] up to its closing `>`.
#[doc(hidden)]
#[macro_export]
macro_rules! __pointee_generic {
    ([$($params:tt)*] > $object:ty) => {
        impl<$($params)*> $crate::Pointee for $object {
            const CHECK: $crate::private::Check<Self> = $crate::private::Check::ALWAYS;
        }
    };
    ([$($params:tt)*] $next:tt $($rest:tt)*) => {
        $crate::__pointee_generic!([$($params)* $next] $($rest)*);
    };
}
