//! Where an object was made, when nobody wants to know.

use std::panic::Location;

/// Nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site;

impl Site {
    /// Nothing.
    #[inline(always)]
    pub(crate) const fn here() -> Site {
        Site
    }

    /// Not known.
    #[expect(clippy::unused_self, reason = "the one that knows needs it")]
    pub(crate) const fn location(self) -> Option<&'static Location<'static>> {
        None
    }
}
