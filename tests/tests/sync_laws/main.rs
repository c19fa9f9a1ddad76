//! The laws of behaviour that hold for both flavours, one text run for each, and those of threads.
//!
//! A module of laws takes its names from `super`: it is compiled once beside the names of the crate
//! root and once beside those of `refcycle::sync`, with nodes whose cells are locks. The collector of
//! shared objects, its policy and its statistics are those of all threads, so laws run one at a time.

#![expect(clippy::duplicate_mod, reason = "one text, two flavours")]

mod background;
mod deadlocks;
mod layout;
mod support;
mod threads;

/// The flavour within one thread.
#[path = "."]
mod local {
    use refcycle::{Gc, Local as Flavor, Policy, Trace, Watch, Weak};
    use refcycle::{collect, collect_young, live, policy, set_policy, stats};

    /// What code must be to be part of an object: nothing special.
    pub(crate) trait Portable {}
    impl<T: ?Sized> Portable for T {}

    /// Code in an object.
    pub(crate) type Code<T> = Box<dyn FnOnce(&T)>;

    #[path = "automatic.rs"]
    mod automatic;
    #[path = "cycles.rs"]
    mod cycles;
    #[path = "deep.rs"]
    mod deep;
    #[path = "disposal.rs"]
    mod disposal;
    #[path = "exclusive.rs"]
    mod exclusive;
    #[path = "finalization.rs"]
    mod finalization;
    #[path = "flavor.rs"]
    mod flavor;
    #[path = "nodes.rs"]
    mod nodes;
    #[path = "panics.rs"]
    mod panics;
    #[path = "parity.rs"]
    mod parity;
    #[path = "rings.rs"]
    mod rings;
    #[path = "weak.rs"]
    mod weak;
}

/// The flavour across threads.
#[path = "."]
mod shared {
    use refcycle::sync::{Gc, Policy, Watch, Weak};
    use refcycle::sync::{collect, collect_young, live, policy, set_policy, stats};
    use refcycle::{Shared as Flavor, Trace};

    /// What code must be to be part of an object: it may run on any thread.
    pub(crate) trait Portable: Send + Sync {}
    impl<T: ?Sized + Send + Sync> Portable for T {}

    /// Code in an object.
    pub(crate) type Code<T> = Box<dyn FnOnce(&T) + Send>;

    #[path = "automatic.rs"]
    mod automatic;
    #[path = "cycles.rs"]
    mod cycles;
    #[path = "deep.rs"]
    mod deep;
    #[path = "disposal.rs"]
    mod disposal;
    #[path = "exclusive.rs"]
    mod exclusive;
    #[path = "finalization.rs"]
    mod finalization;
    #[path = "flavor.rs"]
    pub(super) mod flavor;
    #[path = "nodes.rs"]
    pub(super) mod nodes;
    #[path = "panics.rs"]
    mod panics;
    #[path = "parity.rs"]
    mod parity;
    #[path = "rings.rs"]
    mod rings;
    #[path = "weak.rs"]
    mod weak;
}
