//! Steps 0 to 4: records, edges, roots, verdicts.

use super::whole::Whole;
use crate::collect::halves::Halves;
use crate::collect::walk::Scope;
use crate::heap::first_panic::FirstPanic;
use crate::heap::shared::object::SharedObject;
use crate::heap::shared::side::SharedCallback;
use crate::heap::shared::steps::{Leaving, Left, Recorded};
use crate::heap::shared::word::{Word, flag};
use crate::heap::shared::{buffer, death};
use crate::shim::{Counted, Lock, global, planted};
use crate::trace::{Edge, Side, Tracer};
use std::ops::Range;

global! {
    /// Taken by a collection that reaches a verdict, and by an upgrade that meets one.
    static VERDICT: Lock<()> = Lock::default();
}

/// Waits until the verdict that is being reached has been.
pub(super) fn wait_for_verdict() {
    drop(VERDICT.lock());
}

/// What is known of an object with a record.
#[derive(Debug)]
struct Record {
    object: SharedObject,
    /// Edges found that lead to it; the half edges together are one.
    internal: u32,
    /// Where its own edges are in the list of edges.
    edges: Range<usize>,
    fate: Fate,
    /// HELD is set, by us.
    is_held: bool,
    /// It came from a candidate buffer.
    is_candidate: bool,
    /// A part of it could not be looked into when it was locked.
    is_opaque: bool,
}

/// What is believed of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Something that is no garbage leads to it.
    Live,
    /// It is garbage.
    Suspect,
    /// It is garbage, and TAKEN: that was the verdict.
    Dies,
}

impl Record {
    fn new(object: SharedObject, is_candidate: bool) -> Record {
        Record {
            object,
            internal: 0,
            edges: 0..0,
            fate: Fate::Suspect,
            is_held: false,
            is_candidate,
            is_opaque: false,
        }
    }

    fn is_suspect(&self) -> bool {
        self.fate != Fate::Live
    }
}

/// An edge between records: the number of the one that it leads to, perhaps with HALF.
type Link = u32;

/// The mark of a half edge.
const HALF: Link = 1 << 31;
/// The mark of one from a map.
const OF_MAP: Link = 1 << 30;

const _: () = assert!(Word::RECORDS < OF_MAP as usize);

/// How many records ahead of a pass their objects' headers are fetched.
const AHEAD: usize = 8;

/// The object that an edge leads to.
fn target(edge: Edge) -> SharedObject {
    // SAFETY: handles lead to objects; the one that was reported keeps this one for now.
    unsafe { SharedObject::from_value(edge) }
}

/// What a collection comes to.
#[derive(Debug, Default)]
pub(super) struct Parted {
    /// Without a verdict; their records belong to no walk now.
    pub(super) suspects: Vec<SharedObject>,
    /// TAKEN. Pinned, their records ended.
    pub(super) dead: Vec<SharedObject>,
    /// The rest. Not to be touched, unless there is a pin.
    pub(super) live: Vec<SharedObject>,
}

/// What the edges that are reported now are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// New objects get records.
    Sketch,
    /// Edges between records are counted.
    Round,
    /// The same, and guards are kept.
    Lock,
}

/// The records.
#[derive(Debug)]
struct Records {
    list: Vec<Record>,
    /// The edges of all records.
    edges: Vec<Link>,
    halves: Halves,
    scope: Scope,
    /// Objects whose last handle went while we held them.
    orphans: Vec<SharedObject>,
    /// Edges ever found.
    found: usize,
    /// A `Trace` panicked, or the numbers ran out: candidates remain candidates.
    is_incomplete: bool,
}

/// A collection.
#[derive(Debug)]
pub(super) struct Walk {
    records: Box<Records>,
    tracer: Tracer,
}

impl Records {
    /// Gives an object a record, unless it has one, and says its number. Candidates give their share.
    fn record(&mut self, object: SharedObject, is_candidate: bool) -> Option<usize> {
        let number = self.list.len();
        if number >= Word::RECORDS {
            self.is_incomplete = true;
            if is_candidate {
                // No number left: it stays a candidate.
                buffer::push(object);
            }
            return None;
        }
        match object.record(number, is_candidate) {
            Recorded::New => {
                self.list.push(Record::new(object, is_candidate));
                Some(number)
            }
            Recorded::Already(number) => Some(number),
            Recorded::No => None,
        }
    }

    /// Notes an edge that was found; in a sketch its target gets a record.
    fn edge(&mut self, object: SharedObject, mode: Mode) {
        if let Some(number) = self.target(object, mode) {
            self.list[number].internal = self.list[number].internal.saturating_add(1);
            self.edges.push(number as Link);
        }
    }

