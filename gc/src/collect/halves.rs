//! Half edges: what a walk knows of the values of weak-key maps.
//!
//! Such a value has one handle that its key and its map own together: it is reached through both or not at
//! all. So each of the two reports a *half edge*. To the counts those that are found are one edge together;
//! and what is marked keeps the value when all of them lead from there. A half that is not found leads from
//! outside of the walk, from what lives.

/// The half edges to each record.
#[derive(Debug, Default)]
pub(super) struct Halves(Vec<Half>);

/// Those to one record. There are two at most, but while the program goes on one may be met twice.
#[derive(Clone, Copy, Debug, Default)]
struct Half {
    found: u8,
    marked: u8,
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
    pub(super) fn find(&mut self, place: usize) -> bool {
        let half = self.at(place);
        half.found = half.found.saturating_add(1);
        half.found == 1
    }

    /// One of them leads from what is marked. Do all?
    pub(super) fn mark(&mut self, place: usize) -> bool {
        let half = self.at(place);
        half.marked = half.marked.saturating_add(1);
        half.marked >= half.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_kept_when_all_halves_that_were_found_are_marked() {
        let mut halves = Halves::new();
        assert!(halves.find(3) && !halves.find(3) && halves.find(1));
        assert!(!halves.mark(3) && halves.mark(1) && halves.mark(3));
        // One that came since.
        assert!(halves.mark(7));
        halves.clear();
        assert!(halves.find(3) && halves.mark(3));
    }
}
