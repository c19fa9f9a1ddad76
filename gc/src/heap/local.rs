//! What a thread keeps about its objects: candidate buffers, counters, and what it is doing.
//!
//! It lives in a thread-local without a destructor, so handles in thread-locals that are destroyed
//! later still count and die. When the thread's collector is gone ([`LocalHeap::close`]) nothing is
//! noted any more, and cycles left then are leaked.

use super::buffer::Buffer;
use super::count::Slot;
use super::object::{Flag, Object};
use super::old::OldBuffer;
use super::sketch::SketchTable;
use super::young::YoungBuffer;
use crate::shim::planted;
use std::cell::Cell;

/// What the collector of this thread is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing.
    Idle,
    /// Looking for garbage, or disposing of it.
    Collecting,
    /// It is gone, with the thread about to end.
    Closed,
}

/// The heap of a thread. What every birth and death touches comes first, in one cache line.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct LocalHeap {
    /// How many tracked objects may be made until an allocation asks the policy first.
    allowance: Cell<isize>,
    /// How many more drops may nest, one inside another. It stands between the two counters, so that no
    /// compiler accesses them as one right after one alone was stored, which stalls.
    pub(super) room: Cell<i32>,
    /// Are the lists of `deferred` and `postponed` being emptied?
    pub(super) draining: Cell<bool>,
    /// The bytes of tracked objects whose memory is allocated, headers included.
    bytes: Cell<usize>,
    /// Candidates that have not survived a collection.
    young: YoungBuffer,
    /// Deaths put off, linked through their count words.
    pub(super) deferred: Cell<Option<Object>>,
    /// Objects whose finalizer was put off, each with its last handle.
    pub(super) postponed: Buffer,
    /// The number of tracked objects whose memory is allocated, plus the allowance.
    trigger: Cell<isize>,
    /// Finalizers ever run.
    finalizers: Cell<usize>,
    phase: Cell<Phase>,
    /// Candidates that have survived a collection.
    old: OldBuffer,
    /// The records of a full collection that goes in steps.
    sketch: SketchTable,
    /// Old objects that lost a handle since the last full collection began, counted once for each time
    /// that they had to be noted.
    old_pushes: Cell<usize>,
    /// The policy is asked when there were so many.
    old_limit: Cell<usize>,
    /// The garbage that is being disposed of, in the order of its records.
    records: Buffer,
    /// Objects among the records that died by counting.
    record_deaths: Cell<usize>,
    /// Objects that exclusive access took out of the records.
    record_claims: Cell<usize>,
    /// There is, or was, a weak-key map: any object may have something tied to it one day.
    has_key_maps: Cell<bool>,
}

thread_local! {
    static HEAP: LocalHeap = const { LocalHeap::new() };
}

const _: () = assert!(!std::mem::needs_drop::<LocalHeap>());

/// Runs `f` with the heap of this thread.
#[inline(always)]
pub(crate) fn heap<R>(f: impl FnOnce(&LocalHeap) -> R) -> R {
    HEAP.with(f)
}

/// The heap of this thread. The reference must not leave the thread.
#[inline(always)]
pub(crate) fn current<'a>() -> &'a LocalHeap {
    let heap = HEAP.with(std::ptr::from_ref);
    // SAFETY: a thread-local without a destructor lives as long as its thread, and `LocalHeap` is not
    // `Sync`, so the reference cannot be used by another.
    unsafe { &*heap }
}

impl LocalHeap {
    const fn new() -> LocalHeap {
        LocalHeap {
            allowance: Cell::new(0),
            room: Cell::new(super::death::DEPTH_LIMIT),
            draining: Cell::new(false),
            bytes: Cell::new(0),
            young: YoungBuffer::new(),
            deferred: Cell::new(None),
            postponed: Buffer::new(),
            trigger: Cell::new(0),
            finalizers: Cell::new(0),
            phase: Cell::new(Phase::Idle),
            old: OldBuffer::new(),
            sketch: SketchTable::new(),
            old_pushes: Cell::new(0),
            old_limit: Cell::new(0),
            records: Buffer::new(),
            record_deaths: Cell::new(0),
            record_claims: Cell::new(0),
            has_key_maps: Cell::new(false),
        }
    }

    // --- counters -------------------------------------------------------------------------------

    /// Does the policy want to be asked before another tracked object is made?
    #[inline(always)]
    pub(crate) fn is_due(&self) -> bool {
        self.allowance.get() <= 0
    }

    /// A tracked object is about to be made. Says whether the policy wants to be asked first; it is to be
    /// asked between [`uncount_birth`](LocalHeap::uncount_birth) and another call, whose answer does not
    /// matter.
    #[must_use]
    #[inline(always)]
    pub(crate) fn count_birth(&self) -> bool {
        let allowance = self.allowance.get() - 1;
        self.allowance.set(allowance);
        allowance < 0
    }

