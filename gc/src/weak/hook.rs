//! Death hooks.

use crate::flavor::sealed::Watched;
use crate::flavor::{Callback, Flavor, Local};
use crate::heap::first_panic::FirstPanic;
use crate::ptr::Gc;
use crate::shim::user_atomic::{AtomicU64, Ordering::Relaxed};
use crate::trace::facts::Leaf;
use crate::trace::{Trace, Tracer};
use std::fmt;
use std::marker::PhantomData;

/// Has `callback` called once when the object has died, whether the hook is kept or not (a
/// `weakref.finalize`, in Python). The hook can call it earlier, or cancel the call.
///
/// It is called as the callback of a [`Watch`](crate::Watch) is: when the value is dropped, its memory
/// freed (unless handles of the dead value remain) and every weak handle of it dead; those of one object
/// newest first, watches and hooks in one order. In a collection, it comes after all that dies there. Unlike a
/// watch, a hook that is itself owned by what dies calls all the same.
///
/// A hook that is armed is a weak handle of the object, in [`Gc::weak_count`] too.
///
/// # Objects that do not die
///
/// When a thread ends, its garbage is collected, and then the hooks of those of its objects that are alive still
/// are called, newest first (what Python does with a `finalize` at exit): also those that a hook adds. One that
/// panics does not stop the others. Objects that threads share belong to no thread, and a program that ends has no
/// end that a library could wait for; there, and wherever else it is time, [`fire_all`] does this.
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
/// The callback's memory and about 150 bytes more; time to make, fire or cancel that is logarithmic in the number
/// of hooks that are armed (and, in `sync`, a lock of all hooks).
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
    // Relaxed: a number is all that is wanted.
    let number = NUMBERS.fetch_add(1, Relaxed);
    let closure = {
        let (weak, kept) = (weak.clone(), Kept::<F>(number, PhantomData));
        move || {
            drop((weak, kept));
            call(); // user code
        }
    };
    // SAFETY: the callback is one of this flavour; and objects that may die on any thread have weak
    // handles that may be dropped on any thread (1).
    let closure = unsafe { F::callback(Box::new(closure)) };
    let watched = weak.address().and_then(|weak| F::watch(weak, closure));
    if let Some(hook) = &watched {
        F::keep_hook(number, hook.clone());
        if !hook.is_armed() {
            // It was called before it was noted, on another thread.
            F::forget_hook(number);
        }
    }
    DeathHook { watched }
}

static NUMBERS: AtomicU64 = AtomicU64::new(0);

/// Has the hook of this number forgotten when its closure goes.
struct Kept<F: Flavor>(u64, PhantomData<F>);

impl<F: Flavor> Drop for Kept<F> {
    fn drop(&mut self) {
        F::forget_hook(self.0);
    }
}

/// Fires all hooks that are armed, newest first, those that are added meanwhile as well: those of this thread's
/// objects; in [`sync`](crate::sync::weak::fire_all) those of all shared objects. Says how many there were.
///
/// For the end of a program, or of a part of it. A thread that ends does this by itself for its own objects.
///
/// # Panics
///
/// With the first panic of a callback, after all have been called.
///
/// # Cost
///
/// That of firing each.
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, weak::{fire_all, on_death}};
///
/// let node = Gc::new(1);
/// let hook = on_death(&node, || println!("the program ends, or the node"));
/// assert_eq!(fire_all(), 1);
/// assert!(!hook.is_armed());
/// ```
pub fn fire_all() -> usize {
    fire_all_of::<Local>()
}

/// See [`fire_all`].
pub(crate) fn fire_all_of<F: Flavor>() -> usize {
    let mut fired = 0;
    let mut panic = FirstPanic::new();
    while let Some(hook) = F::next_hook() {
        if let Some(call) = hook.take() {
            fired += 1;
            panic.run(call); // user code
        }
    }
    panic.resume();
    fired
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
    ///
    /// # Panics
    ///
    /// If the callback does.
    ///
    /// # Threads
    ///
    /// In `sync`, who fires or cancels it while the object dies on another thread, or is collected, either has the callback
    /// or comes too late: it is called once at most.
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
