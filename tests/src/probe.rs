//! What a test sees of the lives of its values: probes, and a log per thread.

use std::cell::{Cell, RefCell};
use std::process::abort;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static ALIVE: Cell<isize> = const { Cell::new(0) };
}

/// Appends to this thread's log.
pub fn log(event: impl Into<String>) {
    // A thread that is about to end has no log.
    let _ = LOG.try_with(|log| log.borrow_mut().push(event.into()));
}

/// The events since the last call.
pub fn take_log() -> Vec<String> {
    LOG.take()
}

/// Probes of this thread that have been made and not been dropped.
pub fn alive() -> isize {
    ALIVE.get()
}

/// A part of a value whose drop counts, and ends the process if it is the second one.
#[derive(Debug)]
pub struct Probe {
    /// What the drop is logged as; empty: it is not logged.
    name: &'static str,
    canary: AtomicU64,
}

const LIVE: u64 = 0x11FE_11FE_11FE_11FE;
const DEAD: u64 = 0xDEAD_DEAD_DEAD_DEAD;

impl Probe {
    /// A probe whose drop is logged as "drop `name`".
    pub fn new(name: &'static str) -> Probe {
        ALIVE.set(ALIVE.get() + 1);
        Probe { name, canary: AtomicU64::new(LIVE) }
    }

    /// A probe whose drop is not logged.
    pub fn silent() -> Probe {
        Probe::new("")
    }

    /// Ends the process if the probe has been dropped, or never was one.
    pub fn check(&self) {
        if self.canary.load(Relaxed) != LIVE {
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
        if self.canary.swap(DEAD, Relaxed) != LIVE {
            eprintln!("a probe was dropped twice, or is none");
            abort();
        }
        ALIVE.set(ALIVE.get() - 1);
        if !self.name.is_empty() {
            log(format!("drop {}", self.name));
        }
    }
}
