//! One collection from beginning to end, by hand, by an allocation, or by the end of the thread.

use super::dispose;
use super::state;
use super::stats::{Collected, Stats};
use super::walk::Scope;
use crate::heap::count::Slot;
use crate::heap::death::{self, Nesting};
use crate::heap::first_panic::FirstPanic;
use crate::heap::local::{LocalHeap, Phase, heap};
use crate::heap::object::Object;

/// Finds and frees all unreachable cycles of this thread, now.
///
/// It looks at what can be reached from the *candidates*, the objects that lost a handle and kept
/// others since a full collection last looked at them; nothing else can be garbage. What it finds is
/// disposed of in this order: finalizers; then the values whose `Drop` could reach others of them; then
/// the other values; last the callbacks of weak handles. Within each, objects come in the order in which
/// a depth-first walk from the candidates reaches them, edges in the order in which `Trace` reports them:
/// it depends on the program alone.
///
/// Called from a finalizer, a `Drop` or a callback that a collection runs, it does nothing and says so:
/// [`Collected::refused`].
///
/// # Panics
///
/// With the first panic of the user code that ran, after everything else is done. If it was a `Trace`
/// that panicked, nothing is freed and nothing is lost: the next collection starts over.
///
/// # Cost
///
/// Looks at each object that can be reached from a candidate, each handle in it and each element of its
/// containers at most three times, and once more for each time that user code had to be run in between.
/// 12 bytes for each such object while it runs, and 8 for each handle that waits to be looked at. No recursion.
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, Trace, collect};
/// use std::cell::RefCell;
///
/// #[derive(Trace)]
/// struct Node {
///     next: RefCell<Option<Gc<Node>>>,
/// }
///
/// let node = Gc::new(Node { next: RefCell::new(None) });
/// *node.next.borrow_mut() = Some(node.clone());
/// drop(node);
/// assert_eq!(collect().collected, 1);
/// ```
pub fn collect() -> Collected {
    run(Scope::Full)
}

/// As [`collect`], but without entering objects that have survived a collection: what they hold counts
/// as held from outside. Finds cycles of young objects only.
///
/// # Panics
///
/// As [`collect`].
///
/// # Cost
///
/// As [`collect`], for objects that have not survived a collection.
pub fn collect_young() -> Collected {
    run(Scope::Young)
}

/// An allocation asks whether a collection is due, and runs it.
#[cold]
#[inline(never)]
pub(super) fn automatic() {
    if heap(LocalHeap::phase) == Phase::Idle && is_on() && !std::thread::panicking() {
        let due = state::with(|state| heap(|heap| state.policy.get().due(heap, state)));
        if let Some(scope) = due {
            let _counted_in_the_totals = run(scope);
            return;
        }
    }
    arm();
}

fn is_on() -> bool {
    state::with(|state| state.policy.get().is_on() && state.pauses.get() == 0)
}

/// Sets when the heap asks next.
pub(super) fn arm() {
    arm_after(1);
}

/// Sets when the heap asks next: `patience` times later than the policy says.
fn arm_after(patience: usize) {
    const NEVER: usize = usize::MAX;
    // Every thread comes by here, with its first allocation or its first word to the policy.
    state::watch_end();
    heap(|heap| {
        if !is_on() || heap.phase() == Phase::Closed {
            heap.arm(NEVER, NEVER, NEVER);
            return;
        }
        state::with(|state| {
            let policy = state.policy.get();
            let young = policy.young.saturating_mul(patience);
            // Where pushes alone did not suffice the last time, ask again after some more.
            let old = policy.full_interval(state.full_work.get());
            let old = old.max(heap.old_pushes().saturating_add(young));
            heap.arm(young, young, old);
        });
    });
}

/// Ends the collector's phase, whatever happens.
struct Collecting(());

impl Collecting {
    fn start() -> Option<Collecting> {
        heap(|heap| {
            (heap.phase() == Phase::Idle).then(|| {
                heap.set_phase(Phase::Collecting);
                Collecting(())
            })
        })
    }
}

impl Drop for Collecting {
    fn drop(&mut self) {
        heap(|heap| heap.set_phase(Phase::Idle));
    }
}

