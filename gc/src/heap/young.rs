//! The candidate buffer for objects that have survived no collection: a stack with tombstones.
//!
//! Most candidates die soon, the last one first. So the buffer keeps the *slot* of its last entry: an object
//! that has this slot is that entry, and one comparison finds it and one subtraction takes it away. An entry
//! never moves but when the buffer is swept; any other that is taken away leaves a tombstone.

use super::count::Slot;
use super::lent::Lent;
use super::object::Object;
use std::cell::Cell;

/// The fewest entries that there is room for.
const FIRST: usize = if cfg!(debug_assertions) { 4 } else { 64 };

/// The most entries that room is made for at once.
const MORE: usize = 1024;

/// The buffer.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct YoungBuffer {
    /// The slot of the last entry; NEVER, which no entry has, if there is none.
    last: Cell<Slot>,
    /// The entries, and behind them as many places as may be filled without asking: what is there means nothing.
    list: Lent<Vec<Option<Object>>>,
    /// Entries that are tombstones.
    tombstones: Cell<usize>,
    /// So many candidates may come until somebody wants to know.
    limit: Cell<usize>,
}

impl YoungBuffer {
    /// So many candidates at most: a list can be tombstones for half its length, and each entry needs a number.
    pub(super) const MOST: usize = Slot::PLACES / 2;

    pub(super) const fn new() -> YoungBuffer {
        YoungBuffer {
            last: Cell::new(Slot::NEVER),
            list: Lent::new(Vec::new()),
            tombstones: Cell::new(0),
            limit: Cell::new(0),
        }
    }

    /// Lends the list to `f`, which must not run foreign code: every method of this type is such a
    /// loan, and none calls another inside one (B1).
    #[inline(always)]
    fn with<R>(&self, f: impl FnOnce(&mut Vec<Option<Object>>) -> R) -> R {
        // SAFETY: the methods below keep to that.
        unsafe { self.list.with(f) }
    }

    /// The number of entries, tombstones included.
    #[inline(always)]
    pub(crate) fn places(&self) -> usize {
        self.last.get().young_places()
    }

    /// The number of candidates.
    #[inline]
    pub(crate) fn live(&self) -> usize {
        self.places() - self.tombstones.get()
    }

    /// Adds an entry and has the object's slot say so, if that is all there is to do.
    #[inline(always)]
    pub(crate) fn push(&self, object: Object) -> bool {
        let last = self.last.get();
        let is_room = self.with(|list| match list.get_mut(last.young_places()) {
            Some(place) => {
                *place = Some(object);
                true
            }
            None => false,
        });
        if is_room {
            let slot = last.next_young();
            self.last.set(slot);
            object.count().set_slot(slot);
        }
        is_room
    }

    /// Adds an entry in any case, and has the object's slot say so. There must be fewer candidates than
    /// [`MOST`](YoungBuffer::MOST). Says whether there are more than the limit now.
    ///
    /// Where there is no room left and the list is tombstones for the most part it is swept.
    pub(crate) fn push_slowly(&self, object: Object) -> bool {
        let mut len = self.places();
        let mut tombstones = self.tombstones.get();
        let limit = self.limit.get();
        self.with(|list| {
            while len > 0 && list[len - 1].is_none() {
                len -= 1;
                tombstones -= 1;
            }
            if len == list.len() {
                if len > 0 && tombstones >= len.div_ceil(2) {
                    len = sweep(list);
                    tombstones = 0;
                } else {
                    // No more than the fence leaves, and not much at a time: it may be cut off again soon.
                    let most = (limit + tombstones).clamp(len + 1, Slot::PLACES);
                    list.resize((len + len.clamp(FIRST, MORE)).min(most), None);
                }
            }
            list[len] = Some(object);
        });
        let slot = Slot::young(len);
        self.last.set(slot);
        object.count().set_slot(slot);
        self.tombstones.set(tombstones);
        self.fence();
        self.live() > limit
    }

    /// Leaves no more places behind the entries than the limit allows.
    fn fence(&self) {
        let most = self.places().max(self.limit.get() + self.tombstones.get());
        self.with(|list| list.truncate(most));
    }

    /// Sets the number of candidates that [`push`](YoungBuffer::push) does not go beyond, at most
    /// [`MOST`](YoungBuffer::MOST).
    pub(crate) fn set_limit(&self, limit: usize) {
        self.limit.set(limit.min(YoungBuffer::MOST));
        self.fence();
    }

    /// Takes the last entry away if it is that of an object with this slot. The object's slot is stale
    /// afterwards.
    #[inline(always)]
    pub(crate) fn pop_if_last(&self, slot: Slot) -> bool {
        let is_last = slot == self.last.get();
        if is_last {
            self.last.set(slot.previous_young());
        }
        is_last
    }

    /// Takes the entry at `place` away. The object's slot is stale afterwards.
    pub(crate) fn remove(&self, place: usize) {
        self.with(|list| list[place] = None);
        self.tombstones.set(self.tombstones.get() + 1);
    }

    /// Takes the list and leaves `spare`, which is empty; of a list longer than `limit` only the end.
    pub(crate) fn take(&self, spare: Vec<Option<Object>>, limit: usize) -> Vec<Option<Object>> {
        let len = self.places();
        let end = self.with(|list| {
            list.truncate(len);
            match len.checked_sub(limit) {
                None | Some(0) => std::mem::replace(list, spare),
                Some(rest) => list.split_off(rest),
            }
        });
        let tombstones = end.iter().filter(|entry| entry.is_none()).count();
        self.tombstones.set(self.tombstones.get() - tombstones);
        self.last.set(Slot::last_young(len - end.len()));
        end
    }
}

/// Moves the entries that are no tombstones together, tells their objects, and gives their number.
fn sweep(list: &mut [Option<Object>]) -> usize {
    let mut place = 0;
    for from in 0..list.len() {
        if let Some(object) = list[from] {
            list[place] = Some(object);
            object.count().set_slot(Slot::young(place));
            place += 1;
        }
    }
    place
}
