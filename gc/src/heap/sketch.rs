//! The records of a full collection that goes in steps: what it has noted of which objects.
//!
//! The program runs between the steps. An object that dies or is lent out mutably leaves a tombstone
//! (H2); nothing else changes here but by the collector, and a place means the same from one step to the
//! next.

use super::chunks::Chunks;
use super::count::Slot;
use super::lent::Lent;
use super::object::Object;
use crate::shim::planted;
use std::cell::Cell;

/// What is noted of one object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    /// The object, unless it has left.
    pub(crate) object: Option<Object>,
    /// Edges to it that were found; in a marked record the collector's own business.
    pub(crate) internal: u32,
    /// Three flags, and above them what tracing it cost.
    info: u32,
}

impl Record {
    /// It was a candidate when the sketch began.
    pub(crate) const SEED: u32 = 1;
    /// It is immutable and leads to nothing that could be part of a cycle.
    pub(crate) const SETTLED: u32 = 2;
    /// Something that lives leads to it, as far as is known.
    pub(crate) const MARKED: u32 = 4;
    const COST_SHIFT: u32 = 3;

    pub(crate) fn new(object: Object, internal: u32, flags: u32) -> Record {
        Record { object: Some(object), internal, info: flags }
    }

    /// The record of a suspect: to be counted again.
    #[inline]
    pub(crate) fn uncounted(self) -> Record {
        Record { internal: 0, ..self }
    }

    #[inline]
    pub(crate) fn has(&self, flag: u32) -> bool {
        self.info & flag != 0
    }

    #[inline]
    pub(crate) fn set(&mut self, flag: u32) {
        self.info |= flag;
    }

    /// What tracing it cost, as far as 29 bits can say.
    #[inline]
    pub(crate) fn cost(&self) -> usize {
        (self.info >> Record::COST_SHIFT) as usize
    }

    #[inline]
    pub(crate) fn set_cost(&mut self, cost: usize) {
        let cost = u32::try_from(cost).unwrap_or(u32::MAX).min(u32::MAX >> Record::COST_SHIFT);
        let flags = self.info & (Record::SEED | Record::SETTLED | Record::MARKED);
        self.info = cost << Record::COST_SHIFT | flags;
    }
}

/// The records, in the order in which the objects were reached.
#[derive(Debug)]
pub(crate) struct SketchTable {
    records: Lent<Chunks<Record>>,
    running: Cell<bool>,
}

impl SketchTable {
    pub(super) const fn new() -> SketchTable {
        SketchTable { records: Lent::new(Chunks::new()), running: Cell::new(false) }
    }

    /// Lends the records to `f`, which must not run foreign code: every method of this type is such a
    /// loan (B1).
    #[inline(always)]
    fn with<R>(&self, f: impl FnOnce(&mut Chunks<Record>) -> R) -> R {
        // SAFETY: the methods below keep to that.
        unsafe { self.records.with(f) }
    }

    /// Is there a sketch?
    #[inline]
    pub(crate) fn is_running(&self) -> bool {
        self.running.get()
    }

    pub(crate) fn start(&self) {
        self.running.set(true);
    }

    /// There is no sketch any more, and no record.
    pub(crate) fn end(&self) {
        self.running.set(false);
        self.truncate(0);
    }

    /// The number of places.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.with(|records| records.len())
    }

    /// The record at `place`, tombstone or not.
    #[inline]
    pub(crate) fn get(&self, place: usize) -> Option<Record> {
        self.with(|records| records.get(place))
    }

    /// Changes the record at `place`.
    #[inline]
    pub(crate) fn edit<R>(&self, place: usize, f: impl FnOnce(&mut Record) -> R) -> R {
        self.with(|records| f(records.at(place)))
    }

    /// Adds a record and has the object's slot say so; says whether there was a number left.
    #[inline]
    pub(crate) fn push(&self, object: Object, internal: u32, flags: u32) -> bool {
        let place = self.len();
        if place >= Slot::PLACES {
            return false;
        }
        self.with(|records| records.push(Record::new(object, internal, flags)));
        object.count().set_slot(Slot::sketch(place));
        true
    }

    /// The object whose record this is has left.
    #[inline]
    pub(super) fn bury(&self, place: usize) {
        self.with(|records| {
            records.at(place).object = None;
            if planted!("sketch_popped") && place + 1 == records.len() {
                records.truncate(place);
            }
        });
    }

    /// Forgets the records from `len` on.
    pub(crate) fn truncate(&self, len: usize) {
        self.with(|records| records.truncate(len));
    }

    /// Gives some of the memory back that is not in use.
    pub(crate) fn trim(&self, chunks: usize) {
        self.with(|records| records.trim(chunks));
    }

    /// Forgets all and gives the memory back.
    pub(super) fn free(&self) {
        self.running.set(false);
        self.with(|records| drop(std::mem::replace(records, Chunks::new())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_keeps_cost_and_flags_apart() {
        let mut record = Record { object: None, internal: 0, info: Record::SEED };
        record.set_cost(usize::MAX);
        record.set(Record::MARKED);
        assert!(record.has(Record::SEED) && record.has(Record::MARKED));
        assert!(!record.has(Record::SETTLED));
        assert_eq!(record.cost(), (1 << 29) - 1);
        record.set_cost(3);
        assert_eq!(record.cost(), 3);
        assert!(record.has(Record::SEED) && record.has(Record::MARKED));
    }
}
