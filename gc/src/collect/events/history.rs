//! The last few events.

use super::event::CollectEvent;
use std::collections::VecDeque;

/// A ring of events.
#[derive(Debug)]
pub(super) struct Ring {
    events: VecDeque<CollectEvent>,
    capacity: usize,
    heard: u64,
}

impl Ring {
    /// Memory comes as it is needed.
    pub(super) fn new(capacity: usize) -> Ring {
        Ring { events: VecDeque::new(), capacity, heard: 0 }
    }

    /// Remembers an event in place of the oldest, if there are enough.
    pub(super) fn push(&mut self, event: CollectEvent) {
        self.heard += 1;
        if self.events.len() == self.capacity {
            self.events.pop_front();
        }
        if self.capacity > 0 {
            self.events.push_back(event);
        }
    }

    pub(super) fn events(&self) -> Vec<CollectEvent> {
        self.events.iter().copied().collect()
    }

    pub(super) fn last(&self) -> Option<CollectEvent> {
        self.events.back().copied()
    }

    pub(super) fn heard(&self) -> u64 {
        self.heard
    }

    pub(super) fn clear(&mut self) {
        self.events.clear();
    }
}
