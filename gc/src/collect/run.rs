//! One collection from beginning to end, by hand, by an allocation, or by the end of the thread.

use super::dispose;
use super::events::{self, Heard};
use super::policy::{self, Due};
use super::sketch::{self, Progress, Sketch};
use super::state;
use super::stats::{Collected, Stats};
use super::walk::{Scope, Walk};
use crate::heap::count::Slot;
use crate::heap::death;
use crate::heap::first_panic::FirstPanic;
use crate::heap::local::{LocalHeap, Phase, heap};
use crate::heap::object::{Flag, Object};
use crate::shim::planted;

/// Finds and frees all unreachable cycles of this thread, now.
///
/// It looks at what can be reached from the *candidates*, the objects that lost a handle and kept
/// others since a full collection last looked at them; nothing else can be garbage. What it finds is
/// disposed of in this order: finalizers; then the values whose `Drop` could reach others of them; then
/// the other values; last the callbacks of weak handles. Within each, objects come in the order in which
/// the walk from the candidates reaches them, which depends on the program alone: edges in the order in which
/// `Trace` reports them, sixteen in flight at a time, beyond that depth first.
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
    run(Scope::Full, usize::MAX, By::Hand)
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
    run(Scope::Young, usize::MAX, By::Hand)
}

/// An allocation asks whether anything is due, and does it.
#[cold]
#[inline(never)]
pub(super) fn automatic() {
    if heap(LocalHeap::phase) == Phase::Idle && is_on() && !std::thread::panicking() {
        let policy = state::with(|state| state.policy.get());
        let due = state::with(|state| heap(|heap| policy.due(heap, state)));
        state::with(|state| state.stepped.set(due == Some(Due::Step)));
        let _counted_in_the_totals = match due {
            Some(Due::Full) if !policy.is_stepwise() => run(Scope::Full, usize::MAX, By::Itself),
            Some(Due::Full) => return begin(policy.young_budget()),
            Some(Due::Young) => run(Scope::Young, policy.young_budget(), By::Itself),
            Some(Due::Step) => return step(),
            None => return arm(),
        };
        return;
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
        heap.trim();
        if !is_on() || heap.phase() == Phase::Closed {
            // It may be long until the seeds are done with.
            heap.old().thaw();
            heap.arm(NEVER, NEVER, NEVER);
            return;
        }
        state::with(|state| {
            let policy = state.policy.get();
            let young = policy.young.saturating_mul(patience);
            // Where a collection is due but for a candidate, the first one asks.
            let first_asks = patience == 1 && policy.waits_for_young_candidate(heap, state);
            let candidates = if first_asks { 0 } else { young };
            if let Some(sketch) = state::take_sketch() {
                let wait = pace(&sketch).wait;
                let room = sketch.pace.room(heap, wait);
                let pushes = heap.old_pushes().saturating_add(wait.max(1));
                heap.arm(young.min(room), candidates, pushes);
                state::keep_sketch(sketch);
                if wait == 0 {
                    heap.ask_soon();
                }
            } else {
                let missing = policy.missing(heap, state);
                let pushes = if missing == 0 {
                    heap.old_pushes() + 1
                } else {
                    policy::pushes_until(heap.old_pushes(), missing.saturating_mul(patience))
                };
                let missing = missing.max(1).saturating_mul(patience);
                // Where no old object is a candidate, new objects alone make no full collection due.
                let full = if heap.old().live() > 0 { missing } else { NEVER };
                heap.arm(young.min(full), candidates, pushes);
            }
            if patience == 1 && policy.due(heap, state).is_some_and(|due| due != Due::Step) {
                // It was something else's turn, or there were too many candidates for one collection.
                heap.ask_soon();
            }
        });
    });
}

/// What the sketch owes under the policy of now.
fn pace(sketch: &Sketch) -> super::pace::Due {
    state::with(|state| {
        let policy = state.policy.get();
        let work = state.full_work.get().max(sketch.work());
        heap(|heap| sketch.pace.due(heap, &policy, policy.full_interval(work), sketch.round()))
    })
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

/// What started a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// A call.
    Hand,
    /// The policy, or the end of the thread.
    Itself,
}

