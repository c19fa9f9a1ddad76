//! Handles: [`Gc`] and [`Weak`], with the surface of `std::rc`, and [`Watch`].
//!
//! Each is one struct over a [`Flavor`](crate::flavor::Flavor); users meet the aliases at the crate
//! root. What a handle does to counts is the flavour's; this layer knows types.

mod cell;
mod convert;
mod debug;
mod erased;
#[cfg(feature = "inspect")]
mod erased_gc;
mod exclusive;
mod gc;
mod raw;
mod slice;
mod trace;
mod traits;
mod uninit;
pub(crate) mod unsize;
mod watch;
mod weak;

pub use cell::GcCell;
#[cfg(feature = "inspect")]
pub use erased_gc::ErasedGc;
pub use gc::Gc;
pub use watch::Watch;
pub use weak::Weak;
