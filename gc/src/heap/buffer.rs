//! A list of objects with tombstones: the candidate buffers and the record table.
//!
//! An object's slot says which entry is its own, so an entry never moves; one that is taken away leaves
//! a tombstone unless it is the last.

use super::object::Object;
use std::cell::UnsafeCell;
use std::mem::ManuallyDrop;

/// The list. Needs no drop, so that a thread-local can hold it without a destructor; see
/// [`Buffer::free`].
pub(crate) struct Buffer(UnsafeCell<ManuallyDrop<Vec<Option<Object>>>>);

impl std::fmt::Debug for Buffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Buffer").field("len", &self.len()).finish()
    }
}

impl Buffer {
    pub(crate) const fn new() -> Buffer {
        Buffer(UnsafeCell::new(ManuallyDrop::new(Vec::new())))
    }

    /// Lends the list to `f`, which must not run foreign code: every method of this type is such a
    /// loan, and none calls another (B1).
    #[inline(always)]
    fn with<R>(&self, f: impl FnOnce(&mut Vec<Option<Object>>) -> R) -> R {
        // SAFETY: the cell is not shared between threads, and no loan is made during another (B1).
        f(unsafe { &mut *self.0.get() })
    }

    /// The number of entries, tombstones included.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.with(|list| list.len())
    }

    /// Appends an entry and gives its place.
    #[inline]
    pub(crate) fn push(&self, object: Object) -> usize {
        self.with(|list| {
            list.push(Some(object));
            list.len() - 1
        })
    }

    /// The entry at `place`.
    #[inline]
    pub(crate) fn get(&self, place: usize) -> Option<Object> {
        self.with(|list| list.get(place).copied().flatten())
    }

    /// Overwrites the entry at `place` by a tombstone.
    #[inline]
    pub(crate) fn bury(&self, place: usize) {
        self.with(|list| list[place] = None);
    }

    /// Takes the entry at `place` away: the last one is popped with the tombstones under it, any other
    /// becomes a tombstone.
    #[inline]
    pub(crate) fn remove(&self, place: usize) {
        self.with(|list| {
            if place + 1 < list.len() {
                list[place] = None;
                return;
            }
            list.pop();
            while let Some(None) = list.last() {
                list.pop();
            }
        });
    }

    /// Swaps the whole list for another.
    pub(crate) fn replace(&self, list: Vec<Option<Object>>) -> Vec<Option<Object>> {
        self.with(|own| std::mem::replace(own, list))
    }

    /// Gives the memory of the list back; it is empty afterwards.
    pub(crate) fn free(&self) {
        drop(self.replace(Vec::new()));
    }
}
