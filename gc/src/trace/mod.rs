//! What a type tells the collector: which handles a value owns ([`Trace`]) and what is known of its
//! type without looking at a value ([`facts`]).
//!
//! This layer knows nothing of objects, counts or collections: a [`Tracer`] takes edges as opaque
//! addresses.

pub mod facts;
mod finalize;
mod pointee;
mod tracer;

pub use facts::TypeFacts;
pub use finalize::Finalize;
pub use pointee::{Check, Pointee};
pub use tracer::Tracer;
pub(crate) use tracer::{Edge, Side};
#[cfg(feature = "inspect")]
pub(crate) use tracer::{Seen, Step};

/// A type whose owned handles the collector can find.
///
/// Derive it: `#[derive(Trace)]` writes the traversal, finds out the type's [`facts`] at compile time
/// and needs no `unsafe`. Write it by hand only for a container that the derive cannot see through
/// (one made of raw pointers, say).
///
/// # Safety
///
/// An implementation promises, for every value of the type and whatever its own fields promise:
///
/// 1. *Owned, once.* One call of [`trace`](Trace::trace) reports each handle that the value alone owns
///    at most once, and reports nothing that is shared or may be gone: nothing behind an `Rc`, an
///    `Arc`, a `&'static`, a raw pointer or a `ManuallyDrop`. Reporting too much frees memory that is
///    in use.
/// 2. *Repeatable.* While no other code runs, every call reports the same handles.
/// 3. *Inert.* It clones, drops, makes and moves no handle, changes no place that could hold one, runs no
///    code that might do any of this, does not look into a place that may be mutably borrowed at that
///    moment, and waits for no lock, the collector's included (nothing of [`sync`](crate::sync) is
///    called). It may panic: the collection in
///    progress is then given up, nothing is lost, and the panic goes on to whoever caused the
///    collection.
/// 4. *Honest.* [`Facts`](Trace::Facts) err only towards "yes"; if it names a finalizer, that finalizer
///    takes a pointer to this very type.
/// 5. *Frozen.* Where other threads can change a place, its handles are reported under the guard that
///    keeps them from it, and the guard is passed to [`Tracer::keep`] before `trace` returns or panics.
///
/// Reporting *fewer* handles than the value owns is safe. What only an unreported handle holds counts
/// as held from outside, so a cycle through it is never freed: a leak, no more.
///
/// Debug builds, and the feature `verify`, check rules 1 and 2 in every collection and panic with the
/// name of the type and the field.
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, Trace, Tracer, facts};
///
/// /// A pair that is never written to once it is made.
/// struct Pair<T: 'static>(Gc<T>, Option<Gc<T>>);
///
/// // SAFETY: both fields are owned by the pair alone and each is reported once (1), always (2),
/// // without running other code (3); `All` says yes to everything (4).
/// unsafe impl<T: 'static> Trace for Pair<T> {
///     type Facts = facts::All;
///
///     fn trace(&self, tracer: &mut Tracer) {
///         tracer.field("0", &self.0);
///         tracer.field("1", &self.1);
///     }
/// }
///
/// let leaf = Gc::new(7);
/// let pair = Gc::new(Pair(leaf.clone(), Some(leaf)));
/// assert_eq!(*pair.0, 7);
/// ```
#[diagnostic::on_unimplemented(
    message = "the collector cannot look for handles inside `{Self}`: it is not `Trace` (put `#[derive(Trace)]` on types of your own)",
    label = "`{Self}` does not implement `Trace`",
    note = "if `{Self}` is your own type, put `#[derive(refcycle::Trace)]` on it",
    note = "if it comes from another crate and owns no `Gc`, put `#[trace(skip)]` on the field that has this type",
    note = "if it is a trait object, make `Trace` a supertrait of its trait; if it is a type parameter, bound it by `Trace`"
)]
pub unsafe trait Trace {
    /// What is known of the type at compile time: see [`facts`].
    ///
    /// A hand-written implementation says [`facts::All`] ("may do anything", always right) unless it
    /// has a reason to say less; one with a finalizer says [`facts::Finalizes<Self>`](facts::Finalizes).
    type Facts: TypeFacts
    where
        Self: Sized;

    /// Reports each handle that `self` owns to `tracer`, by passing each field on to
    /// [`Tracer::field`], and each element to [`Tracer::element`].
    ///
    /// The collector calls it; and, with the feature `inspect`, somebody who looks at the heap, at any moment in
    /// which nobody has `&mut` to the value by way of a handle.
    ///
    /// # Panics
    ///
    /// May panic; see the trait's rule 3.
    fn trace(&self, tracer: &mut Tracer);
}
