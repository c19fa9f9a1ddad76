//! Candidate buffers and counters: one set for each thread, all known to a registry.
//!
//! A thread touches its own alone, under a lock that nobody else wants but a collection that begins.
//! What a thread leaves behind when it ends is in the registry; handles that are dropped when the
//! thread's own buffer is gone go to one that belongs to nobody.

use super::list::List;
use super::object::SharedObject;
use crate::shim::{AtomicIsize, Counted, Lock, global, per_thread};
use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::Relaxed;

/// Candidates: young ones, and those that have survived a collection.
#[derive(Debug)]
struct Lists {
    young: List,
    old: List,
    /// The policy is asked when one of them is so long.
    ask_at: usize,
}

/// A thread's buffer and counters, on cache lines of their own.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct ThreadBuffer {
    lists: Lock<Lists>,
    /// Tracked objects made by this thread. Written by the thread alone, as the next two.
    births: AtomicIsize,
    /// Tracked objects freed by this thread, whoever made them.
    deaths: AtomicIsize,
    /// The bytes of the ones minus those of the others.
    bytes: AtomicIsize,
    /// The policy is asked when so many have been made.
    ask_at: AtomicIsize,
}

impl ThreadBuffer {
    fn new() -> ThreadBuffer {
        let lists = Lists { young: List::new(), old: List::new(), ask_at: usize::MAX };
        ThreadBuffer {
            lists: Lock::new(lists),
            births: AtomicIsize::new(0),
            deaths: AtomicIsize::new(0),
            bytes: AtomicIsize::new(0),
            ask_at: AtomicIsize::new(0),
        }
    }

    /// Puts a candidate in; the entry owns the share QUEUED.
    fn push(&self, object: SharedObject) {
        let old = object.is_old();
        let mut lists = self.lists.lock();
        let ask_at = lists.ask_at;
        let list = if old { &mut lists.old } else { &mut lists.young };
        list.push(object);
        if list.len() >= ask_at {
            // Relaxed: read by this thread, and if nobody's, by none.
            self.ask_at.store(0, Relaxed);
        }
    }

    /// Takes the last entry back, if it is this object.
    fn pop(&self, object: SharedObject) -> bool {
        let Some(mut lists) = self.lists.try_lock() else { return false };
        let list = if object.is_old() { &mut lists.old } else { &mut lists.young };
        list.pop(object)
    }

    /// Counts a tracked object made. Called by the thread alone.
    #[inline(always)]
    fn count_birth(&self, bytes: isize) {
        // Relaxed, load and store: nobody else writes, and who reads wants a sum that is right when
        // the threads are at rest.
        self.births.store(self.births.load(Relaxed).wrapping_add(1), Relaxed);
        self.bytes.store(self.bytes.load(Relaxed) + bytes, Relaxed);
    }

    /// Counts a tracked object freed. Called by the thread alone.
    #[inline(always)]
    fn count_death(&self, bytes: isize) {
        // Relaxed: as above.
        self.deaths.store(self.deaths.load(Relaxed).wrapping_add(1), Relaxed);
        self.bytes.store(self.bytes.load(Relaxed) - bytes, Relaxed);
    }

    /// Tracked objects made minus freed.
    fn objects(&self) -> isize {
        self.births.load(Relaxed).wrapping_sub(self.deaths.load(Relaxed))
    }
}

/// All buffers.
#[derive(Debug)]
struct Registry {
    threads: Lock<Vec<Counted<ThreadBuffer>>>,
    /// For handles dropped when the thread's own buffer is gone, and for the counters of threads that
    /// ended.
    nobodys: ThreadBuffer,
    nobodys_counters: Lock<()>,
}

global! {
    static REGISTRY: Registry = Registry {
        threads: Lock::default(),
        nobodys: ThreadBuffer::new(),
        nobodys_counters: Lock::default(),
    };
}

/// The buffer of a thread, registered when it is first needed.
struct Own(Counted<ThreadBuffer>);

impl Own {
    fn register() -> Own {
        let buffer = Counted::new(ThreadBuffer::new());
        REGISTRY.threads.lock().push(Counted::clone(&buffer));
        let _ = CURRENT.try_with(|current| current.set(Some(NonNull::from(&*buffer))));
        Own(buffer)
    }
}

impl Drop for Own {
    /// The thread ends: what it leaves behind belongs to nobody.
    fn drop(&mut self) {
        let _ = CURRENT.try_with(|current| current.set(None));
        let mut threads = REGISTRY.threads.lock();
        threads.retain(|thread| !Counted::ptr_eq(thread, &self.0));
        let mut left = self.0.lists.lock();
        let mut lists = REGISTRY.nobodys.lists.lock();
        lists.young.adopt(&mut left.young);
        lists.old.adopt(&mut left.old);
        let _one_at_a_time = REGISTRY.nobodys_counters.lock();
        let nobodys = &REGISTRY.nobodys;
        // Relaxed: under the lock.
        let add = |to: &AtomicIsize, from: &AtomicIsize| {
            to.store(to.load(Relaxed).wrapping_add(from.load(Relaxed)), Relaxed);
        };
        add(&nobodys.births, &self.0.births);
        add(&nobodys.deaths, &self.0.deaths);
        nobodys.bytes.store(nobodys.bytes.load(Relaxed) + self.0.bytes.load(Relaxed), Relaxed);
    }
}

