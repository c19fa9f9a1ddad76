//! The verify mode: catches a hand-written `Trace` that breaks its contract.
//!
//! On in debug builds and with the feature `verify`; elsewhere [`Log`] is empty and its methods do
//! nothing. This layer knows addresses and names, not objects.

#[cfg(any(debug_assertions, feature = "verify"))]
mod on;
#[cfg(any(debug_assertions, feature = "verify"))]
pub(crate) use on::Log;

#[cfg(not(any(debug_assertions, feature = "verify")))]
mod off;
#[cfg(not(any(debug_assertions, feature = "verify")))]
pub(crate) use off::Log;