fn run(scope: Scope) -> Collected {
    let Some(collecting) = Collecting::start() else {
        return Collected { refused: true, ..Collected::default() };
    };
    let mut panic = FirstPanic::new();
    let mut walk = state::take_walk();
    let young = heap(|heap| heap.take_young(state::take_spare()));
    let old = if scope == Scope::Full { heap(LocalHeap::take_old) } else { Vec::new() };

    if panic.run(|| walk.find([&old, &young], scope)).is_none() {
        walk.roll_back();
        put_back(&old);
        put_back(&young);
        state::keep_walk(walk);
        drop(collecting);
        // Give the program some time: the same `Trace` will be asked again.
        arm_after(2);
        panic.resume();
        return Collected::default();
    }
    let visited = walk.visited();
    let work = walk.work();
    let garbage = walk.release_live();
    note_survivors(&old, scope);
    note_survivors(&young, scope);
    state::keep_spare(young);

    let mut outcome = Collected { visited, ..Collected::default() };
    let finalizers = heap(LocalHeap::finalizers);
    if garbage > 0 {
        heap(|heap| {
            let nesting = Nesting::enter_collector(heap);
            let callbacks = dispose::dispose(&mut walk, &mut outcome, &mut panic);
            death::drain(heap, &mut panic);
            for callbacks in callbacks {
                death::run(callbacks, &mut panic);
            }
            death::drain(heap, &mut panic);
            nesting.leave(FirstPanic::new());
        });
    }
    outcome.finalized = heap(LocalHeap::finalizers) - finalizers;
    state::keep_walk(walk);
    drop(collecting);
    account(scope, outcome, work);
    arm();
    panic.resume();
    outcome
}

/// Candidates of a collection that came to nothing are candidates again.
fn put_back(candidates: &[Option<Object>]) {
    for object in candidates.iter().flatten() {
        object.count().set_slot(Slot::CLEAN);
        death::note(*object);
    }
}

/// What was a candidate and is not garbage: after a young collection it waits for a full one, since
/// what holds it may be garbage that is old. A candidate without a record (there were no numbers left)
/// waits in any case.
fn note_survivors(candidates: &[Option<Object>], scope: Scope) {
    for object in candidates.iter().flatten() {
        let slot = object.slot();
        if slot.as_record().is_some() || slot == Slot::NEVER {
            continue;
        }
        if scope == Scope::Young || slot.as_candidate().is_some() {
            object.count().set_slot(Slot::CLEAN);
            death::note(*object);
        }
    }
}

/// Adds a collection to the totals.
fn account(scope: Scope, outcome: Collected, work: usize) {
    let objects = heap(LocalHeap::objects);
    state::with(|state| {
        let Stats { young_collections, full_collections, .. } = state.totals.get();
        let full = u64::from(scope == Scope::Full);
        let totals = state.totals.get();
        state.totals.set(Stats {
            young_collections: young_collections + 1 - full,
            full_collections: full_collections + full,
            collected: totals.collected + outcome.collected as u64,
            freed_in_finalizers: totals.freed_in_finalizers + outcome.freed_in_finalizers as u64,
            resurrected: totals.resurrected + outcome.resurrected as u64,
            finalized: totals.finalized + outcome.finalized as u64,
            visited: totals.visited + outcome.visited as u64,
            ..totals
        });
        state.objects_after_young.set(objects);
        if scope == Scope::Full {
            state.objects_after_full.set(objects);
            state.full_work.set(work);
        }
    });
}

/// The thread ends: collects until nothing is left to be looked at, then forgets what is noted. There
/// is nobody left to resume a panic to; the hook has reported it.
pub(super) fn end_of_thread() {
    /// Finalizers and drops may leave new garbage behind, but not for ever.
    const ROUNDS: usize = 10;
    for _ in 0..ROUNDS {
        if heap(|heap| heap.young_len() + heap.old_len()) == 0 {
            break;
        }
        let mut panic = FirstPanic::new();
        let _nobody_asks = panic.run(|| run(Scope::Full));
        std::mem::forget(panic);
    }
    heap(LocalHeap::close);
}
