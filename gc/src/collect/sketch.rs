//! A full collection in steps: sketch, sort, validate. The program runs in between.
//!
//! Garbage is stable: no count and no edge of it changes, and nothing new leads to it. So what is found
//! out about it stays true while the program runs, and a stale fact about a live object only makes a
//! false *suspect*. One last look at the suspects, in one instant, tells (`run::validate`); nothing that
//! was found before is trusted there. docs/design.md has the proofs.
//!
//! User code that runs in here is `Trace` alone.

use super::fifo::Fifo;
use super::halves::Halves;
use super::pace::Pace;
use super::walk::{Walk, trace_ties};
use crate::heap::count::{Slot, Strong};
use crate::heap::local::LocalHeap;
use crate::heap::object::{Flag, Object};
use crate::heap::sketch::Record;
use crate::shim::planted;
use crate::trace::Tracer;

/// So many times at most the suspects are gone through before the last look.
const ROUNDS: u32 = 8;

/// How far ahead of a cursor the headers of objects are fetched.
const AHEAD: usize = 16;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The old candidates become records.
    Seed,
    /// The records are traced and the edges to each counted; in the first round what they reach gets
    /// records, too.
    Count,
    /// What seems to be held from outside, and what that leads to, is marked.
    Mark,
    /// What is marked is let go; the rest are suspects.
    Sort,
    /// What seems to be held from outside is let go, which is most; the rest are suspects. What such
    /// objects lead to shows in the next round.
    Sift,
    /// The suspects wait for the last look.
    Suspect,
    /// Everything is let go, and who was a candidate is one again.
    GiveUp,
}

/// How far a step has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Progress {
    /// As far as it was paid for.
    Paid,
    /// To the last look.
    Suspects,
    /// To the end: there is no garbage.
    Clean,
    /// To the end of giving up.
    GivenUp,
}

/// A sketch that is under way. Its records are in the heap ([`LocalHeap::sketch`]), where deaths find
/// them.
#[derive(Debug)]
pub(super) struct Sketch {
    stage: Stage,
    round: u32,
    /// The next record that the stage looks at (in `Seed`, the next candidate).
    at: usize,
    /// One more than the place of the first marked record that is still to be traced, or 0: the others
    /// follow, each in the `internal` of the one before.
    stack: usize,
    /// Where the next suspect goes.
    to: usize,
    /// Objects let go in this round.
    released: usize,
    /// Records that nothing outside seemed to hold when the last edge to them was counted.
    unheld: usize,
    /// What tracing the suspects costs.
    cost: usize,
    /// What the first count has touched.
    work: usize,
    /// The records of the first count.
    visited: usize,
    tracer: Tracer,
    halves: Halves,
    pub(super) pace: Pace,
}

impl Sketch {
    /// Begins: the candidates of this moment are its seeds.
    pub(super) fn start(heap: &LocalHeap) -> Box<Sketch> {
        debug_assert!(!heap.sketch().is_running());
        if !planted!("young_no_seeds") {
            for object in heap.take_young(Vec::new(), usize::MAX).into_iter().flatten() {
                object.set(Flag::Old);
                heap.old().push(object);
            }
        }
        heap.old().freeze();
        heap.sketch().start();
        Box::new(Sketch {
            stage: Stage::Seed,
            round: 0,
            at: 0,
            stack: 0,
            to: 0,
            released: 0,
            unheld: 0,
            cost: 0,
            work: 0,
            visited: 0,
            tracer: Tracer::new(),
            halves: Halves::new(),
            pace: Pace::start(heap),
        })
    }

    /// How often the suspects have been gone through.
    pub(super) fn round(&self) -> u32 {
        self.round
    }

    /// What the first count has touched so far: objects, edges, elements of containers.
    pub(super) fn work(&self) -> usize {
        self.work
    }

    /// The objects that the first count has looked at.
    pub(super) fn visited(&self) -> usize {
        self.visited
    }

