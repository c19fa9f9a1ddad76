//! Support for the behaviour tests: what every binary in `tests/` shares.
//!
//! A test states one law and runs it through [`law`]: in a thread of its own with a small stack, with
//! automatic collection off, and with every allocation counted, so that a leak fails the test. It
//! watches objects through [`Probe`]s and the thread's [log](take_log), and builds its graphs from the
//! node types of [`nodes`]. [`world`] runs random programs and [`oracle`] knows what must become of them;
//! a fuzzer can share both.
//!
//! A test whose name begins with a letter and a number checks that law of CPython's behaviour, or a
//! neighbor of it. What speaks of things that this library does not have is left out: a "save" mode (A11),
//! generations by number (in B5: nobody can ask for number 1000), reports at teardown (P2). Laws of both flavours
//! are in `sync_laws`, of callbacks in `events`, of weak maps (M) and death hooks (N) in `weak_laws`. L2 and O are
//! about threads that share objects. Listings (B4, B5, D1, D2, D6) and freezing (E) are with the tests of
//! `inspect`. There, leaves are listed among what an object leads to, unlike in D1, and a referrer comes with the
//! places of all its handles.
//!
//! Environment: `PROPTEST_CASES=n` runs n random programs of each sort; `REFCYCLE_VERBOSE=1` shows each of
//! their operations, all panics and the oracle's state, and does not look for leaks;
//! `REFCYCLE_SKIP_LEAKS=1` skips the laws about documented leaks, for tools that look for leaks themselves.

#![expect(clippy::missing_panics_doc, reason = "every function here panics to fail a test")]

mod law;
mod ledger;
pub mod nodes;
pub mod oracle;
mod probe;
pub mod world;

pub use law::{
    caught, collected, full, in_thread, law, law_that_leaks, law_untouched, leftover,
    panic_payload, settle,
};
pub use ledger::{Balance, balance};
pub use probe::{Probe, alive, log, take_log};

/// The stack of a test's thread: small, so that a recursion over a graph shows.
pub const STACK: usize = 1 << 20;

/// Divides sizes under Miri and valgrind (`--cfg small`), which are that much slower.
pub const SHRINK: usize = if cfg!(any(miri, small)) { 1000 } else { 1 };

/// The README's programs are tests, too.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
