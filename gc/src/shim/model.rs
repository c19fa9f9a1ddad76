//! loom's things.

use loom::alloc::Track;
use loom::cell::UnsafeCell;
pub(crate) use loom::sync::Arc as Counted;
use loom::sync::atomic::AtomicBool;
pub(crate) use loom::sync::atomic::{AtomicIsize, AtomicPtr, AtomicUsize, fence};
pub(crate) use loom::thread::yield_now;
use std::alloc::Layout;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::Ordering::{self, Acquire, Relaxed, Release};

/// loom's `AtomicU64`, with a shadow that each load changes.
///
/// loom remembers the last access to an atomic alone, so after "A loads; B loads and then writes" it does
/// not try "B writes; A loads": B's own load is in the way. The shadow makes loads exclude each other.
/// It orders nothing else: what a load may see stays as it is.
#[derive(Debug)]
pub(crate) struct AtomicU64 {
    word: loom::sync::atomic::AtomicU64,
    shadow: AtomicBool,
}

impl AtomicU64 {
    pub(crate) fn new(value: u64) -> AtomicU64 {
        let word = loom::sync::atomic::AtomicU64::new(value);
        AtomicU64 { word, shadow: AtomicBool::new(false) }
    }

    pub(crate) fn load(&self, order: Ordering) -> u64 {
        self.shadow.fetch_or(false, Relaxed);
        self.word.load(order)
    }
}

impl Deref for AtomicU64 {
    type Target = loom::sync::atomic::AtomicU64;

    fn deref(&self) -> &loom::sync::atomic::AtomicU64 {
        &self.word
    }
}

/// A lock of the library's own, made of an atomic: with loom's mutex a thread that waits to run a
/// `try_lock` is blocked while another takes the lock, so some failures are never tried.
#[derive(Debug)]
pub(crate) struct Lock<T> {
    taken: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached by the holder of the lock alone.
unsafe impl<T: Send> Send for Lock<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Lock<T> {}

impl<T: Default> Default for Lock<T> {
    fn default() -> Lock<T> {
        Lock::new(T::default())
    }
}

impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Lock<T> {
        Lock { taken: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    pub(crate) fn into_inner(self) -> T {
        self.value.into_inner()
    }

    pub(crate) fn lock(&self) -> Guard<'_, T> {
        loop {
            if let Some(guard) = self.try_lock() {
                return guard;
            }
            yield_now();
        }
    }

    pub(crate) fn try_lock(&self) -> Option<Guard<'_, T>> {
        // Acquire: pairs with the Release of the guard's drop.
        let taken = self.taken.compare_exchange(false, true, Acquire, Relaxed);
        taken.is_ok().then(|| Guard(self))
    }
}

/// The lock is held.
#[derive(Debug)]
pub(crate) struct Guard<'a, T>(&'a Lock<T>);

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the lock is held.
        self.0.value.with(|value| unsafe { &*value })
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the lock is held.
        self.0.value.with_mut(|value| unsafe { &mut *value })
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        // Release: pairs with the Acquire of the next `try_lock`.
        self.0.taken.store(false, Release);
    }
}

/// Tells loom who uses a block of memory and who frees it: a use that the end does not come after, one
/// after the end, a second end and no end at all fail the model.
pub(crate) struct Canary(UnsafeCell<Option<Track<()>>>);

impl fmt::Debug for Canary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Canary")
    }
}

impl Canary {
    pub(crate) fn new() -> Canary {
        Canary(UnsafeCell::new(Some(Track::new(()))))
    }

    /// The block is about to be used.
    pub(crate) fn touch(&self) {
        // SAFETY: loom checks that nobody writes meanwhile; the memory is in quarantine at worst.
        let is_alive = self.0.with(|canary| unsafe { (*canary).is_some() });
        assert!(is_alive, "use of a block that has been freed");
    }

    /// The block is about to be freed.
    pub(crate) fn end(&self) {
        // SAFETY: loom checks that nobody looks meanwhile.
        let track = self.0.with_mut(|canary| unsafe { (*canary).take() });
        assert!(track.is_some(), "a block is freed twice");
    }
}

std::thread_local! {
    /// Blocks that were freed, kept readable for a while. (All threads of a model are one.)
    static QUARANTINE: RefCell<VecDeque<(*mut u8, Layout)>> = const { RefCell::new(VecDeque::new()) };
}

/// Frees a block, later.
///
/// # Safety
///
/// 1. As [`std::alloc::dealloc`].
pub(crate) unsafe fn dealloc(block: *mut u8, layout: Layout) {
    const LENGTH: usize = 64;
    QUARANTINE.with_borrow_mut(|list| {
        list.push_back((block, layout));
        if list.len() > LENGTH
            && let Some((block, layout)) = list.pop_front()
        {
            // SAFETY: it was given to be freed (1), once.
            unsafe { std::alloc::dealloc(block, layout) }
        }
    });
}

/// A global that is made anew in each execution.
macro_rules! global {
    ($(#[$meta:meta])* static $name:ident: $type:ty = $value:expr;) => {
        loom::lazy_static! { $(#[$meta])* static ref $name: $type = $value; }
    };
}
pub(crate) use global;

/// A value for each thread.
macro_rules! per_thread {
    ($(#[$meta:meta])* static $name:ident: $type:ty = const $value:block;) => {
        loom::thread_local! { $(#[$meta])* static $name: $type = $value; }
    };
    ($(#[$meta:meta])* static $name:ident: $type:ty = $value:expr;) => {
        loom::thread_local! { $(#[$meta])* static $name: $type = $value; }
    };
}
pub(crate) use per_thread;