    /// The same of a half edge. The first one to an object takes the handle into account that both are.
    #[cold]
    fn half(&mut self, object: SharedObject, side: Side, mode: Mode) {
        if let Some(number) = self.target(object, mode) {
            let is_first = self.halves.find(number, side);
            let record = &mut self.list[number];
            record.internal = record.internal.saturating_add(u32::from(is_first));
            let mark = if side == Side::Map { HALF | OF_MAP } else { HALF };
            self.edges.push(number as Link | mark);
        }
    }

    /// The record of what an edge leads to.
    #[inline(always)]
    fn target(&mut self, object: SharedObject, mode: Mode) -> Option<usize> {
        self.found += 1;
        match mode {
            Mode::Sketch => {
                let is_young = self.scope == Scope::Young;
                if is_young && object.is_old() && object.load().record().is_none() {
                    return None;
                }
                self.record(object, false)
            }
            Mode::Round | Mode::Lock => object.load().record(),
        }
    }

    /// Lets go of a value; whoever dropped the last handle meanwhile left the object to us.
    fn unhold(&mut self, number: usize) {
        let record = &mut self.list[number];
        if std::mem::take(&mut record.is_held) && record.object.unhold() {
            self.orphans.push(record.object);
        }
    }

    /// Marks what the roots reach as no suspects. `roots` are numbers of suspects that are none. A half edge
    /// keeps what it leads to when all that were found do.
    fn mark(&mut self, mut roots: Vec<usize>) {
        for &root in &roots {
            self.list[root].fate = Fate::Live;
        }
        while let Some(number) = roots.pop() {
            for edge in self.list[number].edges.clone() {
                let link = self.edges[edge];
                let target = (link & !(HALF | OF_MAP)) as usize;
                let side = if link & OF_MAP == 0 { Side::Key } else { Side::Map };
                if link & HALF != 0 && !self.halves.mark(target, side) {
                    continue;
                }
                if self.list[target].is_suspect() {
                    self.list[target].fate = Fate::Live;
                    roots.push(target);
                }
            }
        }
    }

    /// Fetches what a pass over the records looks at soon.
    #[inline]
    fn prefetch(&self, number: usize) {
        if let Some(record) = self.list.get(number + AHEAD) {
            record.object.prefetch();
        }
    }

    fn suspects(&self) -> impl Iterator<Item = usize> + use<'_> {
        (0..self.list.len()).filter(|&number| self.list[number].is_suspect())
    }
}

impl Walk {
    pub(super) fn new(scope: Scope) -> Walk {
        Walk {
            records: Box::new(Records {
                list: Vec::new(),
                edges: Vec::new(),
                halves: Halves::new(),
                scope,
                orphans: Vec::new(),
                found: 0,
                is_incomplete: false,
            }),
            tracer: Tracer::for_shared(),
        }
    }

    /// Step 0. A `Trace` that panics makes all that has a record live; its panic goes to `panic`.
    pub(super) fn sketch(&mut self, candidates: Vec<Vec<SharedObject>>, panic: &mut FirstPanic) {
        /// So many suspects are locked without a second look: what is wrongly among them is locked for
        /// the time of so many traces at most.
        const FEW: usize = 2_048;
        const ROUNDS: usize = 8;
        for candidate in candidates.into_iter().flatten() {
            self.records.record(candidate, true);
        }
        let mut number = 0;
        while number < self.records.list.len() {
            self.records.prefetch(number);
            if !self.look_at(number, Mode::Sketch, panic) {
                return self.spare_all();
            }
            number += 1;
        }
        if planted!("all_suspect") {
            // Not a bug: soundness must not rest on the sketch.
            return;
        }
        self.find_roots(0);
        for _ in 0..ROUNDS {
            let before = self.records.suspects().count();
            if before <= FEW || !self.recount(Mode::Round, panic) {
                return;
            }
            self.find_roots(0);
            if self.records.suspects().count() == before {
                return;
            }
        }
    }

