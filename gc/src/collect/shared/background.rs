//! A thread that collects, so that the threads that allocate do not.
//!
//! It sleeps until somebody asks. A request is noted under a lock before the thread is woken, and the
//! thread looks for requests under that lock before it sleeps, so none is lost.

use super::run::{self, set_policy};
use crate::collect::policy::Policy;
use crate::heap::first_panic::FirstPanic;
use crate::shim::{Bell, BellLock, Counted, JoinHandle, Lock, current, global, planted, spawn};
use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::PoisonError;

/// What the thread is asked for.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    /// To look whether a collection is due.
    look: bool,
    /// To come to an end.
    stop: bool,
}

/// Requests, as those see them that make them.
#[derive(Debug, Default)]
struct Requests {
    asked: BellLock<Asked>,
    bell: Bell,
}

impl Requests {
    fn ask(&self, note: impl FnOnce(&mut Asked)) {
        if planted!("wake_before_request") {
            // The bug: it looks, finds nothing and sleeps on.
            self.bell.notify_one();
        }
        // Nobody panics under this lock.
        note(&mut self.asked.lock().unwrap_or_else(PoisonError::into_inner));
        if !planted!("wake_before_request") {
            self.bell.notify_one();
        }
    }

    /// Is it to come to an end?
    fn is_stopped(&self) -> bool {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).stop
    }

    /// Waits until there is a request, and takes all there are.
    fn take(&self) -> Asked {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        while !asked.look && !asked.stop {
            asked = self.bell.wait(asked).unwrap_or_else(PoisonError::into_inner);
        }
        if planted!("request_lost") {
            // The bug: what is asked in between is forgotten.
            let taken = *asked;
            drop(asked);
            *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Asked::default();
            return taken;
        }
        std::mem::take(&mut *asked)
    }
}

global! {
    static REQUESTS: Lock<Option<Counted<Requests>>> = Lock::new(None);
}

/// Is there a background collector?
pub(super) fn is_running() -> bool {
    REQUESTS.lock().is_some()
}

/// Asks the background collector, if there is one, to look whether a collection is due.
pub(super) fn wake() {
    let requests = REQUESTS.lock().clone();
    if let Some(requests) = requests {
        requests.ask(|asked| asked.look = true);
    }
}

/// The background collector: see [`spawn_collector`]. Dropping it stops the thread and waits for it.
#[must_use = "the background collector stops when its handle is dropped"]
pub struct CollectorHandle {
    requests: Counted<Requests>,
    /// Taken out when it is stopped.
    /// What it panicked with first is forgotten, not dropped, if nobody asks.
    thread: Option<JoinHandle<ManuallyDrop<FirstPanic>>>,
}

/// Starts a thread that runs the automatic collections of shared objects, instead of the threads that
/// allocate, until the handle is dropped. Sets the policy for all threads, as [`set_policy`] does; what is
/// in force afterwards stays so when the thread has stopped.
///
/// Finalizers, drops and callbacks of what the collections find run on that thread. A panic of theirs is
/// reported by the panic hook, and the thread goes on; [`CollectorHandle::stop`] gives the first one.
/// User code on that thread that waits for another thread to drop the handle waits for ever.
///
/// Should the thread fall behind, so that there are three times as many objects as the last collection
/// left (and `young` times eight more), threads that allocate rest for some 200 microseconds now and then;
/// at twice as much they wait for their turn, and collect themselves. Otherwise garbage could be made
/// faster than it is collected for ever.
///
/// # Panics
///
/// If there is one already, if the policy is none (see [`set_policy`]), or if the system cannot start a
/// thread.
///
/// # Cost
///
/// A thread asks after each interval of the policy (`young` objects made, or candidates); waking the
/// collector takes it a few atomic operations and at most one system call.
///
/// # Examples
///
/// ```
/// use refcycle::sync::{self, Policy};
///
/// let collector = sync::spawn_collector(Policy::default());
/// // … threads work, and never stop to collect …
/// drop(collector);
/// ```
pub fn spawn_collector(policy: Policy) -> CollectorHandle {
    policy.check();
    let mut slot = REQUESTS.lock();
    if slot.is_some() {
        drop(slot);
        panic!(
            "refcycle: there is a background collector already; drop its `CollectorHandle` before you \
             call `spawn_collector` again"
        );
    }
    let requests = Counted::new(Requests::default());
    let its = Counted::clone(&requests);
    let thread = spawn("refcycle collector", move || ManuallyDrop::new(work(&its)));
    *slot = Some(Counted::clone(&requests));
    drop(slot);
    set_policy(policy);
    CollectorHandle { requests, thread: Some(thread) }
}

/// What the thread does: gives the first panic of the user code that it ran.
fn work(requests: &Requests) -> FirstPanic {
    let mut panic = FirstPanic::new();
    loop {
        if requests.take().stop {
            return panic;
        }
        panic.run(|| run::collect_while_due(|| requests.is_stopped()));
    }
}

impl CollectorHandle {
    /// Stops the thread and waits for the collection that it runs, user code included. Threads that
    /// allocate collect again from now on.
    ///
    /// # Panics
    ///
    /// With the first panic of user code that the thread ran.
    pub fn stop(mut self) {
        self.end().resume();
    }

    /// Ends the thread, unless that has been done.
    fn end(&mut self) -> FirstPanic {
        let Some(thread) = self.thread.take() else { return FirstPanic::new() };
        *REQUESTS.lock() = None;
        self.requests.ask(|asked| asked.stop = true);
        if thread.thread().id() == current().id() {
            // The handle was part of the garbage that the thread is disposing of: it stops afterwards.
            return FirstPanic::new();
        }
        let mut first = FirstPanic::new();
        match thread.join() {
            Ok(panic) => return ManuallyDrop::into_inner(panic),
            // It catches the panics of user code, so this one is ours.
            Err(payload) => first.add(payload),
        }
        first
    }
}

impl Drop for CollectorHandle {
    /// As [`stop`](CollectorHandle::stop), without the panic.
    fn drop(&mut self) {
        std::mem::forget(self.end());
    }
}

impl fmt::Debug for CollectorHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CollectorHandle").finish_non_exhaustive()
    }
}
