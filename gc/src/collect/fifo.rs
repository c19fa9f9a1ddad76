//! The queue between "somebody leads there" and "look at it": long enough for the memory to arrive.
//!
//! A walk goes depth first, which visits objects in about the order of their addresses when they were
//! made in that order, and passes every edge through a short queue on the way: the header of its target
//! is fetched when it enters and looked at when it leaves, sixteen edges later.

use crate::heap::object::Object;
use crate::trace::Edge;
use std::ptr::NonNull;

/// The queue. It lives on the stack of the loop that uses it, so that the loop keeps its ends in
/// registers while `trace` is called.
pub(super) struct Fifo {
    ring: [Edge; Fifo::LENGTH],
    /// The one that has waited longest.
    head: usize,
    waiting: usize,
}

impl Fifo {
    /// Shorter is slower on large graphs, longer gains nothing.
    pub(super) const LENGTH: usize = 16;

    #[inline(always)]
    pub(super) fn new() -> Fifo {
        Fifo { ring: [NonNull::dangling(); Fifo::LENGTH], head: 0, waiting: 0 }
    }

    /// Puts an edge in. Gives the target of the one that has waited longest if that takes its place.
    ///
    /// # Safety
    ///
    /// 1. The edge leads to an object, which does not end while it waits here.
    #[inline(always)]
    pub(super) unsafe fn turn(&mut self, edge: Edge) -> Option<Object> {
        // SAFETY: it leads to an object (1).
        unsafe { Object::from_value(edge) }.prefetch();
        if self.waiting < Fifo::LENGTH {
            self.ring[(self.head + self.waiting) % Fifo::LENGTH] = edge;
            self.waiting += 1;
            return None;
        }
        let leaving = std::mem::replace(&mut self.ring[self.head % Fifo::LENGTH], edge);
        self.head += 1;
        // SAFETY: as everything that was put in (1).
        Some(unsafe { Object::from_value(leaving) })
    }

    /// Takes out the target of the edge that has waited longest.
    #[inline(always)]
    pub(super) fn pop(&mut self) -> Option<Object> {
        self.waiting = self.waiting.checked_sub(1)?;
        let leaving = self.ring[self.head % Fifo::LENGTH];
        self.head += 1;
        // SAFETY: everything that was put in leads to an object that has not ended.
        Some(unsafe { Object::from_value(leaving) })
    }
}