    /// Goes on for `budget` units of work, and at most one `trace` more.
    ///
    /// # Panics
    ///
    /// If a `Trace` panics. The caller then calls [`abandon`](Sketch::abandon).
    pub(super) fn advance(&mut self, heap: &LocalHeap, mut budget: usize) -> Progress {
        let whole = budget;
        let budget = &mut budget;
        loop {
            // Handles move between steps: one that is found in two places has not been reported twice.
            self.tracer.verify().restart();
            let at_end = match self.stage {
                Stage::Seed => self.seed(heap, budget),
                Stage::Count => self.count(heap, budget),
                Stage::Mark => self.mark(heap, budget),
                Stage::Sort => self.sort(heap, budget, |_, record| record.has(Record::MARKED)),
                Stage::Sift => self.sort(heap, budget, is_root),
                Stage::GiveUp => give_up(heap, &mut self.at, budget),
                Stage::Suspect => {
                    // It cannot be cut, but it need not come on top of something else.
                    let alone = *budget == whole;
                    let paid = if alone || self.cost <= *budget {
                        Progress::Suspects
                    } else {
                        Progress::Paid
                    };
                    return paid;
                }
            };
            if !at_end {
                return Progress::Paid;
            }
            self.at = 0;
            self.stage = match self.stage {
                Stage::Seed => Stage::Count,
                Stage::Count => {
                    if self.round == 0 {
                        self.visited = heap.sketch().len();
                    }
                    // (Below zero where objects have come to more handles since.)
                    let unheld = usize::try_from(self.unheld.cast_signed()).unwrap_or(0);
                    let is_most = unheld >= heap.sketch().len() / 2;
                    if is_most { Stage::Mark } else { Stage::Sift }
                }
                Stage::Mark => Stage::Sort,
                Stage::Sort | Stage::Sift if heap.sketch().len() == 0 => {
                    heap.sketch().end();
                    return Progress::Clean;
                }
                Stage::Sort | Stage::Sift => self.after_sort(whole),
                Stage::GiveUp | Stage::Suspect => return Progress::GivenUp,
            };
        }
    }

    /// All that has been found out is void: a `Trace` has panicked.
    pub(super) fn abandon(&mut self) {
        self.tracer.edges().clear();
        self.tracer.halves().clear();
        self.tracer.take_scanned();
        self.at = 0;
        self.stage = Stage::GiveUp;
    }

    /// The candidates become records. All of them lose their bit before the first `trace`: what is known
    /// of a seed when one of the others is traced must be true of the same moment.
    fn seed(&mut self, heap: &LocalHeap, budget: &mut usize) -> bool {
        while *budget > 0 {
            if self.at >= heap.old().len() {
                heap.old().thaw();
                return true;
            }
            if let Some(object) = heap.old().get(self.at + AHEAD) {
                object.prefetch();
            }
            if let Some(object) = heap.old().get(self.at) {
                if !heap.sketch().push(object, 0, Record::SEED) {
                    self.abandon();
                    return false;
                }
                heap.old().remove(self.at);
                if planted!("seeds_late") {
                    object.count().set_slot(object.slot().touched());
                }
            }
            self.at += 1;
            *budget -= 1;
        }
        false
    }

    fn count(&mut self, heap: &LocalHeap, budget: &mut usize) -> bool {
        let mut fifo = Fifo::new();
        loop {
            while let Some(edge) = self.tracer.edges().pop() {
                // SAFETY: a tracer takes edges from handles alone, and they lead to objects (H1); all edges
                // are looked at in the step that reports them.
                if let Some(object) = unsafe { fifo.turn(edge) }
                    && !self.follow(heap, object)
                {
                    return false;
                }
            }
            if let Some(object) = self.next_record(heap, budget, |_, _| true) {
                let place = self.at - 1;
                if planted!("seeds_late") && self.round == 0 {
                    object.count().set_slot(Slot::sketch(place));
                }
                if object.slot().is_touched() {
                    // It is a candidate again: what it leads to had better not be suspect.
                    *budget -= 1;
                } else {
                    let cost = self.trace_and_note(heap, object, place, budget);
                    if self.round == 0 {
                        self.work = self.work.saturating_add(cost);
                    }
                }
            } else if let Some(object) = fifo.pop() {
                if !self.follow(heap, object) {
                    return false;
                }
            } else if !self.tracer.halves().is_empty() {
                if !self.follow_halves(heap) {
                    return false;
                }
            } else {
                return self.at == heap.sketch().len();
            }
        }
    }