/// Collects at once, with about so much work in the first pass: what it cannot look at for that it leaves
/// to a full collection, and candidates that are too many to a later one.
fn run(scope: Scope, budget: usize, by: By) -> Collected {
    let Some(collecting) = Collecting::start() else {
        return Collected { refused: true, ..Collected::default() };
    };
    let mut panic = FirstPanic::new();
    let mut heard = events::local::start(scope, by == By::Itself, &mut panic);
    let outcome = run_now(scope, budget, heard.as_deref_mut(), &mut panic);
    events::local::stop(heard, outcome, &mut panic);
    drop(collecting);
    // After nothing came of it, the program gets some time: the same `Trace` will be asked again.
    arm_after(if outcome.is_some() { 1 } else { 2 });
    panic.resume();
    outcome.unwrap_or_default()
}

/// As [`run`], with nothing told but how many candidates there were and what was freed. Gives nothing if a
/// `Trace` panicked.
fn run_now(
    scope: Scope,
    budget: usize,
    mut heard: Option<&mut Heard>,
    panic: &mut FirstPanic,
) -> Option<Collected> {
    /// What a candidate is worth at least: a small cycle.
    const LEAST_SHARE: usize = 4;
    let mut walk = state::take_walk();
    let mut old = Vec::new();
    if scope == Scope::Full {
        heap(|heap| {
            sketch::give_up_now(heap);
            heap.restart_pushes();
            old = heap.old().take();
        });
    }
    let young = heap(|heap| heap.take_young(state::take_spare(), budget / LEAST_SHARE));
    if let Some(heard) = &mut heard {
        heard.set_candidates(old.iter().flatten().count() + young.iter().flatten().count());
    }

    let left_behind = heap(LocalHeap::young_places);
    if panic.run(|| walk.find([&old, &young], scope, budget, left_behind)).is_none() {
        walk.roll_back();
        put_back(&old);
        put_back(&young);
        state::keep_walk(walk);
        return None;
    }
    let mut outcome = Collected { visited: walk.visited(), ..Collected::default() };
    let garbage = if walk.is_all_garbage() {
        walk.visited()
    } else {
        let garbage = walk.release_live();
        if scope == Scope::Young || walk.is_cut() {
            note_survivors(&old, scope);
            note_survivors(&young, scope);
        }
        note_unheard(&walk);
        garbage
    };
    state::keep_spare(young);
    if garbage > 0 {
        dispose(&mut walk, heard, &mut outcome, panic);
    }
    let work = walk.live_work();
    state::keep_walk(walk);
    account(scope, outcome, work);
    Some(outcome)
}

/// Disposes of what the walk has recorded and not let go.
fn dispose(
    walk: &mut Walk,
    heard: Option<&mut Heard>,
    outcome: &mut Collected,
    panic: &mut FirstPanic,
) {
    let finalizers = heap(LocalHeap::finalizers);
    heap(|heap| {
        let callbacks = dispose::dispose(walk, heard, outcome, panic);
        death::drain(heap, panic);
        for callbacks in callbacks {
            death::run(callbacks, panic);
        }
        death::drain(heap, panic);
    });
    outcome.finalized = heap(LocalHeap::finalizers) - finalizers;
}

/// Begins a full collection in steps, right after a young one, so that hardly a candidate is left out.
fn begin(young_budget: usize) {
    if heap(LocalHeap::young_len) > 0 && !planted!("young_no_seeds") {
        let _counted_in_the_totals = run(Scope::Young, young_budget, By::Itself);
    }
    let mut panic = FirstPanic::new();
    // More are left where there were too many for one collection: first the next.
    if heap(LocalHeap::young_len) <= young_budget
        && let Some(collecting) = Collecting::start()
    {
        events::local::start_steps(&mut panic);
        heap(|heap| {
            heap.restart_pushes();
            state::with(|state| state.objects_after_full.set(heap.objects()));
            state::keep_sketch(Sketch::start(heap));
        });
        drop(collecting);
    }
    arm();
    panic.resume();
}

