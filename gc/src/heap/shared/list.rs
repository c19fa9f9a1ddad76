//! A list of candidates, in pieces: nothing long is copied or gone through at once.
//!
//! An entry may outlive its object, whose memory it keeps then (S2). So entries of the dead are swept
//! out: of a piece that is full, and with each piece that fills of two others in turn.

use super::object::SharedObject;
use super::word::flag;

/// The entries of a piece.
const PIECE: usize = 1_024;

/// Candidates. Each entry owns a share of its object's memory, QUEUED.
#[derive(Debug, Default)]
pub(super) struct List {
    /// Where entries are added.
    last: Vec<SharedObject>,
    /// More than half full, each.
    others: Vec<Vec<SharedObject>>,
    /// The entries of those.
    in_others: usize,
    /// Which of them is swept next.
    next: usize,
}

impl List {
    pub(super) const fn new() -> List {
        List { last: Vec::new(), others: Vec::new(), in_others: 0, next: 0 }
    }

    /// The number of entries, those of the dead included.
    pub(super) fn len(&self) -> usize {
        self.last.len() + self.in_others
    }

    /// Adds an entry, which owns the share.
    #[inline]
    pub(super) fn push(&mut self, object: SharedObject) {
        if self.last.len() == self.last.capacity() {
            self.make_room();
        }
        self.last.push(object);
    }

    /// Takes the last entry away, if it is this object. The share is the caller's.
    pub(super) fn pop(&mut self, object: SharedObject) -> bool {
        self.last.pop_if(|last| *last == object).is_some()
    }

    /// Takes all entries. Their shares are the caller's.
    pub(super) fn take(&mut self) -> Vec<Vec<SharedObject>> {
        let List { last, mut others, .. } = std::mem::take(self);
        others.push(last);
        others
    }

    /// Adds what is left of another list when the dead are swept out.
    pub(super) fn adopt(&mut self, other: &mut List) {
        for mut piece in other.take() {
            sweep(&mut piece);
            if piece.len() > PIECE / 2 {
                self.put_aside(piece);
            } else {
                for object in piece {
                    self.push(object);
                }
            }
        }
    }

    fn put_aside(&mut self, piece: Vec<SharedObject>) {
        self.in_others += piece.len();
        self.others.push(piece);
    }

    /// Makes room in `last`, which is full, for as many as it has after a sweep, at least.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self) {
        sweep(&mut self.last);
        if self.last.len() <= PIECE / 2 {
            return self.last.reserve(self.last.len().max(8));
        }
        let full = std::mem::replace(&mut self.last, Vec::with_capacity(PIECE));
        self.put_aside(full);
        self.sweep_another();
        self.sweep_another();
    }

    /// Sweeps one of the others; what is left of it moves to `last` if that is little.
    fn sweep_another(&mut self) {
        if self.others.is_empty() {
            return;
        }
        self.next = (self.next + 1) % self.others.len();
        let piece = &mut self.others[self.next];
        self.in_others -= piece.len();
        sweep(piece);
        if piece.len() <= PIECE / 2 && self.last.len() + piece.len() < PIECE {
            let piece = self.others.swap_remove(self.next);
            self.last.extend(piece);
        } else {
            self.in_others += piece.len();
        }
    }
}

/// Takes the entries of dead objects out.
fn sweep(entries: &mut Vec<SharedObject>) {
    entries.retain(|entry| {
        let dead = entry.load().has(flag::GONE);
        if dead {
            // SAFETY: the share of the entry, which goes.
            unsafe { entry.give_up(flag::QUEUED) };
        }
        !dead
    });
}
