//! The count word of an object: how many handles it has and where the collector has noted it.
//!
//! Arithmetic on two 32-bit cells and nothing else: this file knows no pointer and has no `unsafe`.
//! The two are separate cells on purpose: a 64-bit access to both right after a 32-bit store to one
//! stalls on store forwarding.
//!
//! ```text
//!  others: i32   0.. : that many handles besides one       slot: u32   0        : noted nowhere
//!                 -1 : no handle                                       C---place: in a candidate buffer
//!        below  -1   : immortal                                        CR--place: in the record table
//!                                                                      all ones : NEVER
//! ```
//!
//! The top bit of `slot`, C, answers the one question that a drop asks: "must I be noted as a
//! candidate?" It is set wherever the answer is no. R is set in records and in NEVER.

use std::cell::Cell;

/// The value of `others` that an object gets whose count would overflow. It is as far from 0 as from
/// the other end, so that no number of clones or drops between two looks can reach either.
const IMMORTAL: i32 = i32::MIN / 2;

/// The count of an object with no handle.
const NONE: i32 = -1;

/// What remains to be done after a handle is gone.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Released {
    /// Nothing: other handles remain, and the object is noted already or need not be.
    Kept,
    /// Other handles remain, perhaps a cycle's own: note the object as a candidate.
    Unnoted,
    /// There is no other handle, or the object is immortal: ask [`Count::settle`].
    Last,
}

/// What the record of an object starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strong {
    /// So many handles.
    Handles(u32),
    /// Held for ever.
    Immortal,
}

impl Strong {
    /// The number of handles; the largest number for an immortal object.
    pub(crate) fn as_usize(self) -> usize {
        match self {
            Strong::Handles(handles) => handles as usize,
            Strong::Immortal => usize::MAX,
        }
    }
}

/// Where an object is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot(u32);

impl Slot {
    const CANDIDATE: u32 = 1 << 31;
    const RECORD: u32 = 1 << 30;
    const PLACE: u32 = Slot::RECORD - 1;

    /// Noted nowhere.
    pub(crate) const CLEAN: Slot = Slot(0);
    /// Cannot be part of a cycle, or is a husk: never noted, never walked into.
    pub(crate) const NEVER: Slot = Slot(u32::MAX);
    /// The number of places. (The last number with every bit set would read as NEVER.)
    pub(crate) const PLACES: usize = Slot::PLACE as usize;

    /// Entry `place` of a candidate buffer.
    pub(crate) fn candidate(place: usize) -> Slot {
        debug_assert!(place < Slot::PLACES);
        Slot(Slot::CANDIDATE | place as u32)
    }

    /// Record number `place`.
    pub(crate) fn record(place: usize) -> Slot {
        debug_assert!(place < Slot::PLACES);
        Slot(Slot::CANDIDATE | Slot::RECORD | place as u32)
    }

    /// Is it neither noted nor NEVER?
    #[inline]
    pub(crate) fn is_clean(self) -> bool {
        self.0 & Slot::CANDIDATE == 0
    }

    /// Does it say a place?
    #[inline]
    pub(crate) fn is_noted(self) -> bool {
        !self.is_clean() && self != Slot::NEVER
    }

    /// The number of the record, if it is one.
    #[inline]
    pub(crate) fn as_record(self) -> Option<usize> {
        let both = Slot::CANDIDATE | Slot::RECORD;
        (self.0 & both == both && self != Slot::NEVER).then_some((self.0 & Slot::PLACE) as usize)
    }

    /// The place in a candidate buffer, if it has one.
    #[inline]
    pub(crate) fn as_candidate(self) -> Option<usize> {
        let both = Slot::CANDIDATE | Slot::RECORD;
        (self.0 & both == Slot::CANDIDATE).then_some((self.0 & Slot::PLACE) as usize)
    }
}

/// The count word.
#[derive(Debug)]
#[repr(C, align(8))]
pub(crate) struct Count {
    others: Cell<i32>,
    slot: Cell<u32>,
}

impl Count {
    /// One handle.
    pub(crate) const fn new(slot: Slot) -> Count {
        Count { others: Cell::new(0), slot: Cell::new(slot.0) }
    }

    /// No handle yet: an object under construction.
    pub(crate) const fn unborn() -> Count {
        Count { others: Cell::new(NONE), slot: Cell::new(Slot::NEVER.0) }
    }

    #[inline(always)]
    pub(crate) fn slot(&self) -> Slot {
        Slot(self.slot.get())
    }

    #[inline(always)]
    pub(crate) fn set_slot(&self, slot: Slot) {
        self.slot.set(slot.0);
    }

