//! Looks at the whole heap at any moment, where the library can: with the feature `inspect`.

#[cfg(feature = "inspect")]
mod on;
#[cfg(feature = "inspect")]
pub(super) use on::{check_picture, look_around};

#[cfg(not(feature = "inspect"))]
mod off;
#[cfg(not(feature = "inspect"))]
pub(super) use off::{check_picture, look_around};
