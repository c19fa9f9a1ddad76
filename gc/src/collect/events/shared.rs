//! The hooks of shared objects' collections, one list for all threads.

use super::event::{CollectEvent, CollectPhase};
use super::history::Ring;
use super::hooks::{Heard, Hook, Hooks, Kind, Registry};
use crate::collect::shared::live;
use crate::collect::stats::Collected;
use crate::collect::walk::Scope;
use crate::heap::first_panic::FirstPanic;
use crate::heap::shared::buffer;
use crate::shim::{AtomicIsize, Counted, Lock, global};
use std::fmt;
use std::sync::atomic::Ordering::Relaxed;

type Call = dyn Fn(&CollectEvent) + Send + Sync;
type Pointer = Counted<Hook<Call>>;

global! {
    /// Held for a few instructions, and never while user code runs (C2).
    static HOOKS: Lock<Hooks<Pointer>> = Lock::new(Hooks::new());
}

global! {
    /// How many there are.
    static COUNT: AtomicIsize = AtomicIsize::new(0);
}

/// The hooks of all threads.
struct Shared;

impl Registry for Shared {
    type Call = Call;
    type Pointer = Pointer;

    fn with<R>(f: impl FnOnce(&Hooks<Pointer>) -> R) -> R {
        f(&HOOKS.lock())
    }
}

/// A hook that is called at both ends of each collection of shared objects while it lives: see [`on_collect`].
#[must_use = "a hook is called until it is dropped"]
pub struct CollectHook {
    number: u64,
}

/// As [`crate::on_collect`], for the objects that all threads share: has `hook` called at the start and at the
/// stop of each of their collections, on the thread that collects, until the result is dropped.
///
/// # Panics
///
/// As there. In the background collector it is the first panic of that thread, which
/// [`CollectorHandle::stop`](crate::sync::CollectorHandle::stop) gives.
///
/// # Threads
///
/// The hook may be called by several threads at once: while one runs finalizers or drops, or tells of what it did,
/// another may collect. Both ends of a collection are told on one thread, and nothing of another
/// collection of shared objects on that thread in between. A call that is under way on another thread when the
/// [`CollectHook`] is dropped goes on; the hook is dropped by whoever is last to use it.
///
/// Other threads allocate, drop and collect meanwhile: [`CollectEvent::live`] is of all of them.
///
/// # Cost
///
/// As there, and a short lock for each call; the lock of all collections is given back while hooks hear of a
/// start, and taken again.
///
/// # Examples
///
/// ```
/// use refcycle::sync::{collect, on_collect};
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
///
/// let calls = Arc::new(AtomicUsize::new(0));
/// let its = Arc::clone(&calls);
/// let hook = on_collect(move |_| {
///     its.fetch_add(1, Relaxed);
/// });
/// collect();
/// assert_eq!(calls.load(Relaxed), 2);
/// drop(hook);
/// ```
pub fn on_collect(hook: impl Fn(&CollectEvent) + Send + Sync + 'static) -> CollectHook {
    let call: Box<Call> = Box::new(hook);
    let number = HOOKS.lock().add(|number| Counted::new(Hook { number, call }));
    // Relaxed: a collection that is about to start on another thread may go unheard.
    COUNT.fetch_add(1, Relaxed);
    CollectHook { number }
}

impl Drop for CollectHook {
    fn drop(&mut self) {
        COUNT.fetch_sub(1, Relaxed);
        let hook = HOOKS.lock().remove(self.number);
        drop(hook); // user code
    }
}

impl fmt::Debug for CollectHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CollectHook").finish_non_exhaustive()
    }
}

/// The last collections of shared objects: see [`collect_history`].
#[must_use = "a history goes on until it is dropped"]
pub struct CollectHistory {
    ring: Counted<Lock<Ring>>,
    _hook: CollectHook,
}

/// As [`crate::collect_history`], for the objects that all threads share. The order is that in which the
/// collections ended.
pub fn collect_history(n: usize) -> CollectHistory {
    let ring = Counted::new(Lock::new(Ring::new(n)));
    let its = Counted::clone(&ring);
    let hook = on_collect(move |event| {
        if event.phase == CollectPhase::Stop {
            its.lock().push(*event);
        }
    });
    CollectHistory { ring, _hook: hook }
}

impl CollectHistory {
    /// The stops of the last collections, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<CollectEvent> {
        self.ring.lock().events()
    }

    /// The last of them.
    #[must_use]
    pub fn last(&self) -> Option<CollectEvent> {
        self.ring.lock().last()
    }

    /// How many were heard of in all, those included that are forgotten.
    #[must_use]
    pub fn heard(&self) -> u64 {
        self.ring.lock().heard()
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.ring.lock().clear();
    }
}

impl fmt::Debug for CollectHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.events()).finish()
    }
}

/// Does anybody listen?
pub(in crate::collect) fn is_heard() -> bool {
    COUNT.load(Relaxed) != 0
}

/// A collection is about to begin. This thread counts as collecting, and holds no lock.
pub(in crate::collect) fn start(scope: Scope, is_automatic: bool, panic: &mut FirstPanic) -> Heard {
    let (young, old) = buffer::candidates();
    let candidates = if scope == Scope::Full { young + old } else { young };
    let kind = Kind { scope, is_automatic, is_stepwise: false, is_shared: true };
    Heard::start::<Shared>(kind, candidates, live(), panic)
}

/// It is over, and no lock is held.
pub(in crate::collect) fn stop(
    heard: Option<Heard>,
    outcome: Collected,
    is_complete: bool,
    panic: &mut FirstPanic,
) {
    if let Some(mut heard) = heard {
        heard.end_step();
        heard.stop::<Shared>(is_complete.then_some(outcome), live(), panic);
    }
}
