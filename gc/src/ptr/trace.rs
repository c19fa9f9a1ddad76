//! What handles are to the collector.

use super::{Gc, Watch, Weak};
use crate::flavor::Flavor;
use crate::trace::facts::{Handle, Leaf};
use crate::trace::{Trace, Tracer};
use std::ptr::NonNull;

// SAFETY: a handle is owned by what it lies in and reported once (1), whatever its state (2), by an
// address (3); it mutates nothing by itself, and its drop is no user's (4).
unsafe impl<T: ?Sized, F: Flavor> Trace for Gc<T, F> {
    type Facts = Handle;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        F::report(tracer, NonNull::from(self).cast(), self.address());
    }
}

// SAFETY: reports nothing (1-3), for a weak handle owns none (4).
unsafe impl<T: ?Sized, F: Flavor> Trace for Weak<T, F> {
    type Facts = Leaf;

    #[inline]
    fn trace(&self, _: &mut Tracer) {}
}

// SAFETY: reports nothing (1-3). Handles that its callback captured are not reported, and drop as any
// others (4).
unsafe impl<T: ?Sized, F: Flavor> Trace for Watch<T, F> {
    type Facts = Leaf;

    #[inline]
    fn trace(&self, _: &mut Tracer) {}
}
