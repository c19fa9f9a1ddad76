//! Laws of hooks and weak containers (M and N, and O where threads play), one text for both flavours: as
//! in `sync_laws`, whose nodes and rules these are.

#![expect(clippy::duplicate_mod, reason = "one text, two flavours")]

#[path = "../sync_laws/support.rs"]
mod support;
mod threads;

/// The flavour within one thread.
#[path = "."]
mod local {
    use refcycle::weak::{DeathHook, WeakSet, WeakValueMap, on_death};
    use refcycle::{Gc, Policy, collect, live, set_policy};

    /// What code must be to be part of an object: nothing special.
    pub(crate) trait Portable {}
    impl<T: ?Sized> Portable for T {}

    /// Code in an object.
    pub(crate) type Code<T> = Box<dyn FnOnce(&T)>;

    #[path = "../sync_laws/flavor.rs"]
    mod flavor;
    #[path = "hooks.rs"]
    mod hooks;
    #[path = "iteration.rs"]
    mod iteration;
    #[path = "../sync_laws/nodes.rs"]
    #[expect(dead_code, reason = "other laws need the rest")]
    mod nodes;
    #[path = "set.rs"]
    mod set;
    #[path = "value_map.rs"]
    mod value_map;
}

/// The flavour across threads.
#[path = "."]
mod shared {
    use refcycle::sync::weak::{DeathHook, WeakSet, WeakValueMap, on_death};
    use refcycle::sync::{Gc, Policy, collect, live, set_policy};

    /// What code must be to be part of an object: it may run on any thread.
    pub(crate) trait Portable: Send + Sync {}
    impl<T: ?Sized + Send + Sync> Portable for T {}

    /// Code in an object.
    pub(crate) type Code<T> = Box<dyn FnOnce(&T) + Send>;

    #[path = "../sync_laws/flavor.rs"]
    pub(super) mod flavor;
    #[path = "hooks.rs"]
    mod hooks;
    #[path = "iteration.rs"]
    mod iteration;
    #[path = "../sync_laws/nodes.rs"]
    #[expect(dead_code, reason = "other laws need the rest")]
    pub(super) mod nodes;
    #[path = "set.rs"]
    mod set;
    #[path = "value_map.rs"]
    mod value_map;
}
