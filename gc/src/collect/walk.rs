//! Finding garbage: a walk over what the candidates reach that counts edges.
//!
//! Every object reached gets a *record*: its address and its *external* count, which starts at the
//! number of its handles and goes down by one for each edge found. What is left at the end comes from
//! outside. Records whose external count is above zero are roots, what the roots reach is live, the
//! rest is garbage. Nothing of an object changes in the meantime but its slot, which holds the number
//! of its record, and a pin.
//!
//! User code that runs in here is `Trace` alone, which changes nothing (rule 3 of its contract).

use super::fifo::Fifo;
use super::halves::Halves;
use crate::heap::count::{Slot, Strong};
use crate::heap::local::{LocalHeap, heap};
use crate::heap::object::{Flag, Object};
use crate::heap::table::Table;
use crate::trace::Tracer;

/// Which objects a walk enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Those that have not survived a collection.
    Young,
    /// All.
    Full,
}

/// What kinds of objects have been given records: whether disposal needs its rarer steps.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// Some finalizer may be due.
    pub(super) finalizers: bool,
    /// Some type has a `Drop` that could reach handles.
    pub(super) drops: bool,
    /// Some object has a side cell.
    pub(super) sides: bool,
}

impl Seen {
    fn add(&mut self, other: Seen) {
        self.finalizers |= other.finalizers;
        self.drops |= other.drops;
        self.sides |= other.sides;
    }
}

/// What [`Seen`] comes from, put together cheaply.
#[derive(Default)]
struct Kinds {
    flags: usize,
    drops: bool,
}

impl Kinds {
    /// Notes an object; gives its table.
    #[inline(always)]
    fn note(&mut self, object: Object) -> &'static Table {
        let table = object.table();
        self.flags |= object.flags();
        self.drops |= table.facts().drops;
        table
    }

    fn seen(&self) -> Seen {
        let has = |flag: Flag| self.flags & flag as usize != 0;
        Seen { finalizers: has(Flag::Due), drops: self.drops, sides: has(Flag::Side) }
    }
}

/// An edge to a record so far back leads out of the cache.
const FAR: usize = 4096;

/// The external count of a record that is known to be live (or is none any more).
const LIVE: u32 = u32::MAX;

/// The external count that an immortal object starts with: more than there can be edges.
const IMMORTAL: u32 = 3 << 30;

/// A walk, and the records it made. The memory is used again by the next one.
#[derive(Debug)]
pub(super) struct Walk {
    /// The objects, in the order in which they were reached. Those found live, and those that leave
    /// the garbage later, are struck out.
    records: Vec<Option<Object>>,
    external: Vec<u32>,
    /// Records with an external count above zero.
    roots: usize,
    /// Immutable objects that lead to nothing which could be part of a cycle.
    settled: Vec<u32>,
    tracer: Tracer,
    halves: Halves,
    seen: Seen,
    /// Objects traced and edges they reported.
    work: usize,
    /// What the first pass touched.
    found: usize,
    /// What of that the garbage took.
    wasted: usize,
    /// What the last examination touched to count, …
    recounted: usize,
    /// … and what of that it kept.
    kept: usize,
    /// Edges that led far back.
    far: usize,
    /// No more records when so much has been touched.
    quota: usize,
    /// Something got no record that would have had one.
    is_cut: bool,
    /// Young candidates with a place below are not among those that were taken.
    left_behind: usize,
    /// A target of which more edges were reported than it has handles.
    overreported: Option<Object>,
    /// An immutable object is set aside only if it leads nowhere at all: what it leads to may be tied to
    /// something one day.
    expects_ties: bool,
    /// Live objects that have to be candidates again (T2).
    unheard: Vec<Object>,
}

impl Walk {
    pub(super) const fn new() -> Walk {
        Walk {
            records: Vec::new(),
            external: Vec::new(),
            roots: 0,
            settled: Vec::new(),
            tracer: Tracer::new(),
            halves: Halves::new(),
            seen: Seen { finalizers: false, drops: false, sides: false },
            work: 0,
            found: 0,
            wasted: 0,
            recounted: 0,
            kept: 0,
            far: 0,
            quota: 0,
            is_cut: false,
            left_behind: 0,
            overreported: None,
            expects_ties: false,
            unheard: Vec::new(),
        }
    }

