//! The count word of an object: how many handles it has and where the collector has noted it.
//!
//! Arithmetic on two 32-bit cells and nothing else: this file knows no pointer and has no `unsafe`.
//! The two are separate cells on purpose: a 64-bit access to both right after a 32-bit store to one
//! stalls on store forwarding.
//!
//! ```text
//!  others: i32   0.. : that many handles besides one       slot: u32   0         : noted nowhere
//!                 -1 : no handle                                       1         : NEVER
//!        below  -1   : immortal                                        place 00 1: in the young buffer
//!                                                                      place 11 1: in the old buffer
//!                                                                      place 01 1: in a walk's records
//!                                                                      place 10 t: in the sketch
//! ```
//!
//! The lowest bit of `slot` answers the one question that a drop asks: "must I be noted as a candidate?"
//! It is set wherever the answer is no. A record of a sketch is born without it: a drop sets it, and so
//! says that the object was *touched* since. Places are counted from 1, so whatever is above 1 is noted.

use crate::shim::planted;
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
    const CANDIDATE: u32 = 1;
    const KIND: u32 = 0b110;
    const YOUNG: u32 = 0b000;
    const RECORD: u32 = 0b010;
    const SKETCH: u32 = 0b100;
    const OLD: u32 = 0b110;
    const SHIFT: u32 = 3;

    /// Noted nowhere.
    pub(crate) const CLEAN: Slot = Slot(0);
    /// Cannot be part of a cycle, or is a husk: never noted, never walked into.
    pub(crate) const NEVER: Slot = Slot(Slot::CANDIDATE);
    /// The number of places.
    pub(crate) const PLACES: usize = (u32::MAX >> Slot::SHIFT) as usize;

    #[inline(always)]
    fn noted(place: usize, kind: u32) -> Slot {
        debug_assert!(place < Slot::PLACES);
        Slot((place as u32 + 1) << Slot::SHIFT | kind)
    }

    /// Entry `place` of the young buffer.
    #[inline(always)]
    pub(crate) fn young(place: usize) -> Slot {
        Slot::noted(place, Slot::YOUNG | Slot::CANDIDATE)
    }

    /// The last entry of a young buffer with so many, or NEVER.
    pub(crate) fn last_young(places: usize) -> Slot {
        places.checked_sub(1).map_or(Slot::NEVER, Slot::young)
    }

    /// Of the last entry of a young buffer, or NEVER: how many there are.
    #[inline(always)]
    pub(crate) fn young_places(self) -> usize {
        (self.0 >> Slot::SHIFT) as usize
    }

    /// Of an entry of the young buffer, or NEVER: the next one.
    #[inline(always)]
    pub(crate) fn next_young(self) -> Slot {
        debug_assert!(self.young_places() < Slot::PLACES);
        Slot(self.0 + (1 << Slot::SHIFT))
    }

    /// Of an entry of the young buffer: the one before, or NEVER.
    #[inline(always)]
    pub(crate) fn previous_young(self) -> Slot {
        Slot(self.0 - (1 << Slot::SHIFT))
    }

    /// Entry `place` of the old buffer.
    #[inline(always)]
    pub(crate) fn old(place: usize) -> Slot {
        Slot::noted(place, Slot::OLD | Slot::CANDIDATE)
    }

    /// Record number `place` of a walk.
    #[inline(always)]
    pub(crate) fn record(place: usize) -> Slot {
        Slot::noted(place, Slot::RECORD | Slot::CANDIDATE)
    }

    /// Record number `place` of the sketch, not touched.
    #[inline(always)]
    pub(crate) fn sketch(place: usize) -> Slot {
        Slot::noted(place, Slot::SKETCH)
    }

    /// Must a drop that leaves other handles note the object?
    #[inline(always)]
    pub(crate) fn asks_for_note(self) -> bool {
        self.0 & Slot::CANDIDATE == 0
    }

    /// Does it say a place?
    #[inline(always)]
    pub(crate) fn is_noted(self) -> bool {
        self.0 > Slot::NEVER.0
    }

    /// Is it that of an object in the sketch that lost a handle since it came there?
    #[inline]
    pub(crate) fn is_touched(self) -> bool {
        self.0 & (Slot::KIND | Slot::CANDIDATE) == Slot::SKETCH | Slot::CANDIDATE
    }

    /// The same place, touched.
    #[inline]
    pub(crate) fn touched(self) -> Slot {
        Slot(self.0 | Slot::CANDIDATE)
    }

    #[inline(always)]
    fn place_of(self, kind: u32) -> Option<usize> {
        let is_so = self.is_noted() && self.0 & Slot::KIND == kind;
        is_so.then(|| (self.0 >> Slot::SHIFT) as usize - 1)
    }

    /// The number of the record, if it is one of a walk.
    #[inline]
    pub(crate) fn as_record(self) -> Option<usize> {
        if planted!("one_table") {
            return self.place_of(Slot::RECORD).or(self.place_of(Slot::SKETCH));
        }
        self.place_of(Slot::RECORD)
    }

    /// The number of the record, if it is one of the sketch.
    #[inline]
    pub(crate) fn as_sketch(self) -> Option<usize> {
        self.place_of(Slot::SKETCH)
    }

    /// The place in the young buffer, if it has one.
    #[inline]
    pub(crate) fn as_young(self) -> Option<usize> {
        self.place_of(Slot::YOUNG)
    }

    /// The place in the old buffer, if it has one.
    #[inline]
    pub(crate) fn as_old(self) -> Option<usize> {
        self.place_of(Slot::OLD)
    }

    /// The place in a candidate buffer, young or old, if it has one.
    #[inline]
    pub(crate) fn as_candidate(self) -> Option<usize> {
        self.as_young().or(self.as_old())
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
        } else if !noted && self.slot().asks_for_note() {
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
        count.set_slot(Slot::young(0));
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
    fn a_drop_asks_once_for_a_record_of_the_sketch() {
        let count = Count::new(Slot::sketch(0));
        count.retain();
        count.retain();
        assert_eq!(count.release(false), Released::Unnoted);
        assert!(!count.slot().is_touched());
        count.set_slot(count.slot().touched());
        assert!(count.slot().is_touched());
        assert_eq!(count.slot().as_sketch(), Some(0));
        assert_eq!(count.release(false), Released::Kept);
    }

    #[test]
    fn slots_tell_their_kinds_apart() {
        let last = Slot::PLACES - 1;
        assert!(Slot::CLEAN.asks_for_note() && !Slot::CLEAN.is_noted());
        assert!(!Slot::NEVER.asks_for_note() && !Slot::NEVER.is_noted());
        for place in [0, 1, last] {
            let [young, old, record] = [Slot::young(place), Slot::old(place), Slot::record(place)];
            let sketch = [Slot::sketch(place), Slot::sketch(place).touched()];
            for slot in [young, old, record, sketch[0], sketch[1]] {
                assert!(slot.is_noted());
                assert_eq!(slot.asks_for_note(), slot == sketch[0]);
                assert_eq!(slot.is_touched(), slot == sketch[1]);
                assert_eq!(slot.as_young(), (slot == young).then_some(place));
                assert_eq!(slot.as_old(), (slot == old).then_some(place));
                assert_eq!(slot.as_candidate(), [young, old].contains(&slot).then_some(place));
                assert_eq!(slot.as_record(), (slot == record).then_some(place));
                assert_eq!(slot.as_sketch(), sketch.contains(&slot).then_some(place));
            }
        }
        for slot in [Slot::CLEAN, Slot::NEVER] {
            assert_eq!(
                (slot.as_candidate(), slot.as_record(), slot.as_sketch()),
                (None, None, None)
            );
        }
    }

    #[test]
    fn young_slots_go_up_and_down() {
        let mut last = Slot::last_young(0);
        assert_eq!(last, Slot::NEVER);
        for places in 1..100 {
            last = last.next_young();
            assert_eq!((last, last.young_places()), (Slot::last_young(places), places));
            assert_eq!(last.as_young(), Some(places - 1));
            assert_eq!(last.previous_young(), Slot::last_young(places - 1));
        }
        let most = Slot::last_young(Slot::PLACES);
        assert_eq!(most.young_places(), Slot::PLACES);
        assert_eq!(most.previous_young().next_young(), most);
    }
}
