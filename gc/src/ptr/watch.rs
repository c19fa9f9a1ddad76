//! The weak handle with a callback.

use super::{Gc, Weak};
use crate::flavor::sealed::Watched;
use crate::flavor::{Callback, Flavor, Local};
use crate::shim::planted;
use std::fmt;

/// A weak handle that has a function called when its object has died (a `weakref.ref` with a callback,
/// in Python): see [`Gc::watch`].
///
/// Dropping the watch first cancels the call.
pub struct Watch<T: ?Sized + 'static, F: Flavor = Local> {
    weak: Weak<T, F>,
    /// `None` if the object was dead from the beginning.
    watched: Option<F::Watched>,
}

impl<T: ?Sized, F: Flavor> Gc<T, F> {
    /// Makes a weak handle that has `callback` called once when the object has died: when its value is
    /// dropped, its memory freed (unless handles of the dead value remain) and every weak handle of it
    /// dead. The callbacks of one object are called newest first.
    ///
    /// In a collection, callbacks come last, after all that dies in it is gone. A watch that is itself
    /// owned by something which dies in that collection is cancelled.
    ///
    /// Exclusive access that cuts weak handles off ([`make_mut`](Gc::make_mut),
    /// [`try_unwrap`](Gc::try_unwrap)) counts as death here: they will never be upgraded again.
    ///
    /// What `callback` captures is not traced: a handle of the object in it keeps the object alive for
    /// ever. Capture weak handles.
    ///
    /// # Panics
    ///
    /// A callback may panic; the others are called all the same, and the first panic goes on to
    /// whatever caused the death.
    ///
    /// # Examples
    ///
    /// ```
    /// use refcycle::Gc;
    /// use std::cell::Cell;
    /// use std::rc::Rc;
    ///
    /// let gone = Rc::new(Cell::new(false));
    /// let node = Gc::new(String::from("node"));
    /// let watch = Gc::watch(&node, { let gone = gone.clone(); move || gone.set(true) });
    /// assert!(watch.upgrade().is_some());
    /// drop(node);
    /// assert!(gone.get() && watch.upgrade().is_none());
    /// ```
    #[must_use = "dropping the watch cancels the callback"]
    pub fn watch(this: &Gc<T, F>, callback: impl Callback<F>) -> Watch<T, F> {
        Gc::watch_boxed(this, callback.boxed())
    }

    /// As [`watch`](Gc::watch), with a callback as the flavour keeps it.
    pub(crate) fn watch_boxed(this: &Gc<T, F>, callback: F::Callback) -> Watch<T, F> {
        let weak = Gc::downgrade(this);
        let watched = weak.address().and_then(|weak| F::watch(weak, callback));
        Watch { weak, watched }
    }
}

impl<T: ?Sized, F: Flavor> Watch<T, F> {
    /// A handle of the object, if it is alive: as [`Weak::upgrade`].
    #[must_use = "if only the answer matters, ask `is_armed`"]
    pub fn upgrade(&self) -> Option<Gc<T, F>> {
        self.weak.upgrade()
    }

    /// A plain weak handle of the same object.
    pub fn weak(&self) -> &Weak<T, F> {
        &self.weak
    }

    /// Is the callback still to be called?
    pub fn is_armed(&self) -> bool {
        self.watched.as_ref().is_some_and(Watched::is_armed)
    }
}

impl<T: ?Sized, F: Flavor> Drop for Watch<T, F> {
    /// Cancels the callback, if it has not been called, and drops what it captured.
    fn drop(&mut self) {
        if planted!("disarm_forgotten") {
            return;
        }
        drop(self.watched.as_ref().and_then(Watched::take));
    }
}

impl<T: ?Sized, F: Flavor> fmt::Debug for Watch<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("is_armed", &self.is_armed()).finish_non_exhaustive()
    }
}
