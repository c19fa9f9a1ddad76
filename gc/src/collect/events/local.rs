//! The hooks of a thread.

use super::event::{CollectEvent, CollectPhase};
use super::history::Ring;
use super::hooks::{Heard, Hook, Hooks, Kind, Registry};
use crate::collect::state;
use crate::collect::stats::{Collected, live};
use crate::collect::walk::Scope;
use crate::heap::first_panic::FirstPanic;
use crate::heap::local::{LocalHeap, Phase, heap};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::rc::Rc;

type Pointer = Rc<Hook<dyn Fn(&CollectEvent)>>;

/// Kept without a destructor, so that the collections at the end of the thread are heard; [`close`] drops
/// what is in it.
struct Events {
    hooks: ManuallyDrop<RefCell<Hooks<Pointer>>>,
    /// The full collection that goes in steps, if somebody listens to it.
    stepwise: ManuallyDrop<Cell<Option<Box<Heard>>>>,
}

const _: () = assert!(!std::mem::needs_drop::<Events>());

thread_local! {
    static EVENTS: Events = const {
        Events {
            hooks: ManuallyDrop::new(RefCell::new(Hooks::new())),
            stepwise: ManuallyDrop::new(Cell::new(None)),
        }
    };
}

/// The hooks of this thread.
struct Local;

impl Registry for Local {
    type Call = dyn Fn(&CollectEvent);
    type Pointer = Pointer;

    fn with<R>(f: impl FnOnce(&Hooks<Pointer>) -> R) -> R {
        EVENTS.with(|events| f(&events.hooks.borrow()))
    }
}

/// A hook that is called at both ends of each collection while it lives: see [`on_collect`].
#[must_use = "a hook is called until it is dropped"]
pub struct CollectHook {
    number: u64,
    /// It is registered in a thread-local, so it must be dropped where it was made.
    not_send: PhantomData<*const ()>,
}

/// Has `hook` called at the start and at the stop of each collection of this thread, by hand or not, until
/// the result is dropped.
///
/// Hooks are called in the order in which they were registered. Each hears the start and the stop of a
/// collection or neither, unless it is dropped in between: one that is registered while a collection runs,
/// or between two steps of one, hears of the next. Calls that are refused ([`Collected::refused`]) are not heard of.
///
/// A hook may do what other code may, such as allocate, drop handles, look at the [`stats`](crate::stats), drop itself
/// or another or register one; but it starts no collection. Calls of [`collect`](crate::collect) in it
/// are refused, and automatic ones wait. Nothing is freed between the start of a collection and the call of
/// the hooks, nor is anything under way: of a collection that is not in steps a hook sees the heap before it and the heap
/// after it.
///
/// A hook that lives as long as the thread hears of the collections at its end as well, and is dropped then; forget the
/// [`CollectHook`] for that. Registered later than that, in the destructors of thread-locals, it is dropped and
/// never called. Handles that a hook owns count as held from outside.
///
/// # Panics
///
/// Panics of hooks do not change what a collection does, and the other hooks are called; the first one is resumed
/// when all is done, from the call or the allocation that started the collection.
///
/// # Cost
///
/// While there are hooks: two calls of each for every collection, two readings of the clock for every collection or
/// step of one, and one look at the header of each object of the garbage. With none: one test for every
/// collection or step.
///
/// # Examples
///
/// ```
/// use refcycle::{CollectPhase, Gc, Trace, collect, on_collect};
/// use std::cell::{Cell, RefCell};
/// use std::rc::Rc;
///
/// #[derive(Trace)]
/// struct Node(RefCell<Option<Gc<Node>>>);
///
/// let freed = Rc::new(Cell::new(0));
/// let hook = on_collect({
///     let freed = Rc::clone(&freed);
///     move |event| {
///         if event.phase == CollectPhase::Stop {
///             freed.set(freed.get() + event.outcome.collected);
///         }
///     }
/// });
/// let node = Gc::new(Node(RefCell::default()));
/// *node.0.borrow_mut() = Some(node.clone());
/// drop(node);
/// collect();
/// assert_eq!(freed.get(), 1);
/// drop(hook);
/// ```
pub fn on_collect(hook: impl Fn(&CollectEvent) + 'static) -> CollectHook {
    if heap(LocalHeap::phase) == Phase::Closed {
        drop(hook); // user code
        return CollectHook { number: 0, not_send: PhantomData };
    }
    state::watch_end();
    let call: Box<dyn Fn(&CollectEvent)> = Box::new(hook);
    let number = EVENTS
        .with(|events| events.hooks.borrow_mut().add(|number| Rc::new(Hook { number, call })));
    CollectHook { number, not_send: PhantomData }
}

impl Drop for CollectHook {
    fn drop(&mut self) {
        let hook = EVENTS.with(|events| events.hooks.borrow_mut().remove(self.number));
        drop(hook); // user code
    }
}

