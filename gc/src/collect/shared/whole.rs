//! What becomes of a panic where there must be none.

/// Ends the process if it is dropped: a panic in the middle of these steps is a bug of this crate, and what
/// it would leave behind (locks taken, half a verdict) is not for anybody to see.
pub(super) struct Whole(pub(super) &'static str);

impl Whole {
    /// The step came to its end.
    pub(super) fn done(self) {
        std::mem::forget(self);
    }
}

impl Drop for Whole {
    #[cold]
    fn drop(&mut self) {
        eprintln!(
            "refcycle: {} panicked halfway; this is a bug of refcycle, please report it",
            self.0
        );
        std::process::abort();
    }
}
