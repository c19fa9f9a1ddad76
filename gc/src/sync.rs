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

/// What holds shared objects weakly: see [`refcycle::weak`](crate::weak).
pub mod weak {
    use crate::flavor::Shared;

    #[doc(inline)]
    pub use crate::weak::on_death;

    /// Fires all hooks that are armed, of all shared objects: see [`weak::fire_all`](crate::weak::fire_all).
    ///
    /// # Panics
    ///
    /// As [`weak::fire_all`](crate::weak::fire_all).
    pub fn fire_all() -> usize {
        crate::weak::fire_all_of::<Shared>()
    }

    /// What [`on_death`] gives: see [`weak::DeathHook`](crate::weak::DeathHook).
    pub type DeathHook = crate::weak::DeathHook<Shared>;

    /// A map from objects to values that live as long as they do: see
    /// [`weak::WeakKeyMap`](crate::weak::WeakKeyMap).
    pub type WeakKeyMap<K, V> = crate::weak::WeakKeyMap<K, V, Shared>;

    /// A set of objects that it does not keep alive: see [`weak::WeakSet`](crate::weak::WeakSet).
    pub type WeakSet<T> = crate::weak::WeakSet<T, Shared>;

    /// A map that does not keep its values alive: see [`weak::WeakValueMap`](crate::weak::WeakValueMap).
    pub type WeakValueMap<K, V> = crate::weak::WeakValueMap<K, V, Shared>;
}
