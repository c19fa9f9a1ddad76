//! The count word of a shared object: everything that threads can race for, in 64 bits.
//!
//! Arithmetic and nothing else: no atomics, no pointers, no `unsafe`. Who changes the word how, with
//! which orderings, is in `object`.
//!
//! ```text
//!  63..36  strong: the number of handles and pins; negative: immortal
//!  35..9   slot:   the number of the record, under RECORD; all ones: NEVER
//!   8..0   flags
//! ```
//!
//! `strong` is on top, so the sign of the word is its sign, and a carry out of it leaves the word.

/// The flags of a word.
pub(crate) mod flag {
    /// A candidate buffer has a share of the memory.
    pub(crate) const QUEUED: u64 = 1;
    /// A collection has a share of the memory.
    pub(crate) const RECORD: u64 = 1 << 1;
    /// The weak handles have a share of the memory, together.
    pub(crate) const SIDE: u64 = 1 << 2;
    /// The value has given up its share of the memory: it is destroyed, or was moved out.
    pub(crate) const GONE: u64 = 1 << 3;
    /// A handle went away while RECORD was set.
    pub(crate) const TOUCHED: u64 = 1 << 4;
    /// The collector looks at the value: the last handle leaves the drop to it.
    pub(crate) const HELD: u64 = 1 << 5;
    /// A verdict is being reached: an upgrade waits for it.
    pub(crate) const PENDING: u64 = 1 << 6;
    /// The collector has decided that it dies: it is destroyed, or about to be.
    pub(crate) const TAKEN: u64 = 1 << 7;
    /// A sole owner took `&mut`, and nobody learns when it ends.
    pub(crate) const CLAIMED: u64 = 1 << 8;

    /// Those that own a share of the memory, besides the value.
    pub(crate) const SHARES: u64 = QUEUED | RECORD | SIDE;
}

/// A value of the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(pub(crate) u64);

impl Word {
    const SLOT_SHIFT: u32 = 9;
    const STRONG_SHIFT: u32 = 36;
    const SLOT: u64 = ((1 << 27) - 1) << Word::SLOT_SHIFT;
    const STRONG: u64 = !0 << Word::STRONG_SHIFT;

    /// One handle.
    pub(crate) const ONE: u64 = 1 << Word::STRONG_SHIFT;

    /// The number that says NEVER.
    const NEVER: u64 = (1 << 27) - 1;
    /// The number of a record whose collection runs user code: no walk may take it for its own.
    const FOREIGN: u64 = Word::NEVER - 1;
    /// The number of records that there can be.
    pub(crate) const RECORDS: usize = Word::FOREIGN as usize;

    /// As far from zero as from the other end.
    const IMMORTAL: u64 = (3 << 62) & Word::STRONG;

    /// An object with so many handles.
    pub(crate) const fn new(handles: u64, never: bool) -> Word {
        let slot = if never { Word::NEVER } else { 0 };
        Word(handles << Word::STRONG_SHIFT | slot << Word::SLOT_SHIFT)
    }

    /// The number of handles and pins; negative if immortal.
    #[inline(always)]
    pub(crate) fn strong(self) -> i64 {
        self.0.cast_signed() >> Word::STRONG_SHIFT
    }

    #[inline(always)]
    pub(crate) fn is_immortal(self) -> bool {
        self.0.cast_signed() < 0
    }

    /// Is any of these flags set?
    #[inline(always)]
    pub(crate) fn has(self, flags: u64) -> bool {
        self.0 & flags != 0
    }

    #[inline(always)]
    pub(crate) fn with(self, flags: u64) -> Word {
        Word(self.0 | flags)
    }

    #[inline(always)]
    pub(crate) fn without(self, flags: u64) -> Word {
        Word(self.0 & !flags)
    }

    /// One handle more, for a word that is not immortal.
    pub(crate) fn plus_one(self) -> Word {
        Word(self.0.wrapping_add(Word::ONE))
    }

    /// One handle less, for a word with one.
    pub(crate) fn minus_one(self) -> Word {
        Word(self.0.wrapping_sub(Word::ONE))
    }

    /// In the middle of the negative range.
    pub(crate) fn immortal(self) -> Word {
        Word(self.0 & !Word::STRONG | Word::IMMORTAL)
    }

    fn number(self) -> u64 {
        (self.0 & Word::SLOT) >> Word::SLOT_SHIFT
    }

    fn with_number(self, number: u64) -> Word {
        Word(self.0 & !Word::SLOT | number << Word::SLOT_SHIFT)
    }

    /// Can it be part of a cycle at all?
    #[inline(always)]
    pub(crate) fn is_never(self) -> bool {
        self.0 & Word::SLOT == Word::SLOT
    }

    /// The number of its record in the collection that runs.
    pub(crate) fn record(self) -> Option<usize> {
        (self.has(flag::RECORD) && self.number() < Word::FOREIGN).then_some(self.number() as usize)
    }

    /// With a record of this number.
    pub(crate) fn with_record(self, number: usize) -> Word {
        debug_assert!(number < Word::RECORDS);
        self.with(flag::RECORD).with_number(number as u64)
    }

    /// With a record that belongs to no walk.
    pub(crate) fn with_foreign_record(self) -> Word {
        self.with(flag::RECORD).with_number(Word::FOREIGN)
    }

    /// Without a record.
    pub(crate) fn without_record(self) -> Word {
        self.without(flag::RECORD).with_number(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_touch_each_other() {
        let word = Word::new(3, false).with(flag::QUEUED | flag::CLAIMED).with_record(12345);
        assert_eq!((word.strong(), word.record()), (3, Some(12345)));
        assert!(word.has(flag::CLAIMED) && word.has(flag::QUEUED) && !word.has(flag::TOUCHED));
        let word = word.minus_one().without_record();
        assert_eq!((word.strong(), word.record(), word.has(flag::QUEUED)), (2, None, true));
    }

    #[test]
    fn never_and_foreign_are_no_records() {
        assert!(Word::new(1, true).is_never());
        assert!(!Word::new(1, false).with_record(Word::RECORDS - 1).is_never());
        assert_eq!(Word::new(1, false).with_foreign_record().record(), None);
        assert!(!Word::new(1, false).with_foreign_record().is_never());
    }

    #[test]
    fn overflow_shows_in_the_sign_and_stays_there() {
        let last = Word::new((1 << 27) - 1, false).with(flag::SIDE);
        assert!(!last.is_immortal());
        assert!(last.plus_one().is_immortal());
        let immortal = last.plus_one().immortal();
        assert_eq!(immortal.strong(), -(1 << 26));
        assert!(immortal.has(flag::SIDE));
    }
}
