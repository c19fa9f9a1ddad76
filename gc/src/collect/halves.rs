//! Half edges: what a walk knows of the values of weak-key maps.
//!
//! Such a value has one handle that its key and its map own together: it is reached through both or not at
//! all. So each of the two *sides* reports a half edge. To the counts those that are found are one edge
//! together; and what is marked keeps the value when each side that was found is marked. A side that was not
//! found lies outside of the walk, in what lives. (It may be marked all the same where the program runs between
//! the two, and says nothing then: the side that was found decides.)

use crate::trace::Side;

/// The half edges to each record.
#[derive(Debug, Default)]
pub(super) struct Halves(Vec<Half>);

/// Those to one record: sides, as bits.
#[derive(Clone, Copy, Debug, Default)]
struct Half {
    found: u8,
    marked: u8,
}

fn bit(side: Side) -> u8 {
    match side {
        Side::Key => 1,
        Side::Map => 2,
    }
}

impl Halves {
    pub(super) const fn new() -> Halves {
        Halves(Vec::new())
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Gives memory back beyond what so many records take.
    pub(super) fn shrink_to(&mut self, records: usize) {
        self.0.shrink_to(records);
    }

    fn at(&mut self, place: usize) -> &mut Half {
        if self.0.len() <= place {
            self.0.resize(place + 1, Half::default());
        }
        &mut self.0[place]
    }

    /// One was found that leads to the record. Is it the first?
    pub(super) fn find(&mut self, place: usize, side: Side) -> bool {
        let half = self.at(place);
        let is_first = half.found == 0;
        half.found |= bit(side);
        is_first
    }

    /// One of them leads from what is marked. Do all that were found?
    pub(super) fn mark(&mut self, place: usize, side: Side) -> bool {
        let half = self.at(place);
        half.marked |= bit(side);
        half.found & !half.marked == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Side::{Key, Map};

    #[test]
    fn a_value_is_kept_when_each_side_that_was_found_is_marked() {
        let mut halves = Halves::new();
        assert!(halves.find(3, Key) && !halves.find(3, Map) && halves.find(1, Map));
        assert!(!halves.mark(3, Key) && !halves.mark(3, Key) && halves.mark(3, Map));
        // The side that was not found says nothing.
        assert!(!halves.mark(1, Key) && halves.mark(1, Map));
        // One that came since.
        assert!(halves.mark(7, Key));
        halves.clear();
        assert!(halves.find(3, Key) && halves.mark(3, Key));
    }
}
