//! The real things.

pub(crate) use std::alloc::dealloc;
pub(crate) use std::sync::Arc as Counted;
pub(crate) use std::sync::MutexGuard as Guard;
pub(crate) use std::sync::atomic::AtomicUsize as WeakCount;
pub(crate) use std::sync::atomic::{AtomicIsize, AtomicPtr, AtomicU64, fence};
/// For a thread that sleeps until somebody rings.
pub(crate) use std::sync::{Condvar as Bell, Mutex as BellLock};
use std::sync::{Mutex, PoisonError, TryLockError};
pub(crate) use std::thread::{JoinHandle, current, sleep, yield_now};

/// A lock of the library's own. Code that panics under it leaves nothing half-done, so it ignores
/// poison.
#[derive(Debug, Default)]
pub(crate) struct Lock<T>(Mutex<T>);

impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Lock<T> {
        Lock(Mutex::new(value))
    }

    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn lock(&self) -> Guard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn try_lock(&self) -> Option<Guard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// How many tables share out the objects that are known by their addresses.
#[cfg(feature = "inspect")]
pub(crate) const TABLES: usize = 64;

/// Which of them an address belongs to.
#[cfg(feature = "inspect")]
#[inline]
pub(crate) fn table_of(address: usize) -> usize {
    // Blocks are 16 bytes apart at least.
    let address = address >> 4;
    (address ^ address >> 6) % TABLES
}

/// Starts a thread.
///
/// # Panics
///
/// If the system cannot start one.
pub(crate) fn spawn<R: Send + 'static>(
    name: &str,
    f: impl FnOnce() -> R + Send + 'static,
) -> JoinHandle<R> {
    match std::thread::Builder::new().name(name.to_owned()).spawn(f) {
        Ok(thread) => thread,
        Err(error) => panic!("refcycle: the thread `{name}` could not be started: {error}"),
    }
}

/// Tells a model checker who uses a block of memory and who frees it. Here it is nothing.
#[derive(Debug)]
pub(crate) struct Canary;

impl Canary {
    #[inline(always)]
    pub(crate) const fn new() -> Canary {
        Canary
    }

    /// The block is about to be used.
    #[inline(always)]
    #[expect(clippy::unused_self, reason = "the model checker's needs it")]
    pub(crate) const fn touch(&self) {}

    /// The block is about to be freed.
    #[inline(always)]
    #[expect(clippy::unused_self, reason = "the model checker's needs it")]
    pub(crate) const fn end(&self) {}
}

/// A global that is made when it is first used.
macro_rules! global {
    ($(#[$meta:meta])* static $name:ident: $type:ty = $value:expr;) => {
        $(#[$meta])*
        static $name: std::sync::LazyLock<$type> = std::sync::LazyLock::new(|| $value);
    };
}
pub(crate) use global;

/// A value for each thread; with `const`, and a type that needs no drop, at the price of a global.
macro_rules! per_thread {
    ($(#[$meta:meta])* static $name:ident: $type:ty = const $value:block;) => {
        std::thread_local! { $(#[$meta])* static $name: $type = const $value; }
    };
    ($(#[$meta:meta])* static $name:ident: $type:ty = $value:expr;) => {
        std::thread_local! { $(#[$meta])* static $name: $type = $value; }
    };
}
pub(crate) use per_thread;