    /// It is not made after all, or not yet.
    #[inline(always)]
    pub(crate) fn uncount_birth(&self) {
        self.allowance.set(self.allowance.get() + 1);
    }

    /// A tracked object has been made, which is counted already: its bytes.
    #[inline(always)]
    pub(crate) fn count_bytes(&self, bytes: usize) {
        self.bytes.set(self.bytes.get().wrapping_add(bytes));
    }

    /// The memory of a tracked object was given back.
    #[inline(always)]
    pub(crate) fn count_death(&self, bytes: usize) {
        self.allowance.set(self.allowance.get() + 1);
        self.bytes.set(self.bytes.get().wrapping_sub(bytes));
    }

    /// The memory of so many was.
    #[inline(always)]
    pub(crate) fn count_deaths(&self, objects: usize, bytes: usize) {
        self.allowance.set(self.allowance.get() + objects as isize);
        self.bytes.set(self.bytes.get().wrapping_sub(bytes));
    }

    /// Tracked objects whose memory is allocated.
    pub(crate) fn objects(&self) -> isize {
        self.trigger.get() - self.allowance.get()
    }

    /// Their bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// A finalizer runs.
    pub(super) fn count_finalizer(&self) {
        self.finalizers.set(self.finalizers.get().wrapping_add(1));
    }

    /// Finalizers ever run.
    pub(crate) fn finalizers(&self) -> usize {
        self.finalizers.get()
    }

    /// Lets so many net allocations and candidates pass until the policy is asked again.
    pub(crate) fn arm(&self, allocations: usize, young: usize, old_pushes: usize) {
        self.allow(isize::try_from(allocations).unwrap_or(isize::MAX));
        self.young.set_limit(young);
        self.old_limit.set(old_pushes);
    }

    /// The next allocation asks the policy.
    pub(crate) fn ask_soon(&self) {
        self.allow(isize::MIN);
    }

    /// Sets the allowance. No end of it is reached by births and deaths: there are not so many addresses.
    fn allow(&self, allowance: isize) {
        const FAR: isize = isize::MAX / 2;
        let objects = self.objects();
        let allowance = allowance.clamp(-FAR, FAR);
        self.trigger.set(objects + allowance);
        self.allowance.set(allowance);
    }

    // --- nested drops ---------------------------------------------------------------------------

    /// A drop begins inside others, or by itself. Says whether it may; it has to be ended by
    /// [`unnest`](LocalHeap::unnest) in any case.
    #[inline(always)]
    pub(super) fn nest(&self) -> bool {
        let room = self.room.get() - 1;
        self.room.set(room);
        room >= 0
    }

    /// It ends.
    #[inline(always)]
    pub(super) fn unnest(&self) {
        self.room.set(self.room.get() + 1);
    }

    /// Is a drop or a collection under way, or one put off, so that some object may be cut off whose
    /// callbacks are still to come?
    pub(crate) fn is_settling(&self) -> bool {
        self.room.get() != super::death::DEPTH_LIMIT
            || self.draining.get()
            || self.phase.get() == Phase::Collecting
    }

    // --- what it is doing -----------------------------------------------------------------------

    pub(crate) fn phase(&self) -> Phase {
        self.phase.get()
    }

    pub(crate) fn set_phase(&self, phase: Phase) {
        self.phase.set(phase);
    }

    // --- candidates -----------------------------------------------------------------------------

    /// Notes an object that lost a handle and has others.
    #[inline(always)]
    pub(crate) fn note(&self, object: Object) {
        if object.has(Flag::Old) || !self.young.push(object) {
            self.note_slowly(object);
        }
    }

    /// As [`note`](LocalHeap::note), for what is old, or where the young buffer has no room for one reason or another.
    #[cold]
    #[inline(never)]
    fn note_slowly(&self, object: Object) {
        if self.phase.get() == Phase::Closed {
            return;
        }
        if object.has(Flag::Old) {
            return self.note_old(object);
        }
        if self.young.live() >= YoungBuffer::MOST {
            // The object stays clean and is noted when it next loses a handle.
            return self.ask_soon();
        }
        if self.young.push_slowly(object) {
            self.ask_soon();
            // Once is enough: the answer sets the limit anew.
            self.young.set_limit(YoungBuffer::MOST);
        }
    }

    #[cold]
    #[inline(never)]
    fn note_old(&self, object: Object) {
        let slot = object.slot();
        if slot.is_noted() {
            // A record of the sketch.
            object.count().set_slot(slot.touched());
        } else {
            self.old.push(object);
        }
        let pushes = self.old_pushes.get() + 1;
        self.old_pushes.set(pushes);
        if pushes >= self.old_limit.get() {
            self.ask_soon();
        }
    }

    /// Takes away the entry of an object with this slot, which is about to die, if it is the young
    /// candidate noted last; its slot is stale then.
    #[inline(always)]
    pub(super) fn forget_last(&self, slot: Slot) -> bool {
        self.young.pop_if_last(slot)
    }

