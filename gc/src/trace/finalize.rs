//! The finalizer of a type: the last code to see an object whole.

/// Code that runs once, while an object that is about to die is still intact.
///
/// A finalizer is what Python calls `__del__` (PEP 442): it sees the object and everything that the
/// object leads to as they were, may read and change them, and may *resurrect* the object by storing a
/// handle of it somewhere. `Drop` comes later, when the object is beyond saving. Say
/// `#[trace(finalize)]` beside `#[derive(Trace)]` to have it run.
///
/// It runs at most once in an object's life, also when it resurrects: the second death goes without.
///
/// # Panics
///
/// A finalizer may panic. The object dies all the same, the finalizers and drops that are due with it
/// still run, and the first panic then goes on to the handle drop, allocation or
/// [`collect`](crate::collect) that caused it.
///
/// # Examples
///
/// ```
/// use refcycle::{Finalize, Gc, Trace};
/// use std::cell::RefCell;
///
/// thread_local!(static LAST_WORDS: RefCell<Vec<String>> = RefCell::default());
///
/// #[derive(Trace)]
/// #[trace(finalize)]
/// struct Session(String);
///
/// impl Finalize for Session {
///     fn finalize(&self) {
///         LAST_WORDS.with_borrow_mut(|log| log.push(format!("bye, {}", self.0)));
///     }
/// }
///
/// drop(Gc::new(Session("Ada".into())));
/// LAST_WORDS.with_borrow(|log| assert_eq!(log[..], ["bye, Ada"]));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` says `#[trace(finalize)]` but has no finalizer",
    label = "`Finalize` is not implemented for `{Self}`",
    note = "write `impl Finalize for {Self} {{ fn finalize(&self) {{ … }} }}`, or take `finalize` out of `#[trace(…)]`"
)]
pub trait Finalize {
    /// Runs when the object is about to die.
    ///
    /// To keep the object, store a handle of it: one that an edge leads to, or one upgraded from a
    /// weak handle that the object keeps to itself.
    fn finalize(&self);
}
