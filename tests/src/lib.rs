//! Support for the behaviour tests: what every binary in `tests/` shares.
//!
//! A test states one law and runs it through [`law`]: in a thread of its own with a small stack, with
//! automatic collection off, and with every allocation counted, so that a leak fails the test. It
//! watches objects through [`Probe`]s and the thread's [log](take_log), and builds its graphs from the
//! node types of [`nodes`]. [`oracle`] drives random programs; the fuzzer shares it.

#![expect(clippy::missing_panics_doc, reason = "every function here panics to fail a test")]

mod law;
mod ledger;
pub mod nodes;
pub mod oracle;
mod probe;
pub mod world;

pub use law::{
    caught, collected, full, in_thread, law, law_that_leaks, law_untouched, panic_payload, settle,
};
pub use ledger::{Balance, balance};
pub use probe::{Probe, alive, log, take_log};

/// The stack of a test's thread: small, so that a recursion over a graph shows.
pub const STACK: usize = 1 << 20;

/// Divides sizes under Miri and valgrind (`--cfg small`), which are that much slower.
pub const SHRINK: usize = if cfg!(any(miri, small)) { 1000 } else { 1 };