    /// Makes ready for a new walk and gives back memory beyond what is worth keeping.
    pub(super) fn reset(&mut self) {
        const KEEP: usize = 1 << 14;
        self.records.clear();
        self.records.shrink_to(KEEP);
        self.external.clear();
        self.external.shrink_to(KEEP);
        self.roots = 0;
        self.settled.clear();
        self.settled.shrink_to(KEEP);
        self.tracer.edges().clear();
        self.tracer.edges().shrink_to(KEEP);
        self.tracer.halves().clear();
        self.tracer.halves().shrink_to(KEEP);
        self.halves.clear();
        self.halves.shrink_to(KEEP);
        self.tracer.take_scanned();
        self.tracer.verify().restart();
        self.seen = Seen::default();
        self.work = 0;
        self.found = 0;
        self.wasted = 0;
        self.far = 0;
        self.is_cut = false;
        self.overreported = None;
        self.unheard.clear();
    }

    /// Finds the garbage among what `candidates` reach. Afterwards `external` is zero for garbage and
    /// above zero for what is live.
    ///
    /// When there have been about `budget` units of work (objects, edges, elements) nothing more gets a
    /// record; each candidate is the start of as much of it as any other. What has no record counts as
    /// live, and so does what it leads to. `left_behind` entries of the young buffer were not taken.
    ///
    /// # Panics
    ///
    /// If a `Trace` panics, or has reported more edges to an object than it has handles. The caller
    /// then calls [`roll_back`](Walk::roll_back).
    pub(super) fn find(
        &mut self,
        candidates: [&[Option<Object>]; 2],
        scope: Scope,
        budget: usize,
        left_behind: usize,
    ) {
        self.left_behind = left_behind;
        self.expects_ties = heap(LocalHeap::expects_ties);
        self.count(candidates, scope, budget);
        if let Some(object) = self.overreported {
            self.blame(object);
        }
        let suspects = self.records.len() - self.roots;
        let found = self.touched();
        if self.roots == 0 {
            self.wasted = found;
        } else if suspects == 0 {
            // There is none.
        } else if suspects < self.records.len() / 2 {
            self.validate(|_| true, 1);
            self.waste_the_rest();
        } else {
            self.mark();
            self.wasted = found.saturating_sub(self.touched() - found);
        }
        self.found = found;
    }

    /// The first pass: records for all that is reached, and their external counts.
    fn count(&mut self, candidates: [&[Option<Object>]; 2], scope: Scope, budget: usize) {
        let share = budget / candidates.iter().map(|list| list.len()).sum::<usize>().max(1);
        self.quota = share.saturating_mul(Fifo::LENGTH).min(budget);
        let mut fifo = Fifo::new();
        let mut seen = Kinds::default();
        for candidates in candidates {
            for (i, candidate) in candidates.iter().enumerate() {
                if let Some(Some(object)) = candidates.get(i + Fifo::LENGTH) {
                    object.prefetch();
                }
                let Some(object) = *candidate else { continue };
                self.quota = self.quota.saturating_add(share).min(budget);
                if object.slot().as_record().is_none() {
                    self.record(object, 0, &mut seen);
                    while let Some(edge) = self.tracer.edges().pop() {
                        // SAFETY: a tracer takes edges from handles alone, and they lead to objects; nothing
                        // ends objects during a walk (H1).
                        if let Some(object) = unsafe { fifo.turn(edge) } {
                            self.follow(object, scope, &mut seen);
                        }
                    }
                }
            }
        }
        loop {
            while let Some(object) = self.next(&mut fifo) {
                self.follow(object, scope, &mut seen);
            }
            if self.tracer.halves().is_empty() {
                break;
            }
            self.follow_halves(scope, &mut seen);
        }
        self.seen = seen.seen();
    }

    /// The target of the next edge that has waited long enough, or of the last ones.
    #[inline(always)]
    fn next(&mut self, fifo: &mut Fifo) -> Option<Object> {
        while let Some(edge) = self.tracer.edges().pop() {
            // SAFETY: as in `count`.
            let leaving = unsafe { fifo.turn(edge) };
            if leaving.is_some() {
                return leaving;
            }
        }
        fifo.pop()
    }

    /// An edge leads to `object`.
    #[inline(always)]
    fn follow(&mut self, object: Object, scope: Scope, seen: &mut Kinds) {
        let slot = object.slot();
        if let Some(place) = slot.as_record() {
            return self.found_edge(place, object);
        }
        let is_beyond =
            scope == Scope::Young && (object.has(Flag::Old) || self.is_left_behind(slot));
        if slot != Slot::NEVER && !is_beyond {
            self.record(object, 1, seen);
        }
    }

