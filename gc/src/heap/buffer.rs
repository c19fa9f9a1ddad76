//! A list of objects with tombstones: the candidate buffers and the record table.
//!
//! An object's slot says which entry is its own, so an entry never moves; one that is taken away leaves
//! a tombstone unless it is the last.

use super::object::Object;
use std::cell::{Cell, UnsafeCell};
use std::mem::ManuallyDrop;

/// The list. Needs no drop, so that a thread-local can hold it without a destructor; see
/// [`Buffer::free`].
#[repr(C)]
pub(crate) struct Buffer {
    list: UnsafeCell<ManuallyDrop<Vec<Option<Object>>>>,
    /// How many more entries may come until somebody wants to know. Below zero: more came all the same.
    room: Cell<isize>,
    /// The room if there were no entry but tombstones.
    limit: Cell<isize>,
}

impl std::fmt::Debug for Buffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Buffer").field("live", &self.live()).finish_non_exhaustive()
    }
}

impl Buffer {
    /// An empty list; its limit is 0.
    pub(crate) const fn new() -> Buffer {
        Buffer {
            list: UnsafeCell::new(ManuallyDrop::new(Vec::new())),
            room: Cell::new(0),
            limit: Cell::new(0),
        }
    }

    /// Lends the list to `f`, which must not run foreign code: every method of this type is such a
    /// loan, and none calls another (B1).
    #[inline(always)]
    fn with<R>(&self, f: impl FnOnce(&mut Vec<Option<Object>>) -> R) -> R {
        // SAFETY: the cell is not shared between threads, and no loan is made during another (B1).
        f(unsafe { &mut *self.list.get() })
    }

    /// The number of entries, tombstones not included.
    #[inline]
    pub(crate) fn live(&self) -> usize {
        (self.limit.get() - self.room.get()) as usize
    }

    fn set_live(&self, live: usize) {
        self.room.set(self.limit.get() - live as isize);
    }

    /// Are there more entries than the limit?
    pub(crate) fn is_beyond_limit(&self) -> bool {
        self.room.get() < 0
    }

    /// Sets the number of entries that [`push_within`](Buffer::push_within) does not go beyond.
    pub(crate) fn set_limit(&self, limit: usize) {
        let live = self.live();
        self.limit.set(isize::try_from(limit).unwrap_or(isize::MAX));
        self.set_live(live);
    }

    /// The number of places, tombstones included.
    pub(crate) fn places(&self) -> usize {
        self.with(|list| list.len())
    }

    /// Appends an entry and gives its place, if the list need not grow and the limit allows it.
    #[inline(always)]
    pub(crate) fn push_within(&self, object: Object) -> Option<usize> {
        let room = self.room.get() - 1;
        if room < 0 {
            return None;
        }
        let place = self.with(|list| {
            let place = list.len();
            (place < list.capacity()).then(|| {
                list.push(Some(object));
                place
            })
        })?;
        self.room.set(room);
        Some(place)
    }

    /// Appends an entry, whatever the limit, and gives its place, which is below `places`: there must be fewer
    /// entries than half as many. When the list would have to grow and is tombstones for the most part, it is
    /// compacted instead; `moved` is told the new place of each entry that moves.
    pub(crate) fn push(
        &self,
        object: Object,
        places: usize,
        moved: impl Fn(Object, usize),
    ) -> usize {
        const FIRST: usize = 4;
        let live = self.live() + 1;
        self.set_live(live);
        self.with(|list| {
            if list.len() == list.capacity() {
                if live <= list.len() / 2 {
                    let mut place = 0;
                    list.retain(|entry| {
                        if let Some(object) = entry {
                            moved(*object, place);
                            place += 1;
                        }
                        entry.is_some()
                    });
                } else {
                    // The capacity says what `push_within` may do.
                    let most = places - list.len();
                    list.reserve_exact(list.len().max(FIRST).min(most));
                    assert!(list.capacity() <= places, "refcycle: a list has grown too long");
                }
            }
            list.push(Some(object));
            list.len() - 1
        })
    }

    /// Takes the last entry.
    pub(crate) fn pop(&self) -> Option<Object> {
        let object = self.with(Vec::pop).flatten()?;
        self.room.set(self.room.get() + 1);
        Some(object)
    }

    /// The entry at `place`.
    #[inline]
    pub(crate) fn get(&self, place: usize) -> Option<Object> {
        self.with(|list| list.get(place).copied().flatten())
    }

    /// Overwrites the entry at `place` by a tombstone.
    #[inline]
    pub(crate) fn bury(&self, place: usize) {
        self.room.set(self.room.get() + 1);
        self.with(|list| list[place] = None);
    }

    /// Takes the entry at `place` away: the last one is popped with the tombstones under it, any other
    /// becomes a tombstone.
    #[inline(always)]
    pub(crate) fn remove(&self, place: usize) {
        self.room.set(self.room.get() + 1);
        self.with(|list| {
            list[place] = None;
            if place + 1 == list.len() {
                while let Some(None) = list.last() {
                    list.pop();
                }
            }
        });
    }

    /// Takes the list and leaves `spare`, which is empty; of a list longer than `limit` only the end.
    pub(crate) fn take(&self, spare: Vec<Option<Object>>, limit: usize) -> Vec<Option<Object>> {
        let end = self.with(|list| match list.len().checked_sub(limit) {
            None | Some(0) => std::mem::replace(list, spare),
            Some(rest) => list.split_off(rest),
        });
        self.set_live(self.live() - end.iter().flatten().count());
        end
    }

    /// Swaps the whole list for another.
    pub(crate) fn replace(&self, list: Vec<Option<Object>>) -> Vec<Option<Object>> {
        self.set_live(list.iter().flatten().count());
        self.with(|own| std::mem::replace(own, list))
    }

    /// Gives the memory of the list back; it is empty afterwards.
    pub(crate) fn free(&self) {
        drop(self.replace(Vec::new()));
    }
}
