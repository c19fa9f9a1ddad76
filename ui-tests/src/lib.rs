//! Programs that have to compile, and programs that have to be refused with a message that helps:
//! `tests/ui.rs` runs them.
//!
//! What is in [`lints`] is for clippy, which the runner does not call.

pub mod lints;
