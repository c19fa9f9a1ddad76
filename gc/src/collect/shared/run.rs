//! One collection of shared objects from beginning to end, by hand or by an allocation.

use super::background;
use super::dispose::{Turn, dispose};
use super::pace::{self, Lag};
use super::pause::is_paused;
use super::walk::Walk;
use crate::collect::events::shared as events;
use crate::collect::policy::Policy;
use crate::collect::stats::{Collected, Live, Stats};
use crate::collect::walk::Scope;
use crate::heap::first_panic::FirstPanic;
use crate::heap::shared::{buffer, death};
use crate::shim::{self, Lock, global, per_thread};
use std::cell::Cell;
use std::time::Duration;

#[cfg(feature = "inspect")]
mod look;
#[cfg(feature = "inspect")]
pub(crate) use look::while_nobody_collects;

/// What all threads share, behind the global lock.
#[derive(Debug, Default)]
struct State {
    policy: Policy,
    totals: Stats,
    objects_after_young: isize,
    objects_after_full: isize,
    full_work: usize,
}

impl State {
    /// Which collection is due?
    fn due(&self) -> Option<Scope> {
        if !self.policy.is_on() || is_paused() {
            return None;
        }
        let (objects, _) = buffer::totals();
        let (young, old) = buffer::candidates();
        let new = |since: isize| usize::try_from(objects - since).unwrap_or(0);
        let full = self.policy.full_interval(self.full_work);
        if old > 0 && old.saturating_add(new(self.objects_after_full)) >= full {
            return Some(Scope::Full);
        }
        let young_is_due = young.max(new(self.objects_after_young)) >= self.policy.young;
        (young > 0 && young_is_due).then_some(Scope::Young)
    }
}

global! {
    /// Taken by whoever collects, for as long as no user code but `Trace` runs.
    static COLLECTOR: Lock<State> = Lock::new(State::default());
}

per_thread! {
    /// This thread runs a collection's steps or its disposal.
    static COLLECTING: Cell<bool> = const { Cell::new(false) };
}

/// As [`crate::collect`], for the objects that all threads share.
///
/// Other threads go on meanwhile. If one of them collects, this one waits until that one runs user code
/// or is done. Called from user code that a collection of *this* thread runs, it does nothing and says
/// so.
///
/// # Panics
///
/// With the first panic of the user code that ran, after everything else is done.
///
/// # Threads
///
/// Finalizers, drops and callbacks of what it finds run on this thread. So does the drop of an object
/// whose last handle another thread drops in the very moment in which this one looks at its value.
///
/// # Cost
///
/// Looks at each object that can be reached from a candidate once, and at what seems to be garbage once
/// more, with its locks held from one end to the other; before that, where it is more than 2,048 objects,
/// up to eight times. Once more for each time that user code had to be run in between.
pub fn collect() -> Collected {
    run(Scope::Full)
}

/// As [`collect`], but without entering objects that have survived a collection.
///
/// # Panics
///
/// As [`collect`].
pub fn collect_young() -> Collected {
    run(Scope::Young)
}

/// This thread collects; ends however the collection ends.
struct Collecting(());

impl Collecting {
    fn start() -> Option<Collecting> {
        let before = COLLECTING.try_with(|collecting| collecting.replace(true));
        matches!(before, Ok(false)).then(|| Collecting(()))
    }
}

impl Drop for Collecting {
    fn drop(&mut self) {
        let _ = COLLECTING.try_with(|collecting| collecting.set(false));
    }
}

fn run(scope: Scope) -> Collected {
    let Some(_collecting) = Collecting::start() else {
        return Collected { refused: true, ..Collected::default() };
    };
    run_in(Turn::later(&COLLECTOR), scope, By::Hand)
}

/// What started a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// A call.
    Hand,
    /// The policy.
    Itself,
}

fn run_in(mut turn: Turn<State>, scope: Scope, by: By) -> Collected {
    let mut panic = FirstPanic::new();
    let mut outcome = Collected::default();
    let mut heard = events::is_heard().then(|| {
        turn.pause();
        events::start(scope, by == By::Itself, &mut panic)
    });
    turn.go_on();
    let mut walk = Walk::new(scope);
    let begun = pace::begin();
    let candidates = buffer::take_all(scope == Scope::Full);
    if let Some(heard) = &mut heard {
        heard.set_candidates(candidates.iter().map(Vec::len).sum());
    }
    let mut panic_of_trace = FirstPanic::new();
    walk.sketch(candidates, &mut panic_of_trace);
    let is_complete = !panic_of_trace.is_some();
    panic.run(|| panic_of_trace.resume());
    outcome.visited = walk.visited();
    let work = walk.work();
    if let Some(state) = turn.state() {
        let full = u64::from(scope == Scope::Full);
        state.totals.full_collections += full;
        state.totals.young_collections += 1 - full;
        state.totals.visited += outcome.visited as u64;
        if scope == Scope::Full {
            state.full_work = work;
        }
    }
    let finalizers = death::finalizers();
    dispose(&mut walk, &mut turn, &begun, heard.as_mut(), &mut outcome, &mut panic);
    outcome.finalized = death::finalizers().wrapping_sub(finalizers);
    drop(turn);
    account(scope, outcome);
    events::stop(heard, outcome, is_complete, &mut panic);
    panic.resume();
    outcome
}

