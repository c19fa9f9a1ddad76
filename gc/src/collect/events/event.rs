//! What is told of a collection.

use crate::collect::stats::{Collected, Live};
use std::time::Duration;

/// Which end of a collection an event tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CollectPhase {
    /// It is about to begin.
    Start,
    /// It is done, the program's finalizers, drops and callbacks included.
    Stop,
}

/// Which objects a collection enters: what Python calls its generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CollectScope {
    /// Those that have not survived a collection.
    Young,
    /// All.
    Full,
}

/// The start or the stop of a collection: what hooks ([`on_collect`](crate::on_collect)) are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and they combine")]
pub struct CollectEvent {
    /// Which of the two it is.
    pub phase: CollectPhase,
    /// Which objects the collection enters.
    pub scope: CollectScope,
    /// Whether it is one of the objects that threads share.
    pub is_shared: bool,
    /// Whether an allocation started it, or the end of the thread, or the background collector; and not a
    /// call of `collect` or `collect_young`.
    pub is_automatic: bool,
    /// Whether it goes in steps, between which the program runs ([`Policy::step`](crate::Policy::step)).
    pub is_stepwise: bool,
    /// At the stop: whether it came to its end. It did not if a `Trace` panicked when it
    /// first looked at the heap; or if it went in steps and was
    /// given up, because another full collection came first, or the program had changed too much meanwhile.
    /// Nothing is lost then.
    pub is_complete: bool,
    /// The objects that it starts from. At the start, those that wait for it; at the stop, those that it took.
    pub candidates: usize,
    /// At the stop: what it did.
    pub outcome: Collected,
    /// At the stop: the bytes of the objects that it disposed of ([`Collected::collected`]), headers included,
    /// without what their values owned elsewhere. Bytes of an object of which somebody leaked a handle are
    /// among them, though they are not given back.
    pub freed_bytes: usize,
    /// What there is: at the start, before it; at the stop, after it.
    pub live: Live,
    /// At the stop: how many steps there were; 1 if it did not go in steps.
    pub steps: usize,
    /// At the stop: the longest time that the program had to wait: the longest step, or the whole collection.
    /// Finalizers, drops and callbacks are part of it; so is, where threads share objects, the time in which
    /// this thread waited for others that collect. Other threads do not wait.
    pub pause: Duration,
    /// At the stop: the time of all its steps.
    pub time: Duration,
}
