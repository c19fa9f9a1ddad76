//! loom's things.

use loom::alloc::Track;
use loom::cell::UnsafeCell;
pub(crate) use loom::sync::Arc as Counted;
use loom::sync::atomic::AtomicBool;
// Of this one the counters are made, which decide nothing: they need no shadow.
pub(crate) use loom::sync::atomic::{AtomicIsize, fence};
/// For a thread that sleeps until somebody rings.
pub(crate) use loom::sync::{Condvar as Bell, Mutex as BellLock};
pub(crate) use loom::thread::{JoinHandle, current, yield_now};
use std::alloc::Layout;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::Ordering::{self, Acquire, Relaxed, Release};

/// Threads that [`Shadowed`] tells apart: those of a model, and all that are about to end.
const THREADS: usize = 4;

loom::thread_local! {
    /// The number of this thread. (The first one only starts the others.)
    static NUMBER: usize = {
        let name = format!("{:?}", loom::thread::current().id());
        let number: usize = name.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap();
        number.saturating_sub(1).min(THREADS - 1)
    };
}

/// An atomic of loom's, with a shadow for each thread that loads.
///
/// loom remembers the last access to an atomic alone, so after "A loads; B loads and then writes" it does
/// not try "B writes; A loads": B's own load is in the way. Here a load touches the shadow of its thread,
/// and a write those of all who have loaded since the last one, which makes each such pair a race. It
/// orders nothing else: what a load may see stays as it is, and loads do not exclude each other.
#[derive(Debug)]
pub(crate) struct Shadowed<A> {
    atomic: A,
    /// Who has loaded since the last write.
    readers: [std::sync::atomic::AtomicBool; THREADS],
    shadows: [AtomicBool; THREADS],
}

impl<A> Shadowed<A> {
    fn with(atomic: A) -> Shadowed<A> {
        Shadowed {
            atomic,
            readers: Default::default(),
            shadows: std::array::from_fn(|_| AtomicBool::new(false)),
        }
    }

    fn read<R>(&self, load: impl FnOnce(&A) -> R) -> R {
        let me = NUMBER.try_with(|number| *number).unwrap_or(THREADS - 1);
        self.readers[me].store(true, Relaxed);
        self.shadows[me].fetch_or(false, Relaxed);
        let value = load(&self.atomic);
        // Again: somebody may have written in between.
        self.readers[me].store(true, Relaxed);
        value
    }

    /// The block may be freed as soon as another thread goes on, but it stays readable for a while.
    fn write<R>(&self, write: impl FnOnce(&A) -> R) -> R {
        let result = write(&self.atomic);
        let readers: [bool; THREADS] =
            std::array::from_fn(|number| self.readers[number].swap(false, Relaxed));
        let me = NUMBER.try_with(|number| *number).unwrap_or(THREADS);
        for (number, shadow) in self.shadows.iter().enumerate() {
            if readers[number] && number != me {
                shadow.fetch_or(false, Relaxed);
            }
        }
        result
    }
}

/// The operations that the library uses, passed on to loom's.
macro_rules! shadowed {
    ($type:ty, $value:ty) => {
        impl Shadowed<$type> {
            pub(crate) fn new(value: $value) -> Self {
                Shadowed::with(<$type>::new(value))
            }

            pub(crate) fn load(&self, order: Ordering) -> $value {
                self.read(|atomic| atomic.load(order))
            }

            pub(crate) fn store(&self, value: $value, order: Ordering) {
                self.write(|atomic| atomic.store(value, order));
            }

            pub(crate) fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.write(|atomic| atomic.compare_exchange(current, new, success, failure))
            }
        }
    };
}

shadowed!(loom::sync::atomic::AtomicU64, u64);
shadowed!(loom::sync::atomic::AtomicUsize, usize);
shadowed!(loom::sync::atomic::AtomicPtr<()>, *mut ());

impl AtomicU64 {
    pub(crate) fn fetch_add(&self, value: u64, order: Ordering) -> u64 {
        self.write(|atomic| atomic.fetch_add(value, order))
    }

