//! Where an object was made: with the feature `track-sites`.

use std::panic::Location;

/// A place in the program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site(&'static Location<'static>);

impl Site {
    /// Where the function that calls this was called, if that says `#[track_caller]`.
    #[inline(always)]
    #[track_caller]
    pub(crate) const fn here() -> Site {
        Site(Location::caller())
    }

    /// The place.
    #[expect(clippy::unnecessary_wraps, reason = "the other one does not know")]
    pub(crate) const fn location(self) -> Option<&'static Location<'static>> {
        Some(self.0)
    }
}