    /// The same for the half edges that were reported.
    #[cold]
    fn follow_halves(&mut self, scope: Scope, seen: &mut Kinds) {
        for (edge, side) in std::mem::take(self.tracer.halves()) {
            self.work += 1;
            // SAFETY: as in `count`; nothing unties during a walk (T1).
            let object = unsafe { Object::from_value(edge) };
            let had_record = object.slot().as_record();
            if had_record.is_some_and(|place| !self.halves.find(place, side)) {
                continue;
            }
            self.follow(object, scope, seen);
            if had_record.is_none()
                && let Some(place) = object.slot().as_record()
            {
                self.halves.find(place, side);
            }
        }
    }

    /// Is it a candidate whose entry stays in its buffer? It waits for its own collection.
    #[inline]
    fn is_left_behind(&self, slot: Slot) -> bool {
        slot.as_candidate().is_some_and(|place| place < self.left_behind)
    }

    /// Gives `object` a record and traces it; `edges` edges to it have been found.
    #[inline(always)]
    fn record(&mut self, object: Object, edges: u32, seen: &mut Kinds) {
        let place = self.records.len();
        if place >= Slot::PLACES || self.touched() > self.quota {
            // No number left, or it is enough. What has no record counts as live, and so does what it leads to.
            self.is_cut = true;
            return;
        }
        let external = match object.count().strong() {
            Strong::Immortal => IMMORTAL,
            Strong::Handles(handles) => handles.checked_sub(edges).unwrap_or_else(|| {
                self.overreported = Some(object);
                0
            }),
        };
        object.count().pin();
        object.count().set_slot(Slot::record(place));
        let table = seen.note(object);
        self.records.push(Some(object));
        self.external.push(external);
        self.roots += usize::from(external > 0);

        let before = (self.tracer.edges().len(), self.tracer.halves().len());
        self.trace(object, table);
        if !table.facts().mutates && self.leads_nowhere(before) {
            self.settled.push(place as u32);
        }
    }

    /// Traces `object`: its edges are reported.
    #[inline]
    fn trace(&mut self, object: Object, table: &'static Table) {
        self.tracer.verify().enter_object(object.value(), || table.name());
        let before = self.tracer.edges().len();
        // SAFETY: the object has a record, so its value is alive (H1), and by H2 nobody borrows it
        // mutably: who does took its entry away and holds the only handle.
        unsafe { table.trace(object.value(), &mut self.tracer) } // user code
        if object.has(Flag::Side) {
            trace_ties(object, &mut self.tracer);
        }
        let edges = &mut self.tracer.edges()[before..];
        self.work += 1 + edges.len();
        // The last one in is the first out: so that the first one reported is the first looked at, which
        // is the order that finalizers and drops come in.
        if edges.len() > 1 {
            edges.reverse();
        }
    }

    /// Are the edges reported since there were `before` of them all to objects that cannot be part of a
    /// cycle?
    fn leads_nowhere(&mut self, (before, halves): (usize, usize)) -> bool {
        if self.expects_ties {
            return self.tracer.edges().len() == before && self.tracer.halves().len() == halves;
        }
        let edges = &self.tracer.edges()[before..];
        edges.iter().all(|edge| {
            // SAFETY: as in `step`.
            let target = unsafe { Object::from_value(*edge) };
            target.slot() == Slot::NEVER
        })
    }

    /// One more edge to the object with this record.
    #[inline]
    fn found_edge(&mut self, place: usize, object: Object) {
        self.far += usize::from(place + FAR < self.records.len());
        let external = &mut self.external[place];
        let left = *external;
        if left == 0 {
            self.overreported = Some(object);
            return;
        }
        *external = left - 1;
        // No branch: the count has come from far away, and nothing need wait for it.
        self.roots -= usize::from(left == 1);
    }

    /// Names who reported more edges to `object` than it has handles.
    #[cold]
    fn blame(&mut self, object: Object) -> ! {
        let table = object.table();
        let reporters = self.tracer.verify().reporters(object.value());
        panic!(
            "some `Trace` reports more handles of a `{}` than there are: it breaks rule 1 of \
             `refcycle::Trace` (owned, once) and would free memory in use. {reporters}",
            table.name(),
        );
    }

    /// The second pass where garbage is the rule: marks what the roots reach as live.
    fn mark(&mut self) {
        self.tracer.verify().restart();
        let mut fifo = Fifo::new();
        let mut place = 0;
        loop {
            while let Some(edge) = self.tracer.edges().pop() {
                // SAFETY: as in `count`.
                if let Some(object) = unsafe { fifo.turn(edge) } {
                    self.mark_target(object);
                }
            }
            if let Some(object) =
                self.pick(&mut place, |external| external != 0 && external != LIVE)
            {
                self.external[place - 1] = LIVE;
                self.trace(object, object.table());
            } else if let Some(object) = fifo.pop() {
                self.mark_target(object);
            } else if self.tracer.halves().is_empty() {
                return;
            } else {
                self.mark_halves();
            }
        }
    }