    /// One handle more.
    #[inline(always)]
    pub(crate) fn retain(&self) {
        let others = self.others.get().wrapping_add(1);
        self.others.set(others);
        if others < 0 {
            self.immortalize();
        }
    }

    /// One handle less. With `noted` no candidate is asked for.
    #[inline(always)]
    pub(crate) fn release(&self, noted: bool) -> Released {
        let others = self.others.get().wrapping_sub(1);
        self.others.set(others);
        if others < 0 {
            Released::Last
        } else if !noted && self.slot().is_clean() {
            Released::Unnoted
        } else {
            Released::Kept
        }
    }

    /// After [`Released::Last`]: is there really no handle? An immortal object is put back into the
    /// middle of its range.
    #[inline]
    pub(crate) fn settle(&self) -> bool {
        let gone = self.others.get() == NONE;
        if !gone {
            self.immortalize();
        }
        gone
    }

    /// The count has overflowed, or had done so before: the object lives for ever.
    #[cold]
    #[inline(never)]
    fn immortalize(&self) {
        self.others.set(IMMORTAL);
    }

    /// Gives an object without a handle its first one (back).
    pub(crate) fn revive(&self) {
        debug_assert_eq!(self.others.get(), NONE);
        self.others.set(0);
    }

    /// Is there exactly one handle?
    #[inline]
    pub(crate) fn is_sole(&self) -> bool {
        self.others.get() == 0
    }

    /// Is there none?
    #[inline]
    pub(crate) fn is_gone(&self) -> bool {
        self.others.get() == NONE
    }

    /// How many handles there are.
    #[inline]
    pub(crate) fn strong(&self) -> Strong {
        let others = self.others.get();
        if others < NONE {
            Strong::Immortal
        } else {
            Strong::Handles((others as u32).wrapping_add(1))
        }
    }

    /// Adds the collector's own handle. An immortal object needs none.
    #[inline]
    pub(crate) fn pin(&self) {
        if self.others.get() >= NONE {
            self.retain();
        }
    }

    /// Takes the collector's own handle away; says whether it was the last.
    #[inline]
    pub(crate) fn unpin(&self) -> bool {
        let others = self.others.get();
        if others < 0 {
            return false;
        }
        self.others.set(others - 1);
        others == 0
    }

    /// Sets the number of handles, for tests of what happens at the far end of it.
    pub(crate) fn set_strong(&self, strong: u32) {
        self.others.set(i32::try_from(strong).map_or(IMMORTAL, |strong| strong - 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_object_has_one_handle() {
        let count = Count::new(Slot::CLEAN);
        assert_eq!(count.strong(), Strong::Handles(1));
        assert!(count.is_sole());
        assert_eq!(count.release(false), Released::Last);
        assert!(count.settle());
    }

    #[test]
    fn a_drop_that_is_not_the_last_asks_for_a_candidate_once() {
        let count = Count::new(Slot::CLEAN);
        count.retain();
        assert_eq!(count.release(false), Released::Unnoted);
        count.set_slot(Slot::candidate(0));
        count.retain();
        assert_eq!(count.release(false), Released::Kept);
    }

    #[test]
    fn overflow_makes_immortal_and_stays_so() {
        let count = Count::new(Slot::NEVER);
        count.set_strong(i32::MAX as u32);
        count.retain();
        assert_eq!(count.strong(), Strong::Handles(1 << 31));
        count.retain();
        assert_eq!(count.strong(), Strong::Immortal);
        for _ in 0..3 {
            assert_eq!(count.release(false), Released::Last);
            assert!(!count.settle());
        }
        count.pin();
        assert!(!count.unpin());
        assert_eq!(count.strong(), Strong::Immortal);
    }

    #[test]
    fn a_pin_can_be_what_overflows() {
        let count = Count::new(Slot::NEVER);
        count.set_strong(i32::MAX as u32);
        count.pin();
        count.pin();
        assert_eq!(count.strong(), Strong::Immortal);
        assert!(!count.unpin());
    }

    #[test]
    fn slots_tell_their_kinds_apart() {
        let last = Slot::PLACES - 1;
        assert!(Slot::CLEAN.is_clean());
        for slot in [Slot::NEVER, Slot::candidate(0), Slot::record(0), Slot::record(last)] {
            assert!(!slot.is_clean());
        }
        assert_eq!(Slot::candidate(last).as_candidate(), Some(last));
        assert_eq!(Slot::candidate(last).as_record(), None);
        assert_eq!(Slot::record(last).as_record(), Some(last));
        assert_eq!(Slot::record(last).as_candidate(), None);
        assert_eq!(Slot::NEVER.as_record(), None);
        assert_eq!(Slot::NEVER.as_candidate(), None);
    }
}
