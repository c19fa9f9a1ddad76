//! The registry when it is on: tables from addresses to births.
//!
//! Tables and not lists through the headers, so that a block is the same with the feature and without.

pub(crate) mod local;
mod map;
pub(crate) mod shared;

#[cfg(not(feature = "track-sites"))]
mod site_off;
#[cfg(not(feature = "track-sites"))]
pub(crate) use site_off::Site;

#[cfg(feature = "track-sites")]
mod site_on;
#[cfg(feature = "track-sites")]
pub(crate) use site_on::Site;

/// Is there one?
pub(crate) const IS_ON: bool = true;

/// What is known of an object since it was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Birth {
    /// In the order in which objects were made, from 1: those of one thread, or of all threads that share
    /// objects. No two objects have the same.
    pub(crate) serial: u64,
    /// Where it was made.
    pub(crate) site: Site,
}
