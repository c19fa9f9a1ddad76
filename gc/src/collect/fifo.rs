//! The queue between "somebody leads there" and "look at it": long enough for the memory to arrive.
//!
//! A walk goes depth first, which visits objects in about the order of their addresses when they were
//! made in that order, and passes every object through a short queue on the way: its header is
//! fetched when it enters and looked at when it leaves, sixteen steps later.

use crate::heap::object::Object;
use std::ptr::NonNull;

/// What a walk looks at next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Visit {
    /// An edge that was reported leads there.
    Edge(Object),
    /// The walk starts there.
    Start(Object),
}

/// An object's address, with the lowest bit set for [`Visit::Start`]. Values are aligned to 8 at least.
#[derive(Clone, Copy)]
struct Entry(NonNull<()>);

impl Entry {
    fn new(visit: Visit) -> Entry {
        match visit {
            Visit::Edge(object) => Entry(object.value()),
            Visit::Start(object) => Entry(object.value().map_addr(|addr| addr | 1)),
        }
    }

    fn visit(self) -> Visit {
        let bare = self.0.as_ptr().map_addr(|addr| addr & !1);
        // SAFETY: the entry was made from an object's address, which is not null.
        let value = unsafe { NonNull::new_unchecked(bare) };
        // SAFETY: the entry was made from an object; nothing ends objects during a walk (H1).
        let object = unsafe { Object::from_value(value) };
        if self.0.addr().get() & 1 == 0 { Visit::Edge(object) } else { Visit::Start(object) }
    }
}

/// The queue.
pub(super) struct Fifo {
    ring: [Option<Entry>; Fifo::LENGTH],
    at: usize,
    waiting: usize,
}

impl std::fmt::Debug for Fifo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fifo").field("waiting", &self.waiting).finish_non_exhaustive()
    }
}

impl Fifo {
    /// Shorter is slower on large graphs, longer gains nothing.
    pub(super) const LENGTH: usize = 16;

    pub(super) const fn new() -> Fifo {
        Fifo { ring: [None; Fifo::LENGTH], at: 0, waiting: 0 }
    }

    /// Is nothing waiting?
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Puts `entering` in, if there is something, and gives what has waited long enough.
    #[inline]
    pub(super) fn turn(&mut self, entering: Option<Visit>) -> Option<Visit> {
        let entry = entering.map(|visit| {
            let (Visit::Edge(object) | Visit::Start(object)) = visit;
            object.prefetch();
            self.waiting += 1;
            Entry::new(visit)
        });
        let leaving = std::mem::replace(&mut self.ring[self.at], entry);
        self.at = (self.at + 1) % Fifo::LENGTH;
        leaving.map(|entry| {
            self.waiting -= 1;
            entry.visit()
        })
    }

    /// Forgets what waits.
    pub(super) fn clear(&mut self) {
        *self = Fifo::new();
    }
}
