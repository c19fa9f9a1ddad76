//! What the collector keeps for each thread, and what it does when the thread ends.

use super::events;
use super::policy::Policy;
use super::run;
use super::sketch::Sketch;
use super::stats::Stats;
use super::walk::Walk;
use crate::heap::hooks::Hooks;
use crate::heap::local::{LocalHeap, Phase, heap};
use crate::heap::object::Object;
use crate::heap::side::Callback;
use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::rc::Rc;

/// Kept without a destructor, so that it can be asked until the very end of the thread.
#[derive(Debug)]
pub(super) struct State {
    pub(super) policy: Cell<Policy>,
    /// Guards that keep automatic collections away.
    pub(super) pauses: Cell<usize>,
    pub(super) totals: Cell<Stats>,
    /// Tracked objects after the last collection of either kind.
    pub(super) objects_after_young: Cell<isize>,
    /// Tracked objects after the last full collection.
    pub(super) objects_after_full: Cell<isize>,
    /// What the last full collection touched of what it left alive.
    pub(super) full_work: Cell<usize>,
    /// Did it find next to no garbage?
    pub(super) fruitless: Cell<bool>,
    /// Was the last thing that an allocation did a step of a full collection?
    pub(super) stepped: Cell<bool>,
    /// The death hooks that are armed; emptied when the thread ends.
    hooks: ManuallyDrop<RefCell<Hooks<Rc<Callback>>>>,
}

/// Has a destructor: the end of the thread.
struct End {
    /// The memory of the last walk.
    walk: Cell<Option<Box<Walk>>>,
    /// An empty young buffer that was in use before.
    spare: Cell<Vec<Option<Object>>>,
    /// The full collection that goes in steps.
    sketch: Cell<Option<Box<Sketch>>>,
}

thread_local! {
    static STATE: State = const {
        State {
            policy: Cell::new(Policy::DEFAULT),
            pauses: Cell::new(0),
            totals: Cell::new(Stats::ZERO),
            objects_after_young: Cell::new(0),
            objects_after_full: Cell::new(0),
            full_work: Cell::new(0),
            fruitless: Cell::new(false),
            stepped: Cell::new(false),
            hooks: ManuallyDrop::new(RefCell::new(Hooks::new())),
        }
    };
    static END: End = const {
        End { walk: Cell::new(None), spare: Cell::new(Vec::new()), sketch: Cell::new(None) }
    };
}

impl Drop for End {
    fn drop(&mut self) {
        run::end_of_thread();
        events::local::close();
    }
}

/// Runs `f` with the state of this thread.
pub(super) fn with<R>(f: impl FnOnce(&State) -> R) -> R {
    STATE.with(f)
}

/// Notes a death hook, unless it is too late for it.
pub(super) fn keep_hook(number: u64, hook: Rc<Callback>) {
    if heap(LocalHeap::phase) != Phase::Closed {
        // Leaves alone have not let it know.
        watch_end();
        with(|state| state.hooks.borrow_mut().add(number, hook));
    }
}

/// Forgets it.
pub(super) fn forget_hook(number: u64) {
    let hook = with(|state| state.hooks.borrow_mut().remove(number));
    drop(hook); // user code, if it is armed still
}

/// Takes the newest one.
pub(super) fn next_hook() -> Option<Rc<Callback>> {
    with(|state| state.hooks.borrow_mut().take_newest())
}

/// Makes sure that the end of the thread is noticed.
pub(super) fn watch_end() {
    // At worst it has been noticed already.
    let _ = END.try_with(|_| ());
}

/// The memory of the last walk, or a new one.
pub(super) fn take_walk() -> Box<Walk> {
    END.try_with(|end| end.walk.take()).ok().flatten().unwrap_or_else(|| Box::new(Walk::new()))
}

/// Keeps the memory of a walk for the next.
pub(super) fn keep_walk(mut walk: Box<Walk>) {
    walk.reset();
    let _ = END.try_with(|end| end.walk.set(Some(walk)));
}

/// An empty list for candidates.
pub(super) fn take_spare() -> Vec<Option<Object>> {
    END.try_with(|end| end.spare.take()).unwrap_or_default()
}

/// Keeps a list of candidates that were dealt with.
pub(super) fn keep_spare(mut spare: Vec<Option<Object>>) {
    const KEEP: usize = 1 << 14;
    spare.clear();
    spare.shrink_to(KEEP);
    let _ = END.try_with(|end| end.spare.set(spare));
}

/// The full collection that goes in steps.
pub(super) fn take_sketch() -> Option<Box<Sketch>> {
    END.try_with(|end| end.sketch.take()).ok().flatten()
}

/// Keeps it for the next step.
pub(super) fn keep_sketch(sketch: Box<Sketch>) {
    let _ = END.try_with(|end| end.sketch.set(Some(sketch)));
}

/// There is none any more.
pub(super) fn drop_sketch() {
    drop(take_sketch());
}