/// Adds what the disposal did to the totals.
fn account(scope: Scope, outcome: Collected) {
    let (objects, _) = buffer::totals();
    let mut state = COLLECTOR.lock();
    state.totals.collected += outcome.collected as u64;
    state.totals.freed_in_finalizers += outcome.freed_in_finalizers as u64;
    state.totals.resurrected += outcome.resurrected as u64;
    state.totals.finalized += outcome.finalized as u64;
    state.objects_after_young = objects;
    if scope == Scope::Full {
        state.objects_after_full = objects;
    }
}

/// An allocation: collects if the policy says so and nobody else does.
#[inline(always)]
pub(super) fn poll() {
    if buffer::is_due() {
        automatic();
    }
}

#[cold]
#[inline(never)]
fn automatic() {
    /// What a thread waits for at most that could not ask.
    const AGAIN: usize = 100;
    // Whatever comes of it, the next question is an interval away.
    let again = AGAIN.min(pace::interval());
    if !buffer::ask_after(again, again) {
        return;
    }
    let Some(collecting) = Collecting::start() else { return };
    if std::thread::panicking() {
        return;
    }
    let lag = pace::lag();
    if lag == Lag::Some && background::is_running() {
        // A short break now and then, and the background collector catches up.
        drop(collecting);
        background::wake();
        return shim::sleep(BREAK);
    }
    let turn = if lag == Lag::None {
        Turn::take(&COLLECTOR)
    } else {
        // Garbage is made faster than it is collected: whoever makes it waits for the steps of a
        // collection, or each would be longer than the one before.
        Some(Turn::wait(&COLLECTOR))
    };
    let Some(mut turn) = turn else {
        // Somebody collects. The background collector, if it is not that one, looks again later.
        drop(collecting);
        return background::wake();
    };
    let Some(state) = turn.state() else { return };
    if !state.policy.is_on() {
        return;
    }
    buffer::ask_after(state.policy.young, state.policy.young);
    let Some(scope) = state.due() else { return };
    if lag != Lag::None || !background::is_running() {
        let _counted_in_the_totals = run_in(turn, scope, By::Itself);
    } else {
        drop(turn);
        background::wake();
    }
    drop(collecting);
}

/// How long a thread rests that makes garbage faster than the background collector collects it, each time
/// that it asks the policy.
const BREAK: Duration = Duration::from_micros(200);

/// Collects as long as the policy says so, and nobody says `stop`: the background collector's work.
pub(super) fn collect_while_due(stop: impl Fn() -> bool) {
    while !stop() {
        let Some(_collecting) = Collecting::start() else { return };
        let mut turn = Turn::wait(&COLLECTOR);
        let Some(scope) = turn.state().and_then(|state| state.due()) else { return };
        let _counted_in_the_totals = run_in(turn, scope, By::Itself);
    }
}

/// Lets all threads, and the background collector, ask the policy soon.
pub(super) fn ask_everybody() {
    buffer::ask_everybody();
    background::wake();
}

/// The policy of collections of shared objects, one for all threads.
pub fn policy() -> Policy {
    COLLECTOR.lock().policy
}

/// Sets the policy for all threads and returns the one before. Each thread asks it anew when it makes its
/// next object that may own handles.
///
/// # Panics
///
/// If `growth` is negative or not a number, or `step` is 0.
pub fn set_policy(policy: Policy) -> Policy {
    policy.check();
    pace::set_policy(&policy);
    let before = std::mem::replace(&mut COLLECTOR.lock().policy, policy);
    ask_everybody();
    before
}

/// Totals of all threads. Reading them changes nothing.
pub fn stats() -> Stats {
    let (objects, _) = buffer::totals();
    let (young, old) = buffer::candidates();
    let state = COLLECTOR.lock();
    Stats {
        young_candidates: young,
        old_candidates: old,
        allocated_since_collection: objects - state.objects_after_young,
        ..state.totals
    }
}

/// The shared objects that may own handles. Reading the numbers changes nothing.
pub fn live() -> Live {
    let (objects, bytes) = buffer::totals();
    Live {
        objects: usize::try_from(objects).unwrap_or(0),
        bytes: usize::try_from(bytes).unwrap_or(0),
    }
}
