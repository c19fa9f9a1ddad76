//! Death hooks.

use crate::flavor::sealed::Watched;
use crate::flavor::{Callback, Flavor, Local};
use crate::ptr::Gc;
use crate::trace::facts::Leaf;
use crate::trace::{Trace, Tracer};
use std::fmt;

/// Has `callback` called once when the object has died, whether the hook is kept or not (a
/// `weakref.finalize`, in Python). The hook can call it earlier, or cancel the call.
///
/// It is called as the callback of a [`Watch`](crate::Watch) is: when the value is dropped, its memory
/// freed (unless handles of the dead value remain) and every weak handle of it dead; those of one object
/// newest first, watches and hooks in one order. In a collection, it comes after all that dies there. Unlike a
/// watch, a hook that is itself owned by what dies calls all the same.
///
/// A hook that is armed is a weak handle of the object, in [`Gc::weak_count`] too. The end of a thread or
/// of the process calls nothing for objects that are alive then.
///
/// What `callback` captures is not traced: a handle of the object in it keeps the object alive until the
/// hook is fired or cancelled. If the object is dead already, the callback is dropped.
///
/// # Panics
///
/// A callback may panic; the others are called all the same, and the first panic goes on to whatever
/// caused the death.
///
/// # Cost
///
/// The callback's memory and about 100 bytes more; constant time to make, fire or cancel.
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, weak::on_death};
/// use std::cell::Cell;
/// use std::rc::Rc;
///
/// let gone = Rc::new(Cell::new(0));
/// let count = |by| { let gone = gone.clone(); move || gone.set(gone.get() + by) };
/// let node = Gc::new(String::from("node"));
/// on_death(&node, count(1));
/// let cancelled = on_death(&node, count(10));
/// assert!(cancelled.cancel().is_some() && !cancelled.is_armed());
/// drop(node);
/// assert_eq!(gone.get(), 1);
/// ```
pub fn on_death<T: ?Sized, F: Flavor>(this: &Gc<T, F>, callback: impl Callback<F>) -> DeathHook<F> {
    let weak = Gc::downgrade(this);
    let call = callback.boxed();
    let closure = {
        let weak = weak.clone();
        move || {
            drop(weak);
            call(); // user code
        }
    };
    // SAFETY: the callback is one of this flavour; and objects that may die on any thread have weak
    // handles that may be dropped on any thread (1).
    let closure = unsafe { F::callback(Box::new(closure)) };
    DeathHook { watched: weak.address().and_then(|weak| F::watch(weak, closure)) }
}

/// What [`on_death`] gives. Dropping it changes nothing: the callback stays armed.
pub struct DeathHook<F: Flavor = Local> {
    /// `None` if the object was dead from the beginning.
    watched: Option<F::Watched>,
}

impl<F: Flavor> DeathHook<F> {
    /// Is the callback still to be called?
    pub fn is_armed(&self) -> bool {
        self.watched.as_ref().is_some_and(Watched::is_armed)
    }

    /// Takes the callback back: the object's death will not call it. `None` if it has been called or
    /// taken back.
    pub fn cancel(&self) -> Option<impl FnOnce() + use<F>> {
        self.watched.as_ref().and_then(Watched::take)
    }

    /// Calls the callback now, and not when the object dies. Says whether it did.
    pub fn fire(&self) -> bool {
        self.cancel().map(|call| call()).is_some() // user code
    }
}

impl<F: Flavor> fmt::Debug for DeathHook<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeathHook").field("is_armed", &self.is_armed()).finish()
    }
}

// SAFETY: reports nothing (1-3). Handles that its callback captured are not reported, and drop as any
// others (4).
unsafe impl<F: Flavor> Trace for DeathHook<F> {
    type Facts = Leaf;

    #[inline]
    fn trace(&self, _: &mut Tracer) {}
}