per_thread! {
    static OWN: Own = Own::register();
}

per_thread! {
    /// The buffer in OWN, while there is one: without OWN's asking whether it has been made.
    static CURRENT: Cell<Option<NonNull<ThreadBuffer>>> = const { Cell::new(None) };
}

/// The buffer of this thread, if it has one now.
#[inline(always)]
fn current<'a>() -> Option<&'a ThreadBuffer> {
    let current = CURRENT.try_with(Cell::get).ok().flatten();
    // SAFETY: OWN keeps it alive and takes the pointer away before it ends; the reference is used by
    // this thread, within one function of this module.
    current.map(|buffer| unsafe { buffer.as_ref() })
}

/// Runs `f` with the buffer of this thread, or with nobody's, under its lock, when that is gone.
#[cold]
#[inline(never)]
fn with_any<R>(f: impl Fn(&ThreadBuffer) -> R) -> R {
    OWN.try_with(|own| f(&own.0)).unwrap_or_else(|_| {
        let _one_at_a_time = REGISTRY.nobodys_counters.lock();
        f(&REGISTRY.nobodys)
    })
}

/// Lets this thread ask the policy when it has made so many objects more, or has so many candidates more
/// in a list. False if its buffer is gone: it asks no more.
pub(crate) fn ask_after(objects: usize, candidates: usize) -> bool {
    let armed = OWN.try_with(|Own(own)| {
        // Relaxed: read by this thread.
        let objects = isize::try_from(objects).unwrap_or(isize::MAX);
        own.ask_at.store(own.births.load(Relaxed).saturating_add(objects), Relaxed);
        let mut lists = own.lists.lock();
        lists.ask_at = lists.young.len().max(lists.old.len()).saturating_add(candidates);
    });
    armed.is_ok()
}

/// Lets all threads ask the policy with their next object.
pub(crate) fn ask_everybody() {
    for thread in REGISTRY.threads.lock().iter() {
        // Relaxed: a hint. The thread may set it anew at the same time, and asks an interval later then.
        thread.ask_at.store(0, Relaxed);
    }
}

/// Does this thread want to ask the policy before it makes another object?
#[inline(always)]
pub(crate) fn is_due() -> bool {
    current().is_none_or(|own| own.births.load(Relaxed) >= own.ask_at.load(Relaxed))
}

/// Puts a candidate into the buffer of this thread.
pub(crate) fn push(object: SharedObject) {
    if let Some(own) = current() {
        return own.push(object);
    }
    let pushed = OWN.try_with(|own| own.0.push(object));
    pushed.unwrap_or_else(|_| REGISTRY.nobodys.push(object));
}

/// Takes the last entry of this thread's buffer back, if it is this object.
pub(crate) fn pop(object: SharedObject) -> bool {
    current().is_some_and(|own| own.pop(object))
}

/// Counts a tracked object made by this thread.
#[inline(always)]
pub(crate) fn count_birth(bytes: usize) {
    let bytes = bytes.cast_signed();
    match current() {
        Some(own) => own.count_birth(bytes),
        None => with_any(|own| own.count_birth(bytes)),
    }
}

/// Counts a tracked object freed by this thread.
#[inline(always)]
pub(crate) fn count_death(bytes: usize) {
    let bytes = bytes.cast_signed();
    match current() {
        Some(own) => own.count_death(bytes),
        None => with_any(|own| own.count_death(bytes)),
    }
}

/// Tracked objects of all threads, and their bytes.
pub(crate) fn totals() -> (isize, isize) {
    let threads = REGISTRY.threads.lock();
    let all = threads.iter().map(|thread| &**thread).chain([&REGISTRY.nobodys]);
    all.fold((0, 0), |(objects, bytes), buffer| {
        (objects + buffer.objects(), bytes + buffer.bytes.load(Relaxed))
    })
}

/// How many candidates all threads have, young and old.
pub(crate) fn candidates() -> (usize, usize) {
    let threads = REGISTRY.threads.lock();
    let all = threads.iter().map(|thread| &**thread).chain([&REGISTRY.nobodys]);
    all.fold((0, 0), |(young, old), buffer| {
        let lists = buffer.lists.lock();
        (young + lists.young.len(), old + lists.old.len())
    })
}

/// Takes the candidates of all threads, the old ones only with `old`. Each entry's share is the caller's
/// now.
pub(crate) fn take_all(old: bool) -> Vec<Vec<SharedObject>> {
    let threads = REGISTRY.threads.lock();
    let mut taken = Vec::new();
    for buffer in threads.iter().map(|thread| &**thread).chain([&REGISTRY.nobodys]) {
        let mut lists = buffer.lists.lock();
        taken.append(&mut lists.young.take());
        if old {
            taken.append(&mut lists.old.take());
        }
    }
    taken
}
