//! How a law is run, and what it sees of its values, on any thread.

use std::panic::resume_unwind;
use std::process::abort;
use std::sync::atomic::{AtomicIsize, AtomicU64, Ordering::SeqCst};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Nothing in a law takes so long, unless it never ends.
const PATIENCE: Duration = Duration::from_mins(2);

static ALIVE: AtomicIsize = AtomicIsize::new(0);
static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A lock's content, whatever a test has thrown while it had it.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `body` in a thread with a stack of one MiB while no other law runs, and fails if a probe is
/// left when the thread has ended. Ends the process if it never does.
#[track_caller]
pub(crate) fn run(body: impl FnOnce() + Send + 'static) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _others_wait = lock(&ONE_AT_A_TIME);
    // So that expected panics are not heard.
    refcycle_tests::law_untouched(|| ());
    take_log();
    let before = alive();
    let (sender, receiver) = channel::<()>();
    let body = move || {
        let _sent_when_dropped = sender;
        body();
    };
    let thread = thread::Builder::new().stack_size(refcycle_tests::STACK).spawn(body);
    let thread = thread.expect("a thread can be made");
    if receiver.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
        eprintln!("the law has not ended after {PATIENCE:?}: a deadlock");
        abort();
    }
    if let Err(payload) = thread.join() {
        resume_unwind(payload);
    }
    assert_eq!(alive(), before, "probes are left, or dropped twice");
}

/// Appends to the log.
pub(crate) fn log(event: impl Into<String>) {
    lock(&LOG).push(event.into());
}

/// The events since the last call.
pub(crate) fn take_log() -> Vec<String> {
    std::mem::take(&mut *lock(&LOG))
}

/// Probes that have been made and not been dropped.
pub(crate) fn alive() -> isize {
    ALIVE.load(SeqCst)
}

/// A part of a value whose drop counts, and ends the process if it is the second one.
#[derive(Debug)]
pub(crate) struct Probe {
    name: &'static str,
    canary: AtomicU64,
}

const LIVE: u64 = 0x11FE_11FE_11FE_11FE;
const DEAD: u64 = 0xDEAD_DEAD_DEAD_DEAD;

impl Probe {
    /// A probe whose drop is logged as "drop `name`", unless that is empty.
    pub(crate) fn new(name: &'static str) -> Probe {
        ALIVE.fetch_add(1, SeqCst);
        Probe { name, canary: AtomicU64::new(LIVE) }
    }

    /// Ends the process if the probe has been dropped.
    pub(crate) fn check(&self) {
        if self.canary.load(SeqCst) != LIVE {
            eprintln!("probe `{}`: used after its drop", self.name);
            abort();
        }
    }
}

impl Clone for Probe {
    fn clone(&self) -> Probe {
        self.check();
        Probe::new(self.name)
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        if self.canary.swap(DEAD, SeqCst) != LIVE {
            eprintln!("a probe was dropped twice, or is none");
            abort();
        }
        ALIVE.fetch_sub(1, SeqCst);
        if !self.name.is_empty() {
            log(format!("drop {}", self.name));
        }
    }
}