impl fmt::Debug for CollectHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CollectHook").finish_non_exhaustive()
    }
}

/// The last collections of this thread: see [`collect_history`].
#[must_use = "a history goes on until it is dropped"]
pub struct CollectHistory {
    ring: Rc<RefCell<Ring>>,
    _hook: CollectHook,
}

/// Remembers the stops of the last `n` collections of this thread from now on, until the result is dropped.
///
/// # Cost
///
/// That of a hook ([`on_collect`]), and some 200 bytes for each collection that it remembers.
///
/// # Examples
///
/// ```
/// use refcycle::{collect, collect_history, collect_young};
///
/// let history = collect_history(2);
/// collect();
/// collect_young();
/// collect_young();
/// assert_eq!(history.events().len(), 2);
/// let longest = history.events().iter().map(|event| event.pause).max();
/// assert!(longest.is_some());
/// ```
pub fn collect_history(n: usize) -> CollectHistory {
    let ring = Rc::new(RefCell::new(Ring::new(n)));
    let its = Rc::clone(&ring);
    let hook = on_collect(move |event| {
        if event.phase == CollectPhase::Stop {
            its.borrow_mut().push(*event);
        }
    });
    CollectHistory { ring, _hook: hook }
}

impl CollectHistory {
    /// The stops of the last collections, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<CollectEvent> {
        self.ring.borrow().events()
    }

    /// The last of them.
    #[must_use]
    pub fn last(&self) -> Option<CollectEvent> {
        self.ring.borrow().last()
    }

    /// How many were heard of in all, those included that are forgotten.
    #[must_use]
    pub fn heard(&self) -> u64 {
        self.ring.borrow().heard()
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.ring.borrow_mut().clear();
    }
}

impl fmt::Debug for CollectHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.events()).finish()
    }
}

/// The candidates that wait for such a collection.
fn waiting(scope: Scope) -> usize {
    heap(|heap| match scope {
        Scope::Young => heap.young_len(),
        Scope::Full => heap.young_len() + heap.old().live(),
    })
}

/// A collection is about to begin: tells of it if somebody listens. This thread counts as collecting.
pub(in crate::collect) fn start(
    scope: Scope,
    is_automatic: bool,
    panic: &mut FirstPanic,
) -> Option<Box<Heard>> {
    if Local::with(Hooks::is_empty) {
        return None;
    }
    if scope == Scope::Full {
        give_up_steps(panic);
    }
    let kind = Kind { scope, is_automatic, is_stepwise: false, is_shared: false };
    Some(Box::new(Heard::start::<Local>(kind, waiting(scope), live(), panic)))
}

/// It is over.
pub(in crate::collect) fn stop(
    heard: Option<Box<Heard>>,
    outcome: Option<Collected>,
    panic: &mut FirstPanic,
) {
    if let Some(mut heard) = heard {
        heard.end_step();
        heard.stop::<Local>(outcome, live(), panic);
    }
}

/// A full collection in steps is about to begin: as [`start`]. Its first step is still to come.
pub(in crate::collect) fn start_steps(panic: &mut FirstPanic) {
    // What nobody has waited for any more is still there.
    keep_steps(None);
    if Local::with(Hooks::is_empty) {
        return;
    }
    let scope = Scope::Full;
    let kind = Kind { scope, is_automatic: true, is_stepwise: true, is_shared: false };
    let heard = Heard::start::<Local>(kind, waiting(scope), live(), panic);
    keep_steps(Some(Box::new(heard)));
}

/// The full collection that goes in steps, a step of which begins, if somebody listens to it.
pub(in crate::collect) fn begin_step() -> Option<Box<Heard>> {
    let mut heard = EVENTS.with(|events| events.stepwise.take());
    if let Some(heard) = &mut heard {
        heard.begin_step();
    }
    heard
}

/// The step has ended, and the collection has not.
pub(in crate::collect) fn end_step(mut heard: Option<Box<Heard>>) {
    if let Some(heard) = &mut heard {
        heard.end_step();
    }
    keep_steps(heard);
}

fn keep_steps(heard: Option<Box<Heard>>) {
    EVENTS.with(|events| events.stepwise.set(heard));
}

/// The full collection that goes in steps comes to nothing, if there is one.
pub(in crate::collect) fn give_up_steps(panic: &mut FirstPanic) {
    if let Some(heard) = EVENTS.with(|events| events.stepwise.take()) {
        heard.stop::<Local>(None, live(), panic);
    }
}

/// The thread ends, and nothing is told any more.
pub(in crate::collect) fn close() {
    let mut panic = FirstPanic::new();
    drop(EVENTS.with(|events| events.stepwise.take()));
    for hook in EVENTS.with(|events| events.hooks.borrow_mut().take()) {
        panic.run(|| drop(hook)); // user code
    }
    // There is nobody left to resume it to.
    std::mem::forget(panic);
}
