//! All objects that have a value, for those who want to look at a heap: with the feature `inspect`.
//!
//! Without it every function here is empty, and an object is known to its handles and to the collector
//! alone. With it the registry is one more weak handle of each object, so it must be cut off where those
//! are, and there is more that must not be looked at:
//!
//! **R1 (enrolled)** An object is enrolled when its value is there, and leaves before its block is
//! freed: local ones in [`Object::free`], and in `write_link`, which overwrites the count; shared ones in
//! `SharedObject::free`, before the side cell goes. So what is enrolled has a header and what that leads to.
//!
//! **R2 (lent)** While somebody may have `&mut` to a value nobody looks at it, or makes a handle of it.
//! A claim says that an object is *lent*; an edge to it that is found in a value at rest says that it is
//! at rest again, since the one handle was borrowed mutably all the time.
//!
//! **R3 (hidden)** What is DEAD, has no handle, or is a record of garbage is not shown.
//!
//! This layer knows when an object comes and goes, and nothing of who asks.

#[cfg(not(feature = "inspect"))]
mod off;
#[cfg(not(feature = "inspect"))]
pub(crate) use off::{IS_ON, Site, local, shared};

#[cfg(feature = "inspect")]
mod on;
#[cfg(feature = "inspect")]
pub(crate) use on::{IS_ON, Site, local, shared};
