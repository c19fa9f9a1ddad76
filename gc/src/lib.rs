//! refcycle.
extern crate self as refcycle;
#[doc(hidden)]
pub mod private;
mod trace;
mod verify;
mod impls;
mod shim;
pub use trace::{Finalize, Pointee, Trace, Tracer, facts};
#[cfg(feature = "derive")]
pub use refcycle_derive::Trace;