    /// An edge that is counted leads to `object`. Says whether there was a number left for a record.
    #[inline(always)]
    fn follow(&mut self, heap: &LocalHeap, object: Object) -> bool {
        let table = heap.sketch();
        let slot = object.slot();
        if let Some(place) = slot.as_sketch() {
            let edges = table.edit(place, |record| {
                // An edge that moves is counted twice.
                record.internal = record.internal.saturating_add(1);
                record.internal
            });
            self.found(object, edges);
        } else if planted!("takes_candidates") && slot.as_candidate().is_some() {
            if self.round == 0 && object.has(Flag::Old) {
                heap.forget(object, crate::heap::local::Leaving::Dying);
                let _has_number = table.push(object, 1, 0);
            }
        } else if planted!("old_only") && !object.has(Flag::Old) {
            // Passed over, as a young walk passes over old ones.
        } else if slot == Slot::CLEAN && self.round == 0 {
            // Also a young one: what was made and moved in is nobody's candidate. One that is a
            // candidate has lost a handle since the seeds did, and is passed over.
            if !table.push(object, 1, 0) {
                self.abandon();
                return false;
            }
            self.found(object, 1);
            if !planted!("stays_young") {
                object.set(Flag::Old);
            }
        }
        true
    }

    /// The same for the half edges that were reported.
    #[cold]
    fn follow_halves(&mut self, heap: &LocalHeap) -> bool {
        for (edge, side) in std::mem::take(self.tracer.halves()) {
            // SAFETY: as in `count`; nothing unties in a step (T1).
            let object = unsafe { Object::from_value(edge) };
            let had_record = object.slot().as_sketch();
            if had_record.is_some_and(|place| !self.halves.find(place, side)) {
                continue;
            }
            if !self.follow(heap, object) {
                return false;
            }
            if had_record.is_none()
                && let Some(place) = object.slot().as_sketch()
            {
                self.halves.find(place, side);
            }
        }
        true
    }

    /// That many edges to an object have been found. A count of them all is only a hint: handles come and
    /// go between steps.
    #[inline(always)]
    fn found(&mut self, object: Object, edges: u32) {
        // No branches: the record has come from far away, and nothing need wait for it.
        let handles = object.count().strong().as_usize();
        let edges = edges as usize;
        let now = usize::from(handles == edges);
        let before = usize::from(handles == edges.wrapping_sub(1));
        self.unheld = self.unheld.wrapping_add(now).wrapping_sub(before);
    }

    fn mark(&mut self, heap: &LocalHeap, budget: &mut usize) -> bool {
        let table = heap.sketch();
        let mut fifo = Fifo::new();
        loop {
            while let Some(edge) = self.tracer.edges().pop() {
                // SAFETY: as in `count`.
                if let Some(object) = unsafe { fifo.turn(edge) } {
                    self.mark_target(heap, object);
                }
            }
            if let Some(object) = self.pop(heap, budget) {
                self.trace(object, budget);
            } else if let Some(object) = self.next_record(heap, budget, is_root) {
                table.edit(self.at - 1, |record| record.set(Record::MARKED));
                self.trace(object, budget);
            } else if let Some(object) = fifo.pop() {
                self.mark_target(heap, object);
            } else if !self.tracer.halves().is_empty() {
                self.mark_halves(heap);
            } else {
                return self.stack == 0 && self.at == table.len();
            }
        }
    }

    /// Something that lives leads to `object`.
    #[inline(always)]
    fn mark_target(&mut self, heap: &LocalHeap, object: Object) {
        if let Some(place) = object.slot().as_sketch()
            && !heap.sketch().edit(place, |record| record.has(Record::MARKED))
        {
            self.push(heap, place);
        }
    }

