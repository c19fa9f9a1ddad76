//! The one place that names `std::sync` and `cfg(loom)`.
//!
//! Everything else takes locks, atomics, shared counts, thread-locals and globals from here, so that a
//! model checker's own (loom's) can stand in for them without a change elsewhere.

// What users put into objects is std's in a model, too: the models bring their own locks.
pub(crate) use std::sync::atomic as user_atomic;
pub(crate) use std::sync::mpsc;
pub(crate) use std::sync::{
    Arc, Barrier, BarrierWaitResult, Condvar, LazyLock, Mutex, Once, OnceLock, OnceState, RwLock,
    TryLockError, WaitTimeoutResult, Weak,
};

/// Is this bug planted? Each removes one step of the concurrent protocol; `ci/loom` checks that some
/// model fails without that step.
macro_rules! planted {
    ($name:literal) => {
        cfg!(planted = $name)
    };
}
pub(crate) use planted;

#[cfg(not(loom))]
mod real;
#[cfg(not(loom))]
pub(crate) use real::{
    AtomicIsize, AtomicPtr, AtomicU64, Bell, BellLock, Canary, Counted, Guard, JoinHandle, Lock,
    WeakCount, current, dealloc, fence, global, per_thread, sleep, spawn, yield_now,
};

#[cfg(all(not(loom), feature = "inspect"))]
pub(crate) use real::{TABLES, table_of};

#[cfg(loom)]
mod model;
#[cfg(loom)]
pub(crate) use model::{
    AtomicIsize, AtomicPtr, AtomicU64, Bell, BellLock, Canary, Counted, Guard, JoinHandle, Lock,
    WeakCount, current, dealloc, fence, global, per_thread, sleep, spawn, yield_now,
};

#[cfg(all(loom, feature = "inspect"))]
pub(crate) use model::{TABLES, table_of};