    pub(crate) fn fetch_sub(&self, value: u64, order: Ordering) -> u64 {
        self.write(|atomic| atomic.fetch_sub(value, order))
    }

    pub(crate) fn fetch_or(&self, value: u64, order: Ordering) -> u64 {
        self.write(|atomic| atomic.fetch_or(value, order))
    }

    pub(crate) fn fetch_and(&self, value: u64, order: Ordering) -> u64 {
        self.write(|atomic| atomic.fetch_and(value, order))
    }
}

impl WeakCount {
    pub(crate) fn fetch_add(&self, value: usize, order: Ordering) -> usize {
        self.write(|atomic| atomic.fetch_add(value, order))
    }

    pub(crate) fn fetch_sub(&self, value: usize, order: Ordering) -> usize {
        self.write(|atomic| atomic.fetch_sub(value, order))
    }
}

/// The count word.
pub(crate) type AtomicU64 = Shadowed<loom::sync::atomic::AtomicU64>;
/// The weak count.
pub(crate) type WeakCount = Shadowed<loom::sync::atomic::AtomicUsize>;
/// The meta word.
pub(crate) type AtomicPtr<T> = Shadowed<loom::sync::atomic::AtomicPtr<T>>;

/// A lock of the library's own, made of an atomic: with loom's mutex a thread that waits to run a
/// `try_lock` is blocked while another takes the lock, so some failures are never tried.
///
/// A thread that finds it taken is blocked until it is given back, by loom's mutex and condvar: threads
/// that yielded instead could go on for ever in turns, the owner never, and loom would try all of it.
#[derive(Debug)]
pub(crate) struct Lock<T> {
    taken: AtomicBool,
    /// So many are about to wait, or do.
    waiting: std::sync::atomic::AtomicUsize,
    gate: loom::sync::Mutex<()>,
    free: loom::sync::Condvar,
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
        Lock {
            taken: AtomicBool::new(false),
            waiting: std::sync::atomic::AtomicUsize::new(0),
            gate: loom::sync::Mutex::new(()),
            free: loom::sync::Condvar::new(),
            value: UnsafeCell::new(value),
        }
    }

    pub(crate) fn into_inner(self) -> T {
        self.value.into_inner()
    }

    pub(crate) fn lock(&self) -> Guard<'_, T> {
        if let Some(guard) = self.try_lock() {
            return guard;
        }
        self.waiting.fetch_add(1, Relaxed);
        let mut gate = self.gate.lock().unwrap();
        loop {
            if let Some(guard) = self.try_lock() {
                self.waiting.fetch_sub(1, Relaxed);
                return guard;
            }
            gate = self.free.wait(gate).unwrap();
        }
    }

    pub(crate) fn try_lock(&self) -> Option<Guard<'_, T>> {
        // Acquire: pairs with the Release of the guard's drop.
        let order = if planted!("lock_relaxed") { Relaxed } else { Acquire };
        let taken = self.taken.compare_exchange(false, true, order, Relaxed);
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
        let order = if planted!("lock_relaxed") { Relaxed } else { Release };
        self.0.taken.store(false, order);
        if self.0.waiting.load(Relaxed) > 0 && !std::thread::panicking() {
            let gate = self.0.gate.lock().unwrap();
            self.0.free.notify_all();
            drop(gate);
        }
    }
}

/// There is no time in a model.
pub(crate) fn sleep(_: std::time::Duration) {
    yield_now();
}

/// One, since no two executions have the same addresses, and all have to take the same locks.
#[cfg(feature = "inspect")]
pub(crate) const TABLES: usize = 1;

/// That one.
#[cfg(feature = "inspect")]
pub(crate) fn table_of(_: usize) -> usize {
    0
}

/// Starts a thread.
pub(crate) fn spawn<R: 'static>(_: &str, f: impl FnOnce() -> R + 'static) -> JoinHandle<R> {
    loom::thread::spawn(f)
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
