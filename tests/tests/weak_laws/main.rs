//! Laws of hooks and weak containers (M and N, and O where threads play), one text for both flavours: as
//! in `sync_laws`, whose nodes and rules these are.

#![expect(clippy::duplicate_mod, reason = "one text, two flavours")]
#![expect(clippy::arc_with_non_send_sync, reason = "one text, two flavours")]

#[path = "../sync_laws/support.rs"]
mod support;
mod threads;

/// The flavour within one thread.
#[path = "."]
mod local {
    use refcycle::weak::{DeathHook, WeakKeyMap, WeakSet, WeakValueMap, fire_all, on_death};
    use refcycle::{Gc, Policy, Weak, collect, live, set_policy, unsize};

    /// What code must be to be part of an object: nothing special.
    pub(crate) trait Portable {}
    impl<T: ?Sized> Portable for T {}

    /// Code in an object.
    pub(crate) type Code<T> = Box<dyn FnOnce(&T)>;

    /// Any object.
    pub(crate) type Anything = dyn std::any::Any;

    /// A handle that has forgotten the type.
    fn unsize_any<T: 'static>(gc: Gc<T>) -> Gc<Anything> {
        unsize!(gc => dyn std::any::Any)
    }

    #[path = "../sync_laws/flavor.rs"]
    mod flavor;
    #[path = "hooks.rs"]
    mod hooks;
    #[path = "iteration.rs"]
    mod iteration;
    #[path = "key_map.rs"]
    mod key_map;
    #[path = "../sync_laws/nodes.rs"]
    #[expect(dead_code, reason = "other laws need the rest")]
    mod nodes;
    #[path = "oracle.rs"]
    mod oracle;
    #[path = "set.rs"]
    mod set;
    #[path = "value_map.rs"]
    mod value_map;
}

/// The flavour across threads.
#[path = "."]
mod shared {
    use refcycle::sync::weak::{DeathHook, WeakKeyMap, WeakSet, WeakValueMap, fire_all, on_death};
    use refcycle::sync::{Gc, Policy, Weak, collect, live, set_policy};
    use refcycle::unsize;

    /// What code must be to be part of an object: it may run on any thread.
    pub(crate) trait Portable: Send + Sync {}
    impl<T: ?Sized + Send + Sync> Portable for T {}

    /// Code in an object.
    pub(crate) type Code<T> = Box<dyn FnOnce(&T) + Send>;

    /// Any object.
    pub(crate) type Anything = dyn std::any::Any + Send + Sync;

    /// A handle that has forgotten the type.
    fn unsize_any<T: Send + Sync + 'static>(gc: Gc<T>) -> Gc<Anything> {
        unsize!(gc => dyn std::any::Any + Send + Sync)
    }

    #[path = "../sync_laws/flavor.rs"]
    pub(super) mod flavor;
    #[path = "hooks.rs"]
    mod hooks;
    #[path = "iteration.rs"]
    mod iteration;
    #[path = "key_map.rs"]
    mod key_map;
    #[path = "../sync_laws/nodes.rs"]
    #[expect(dead_code, reason = "other laws need the rest")]
    pub(super) mod nodes;
    #[path = "oracle.rs"]
    mod oracle;
    #[path = "set.rs"]
    mod set;
    #[path = "value_map.rs"]
    mod value_map;
}