    /// The half edges that were reported lead from something live.
    #[cold]
    fn mark_halves(&mut self) {
        for (edge, side) in std::mem::take(self.tracer.halves()) {
            // SAFETY: as in `follow_halves`.
            let object = unsafe { Object::from_value(edge) };
            if let Some(place) = object.slot().as_record()
                && self.halves.mark(place, side)
            {
                self.mark_target(object);
            }
        }
    }

    /// Something live leads to `object`.
    #[inline(always)]
    fn mark_target(&mut self, object: Object) {
        if let Some(place) = object.slot().as_record()
            && self.external[place] == 0
        {
            self.external[place] = LIVE;
            self.trace(object, object.table());
        }
    }

    /// The second pass where garbage is the exception, and every later examination: counts edges among
    /// the *suspects* alone (records whose external count is zero and that pass `is_member`), then
    /// marks as live what has more handles than that, and what such suspects reach. All that is no
    /// suspect is marked as live, too: it does not matter.
    ///
    /// `pins` handles of each suspect are the collector's own.
    pub(super) fn validate(&mut self, is_member: impl Fn(Object) -> bool, pins: u32) {
        let before = self.touched();
        self.tracer.verify().restart();
        self.halves.clear();
        for place in 0..self.records.len() {
            let suspect = match self.records[place] {
                Some(object) if self.external[place] == 0 && is_member(object) => object,
                _ => {
                    self.external[place] = LIVE;
                    continue;
                }
            };
            self.external[place] = match suspect.count().strong() {
                Strong::Immortal => IMMORTAL,
                Strong::Handles(handles) => handles - pins,
            };
        }
        let mut fifo = Fifo::new();
        let mut place = 0;
        loop {
            while let Some(edge) = self.tracer.edges().pop() {
                // SAFETY: as in `count`.
                if let Some(object) = unsafe { fifo.turn(edge) } {
                    self.take_off(object);
                }
            }
            if let Some(object) = self.pick(&mut place, |external| external != LIVE) {
                self.trace(object, object.table());
            } else if let Some(object) = fifo.pop() {
                self.take_off(object);
            } else if self.tracer.halves().is_empty() {
                break;
            } else {
                self.take_off_halves();
            }
        }
        if let Some(object) = self.overreported {
            self.blame(object);
        }
        let counted = self.touched();
        self.mark();
        self.recounted = counted - before;
        self.kept = self.touched() - counted;
    }

    /// After [`validate`](Walk::validate): the work for what it does not keep was for garbage.
    pub(super) fn waste_the_rest(&mut self) {
        self.wasted = self.recounted.saturating_sub(self.kept);
    }

    /// After a later one: the work for what it keeps was not.
    pub(super) fn waste_less(&mut self) {
        self.wasted = self.wasted.saturating_sub(self.kept);
    }

    /// A suspect leads to `object`.
    #[inline(always)]
    fn take_off(&mut self, object: Object) {
        if let Some(place) = object.slot().as_record() {
            match &mut self.external[place] {
                &mut LIVE => {}
                0 => self.overreported = Some(object),
                external => *external -= 1,
            }
        }
    }

    /// The same for the half edges that were reported.
    #[cold]
    fn take_off_halves(&mut self) {
        for (edge, side) in std::mem::take(self.tracer.halves()) {
            // SAFETY: as in `follow_halves`.
            let object = unsafe { Object::from_value(edge) };
            if let Some(place) = object.slot().as_record()
                && self.halves.find(place, side)
            {
                self.take_off(object);
            }
        }
    }

    /// After [`find`](Walk::find): was everything looked at that the candidates lead to, and is all of it
    /// garbage?
    pub(super) fn is_all_garbage(&self) -> bool {
        self.roots == 0 && !self.is_cut
    }

