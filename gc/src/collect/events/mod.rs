//! Telling the program of collections while they happen: hooks, and a history made with one.
//!
//! `event` is what is told, `hooks` how a collection tells it, `local` and `shared` where each flavour keeps
//! its hooks, `history` the last few events. Hooks are user code: they are called between two collections,
//! as far as they can see, with nothing of the collector's half-done and no lock of ours held; but this thread
//! counts as collecting, so that what a hook does starts no collection, which would call hooks.
//!
//! Where nobody listens a collection tests for that once, and takes no time.

mod event;
mod history;
mod hooks;
pub(super) mod local;
pub(super) mod shared;

pub use event::{CollectEvent, CollectPhase, CollectScope};
pub use local::{CollectHistory, CollectHook, collect_history, on_collect};

pub(super) use hooks::Heard;
