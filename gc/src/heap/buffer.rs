//! A list of objects with tombstones: the record table, and finalizers put off.
//!
//! An object's slot says which entry is its own, so an entry never moves; one that is taken away leaves
//! a tombstone.

use super::object::Object;
use std::cell::{Cell, UnsafeCell};
use std::mem::ManuallyDrop;

/// The list. Needs no drop, so that a thread-local can hold it without a destructor; see
/// [`Buffer::free`].
pub(crate) struct Buffer {
    list: UnsafeCell<ManuallyDrop<Vec<Option<Object>>>>,
    /// Entries that are no tombstones.
    live: Cell<usize>,
}

impl std::fmt::Debug for Buffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Buffer").field("live", &self.live()).finish_non_exhaustive()
    }
}

impl Buffer {
    pub(crate) const fn new() -> Buffer {
        Buffer { list: UnsafeCell::new(ManuallyDrop::new(Vec::new())), live: Cell::new(0) }
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
        self.live.get()
    }

    /// Appends an entry.
    pub(crate) fn push(&self, object: Object) {
        self.live.set(self.live.get() + 1);
        self.with(|list| list.push(Some(object)));
    }

    /// Takes the last entry.
    pub(crate) fn pop(&self) -> Option<Object> {
        let object = self.with(Vec::pop).flatten()?;
        self.live.set(self.live.get() - 1);
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
        self.live.set(self.live.get() - 1);
        self.with(|list| list[place] = None);
    }

    /// Swaps the whole list for another.
    pub(crate) fn replace(&self, list: Vec<Option<Object>>) -> Vec<Option<Object>> {
        self.live.set(list.iter().flatten().count());
        self.with(|own| std::mem::replace(own, list))
    }

    /// Gives the memory of the list back; it is empty afterwards.
    pub(crate) fn free(&self) {
        drop(self.replace(Vec::new()));
    }
}
