//! How a collection tells of itself, whichever flavour it is of.
//!
//! A hook has a number, higher than those registered before it. A collection's stop is told to the hooks that
//! there were at its start, if they are still there: so each hook hears both ends of what it hears of.

use super::event::{CollectEvent, CollectPhase, CollectScope};
use crate::collect::stats::{Collected, Live};
use crate::collect::walk::Scope;
use crate::heap::first_panic::FirstPanic;
use std::ops::Deref;
use std::time::{Duration, Instant};

/// A hook, as its flavour keeps it.
pub(super) struct Hook<F: ?Sized> {
    pub(super) number: u64,
    pub(super) call: Box<F>,
}

/// The hooks of a heap, in the order of their numbers. `P` points to a hook.
#[derive(Debug)]
pub(super) struct Hooks<P> {
    list: Vec<P>,
    /// The number of the next.
    next: u64,
}

impl<P> Hooks<P> {
    pub(super) const fn new() -> Hooks<P> {
        Hooks { list: Vec::new(), next: 1 }
    }
}

impl<P: Clone + Deref<Target = Hook<F>>, F: ?Sized> Hooks<P> {
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds the hook that `make` makes of its number, which is given.
    pub(super) fn add(&mut self, make: impl FnOnce(u64) -> P) -> u64 {
        let number = self.next;
        self.next += 1;
        self.list.push(make(number));
        number
    }

    /// Takes a hook out, for the caller to drop: that is user code.
    pub(super) fn remove(&mut self, number: u64) -> Option<P> {
        let place = self.list.iter().position(|hook| hook.number == number)?;
        Some(self.list.remove(place))
    }

    /// Takes all out.
    pub(super) fn take(&mut self) -> Vec<P> {
        std::mem::take(&mut self.list)
    }

    /// The first hook after that number, if its own is lower than `limit`.
    fn after(&self, number: u64, limit: u64) -> Option<P> {
        self.list.iter().find(|hook| hook.number > number && hook.number < limit).cloned()
    }
}

/// Gives access to the hooks of a heap for a moment.
pub(super) trait Registry {
    type Call: Fn(&CollectEvent) + ?Sized;
    type Pointer: Clone + Deref<Target = Hook<Self::Call>>;

    fn with<R>(f: impl FnOnce(&Hooks<Self::Pointer>) -> R) -> R;
}

/// Calls each hook whose number is below `limit`. One that is dropped meanwhile is not called any more.
fn tell<L: Registry>(event: &CollectEvent, limit: u64, panic: &mut FirstPanic) {
    let mut number = 0;
    while let Some(hook) = L::with(|hooks| hooks.after(number, limit)) {
        number = hook.number;
        panic.run(|| (hook.call)(event)); // user code
        panic.run(|| drop(hook)); // user code: it may have dropped itself
    }
}

/// What kind of collection it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) scope: Scope,
    pub(super) is_automatic: bool,
    pub(super) is_stepwise: bool,
    pub(super) is_shared: bool,
}

/// A collection that somebody listens to.
#[derive(Debug)]
pub(in crate::collect) struct Heard {
    event: CollectEvent,
    /// The number that the first hook would have had that did not hear of the start.
    limit: u64,
    /// When the step began that is under way.
    begun: Instant,
    /// The bytes of what was disposed of.
    pub(in crate::collect) bytes: usize,
}

impl Heard {
    /// A collection is about to begin: tells the hooks of it. Time runs from the end of that.
    pub(super) fn start<L: Registry>(
        kind: Kind,
        candidates: usize,
        live: Live,
        panic: &mut FirstPanic,
    ) -> Heard {
        let event = CollectEvent {
            phase: CollectPhase::Start,
            scope: match kind.scope {
                Scope::Young => CollectScope::Young,
                Scope::Full => CollectScope::Full,
            },
            is_shared: kind.is_shared,
            is_automatic: kind.is_automatic,
            is_stepwise: kind.is_stepwise,
            is_complete: false,
            candidates,
            outcome: Collected::default(),
            freed_bytes: 0,
            live,
            steps: 0,
            pause: Duration::ZERO,
            time: Duration::ZERO,
        };
        let limit = L::with(|hooks| hooks.next);
        tell::<L>(&event, limit, panic);
        Heard { event, limit, begun: Instant::now(), bytes: 0 }
    }

    /// It started from so many candidates.
    pub(in crate::collect) fn set_candidates(&mut self, candidates: usize) {
        self.event.candidates = candidates;
    }

    /// A step begins.
    pub(in crate::collect) fn begin_step(&mut self) {
        self.begun = Instant::now();
    }

    /// A step has ended.
    pub(in crate::collect) fn end_step(&mut self) {
        let time = self.begun.elapsed();
        self.event.steps += 1;
        self.event.time += time;
        self.event.pause = self.event.pause.max(time);
    }

    /// It is over: tells those of it that have heard of the start. No outcome: it came to nothing.
    pub(super) fn stop<L: Registry>(
        self,
        outcome: Option<Collected>,
        live: Live,
        panic: &mut FirstPanic,
    ) {
        let event = CollectEvent {
            phase: CollectPhase::Stop,
            is_complete: outcome.is_some(),
            outcome: outcome.unwrap_or_default(),
            freed_bytes: self.bytes,
            live,
            ..self.event
        };
        tell::<L>(&event, self.limit, panic);
    }
}