    /// After [`find`](Walk::find): did something get no record that would have had one?
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// After [`find`](Walk::find): lets go of everything that is live. It becomes old, and a candidate
    /// no longer; what cannot be part of a cycle is never looked at again. The garbage stays recorded
    /// and pinned. Says how much there is of it.
    pub(super) fn release_live(&mut self) -> usize {
        const AHEAD: usize = 16;
        let mut garbage = 0;
        let mut settled = self.settled.iter().peekable();
        for (place, external) in self.external.iter().enumerate() {
            if let Some(Some(object)) = self.records.get(place + AHEAD) {
                object.prefetch();
            }
            // The list is in the order of the records.
            let is_settled = settled.next_if(|&&next| next as usize == place).is_some();
            if *external == 0 {
                garbage += 1;
            } else if let Some(object) = self.records[place].take() {
                object.count().unpin();
                object.count().set_slot(if is_settled { Slot::NEVER } else { Slot::CLEAN });
                object.set(Flag::Old);
                if !is_settled && self.seen.sides && object.is_unheard() {
                    self.unheard.push(object);
                }
            }
        }
        garbage
    }

    /// The live objects that have to be candidates again.
    pub(super) fn unheard(&self) -> &[Object] {
        &self.unheard
    }

    /// Records an object of which it is known that it is alive, for [`validate`](Walk::validate).
    pub(super) fn adopt(&mut self, object: Object, is_settled: bool) {
        let place = self.records.len();
        object.count().pin();
        object.count().set_slot(Slot::record(place));
        self.records.push(Some(object));
        self.external.push(0);
        let mut kinds = Kinds::default();
        kinds.note(object);
        self.seen.add(kinds.seen());
        if is_settled {
            self.settled.push(place as u32);
        }
    }

    /// After a panic in [`find`](Walk::find) or [`validate`](Walk::validate): everything as it was, but
    /// that the slots of what had a record are clean. The buffers of the candidates are the caller's.
    pub(super) fn roll_back(&mut self) {
        for object in self.records.drain(..).flatten() {
            object.count().unpin();
            object.count().set_slot(Slot::CLEAN);
        }
    }

    /// The garbage that is still there, by the number of its record.
    pub(super) fn garbage(&self) -> impl Iterator<Item = (usize, Object)> + use<'_> {
        self.records.iter().enumerate().filter_map(|(place, record)| record.map(|o| (place, o)))
    }

    /// After [`validate`](Walk::validate): takes one object out that is live after all, and gives its
    /// place.
    pub(super) fn take_rescued(&mut self, from: usize) -> Option<(usize, Object)> {
        let place = (from..self.records.len()).find(|&place| {
            self.external[place] != 0
                && self.records[place].is_some_and(|object| !object.has(Flag::Dead))
        })?;
        self.records[place].take().map(|object| (place, object))
    }

    /// Everything is live after all: a `Trace` panicked while it was examined again.
    pub(super) fn spare_all(&mut self) {
        self.wasted = 0;
        self.tracer.edges().clear();
        self.tracer.halves().clear();
        self.external.fill(LIVE);
    }

    /// The records, to be put up where user code finds them, or to be put back.
    pub(super) fn records(&mut self) -> &mut Vec<Option<Object>> {
        &mut self.records
    }

    pub(super) fn seen(&mut self) -> &mut Seen {
        &mut self.seen
    }

    /// Were the objects reached in an order that has little to do with where they lie?
    pub(super) fn is_scattered(&self) -> bool {
        self.far * 8 > self.external.len()
    }

    /// Objects given a record.
    pub(super) fn visited(&self) -> usize {
        self.external.len()
    }

    /// What the walk has touched so far: objects, edges, elements of containers.
    #[inline]
    fn touched(&self) -> usize {
        self.tracer.scanned().saturating_add(self.work)
    }

    /// What was touched to find the garbage, without the garbage itself. A collector that waits in
    /// proportion to what it does must leave that out: else garbage begets garbage.
    pub(super) fn live_work(&self) -> usize {
        self.found.saturating_sub(self.wasted)
    }

    /// What the garbage took.
    pub(super) fn wasted(&self) -> usize {
        self.wasted
    }

    /// The next record from `next` on whose external count passes.
    #[inline]
    fn pick(&self, next: &mut usize, passes: impl Fn(u32) -> bool) -> Option<Object> {
        while let Some(&count) = self.external.get(*next) {
            if let Some(&ahead) = self.external.get(*next + Fifo::LENGTH)
                && passes(ahead)
                && let Some(object) = self.records[*next + Fifo::LENGTH]
            {
                object.prefetch();
            }
            *next += 1;
            if let Some(object) = self.records[*next - 1]
                && passes(count)
            {
                return Some(object);
            }
        }
        None
    }
}

/// Reports the ties of an object with a side cell.
#[cold]
#[inline(never)]
pub(super) fn trace_ties(object: Object, tracer: &mut Tracer) {
    if let Some(cell) = object.side() {
        cell.trace(tracer);
    }
}
