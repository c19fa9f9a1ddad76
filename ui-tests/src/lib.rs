//! Programs that have to compile, and programs that have to be refused with a message that helps.
//!
//! `tests/ui.rs` runs them. The modules here are what the lints have to be silent about: that this
//! crate compiles under them is the test.
