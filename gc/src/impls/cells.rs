//! What can be written to while it is shared, on one thread.

use crate::{Trace, Tracer, facts, facts::TypeFacts};
use std::cell::{Cell, LazyCell, OnceCell, RefCell};

/// Reports what is in the cell, whatever its type: nothing is taken out.
///
/// Unsafe code that borrows the content mutably through [`Cell::as_ptr`] must not let a collection
/// run meanwhile, or have the heap looked at (feature `inspect`).
// SAFETY: the content belongs to the cell alone and is passed on once, always (1, 2). It is not
// borrowed mutably: no method of a shared `Cell` lends it or runs foreign code while it is in flux
// (3). The facts say that it can be replaced (4).
unsafe impl<T: Trace> Trace for Cell<T> {
    type Facts = facts::Mutable<T>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        if const { <T::Facts as TypeFacts>::L2.owns } {
            // SAFETY: the pointer is to the cell's own content, a live `T`. Nobody borrows it
            // mutably (above), and nobody writes to it while the reference lives: that is one call
            // of `trace`, which changes no place that may hold a handle (3).
            let content = unsafe { &*self.as_ptr() };
            content.trace(tracer);
        }
    }
}

/// Reports what is in the cell; nothing while the cell is borrowed mutably. What is reachable only
/// from there then counts as held from outside, and is found by a later collection.
// SAFETY: the content belongs to the cell alone and is passed on once (1), whenever the cell is not
// borrowed mutably, which only other code can change (2). It is read where nobody borrows it mutably,
// no other code runs (3). The facts say that it can be replaced (4).
unsafe impl<T: Trace> Trace for RefCell<T> {
    type Facts = facts::Mutable<T>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        if const { <T::Facts as TypeFacts>::L2.owns } {
            // SAFETY: nobody borrows the cell mutably while the reference lives: that is one call of
            // `trace`, which changes no place that may hold a handle (3).
            if let Ok(content) = unsafe { self.try_borrow_unguarded() } {
                content.trace(tracer);
            }
        }
    }
}

/// Reports the value once there is one.
// SAFETY: the value belongs to the cell alone and is passed on once (1), as soon as it is there,
// which only other code can bring about (2). It is shared from then on, no other code runs (3). The
// facts say that it can appear (4).
unsafe impl<T: Trace> Trace for OnceCell<T> {
    type Facts = facts::Mutable<T>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        if let Some(value) = self.get() {
            value.trace(tracer);
        }
    }
}

/// Reports the value once it has been computed. Handles that the initializer has captured are not
/// reported: until it has run, a cycle through them is not freed.
// SAFETY: as for `OnceCell`; looking does not force the value (3), and the initializer reports
// nothing.
unsafe impl<T: Trace, F> Trace for LazyCell<T, F> {
    type Facts = facts::Mutable<T>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        if let Some(value) = LazyCell::get(self) {
            value.trace(tracer);
        }
    }
}
