//! The collector's ear: what a [`Trace`] reports to.

use super::Trace;
use crate::verify;
use std::ptr::NonNull;

/// An edge as the tracer sees it: the address of the value that a handle points at, whatever its type.
pub(crate) type Edge = NonNull<()>;

/// Who listens to a tracer of shared objects. An edge of theirs has to be dealt with on the spot, while
/// the lock of the cell that it lies in is held.
pub(crate) trait Sink {
    /// One edge.
    fn edge(&mut self, target: Edge);

    /// The guard of a lock whose content was just reported.
    fn keep(&mut self, guard: Kept);

    /// Some part of the value could not be looked into.
    fn opaque(&mut self);
}

/// The guard of somebody's lock, its type forgotten. It must be dropped by the thread that took the
/// lock, and does not drop it by itself.
#[derive(Debug)]
#[must_use]
pub(crate) struct Kept {
    guard: NonNull<()>,
    release: unsafe fn(NonNull<()>),
}

impl Kept {
    fn new<G>(guard: G) -> Kept {
        /// # Safety
        ///
        /// 1. `guard` came out of a `Box<G>`, which is not used again.
        unsafe fn release<G>(guard: NonNull<()>) {
            // SAFETY: it did (1).
            drop(unsafe { Box::from_raw(guard.cast::<G>().as_ptr()) });
        }
        Kept { guard: NonNull::from(Box::leak(Box::new(guard))).cast(), release: release::<G> }
    }

    /// Drops the guard.
    ///
    /// # Safety
    ///
    /// 1. This is the thread that took the lock, and the lock is still there.
    pub(crate) unsafe fn release(self) {
        // SAFETY: made for this type, and `self` is consumed.
        unsafe { (self.release)(self.guard) }
    }
}

/// Takes the handles that a value reports.
///
/// Only the collector makes one, and it lends it to [`Trace::trace`] alone.
#[derive(Debug)]
pub struct Tracer {
    /// The edges reported and not looked at yet, last in first out.
    edges: Vec<Edge>,
    /// Elements (or capacity) of containers gone through: work that no edge accounts for.
    scanned: usize,
    /// Who reported what, where the verify mode is on.
    verify: verify::Log,
    /// Who listens, if the object is a shared one.
    sink: Option<NonNull<dyn Sink>>,
}

impl Tracer {
    pub(crate) const fn new() -> Tracer {
        Tracer { edges: Vec::new(), scanned: 0, verify: verify::Log::new(), sink: None }
    }

    /// Traces one field, variant field or element: reports the handles in `value`.
    ///
    /// `name` is what the verify mode and the heap pictures call it.
    #[inline]
    pub fn field<T: Trace + ?Sized>(&mut self, name: &'static str, value: &T) {
        let outer = self.verify.enter_field(name);
        value.trace(self);
        self.verify.leave_field(outer);
    }

    /// Takes one edge. `handle` is where the handle itself lies.
    #[inline]
    pub(crate) fn edge(&mut self, handle: NonNull<()>, target: Edge) {
        self.verify.edge(handle, target);
        self.edges.push(target);
    }

    /// Takes one edge between shared objects. Edges from objects of the other flavour are held from
    /// outside, as far as the collector of shared objects is concerned.
    #[inline]
    pub(crate) fn shared_edge(&mut self, handle: NonNull<()>, target: Edge) {
        if let Some(mut sink) = self.sink {
            self.verify.edge(handle, target);
            // SAFETY: the sink is there, and lent to nobody else, for the length of `listen`.
            unsafe { sink.as_mut() }.edge(target);
        }
    }

    /// Runs `f` while `sink` listens.
    pub(crate) fn listen<R>(
        &mut self,
        sink: &mut (dyn Sink + 'static),
        f: impl FnOnce(&mut Tracer) -> R,
    ) -> R {
        /// Ends the loan, however `f` ends.
        struct End<'a>(&'a mut Tracer);
        impl Drop for End<'_> {
            fn drop(&mut self) {
                self.0.sink = None;
            }
        }
        self.sink = Some(NonNull::from(sink));
        f(End(self).0)
    }

    /// Gives the tracer the guard of a lock whose content was just traced, instead of dropping it. A
    /// collection of shared objects keeps it until it has compared the counts, so that no handle moves
    /// meanwhile; otherwise it is dropped at once.
    ///
    /// Only a hand-written [`Trace`] of a lock needs it.
    ///
    /// # Safety
    ///
    /// 1. What the guard borrows from is the value that is being traced (or what it owns), and dropping
    ///    the guard releases the lock and runs no other code.
    pub unsafe fn keep<G>(&mut self, guard: G) {
        if let Some(mut sink) = self.sink {
            // SAFETY: as in `shared_edge`.
            unsafe { sink.as_mut() }.keep(Kept::new(guard));
        }
    }

    /// Says that a part of the value could not be looked into now: its lock is taken.
    pub fn opaque(&mut self) {
        if let Some(mut sink) = self.sink {
            // SAFETY: as in `shared_edge`.
            unsafe { sink.as_mut() }.opaque();
        }
    }

    /// Counts `elements` that were gone through.
    #[inline]
    pub(crate) fn scan(&mut self, elements: usize) {
        self.scanned = self.scanned.saturating_add(elements);
    }

    /// The edges reported and not taken yet.
    #[inline]
    pub(crate) fn edges(&mut self) -> &mut Vec<Edge> {
        &mut self.edges
    }

    /// What [`scan`](Tracer::scan) has counted since [`take_scanned`](Tracer::take_scanned).
    #[inline]
    pub(crate) fn scanned(&self) -> usize {
        self.scanned
    }

    /// What [`scan`](Tracer::scan) counted since the last call.
    pub(crate) fn take_scanned(&mut self) -> usize {
        std::mem::take(&mut self.scanned)
    }

    pub(crate) fn verify(&mut self) -> &mut verify::Log {
        &mut self.verify
    }
}
