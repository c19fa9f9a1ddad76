//! Runs pieces of user code one after another, whatever panics, and remembers the first panic.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// The first panic of several pieces of user code. Later ones are forgotten, not dropped: dropping a
/// payload could panic as well.
#[derive(Debug)]
#[must_use]
pub(crate) struct FirstPanic(Option<Box<dyn Any + Send>>);

impl FirstPanic {
    pub(crate) const fn new() -> FirstPanic {
        FirstPanic(None)
    }

    /// Runs `f`, whose panic, if it panics, is the first.
    #[inline(always)]
    pub(crate) fn of(f: impl FnOnce()) -> FirstPanic {
        // Unwind safety: as in `run`.
        FirstPanic(catch_unwind(AssertUnwindSafe(f)).err())
    }

    /// Runs `f`; a panic ends here. Gives what `f` gave, if it came to its end.
    #[inline]
    pub(crate) fn run<R>(&mut self, f: impl FnOnce() -> R) -> Option<R> {
        // Unwind safety: everything of ours that `f` can reach is whole while it runs.
        match catch_unwind(AssertUnwindSafe(f)) {
            Ok(result) => Some(result),
            Err(payload) => {
                self.add(payload);
                None
            }
        }
    }

    /// Was there one?
    #[inline(always)]
    pub(crate) fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Takes a panic caught elsewhere.
    #[cold]
    pub(crate) fn add(&mut self, payload: Box<dyn Any + Send>) {
        if self.0.is_none() {
            self.0 = Some(payload);
        } else {
            std::mem::forget(payload);
        }
    }

    /// Panics on with the first payload, if there was one. While the thread unwinds already it is
    /// forgotten: that other panic came first, and a second one would abort.
    #[inline(always)]
    pub(crate) fn resume(self) {
        if let Some(payload) = self.0 {
            go_on(payload);
        }
    }
}

#[cold]
#[inline(never)]
fn go_on(payload: Box<dyn Any + Send>) {
    if std::thread::panicking() {
        std::mem::forget(payload);
    } else {
        resume_unwind(payload);
    }
}
