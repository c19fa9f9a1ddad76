//! The flavour for several threads: the names of the crate root, counted atomically.
//!
//! [`Gc<T>`](Gc) is [`Arc<T>`](std::sync::Arc) for values that may refer to each other in any shape: `Send`
//! and `Sync` when `T` is. Any thread may [`collect`], and no other thread is stopped for it.
//!
//! Who collects when nobody calls [`collect`]? A thread that allocates and finds a collection due
//! ([`Policy`]); or a thread of its own, [`spawn_collector`]; or nobody, with [`Policy::OFF`] or for the
//! length of a [`pause`].

use crate::flavor::Shared;

#[cfg(feature = "inspect")]
pub mod inspect;

pub use crate::collect::shared::{
    CollectHistory, CollectHook, CollectorHandle, PauseGuard, collect, collect_history,
    collect_young, live, on_collect, pause, policy, set_policy, spawn_collector, stats,
};
pub use crate::collect::{
    CollectEvent, CollectPhase, CollectScope, Collected, Live, Policy, Stats,
};
pub use crate::ptr::GcCell;

/// A counted pointer whose cycles are collected, for use from several threads: see
/// [`ptr::Gc`](crate::ptr::Gc).
pub type Gc<T> = crate::ptr::Gc<T, Shared>;

/// A handle that does not keep its object alive: see [`ptr::Weak`](crate::ptr::Weak).
pub type Weak<T> = crate::ptr::Weak<T, Shared>;

/// A weak handle with a callback: see [`ptr::Watch`](crate::ptr::Watch).
pub type Watch<T> = crate::ptr::Watch<T, Shared>;