    /// Takes away the entry of an object that is about to die or to be borrowed mutably: from a
    /// candidate buffer, from the sketch or from the records. It has one; its slot is stale afterwards.
    #[cold]
    #[inline(never)]
    pub(crate) fn forget(&self, object: Object, why: Leaving) {
        let slot = object.slot();
        if self.forget_last(slot) {
            return;
        }
        if let Some(place) = slot.as_young() {
            self.young.remove(place);
        } else if let Some(place) = slot.as_old() {
            self.old.remove(place);
        } else if let Some(place) = slot.as_sketch() {
            if planted!("claim_unseen") && why == Leaving::Claimed {
                return;
            }
            if planted!("death_unseen") && why == Leaving::Dying {
                return;
            }
            self.sketch.bury(place);
        } else if let Some(place) = slot.as_record() {
            self.records.bury(place);
            let counter = match why {
                Leaving::Dying => &self.record_deaths,
                Leaving::Claimed => &self.record_claims,
            };
            counter.set(counter.get() + 1);
        }
    }

    /// Young candidates.
    pub(crate) fn young_len(&self) -> usize {
        self.young.live()
    }

    /// Places in the young buffer.
    pub(crate) fn young_places(&self) -> usize {
        self.young.places()
    }

    /// Old candidates.
    pub(crate) fn old(&self) -> &OldBuffer {
        &self.old
    }

    /// The records of a full collection that goes in steps.
    #[inline(always)]
    pub(crate) fn sketch(&self) -> &SketchTable {
        &self.sketch
    }

    /// How often old objects had to be noted since [`restart_pushes`](LocalHeap::restart_pushes).
    pub(crate) fn old_pushes(&self) -> usize {
        self.old_pushes.get()
    }

    /// A full collection begins.
    pub(crate) fn restart_pushes(&self) {
        self.old_pushes.set(0);
    }

    /// Takes the young buffer, leaving `spare` (empty) in its place; of one that is longer than `limit`
    /// only that much, from its end.
    pub(crate) fn take_young(
        &self,
        spare: Vec<Option<Object>>,
        limit: usize,
    ) -> Vec<Option<Object>> {
        self.young.take(spare, limit)
    }

    /// Gives some memory back that is not in use.
    pub(crate) fn trim(&self) {
        const CHUNKS: usize = 32;
        self.old.trim(CHUNKS);
        self.sketch.trim(CHUNKS);
    }

    // --- ties -----------------------------------------------------------------------------------

    /// Somebody makes a weak-key map.
    pub(crate) fn expect_ties(&self) -> bool {
        !self.has_key_maps.replace(true)
    }

    /// May what is NEVER be tied to something one day, and be part of a cycle then?
    #[inline]
    pub(crate) fn expects_ties(&self) -> bool {
        self.has_key_maps.get()
    }

    /// Something was just tied to an object with a side cell, which has to be found by the collector (T2).
    pub(crate) fn tied(&self, object: Object) {
        let slot = object.slot();
        if slot == Slot::NEVER {
            object.count().set_slot(Slot::CLEAN);
        } else if slot.as_sketch().is_some() {
            // What was found out about its edges is void.
            object.count().set_slot(slot.touched());
        }
        if object.is_unheard() && object.slot() == Slot::CLEAN {
            self.note(object);
        }
    }

    // --- records --------------------------------------------------------------------------------

    /// Puts up the records of garbage for the time that user code runs.
    pub(crate) fn set_records(&self, records: Vec<Option<Object>>) -> Vec<Option<Object>> {
        self.record_deaths.set(0);
        self.record_claims.set(0);
        self.records.replace(records)
    }

    /// The record at `place`, if the object is still there.
    #[inline]
    pub(crate) fn record(&self, place: usize) -> Option<Object> {
        self.records.get(place)
    }

    /// Objects among the records that have died by counting since they were put up.
    pub(crate) fn record_deaths(&self) -> usize {
        self.record_deaths.get()
    }

    /// Objects that left the records because somebody got exclusive access.
    pub(crate) fn record_claims(&self) -> usize {
        self.record_claims.get()
    }

    // --- the end --------------------------------------------------------------------------------

    /// Notes nothing from now on, forgets what is noted and gives the buffers back.
    pub(crate) fn close(&self) {
        self.phase.set(Phase::Closed);
        let noted = self.young.take(Vec::new(), usize::MAX).into_iter().chain(self.old.take());
        for object in noted.chain(self.records.replace(Vec::new())).flatten() {
            object.count().set_slot(Slot::CLEAN);
        }
        for place in 0..self.sketch.len() {
            if let Some(object) = self.sketch.get(place).and_then(|record| record.object) {
                object.count().set_slot(Slot::CLEAN);
            }
        }
        self.sketch.free();
        self.postponed.free();
    }
}

/// Why an object leaves the place where it is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// Its last handle is gone.
    Dying,
    /// Its only handle's owner gets `&mut`.
    Claimed,
}
