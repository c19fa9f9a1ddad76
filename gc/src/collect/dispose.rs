//! The end of garbage: finalizers, drops and memory, in an order in which no user code can reach a
//! value that is gone.
//!
//! The garbage S comes recorded and pinned. While user code runs here the following holds, and it is
//! what makes `deref` free (DESIGN section 7; the proof is in docs/design.md):
//!
//! **D1** Until the finalizers are done every object of S is intact.
//! **D2** From then on every object of S is pinned: no handle drop ends one.
//! **D3** When the first value is dropped, every object of S whose type has the fact DROPS is DEAD and cut
//! off, so its handles refuse to lend it.
//! **D4** When the first value without that fact is dropped, no handle and no weak handle outside S leads
//! to a value of S that is not destroyed yet: S was examined again after the last user code, and the
//! rest cut off in the same instant.

use super::events::Heard;
use super::stats::Collected;
use super::walk::Walk;
use crate::heap::count::Slot;
use crate::heap::death::{bury, drain, finalize, last_handle_gone, note};
use crate::heap::first_panic::FirstPanic;
use crate::heap::local::heap;
use crate::heap::object::{Flag, Object};
use crate::heap::side::Callbacks;

/// From so many objects on, they do not all fit into the cache.
const MANY: usize = 4096;

/// Disposes of the garbage that `walk` has recorded. Gives the callbacks that are to be called last.
pub(super) fn dispose(
    walk: &mut Walk,
    heard: Option<&mut Heard>,
    outcome: &mut Collected,
    panic: &mut FirstPanic,
) -> Vec<Callbacks> {
    let mut callbacks = Vec::new();
    if walk.seen().finalizers && walk.garbage().any(|(_, object)| object.is_due()) {
        run_finalizers(walk, outcome, panic);
        walk.seen().sides = true;
    }
    if walk.seen().drops {
        drop_doomed(walk, outcome, panic, &mut callbacks);
    }
    if walk.seen().sides {
        for (_, object) in walk.garbage().filter(|(_, object)| !object.has(Flag::Dead)) {
            cut_off(object, &mut callbacks);
        }
    }
    let garbage = walk.garbage().count();
    outcome.collected += garbage;
    if let Some(heard) = heard {
        let bytes = |(_, object): (usize, Object)| object.layout(object.table()).block.size();
        heard.bytes += walk.garbage().map(bytes).sum::<usize>();
    }
    drop_plain(walk, garbage, panic);
    callbacks
}

/// Step 1: the finalizers, while everything is intact (D1). An object that loses its last handle in one
/// dies there and then, by its count; only the one whose finalizer runs is pinned.
fn run_finalizers(walk: &mut Walk, outcome: &mut Collected, panic: &mut FirstPanic) {
    for (_, object) in walk.garbage() {
        // An edge to it was counted, so this is not its last handle.
        object.count().unpin();
    }
    let records = std::mem::take(walk.records());
    let count = records.len();
    heap(|heap| drop(heap.set_records(records)));
    for place in 0..count {
        let Some(object) = heap(|heap| heap.record(place)) else { continue };
        if !object.is_due() {
            continue;
        }
        object.count().pin();
        // SAFETY: what is recorded is intact (D1), and the pin keeps it so.
        unsafe { finalize(object, object.table(), panic) };
        if object.count().unpin() {
            // SAFETY: the pin was the last handle, and it is gone.
            panic.run(|| unsafe { last_handle_gone(object) });
        }
    }
    heap(|heap| {
        // Deaths that nested too deeply belong to the finalizers, too.
        drain(heap, panic);
        outcome.freed_in_finalizers += heap.record_deaths();
        outcome.resurrected += heap.record_claims();
        *walk.records() = heap.set_records(Vec::new());
    });
    for (_, object) in walk.garbage() {
        object.count().pin();
    }
    rescue(walk, outcome, panic);
}

/// Examines S again after user code: what can be reached from outside now leaves it, alive and a
/// candidate. Objects that are DEAD stay.
fn rescue(walk: &mut Walk, outcome: &mut Collected, panic: &mut FirstPanic) {
    const PINS: u32 = 1;
    if panic.run(|| walk.validate(|object| !object.has(Flag::Dead), PINS)).is_none() {
        walk.spare_all();
    }
    let mut from = 0;
    while let Some((place, object)) = walk.take_rescued(from) {
        from = place + 1;
        outcome.resurrected += 1;
        object.count().set_slot(Slot::CLEAN);
        if object.count().unpin() {
            // Nothing leads to it after all. (Only if a `Trace` panicked, which spares everything.)
            // SAFETY: the pin was the last handle, and it is gone.
            panic.run(|| unsafe { last_handle_gone(object) });
        } else {
            note(object);
        }
    }
}