    /// Holds a value and traces it; in a sketch or a round lets go of it again. What cannot be held is
    /// no suspect. False after a panic.
    fn look_at(&mut self, number: usize, mode: Mode, panic: &mut FirstPanic) -> bool {
        let Walk { records, tracer } = self;
        let object = records.list[number].object;
        let first = records.edges.len();
        records.list[number].edges = first..first;
        if !object.hold() {
            records.mark(vec![number]);
            return true;
        }
        records.list[number].is_held = !planted!("no_held");
        let table = object.table();
        let keep = mode == Mode::Lock && !planted!("guards_released_early");
        if mode != Mode::Lock {
            // Handles move while nobody holds their locks: one may be met in two places.
            tracer.verify().restart();
        }
        tracer.verify().enter_object(object.value(), || table.name());
        // SAFETY: HELD keeps the value (S1), and no `&mut` to it is out: CLAIMED is off, or the word
        // would have refused.
        let traced = panic.run(|| unsafe { table.trace(object.value(), tracer) }); // user code
        if traced.is_some()
            && let Some(cell) = object.cell()
        {
            // SAFETY: the cell is the object's (2). All steps are done under the global lock, and the guards are
            // released in the last, if not before (1).
            unsafe { cell.trace(tracer) }
        }
        if planted!("targets_after_unlock") && mode == Mode::Sketch {
            // SAFETY: this thread took them just now, in a value that is held.
            unsafe { tracer.release_guards() };
        }
        if traced.is_none() && !planted!("edges_after_panic") {
            // The unwinding may have dropped guards that were not kept yet: the handles reported from
            // under them may be gone.
            tracer.edges().clear();
            tracer.halves().clear();
        }
        let mut edges = std::mem::take(tracer.edges());
        for &edge in edges.iter().take(AHEAD) {
            target(edge).prefetch();
        }
        for edge in edges.drain(..) {
            // The locks that the handles lie in are still ours.
            records.edge(target(edge), mode);
        }
        *tracer.edges() = edges;
        if !tracer.halves().is_empty() {
            for (half, side) in std::mem::take(tracer.halves()) {
                records.half(target(half), side, mode);
            }
        }
        if !keep {
            // SAFETY: as above.
            unsafe { tracer.release_guards() };
        }
        records.list[number].edges = first..records.edges.len();
        let is_opaque = tracer.take_opaque();
        if mode == Mode::Lock {
            // No suspect, but that is for the check to say: not all half edges of what it leads to are found yet.
            records.list[number].is_opaque = is_opaque;
        } else {
            records.unhold(number);
        }
        traced.is_some()
    }

    /// Counts the edges among the suspects anew. False after a panic, which spares all.
    fn recount(&mut self, mode: Mode, panic: &mut FirstPanic) -> bool {
        self.tracer.verify().restart();
        self.records.edges.clear();
        self.records.halves.clear();
        for record in &mut self.records.list {
            record.internal = 0;
            record.is_opaque = false;
            record.edges = 0..0;
        }
        for number in 0..self.records.list.len() {
            // One before it may have shown that this one is live; its edges do not count then.
            if !self.records.list[number].is_suspect() {
                continue;
            }
            self.records.prefetch(number);
            if !self.look_at(number, mode, panic) {
                self.spare_all();
                return false;
            }
        }
        true
    }

    /// Steps 1 and 2. `pins` handles of each suspect are ours.
    pub(super) fn lock_and_check(&mut self, pins: i64, panic: &mut FirstPanic) {
        let check_early = planted!("check_before_lock");
        let check_never = planted!("no_check");
        if check_early {
            self.find_roots(pins);
        }
        if !self.recount(Mode::Lock, panic) {
            return;
        }
        if !check_early && !check_never {
            self.find_roots(pins);
        }
    }

    /// Makes those suspects roots that have other handles than the edges found, were TOUCHED, or could not be looked
    /// into.
    fn find_roots(&mut self, pins: i64) {
        let whole = Whole("a check");
        let records = &mut *self.records;
        let is_root = |record: &Record| {
            let word = record.object.check();
            let touched = word.has(flag::TOUCHED) && !planted!("check_ignores_touched");
            // Without a handle it has just died, and is left to us or to whoever ends it.
            let counted = word.strong() != 0 && word.strong() - pins == i64::from(record.internal);
            !counted || touched || record.is_opaque
        };
        let is_root = |&number: &usize| {
            records.prefetch(number);
            is_root(&records.list[number])
        };
        let roots = records.suspects().filter(is_root).collect();
        records.mark(roots);
        whole.done();
    }

