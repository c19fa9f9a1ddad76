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

/// The queue. It lives on the stack of the loop that uses it, so that the loop keeps its ends in
/// registers while `trace` is called.
pub(super) struct Fifo {
    ring: [Entry; Fifo::LENGTH],
    /// The one that has waited longest.
    head: usize,
    waiting: usize,
}

impl Fifo {
    /// Shorter is slower on large graphs, longer gains nothing.
    pub(super) const LENGTH: usize = 16;

    #[inline(always)]
    pub(super) fn new() -> Fifo {
        Fifo { ring: [Entry(NonNull::dangling()); Fifo::LENGTH], head: 0, waiting: 0 }
    }

    /// Puts `entering` in, if there is something, and says what is to be looked at: what has waited
    /// longest, if all places are taken or nothing entered.
    #[inline(always)]
    pub(super) fn turn(&mut self, entering: Option<Visit>) -> Turn {
        let Some(visit) = entering else {
            if self.waiting == 0 {
                return Turn::Done;
            }
            self.waiting -= 1;
            let leaving = self.ring[self.head % Fifo::LENGTH];
            self.head += 1;
            return Turn::Look(leaving.visit());
        };
        let (Visit::Edge(object) | Visit::Start(object)) = visit;
        object.prefetch();
        if self.waiting < Fifo::LENGTH {
            self.ring[(self.head + self.waiting) % Fifo::LENGTH] = Entry::new(visit);
            self.waiting += 1;
            return Turn::Wait;
        }
        let place = &mut self.ring[self.head % Fifo::LENGTH];
        self.head += 1;
        Turn::Look(std::mem::replace(place, Entry::new(visit)).visit())
    }
}

/// What a turn of the queue comes to.
pub(super) enum Turn {
    /// Look at this.
    Look(Visit),
    /// There was room.
    Wait,
    /// Nothing is waiting.
    Done,
}
