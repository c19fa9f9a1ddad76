//! From hashes to places: a table of the places of a container's entries, by open addressing.
//!
//! It knows neither keys nor entries: who asks says which hash lies at a place.

/// Places by hash. At most three quarters are taken; linear probing, no tombstones.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// One more than a place, or 0. Their number is a power of two, or 0.
    cells: Vec<u32>,
    taken: usize,
}

impl Index {
    /// Where probing for a hash begins: its upper bits, which a multiplication has stirred.
    fn start(&self, hash: u64) -> usize {
        let stirred = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (stirred >> 32) as usize & (self.cells.len() - 1)
    }

    /// Adds a place with this hash.
    pub(super) fn insert(&mut self, hash: u64, place: u32, hash_at: impl Fn(u32) -> u64) {
        if (self.taken + 1) * 4 > self.cells.len() * 3 {
            let cells = vec![0; (self.cells.len() * 2).max(8)];
            for cell in std::mem::replace(&mut self.cells, cells) {
                if cell > 0 {
                    self.put(hash_at(cell - 1), cell);
                }
            }
        }
        self.put(hash, place + 1);
        self.taken += 1;
    }

    fn put(&mut self, hash: u64, cell: u32) {
        let mut at = self.start(hash);
        while self.cells[at] != 0 {
            at = self.next(at);
        }
        self.cells[at] = cell;
    }

    fn next(&self, at: usize) -> usize {
        (at + 1) & (self.cells.len() - 1)
    }

    /// Takes a place with this hash away, which is there.
    pub(super) fn remove(&mut self, hash: u64, place: u32, hash_at: impl Fn(u32) -> u64) {
        let mut hole = self.start(hash);
        while self.cells[hole] != place + 1 {
            debug_assert_ne!(self.cells[hole], 0, "it is there");
            hole = self.next(hole);
        }
        // What was put beyond the hole because of it moves up.
        let mut at = self.next(hole);
        while self.cells[at] != 0 {
            let first = self.start(hash_at(self.cells[at] - 1));
            let mask = self.cells.len() - 1;
            if (at.wrapping_sub(first) & mask) >= (at.wrapping_sub(hole) & mask) {
                self.cells[hole] = self.cells[at];
                hole = at;
            }
            at = self.next(at);
        }
        self.cells[hole] = 0;
        self.taken -= 1;
    }

    /// The places that may have this hash.
    pub(super) fn places(&self, hash: u64) -> impl Iterator<Item = u32> + use<'_> {
        let mut at = if self.cells.is_empty() { 0 } else { self.start(hash) };
        std::iter::from_fn(move || {
            let place = self.cells.get(at)?.checked_sub(1)?;
            at = self.next(at);
            Some(place)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Index;
    use std::collections::BTreeSet;

    /// Against a set, with hashes that collide a lot.
    #[test]
    fn places_are_found_until_they_are_removed() {
        let hash_of = |place: u32| u64::from(place % 7);
        let mut index = Index::default();
        let mut there = BTreeSet::new();
        let mut state = 1_u64;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let place = (state >> 33) as u32 % 50;
            if there.remove(&place) {
                index.remove(hash_of(place), place, hash_of);
            } else {
                there.insert(place);
                index.insert(hash_of(place), place, hash_of);
            }
            let seen = (0..50).filter(|&p| index.places(hash_of(p)).any(|found| found == p));
            assert!(seen.eq(there.iter().copied()));
        }
    }
}
