//! The one place that names `std::sync`.
//!
//! Everything else takes locks, atomics and shared counts from here, so that a model checker's own
//! (loom's) can stand in for them without a change elsewhere.

pub(crate) use std::sync::atomic;
pub(crate) use std::sync::mpsc;
pub(crate) use std::sync::{
    Arc, Barrier, BarrierWaitResult, Condvar, LazyLock, Mutex, Once, OnceLock, OnceState, RwLock,
    TryLockError, WaitTimeoutResult, Weak,
};