/// Does a step of the full collection that is under way.
fn step() {
    let Some(collecting) = Collecting::start() else { return };
    let Some(mut sketch) = state::take_sketch() else { return };
    let mut panic = FirstPanic::new();
    let mut heard = events::local::begin_step();
    let progress = heap(|heap| {
        let due = pace(&sketch);
        sketch.pace.pay(heap, state::with(|state| state.policy.get().young));
        panic.run(|| sketch.advance(heap, due.units))
    });
    let mut outcome = Collected { visited: sketch.visited(), ..Collected::default() };
    let mut work = sketch.work();
    match progress {
        None => {
            sketch.abandon();
            state::keep_sketch(sketch);
            events::local::end_step(heard);
        }
        Some(Progress::Paid) => {
            state::keep_sketch(sketch);
            events::local::end_step(heard);
        }
        Some(Progress::GivenUp) => events::local::stop(heard, None, &mut panic),
        Some(Progress::Clean) => {
            account_sketch(outcome, work);
            events::local::stop(heard, Some(outcome), &mut panic);
        }
        Some(Progress::Suspects) => {
            let wasted = validate(sketch, heard.as_deref_mut(), &mut outcome, &mut panic);
            if let Some(wasted) = wasted {
                work = work.saturating_sub(wasted);
                account_sketch(outcome, work);
                events::local::stop(heard, Some(outcome), &mut panic);
            } else {
                events::local::end_step(heard);
            }
        }
    }
    drop(collecting);
    arm();
    panic.resume();
}

/// The end of a sketch, in one instant: a collection among the suspects alone. All of them are alive,
/// and none is lent out (H2); nothing that was found out before is made use of. If it came to its end, says
/// how much work the garbage was.
fn validate(
    mut sketch: Box<Sketch>,
    heard: Option<&mut Heard>,
    outcome: &mut Collected,
    panic: &mut FirstPanic,
) -> Option<usize> {
    const PINS: u32 = 1;
    let mut walk = state::take_walk();
    heap(|heap| Sketch::hand_over(heap, &mut walk));
    let mut look = || {
        if !planted!("verdict_from_sketch") {
            walk.validate(|_| true, PINS);
            walk.waste_the_rest();
        }
    };
    if panic.run(&mut look).is_none() {
        walk.roll_back();
        heap(|heap| sketch.take_back(heap));
        state::keep_walk(walk);
        state::keep_sketch(sketch);
        return None;
    }
    heap(|heap| heap.sketch().end());
    let garbage = walk.release_live();
    note_unheard(&walk);
    if garbage > 0 {
        dispose(&mut walk, heard, outcome, panic);
    }
    let wasted = walk.wasted();
    state::keep_walk(walk);
    Some(wasted)
}

/// Candidates of a collection that came to nothing are candidates again.
fn put_back(candidates: &[Option<Object>]) {
    for object in candidates.iter().flatten() {
        object.count().set_slot(Slot::CLEAN);
        death::note(*object);
    }
}

/// What was a candidate and is not garbage: after a young collection it waits for a full one, since
/// what holds it may be garbage that is old. A candidate without a record (there were no numbers left, or
/// it was enough) waits in any case.
///
/// The next full collection comes nearer by one with all of them together: they are new objects, and
/// counted as such, while a heap that does not grow comes to its full collection in the end.
fn note_survivors(candidates: &[Option<Object>], scope: Scope) {
    let mut is_first = true;
    for object in candidates.iter().flatten() {
        let slot = object.slot();
        if slot.as_record().is_some() || slot == Slot::NEVER {
            continue;
        }
        let is_left_out = slot.as_candidate().is_some();
        if scope == Scope::Young || is_left_out {
            object.count().set_slot(Slot::CLEAN);
            object.set(Flag::Old);
            if is_left_out && planted!("young_lost") {
                continue;
            }
            if std::mem::take(&mut is_first) {
                death::note(*object);
            } else {
                heap(|heap| heap.old().push(*object));
            }
        }
    }
}

