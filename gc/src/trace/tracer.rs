//! The collector's ear: what a [`Trace`] reports to.

use super::Trace;
use crate::verify;
use std::ptr::NonNull;

/// An edge as the tracer sees it: the address of the value that a handle points at, whatever its type.
pub(crate) type Edge = NonNull<()>;

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
}

impl Tracer {
    pub(crate) const fn new() -> Tracer {
        Tracer { edges: Vec::new(), scanned: 0, verify: verify::Log::new() }
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

    /// What [`scan`](Tracer::scan) counted since the last call.
    pub(crate) fn take_scanned(&mut self) -> usize {
        std::mem::take(&mut self.scanned)
    }

    pub(crate) fn verify(&mut self) -> &mut verify::Log {
        &mut self.verify
    }
}
