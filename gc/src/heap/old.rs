//! The candidate buffer for objects that have survived a collection.
//!
//! It may hold as many candidates as there are objects, so nothing here takes time in proportion: it
//! grows by chunks, an entry that is taken away leaves a tombstone that the next push uses, and a
//! sketch empties it entry by entry while the program goes on.

use super::chunks::Chunks;
use super::count::Slot;
use super::lent::Lent;
use super::object::Object;
use std::cell::Cell;
use std::ptr::{self, NonNull};

/// An object, or with the lowest bit set a tombstone: one more than the place of the next one in the
/// list of those that can be used, or 0.
#[derive(Clone, Copy)]
struct Entry(*const ());

impl Entry {
    fn of(object: Object) -> Entry {
        Entry(object.value().as_ptr())
    }

    fn tombstone(next: usize) -> Entry {
        Entry(ptr::without_provenance(next << 1 | 1))
    }

    #[inline]
    fn object(self) -> Option<Object> {
        if self.0.addr() & 1 != 0 {
            return None;
        }
        // SAFETY: an entry without the bit was made of an object, which leaves before it ends (H2).
        NonNull::new(self.0.cast_mut()).map(|value| unsafe { Object::from_value(value) })
    }

    fn next(self) -> usize {
        self.0.addr() >> 1
    }
}

/// The buffer.
#[derive(Debug)]
pub(crate) struct OldBuffer {
    list: Lent<Chunks<Entry>>,
    /// Entries that are no tombstones.
    live: Cell<usize>,
    /// One more than the place of the first tombstone that can be used, or 0.
    vacant: Cell<usize>,
    /// Being emptied: pushes go to the end, so that in the end no entry is left.
    frozen: Cell<bool>,
}

impl OldBuffer {
    pub(super) const fn new() -> OldBuffer {
        OldBuffer {
            list: Lent::new(Chunks::new()),
            live: Cell::new(0),
            vacant: Cell::new(0),
            frozen: Cell::new(false),
        }
    }

    /// Lends the list to `f`, which must not run foreign code: every method of this type is such a
    /// loan, and none calls another inside one (B1).
    #[inline(always)]
    fn with<R>(&self, f: impl FnOnce(&mut Chunks<Entry>) -> R) -> R {
        // SAFETY: the methods below keep to that.
        unsafe { self.list.with(f) }
    }

    /// The number of entries, tombstones not included.
    #[inline]
    pub(crate) fn live(&self) -> usize {
        self.live.get()
    }

    /// The number of places.
    pub(crate) fn len(&self) -> usize {
        self.with(|list| list.len())
    }

    /// Adds an entry and has the object's slot say so; nothing happens where there are no numbers left.
    #[inline]
    pub(crate) fn push(&self, object: Object) {
        let place = self.with(|list| match self.vacant.get().checked_sub(1) {
            Some(place) => {
                self.vacant.set(list.at(place).next());
                *list.at(place) = Entry::of(object);
                Some(place)
            }
            None if list.len() < Slot::PLACES => {
                list.push(Entry::of(object));
                Some(list.len() - 1)
            }
            None => None,
        });
        // Without a place the object stays clean, and is noted when it next loses a handle.
        let slot = place.map_or(Slot::CLEAN, Slot::old);
        object.count().set_slot(slot);
        self.live.set(self.live.get() + usize::from(place.is_some()));
    }

    /// The entry at `place`.
    #[inline]
    pub(crate) fn get(&self, place: usize) -> Option<Object> {
        self.with(|list| list.get(place)).and_then(Entry::object)
    }

    /// Takes the entry at `place` away. The object's slot is stale afterwards.
    #[inline]
    pub(crate) fn remove(&self, place: usize) {
        self.live.set(self.live.get() - 1);
        self.with(|list| {
            if self.frozen.get() {
                *list.at(place) = Entry::tombstone(0);
            } else if self.live.get() == 0 {
                list.truncate(0);
                self.vacant.set(0);
            } else {
                *list.at(place) = Entry::tombstone(self.vacant.get());
                self.vacant.set(place + 1);
            }
        });
    }

    /// From now on tombstones are not used again, until [`thaw`](OldBuffer::thaw).
    pub(crate) fn freeze(&self) {
        self.frozen.set(true);
        self.vacant.set(0);
    }

    /// Tombstones can be used again.
    ///
    /// Takes time in proportion to the length if it was frozen, unless no candidate is left.
    pub(crate) fn thaw(&self) {
        if !self.frozen.replace(false) {
            return;
        }
        self.vacant.set(0);
        self.with(|list| {
            if self.live.get() == 0 {
                list.truncate(0);
            }
            for place in (0..list.len()).rev() {
                if list.at(place).object().is_none() {
                    *list.at(place) = Entry::tombstone(self.vacant.get());
                    self.vacant.set(place + 1);
                }
            }
        });
    }

    /// Takes all candidates, in their order, and gives the memory back.
    pub(crate) fn take(&self) -> Vec<Option<Object>> {
        let all = (0..self.len()).filter_map(|place| self.get(place)).map(Some).collect();
        self.free();
        all
    }

    /// Gives some of the memory back that is not in use.
    pub(crate) fn trim(&self, chunks: usize) {
        self.with(|list| list.trim(chunks));
    }

    /// Forgets all candidates and gives the memory back.
    pub(crate) fn free(&self) {
        self.with(|list| drop(std::mem::replace(list, Chunks::new())));
        self.live.set(0);
        self.vacant.set(0);
        self.frozen.set(false);
    }
}
