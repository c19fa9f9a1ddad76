//! Pointers that own what they lead to.

use crate::{Trace, Tracer, facts};
use std::pin::Pin;
use std::ptr;

// SAFETY: the content belongs to the box alone and is passed on once, always (1, 2); no other code
// runs (3); facts that follow no pointer say yes wherever there is anything to drop (4).
unsafe impl<T: Trace + ?Sized> Trace for Box<T> {
    type Facts = facts::Coarse<T>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        (**self).trace(tracer);
    }
}

/// Reports what the pointer itself reports: the edge of a `Pin<Gc<T>>`, the content of a
/// `Pin<Box<T>>`.
// SAFETY: the pin is its pointer: it has the pointer's promises (1, 2, 4), and no other code runs
// (3).
unsafe impl<P: Trace> Trace for Pin<P> {
    type Facts = facts::Inline<P>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        let pointer = ptr::from_ref(self).cast::<P>();
        // SAFETY: a `Pin<P>` is guaranteed to have the layout of `P` and is a live one here. What
        // it pins stays where it is: this reference goes only to `P`'s `trace`, which moves nothing
        // (3).
        let pointer = unsafe { &*pointer };
        pointer.trace(tracer);
    }
}