    /// The half edges that were reported lead from something that lives.
    #[cold]
    fn mark_halves(&mut self, heap: &LocalHeap) {
        for (edge, side) in std::mem::take(self.tracer.halves()) {
            // SAFETY: as in `follow_halves`.
            let object = unsafe { Object::from_value(edge) };
            if let Some(place) = object.slot().as_sketch()
                && self.halves.mark(place, side)
            {
                self.mark_target(heap, object);
            }
        }
    }

    /// Marks a record, to be traced later.
    fn push(&mut self, heap: &LocalHeap, place: usize) {
        heap.sketch().edit(place, |record| {
            record.set(Record::MARKED);
            record.internal = self.stack as u32;
        });
        self.stack = place + 1;
    }

    /// The next marked record that is to be traced.
    fn pop(&mut self, heap: &LocalHeap, budget: &mut usize) -> Option<Object> {
        while *budget > 0 {
            let place = self.stack.checked_sub(1)?;
            let record = heap.sketch().get(place)?;
            self.stack = record.internal as usize;
            if record.object.is_some() {
                return record.object;
            }
            *budget -= 1;
        }
        None
    }

    /// The next record at the cursor that passes. Each that does not is a unit of work.
    #[inline]
    fn next_record(
        &mut self,
        heap: &LocalHeap,
        budget: &mut usize,
        passes: impl Fn(Object, &Record) -> bool,
    ) -> Option<Object> {
        let table = heap.sketch();
        while *budget > 0 {
            let record = table.get(self.at)?;
            if let Some(Record { object: Some(object), .. }) = table.get(self.at + AHEAD) {
                object.prefetch();
            }
            self.at += 1;
            if let Some(object) = record.object {
                debug_assert_eq!(object.slot().as_sketch(), Some(self.at - 1), "H2");
                if passes(object, &record) {
                    return Some(object);
                }
            }
            *budget -= 1;
        }
        None
    }

    /// Traces an object that has a record: its edges are reported. Gives what that cost.
    #[inline]
    fn trace(&mut self, object: Object, budget: &mut usize) -> usize {
        let table = object.table();
        self.tracer.verify().enter_object(object.value(), || table.name());
        let before = self.tracer.edges().len();
        let halves = self.tracer.halves().len();
        // SAFETY: the object has a record, so its value is alive and nobody borrows it mutably (H2).
        unsafe { table.trace(object.value(), &mut self.tracer) } // user code
        if object.has(Flag::Side) {
            trace_ties(object, &mut self.tracer);
        }
        let scanned = self.tracer.take_scanned() + (self.tracer.halves().len() - halves);
        let edges = &mut self.tracer.edges()[before..];
        let cost = 1_usize.saturating_add(edges.len()).saturating_add(scanned);
        if edges.len() > 1 {
            // The first one reported is the first looked at.
            edges.reverse();
        }
        *budget = budget.saturating_sub(cost);
        cost
    }

    /// The same in the count, where the record at `place` keeps what is found out.
    #[inline]
    fn trace_and_note(
        &mut self,
        heap: &LocalHeap,
        object: Object,
        place: usize,
        budget: &mut usize,
    ) -> usize {
        let before = self.tracer.edges().len();
        let halves = self.tracer.halves().len();
        let cost = self.trace(object, budget);
        // What an immutable object leads to changes under `get_mut` alone, which takes the record away, and
        // by a tie, which touches it.
        let is_settled = !object.table().facts().mutates
            && self.tracer.halves().len() == halves
            && (self.tracer.edges().len() == before || !heap.expects_ties())
            && self.tracer.edges()[before..].iter().all(|edge| {
                // SAFETY: as in `count`.
                let target = unsafe { Object::from_value(*edge) };
                target.slot() == Slot::NEVER
            });
        heap.sketch().edit(place, |record| {
            record.set_cost(cost);
            if is_settled {
                record.set(Record::SETTLED);
            }
        });
        cost
    }