/// What lives and has to be a candidate at all times is one again (T2).
fn note_unheard(walk: &Walk) {
    for &object in walk.unheard() {
        if object.slot() == Slot::CLEAN {
            heap(|heap| heap.old().push(object));
        }
    }
}

/// Adds a collection to the totals.
fn account(scope: Scope, outcome: Collected, work: usize) {
    let objects = heap(LocalHeap::objects);
    state::with(|state| {
        add_to_totals(state, scope, outcome);
        state.objects_after_young.set(objects);
        if scope == Scope::Full {
            state.objects_after_full.set(objects);
            set_full(state, outcome, work);
        }
    });
}

/// Adds a full collection that went in steps. What is new counts from its beginning, less what it freed.
fn account_sketch(outcome: Collected, work: usize) {
    if planted!("later_lost") {
        for object in heap(|heap| heap.old().take()).into_iter().flatten() {
            object.count().set_slot(Slot::CLEAN);
        }
    }
    state::with(|state| {
        add_to_totals(state, Scope::Full, outcome);
        let freed = outcome.collected + outcome.freed_in_finalizers;
        let rest = state.objects_after_full.get().saturating_sub_unsigned(freed);
        state.objects_after_full.set(rest);
        set_full(state, outcome, work);
    });
}

/// What the next full collection waits for.
fn set_full(state: &state::State, outcome: Collected, work: usize) {
    state.full_work.set(work);
    state.fruitless.set(outcome.collected < outcome.visited / 8);
}

fn add_to_totals(state: &state::State, scope: Scope, outcome: Collected) {
    let totals = state.totals.get();
    let full = u64::from(scope == Scope::Full);
    state.totals.set(Stats {
        young_collections: totals.young_collections + 1 - full,
        full_collections: totals.full_collections + full,
        collected: totals.collected + outcome.collected as u64,
        freed_in_finalizers: totals.freed_in_finalizers + outcome.freed_in_finalizers as u64,
        resurrected: totals.resurrected + outcome.resurrected as u64,
        finalized: totals.finalized + outcome.finalized as u64,
        visited: totals.visited + outcome.visited as u64,
        ..totals
    });
}

/// The thread ends: collects until nothing is left to be looked at, then forgets what is noted. There
/// is nobody left to resume a panic to; the hook has reported it.
pub(super) fn end_of_thread() {
    /// Finalizers and drops may leave new garbage behind, but not for ever.
    const ROUNDS: usize = 10;
    let collect_all = || {
        for _ in 0..ROUNDS {
            if heap(|heap| heap.young_len() + heap.old().live()) == 0 {
                break;
            }
            let mut panic = FirstPanic::new();
            let _nobody_asks = panic.run(|| run(Scope::Full, usize::MAX, By::Itself));
            std::mem::forget(panic);
        }
    };
    heap(sketch::give_up_now);
    give_up_steps();
    collect_all();
    if fire_hooks() > 0 {
        collect_all();
    }
    heap(LocalHeap::close);
}

/// Calls the death hooks of what is alive when the thread ends, newest first. Says how many.
fn fire_hooks() -> usize {
    let mut fired = 0;
    let mut panic = FirstPanic::new();
    while let Some(hook) = state::next_hook() {
        if let Some(call) = hook.take() {
            fired += 1;
            panic.run(call); // user code
        }
    }
    std::mem::forget(panic);
    fired
}

/// Gives up the full collection that is between two of its steps, if there is one: what its records say is
/// void.
pub(super) fn give_up_between_steps() {
    // In the midst of a step, the step has it.
    if let Some(sketch) = state::take_sketch() {
        state::keep_sketch(sketch);
        heap(sketch::give_up_now);
        give_up_steps();
        arm();
    }
}

/// Whoever has heard of a full collection in steps hears that it came to nothing.
fn give_up_steps() {
    let Some(_collecting) = Collecting::start() else { return };
    let mut panic = FirstPanic::new();
    events::local::give_up_steps(&mut panic);
    std::mem::forget(panic);
}
