//! Keeping automatic collections away for a while.

use super::{run, state};
use std::marker::PhantomData;

/// Keeps automatic collections of this thread from starting while it lives: see [`pause`].
#[must_use = "automatic collections go on as soon as the guard is dropped"]
#[derive(Debug)]
pub struct PauseGuard {
    /// It counts in a thread-local, so it must be dropped where it was made.
    not_send: PhantomData<*const ()>,
}

/// Pauses automatic collections on this thread until the guard is dropped. Guards nest: the last one
/// ends the pause, also when it is dropped by unwinding.
///
/// [`collect`](crate::collect) still works, and objects still die by counting.
///
/// # Examples
///
/// ```
/// let _no_pauses_in_here = refcycle::pause();
/// ```
pub fn pause() -> PauseGuard {
    state::with(|state| state.pauses.set(state.pauses.get() + 1));
    PauseGuard { not_send: PhantomData }
}

impl Drop for PauseGuard {
    fn drop(&mut self) {
        state::with(|state| state.pauses.set(state.pauses.get() - 1));
        run::arm();
    }
}