    /// Lets go of the records that `is_held` says are held, and closes the ranks of the others.
    fn sort(
        &mut self,
        heap: &LocalHeap,
        budget: &mut usize,
        is_held: impl Fn(Object, &Record) -> bool,
    ) -> bool {
        let table = heap.sketch();
        while *budget > 0 {
            let Some(record) = table.get(self.at) else {
                table.truncate(self.to);
                return true;
            };
            if let Some(Record { object: Some(object), .. }) = table.get(self.at + AHEAD) {
                object.prefetch();
            }
            self.at += 1;
            *budget -= 1;
            let Some(object) = record.object else { continue };
            debug_assert_eq!(object.slot().as_sketch(), Some(self.at - 1), "H2");
            table.edit(self.at - 1, |record| record.object = None);
            if object.slot().is_touched() && !planted!("touch_forgotten") {
                heap.old().push(object);
                self.released += 1;
            } else if is_held(object, &record) {
                let settled = record.has(Record::SETTLED);
                object.count().set_slot(if settled { Slot::NEVER } else { Slot::CLEAN });
                if !settled && object.is_unheard() {
                    heap.old().push(object);
                }
                self.released += 1;
            } else {
                self.cost = self.cost.saturating_add(record.cost());
                table.edit(self.to, |place| *place = record.uncounted());
                if !planted!("sort_keeps_slots") {
                    object.count().set_slot(Slot::sketch(self.to));
                }
                self.to += 1;
            }
        }
        false
    }

    /// Another round, or the last look: when it is no longer than a step, when a round has let nobody go,
    /// or when there have been enough.
    fn after_sort(&mut self, step: usize) -> Stage {
        let is_last = self.released == 0 || self.round + 1 >= ROUNDS;
        if self.cost <= step || is_last {
            return Stage::Suspect;
        }
        self.round += 1;
        self.released = 0;
        self.unheld = 0;
        self.cost = 0;
        self.to = 0;
        self.halves.clear();
        Stage::Count
    }

    /// Hands the suspects over to a walk. Those that were touched remain candidates.
    pub(super) fn hand_over(heap: &LocalHeap, walk: &mut Walk) {
        let table = heap.sketch();
        for place in 0..table.len() {
            let Some(Record { object: Some(object), .. }) = table.get(place) else { continue };
            if object.slot().is_touched() && !planted!("touched_rescued") {
                table.edit(place, |record| record.object = None);
                heap.old().push(object);
            } else {
                walk.adopt(object, table.edit(place, |record| record.has(Record::SETTLED)));
            }
        }
    }

    /// After a panic in the walk that they were handed over to: takes them back, to give up.
    pub(super) fn take_back(&mut self, heap: &LocalHeap) {
        let table = heap.sketch();
        for place in 0..table.len() {
            if let Some(Record { object: Some(object), .. }) = table.get(place) {
                object.count().set_slot(Slot::sketch(place));
            }
        }
        self.abandon();
    }
}

/// Does something outside of the records seem to hold the object? If more edges to it were found than it
/// has handles, one has moved.
#[inline]
fn is_root(object: Object, record: &Record) -> bool {
    if record.has(Record::MARKED) {
        return false;
    }
    match object.count().strong() {
        Strong::Immortal => true,
        Strong::Handles(handles) => handles != record.internal || object.slot().is_touched(),
    }
}

/// Lets the records from `at` on go: who was a candidate, or was touched, is a candidate again.
fn give_up(heap: &LocalHeap, at: &mut usize, budget: &mut usize) -> bool {
    let table = heap.sketch();
    while *budget > 0 {
        let Some(record) = table.get(*at) else {
            heap.old().thaw();
            table.end();
            return true;
        };
        if let Some(Record { object: Some(object), .. }) = table.get(*at + AHEAD) {
            object.prefetch();
        }
        if let Some(object) = record.object {
            table.edit(*at, |record| record.object = None);
            if (record.has(Record::SEED) && !planted!("give_up_drops_seeds"))
                || object.slot().is_touched()
            {
                heap.old().push(object);
            } else {
                object.count().set_slot(Slot::CLEAN);
            }
        }
        *at += 1;
        *budget -= 1;
    }
    false
}

/// Gives a sketch up at once, if there is one.
pub(super) fn give_up_now(heap: &LocalHeap) {
    if heap.sketch().is_running() {
        let _at_end = give_up(heap, &mut 0, &mut usize::MAX.clone());
        super::state::drop_sketch();
    }
}