/// Steps 3 to 5: all that could be reached by a user's `Drop` and is doomed itself is condemned at once
/// (D3), then dropped; what such a `Drop` saved leaves S.
fn drop_doomed(
    walk: &mut Walk,
    outcome: &mut Collected,
    panic: &mut FirstPanic,
    callbacks: &mut Vec<Callbacks>,
) {
    let mut any = false;
    for (_, object) in walk.garbage().filter(|(_, object)| object.table().facts().drops) {
        cut_off(object, callbacks);
        object.set(Flag::Dead);
        any = true;
    }
    if !any {
        return;
    }
    for (_, object) in walk.garbage().filter(|(_, object)| object.has(Flag::Dead)) {
        // SAFETY: it was intact until now, handles refuse to lend it (D3), and it is dropped once.
        panic.run(|| unsafe { object.table().drop_value(object.value()) }); // user code
    }
    heap(|heap| drain(heap, panic));
    walk.seen().sides = true;
    rescue(walk, outcome, panic);
}

/// Cuts off the weak handles of an object that dies now.
fn cut_off(object: Object, callbacks: &mut Vec<Callbacks>) {
    if let Some(cell) = object.side() {
        cell.cut();
        let own = cell.take_callbacks();
        if !own.is_empty() {
            callbacks.push(own);
        }
    }
}

/// Steps 6 and 7: the remaining values, and the memory of all of S.
///
/// Nothing but the edges inside S leads to these values (D4), so nobody asks whether one is DEAD while
/// they are dropped; what is left of an object that somebody still counts is marked as a husk.
fn drop_plain(walk: &mut Walk, garbage: usize, panic: &mut FirstPanic) {
    /// The walk that made the records had up to sixteen paths in hand, so the neighbors of an object
    /// are up to some dozens of records away: they are fetched that far ahead.
    const AHEAD: usize = 64;
    let some_dropped = walk.seen().drops;
    let is_scattered = garbage >= MANY && walk.is_scattered();
    let records = walk.records();
    if garbage < MANY {
        for_each::<0>(records, panic, |object| drop_if_alive(object, some_dropped));
    } else {
        for_each::<AHEAD>(records, panic, |object| drop_if_alive(object, some_dropped));
    }
    if is_scattered {
        // The allocator will hand the memory out, and tidy it up, in the order in which it got it.
        records.sort_unstable_by_key(|record| record.map(|object| object.value().addr()));
    }
    let mut freed = Freed::default();
    for_each::<0>(records, panic, |object| {
        if object.count().unpin() {
            free(object, &mut freed);
        } else {
            // Somebody leaked a handle. Should it come back and go, it frees the memory.
            object.set(Flag::Dead);
            object.count().set_slot(Slot::NEVER);
        }
    });
    heap(|heap| heap.count_deaths(freed.objects, freed.bytes));
}

/// Does `f` with every object of S. After a panic it goes on with the next. Headers are fetched `AHEAD`
/// records ahead.
#[inline(always)]
fn for_each<const AHEAD: usize>(
    records: &[Option<Object>],
    panic: &mut FirstPanic,
    mut f: impl FnMut(Object),
) {
    let mut next = 0;
    let mut rest = || {
        while let Some(record) = records.get(next) {
            if AHEAD > 0
                && let Some(Some(object)) = records.get(next + AHEAD)
            {
                object.prefetch();
            }
            next += 1;
            if let Some(object) = record {
                f(*object);
            }
        }
    };
    while panic.run(&mut rest).is_none() {}
}

/// Drops the value of an object of S, unless it has been.
#[inline(always)]
fn drop_if_alive(object: Object, some_dropped: bool) {
    if !(some_dropped && object.has(Flag::Dead)) {
        // SAFETY: it is intact, nothing outside S leads to it (D4), and it is dropped once.
        unsafe { object.table().drop_value(object.value()) }; // user code
    }
}

/// Memory given back and not counted yet.
#[derive(Default)]
struct Freed {
    objects: usize,
    bytes: usize,
}

/// Frees the memory of an object of S whose value is destroyed and whose pin was the last handle.
#[inline(always)]
fn free(object: Object, freed: &mut Freed) {
    let Some(table) = object.plain_table() else {
        // SAFETY: as the caller says, and no record is used after its object is freed.
        return unsafe { bury(object, object.table()) };
    };
    let layout = object.layout(table);
    debug_assert!(table.facts().owns, "what owns nothing has no record");
    freed.objects += 1;
    freed.bytes += layout.block.size();
    // SAFETY: as above; without SIDE nothing else leads to the block.
    unsafe { object.free(layout) };
}
