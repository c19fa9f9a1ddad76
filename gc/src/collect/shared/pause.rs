//! Keeping automatic collections of shared objects away for a while.

use super::run;
use crate::shim::{AtomicIsize, global};
use std::sync::atomic::Ordering::Relaxed;

global! {
    /// The guards there are.
    static PAUSES: AtomicIsize = AtomicIsize::new(0);
}

/// Are automatic collections paused?
pub(super) fn is_paused() -> bool {
    // Relaxed: a collection that is about to start may go on.
    PAUSES.load(Relaxed) != 0
}

/// Keeps automatic collections of shared objects from starting while it lives, on all threads: see
/// [`pause`].
#[must_use = "automatic collections go on as soon as the guard is dropped"]
#[derive(Debug)]
pub struct PauseGuard(());

/// As [`crate::pause`], for the objects that all threads share: keeps automatic collections from
/// starting on any thread, the background collector's included. One that has started goes on.
///
/// Guards nest, and may be dropped on another thread than the one that made them.
///
/// # Examples
///
/// ```
/// let _no_collections_in_here = refcycle::sync::pause();
/// ```
pub fn pause() -> PauseGuard {
    PAUSES.fetch_add(1, Relaxed);
    PauseGuard(())
}

impl Drop for PauseGuard {
    fn drop(&mut self) {
        if PAUSES.fetch_sub(1, Relaxed) == 1 {
            run::ask_everybody();
        }
    }
}