    /// Steps 3 and 4: reaches a verdict on all suspects at one instant. Those that `dies` says become
    /// TAKEN; gives the callbacks of their weak handles. `pins` handles of each suspect are ours; where
    /// there was none, there is one afterwards.
    pub(super) fn commit(
        &mut self,
        pins: i64,
        dies: impl Fn(SharedObject) -> bool,
    ) -> Vec<Vec<Counted<SharedCallback>>> {
        let whole = Whole("a verdict");
        let records = &mut *self.records;
        let verdict = VERDICT.lock();
        let pending: Vec<usize> = records
            .suspects()
            .filter(|&number| {
                records.prefetch(number);
                records.list[number].object.load().has(flag::SIDE)
            })
            .collect();
        let failed: Vec<usize> = pending
            .iter()
            .copied()
            .filter(|&number| {
                let record = &records.list[number];
                !record.object.pend(i64::from(record.internal) + pins)
            })
            .collect();
        if planted!("abort_all") && !failed.is_empty() {
            for &number in &pending {
                records.list[number].object.decide(false, false);
            }
            let all = records.suspects().collect();
            records.mark(all);
            whole.done();
            return Vec::new();
        }
        records.mark(failed);
        let pin = pins == 0;
        if planted!("verdict_out_of_order") {
            for number in records.suspects().filter(|&n| !dies(records.list[n].object)) {
                records.list[number].object.decide(false, false);
            }
        }
        let mut callbacks = Vec::new();
        if planted!("callbacks_before_verdict") {
            callbacks
                .extend(pending.iter().map(|&n| death::take_callbacks(records.list[n].object)));
        }
        let mut spared = Vec::new();
        for number in 0..records.list.len() {
            records.prefetch(number);
            let record = &mut records.list[number];
            if !record.is_suspect() {
                continue;
            }
            let object = record.object;
            if !dies(object) {
                spared.push(object);
                continue;
            }
            record.fate = Fate::Dies;
            if object.load().has(flag::SIDE) {
                callbacks.push(death::take_callbacks(object));
            }
            object.decide(true, pin);
        }
        // After all that dies is TAKEN: who upgrades one of these sees the others dead.
        for object in spared {
            object.decide(false, pin);
        }
        for number in pending {
            if !records.list[number].is_suspect() {
                records.list[number].object.decide(false, false);
            }
        }
        drop(verdict);
        whole.done();
        callbacks.retain(|list| !list.is_empty());
        callbacks
    }

    /// Step 5: guards go, HELD goes, and all records end, but that those of suspects without a verdict
    /// keep their share of the memory. What is live is a candidate, if `all_are_candidates`.
    pub(super) fn part(&mut self, all_are_candidates: bool) -> Parted {
        let whole = Whole("the end of records");
        // SAFETY: this thread took them in values that are still held.
        unsafe { self.tracer.release_guards() };
        let records = &mut *self.records;
        let mut parted = Parted::default();
        let garbage = records.suspects().count();
        parted.dead.reserve(garbage);
        for record in records.list.drain(..) {
            let Record { object, is_held, .. } = record;
            let (leaving, list) = if !record.is_suspect() {
                object.set_old();
                let again = records.scope == Scope::Young || records.is_incomplete;
                let candidate = all_are_candidates || (again && record.is_candidate);
                (Leaving::Alive { candidate }, &mut parted.live)
            } else if record.fate == Fate::Dies {
                (Leaving::Dead, &mut parted.dead)
            } else {
                (Leaving::UserCode, &mut parted.suspects)
            };
            list.push(object);
            if settle(object, leaving, is_held) {
                records.orphans.push(object);
            }
        }
        records.edges.clear();
        whole.done();
        parted
    }

    /// Makes all records live, after a panic.
    fn spare_all(&mut self) {
        self.records.is_incomplete = true;
        for record in &mut self.records.list {
            record.fate = Fate::Live;
        }
    }

    /// Makes the objects suspects again after user code has run. Says how many have died meanwhile. The
    /// records of those end, and of those that were lent mutably.
    pub(super) fn resume(&mut self, objects: Vec<SharedObject>) -> usize {
        let mut died = 0;
        for object in objects {
            let number = self.records.list.len();
            if object.record_again(number) {
                self.records.list.push(Record::new(object, false));
            } else {
                died += usize::from(object.load().strong() == 0);
                let orphan = settle(object, Leaving::Alive { candidate: false }, false);
                debug_assert!(!orphan, "it was not held");
            }
        }
        died
    }

    /// The suspects.
    pub(super) fn suspects(&self) -> impl Iterator<Item = SharedObject> + use<'_> {
        self.records.suspects().map(|number| self.records.list[number].object)
    }

    /// Objects whose last handle went while we held them: to be ended when no lock is held.
    pub(super) fn take_orphans(&mut self) -> Vec<SharedObject> {
        std::mem::take(&mut self.records.orphans)
    }

    /// Objects with a record.
    pub(super) fn visited(&self) -> usize {
        self.records.list.len()
    }

    /// What the walk touched.
    pub(super) fn work(&mut self) -> usize {
        self.records.list.len() + self.records.found + self.tracer.take_scanned()
    }
}

/// Ends a record and does what remains to be done. True if the object is left to be ended: its last
/// handle went while it was held.
#[must_use]
fn settle(object: SharedObject, leaving: Leaving, held: bool) -> bool {
    match object.leave(leaving, held) {
        Left::Done => {}
        Left::Orphan => return true,
        Left::Queue => buffer::push(object),
        // SAFETY: ours was the last share.
        Left::Free => unsafe { object.free(object.table()) },
    }
    false
}
