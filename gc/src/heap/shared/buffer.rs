//! Candidate buffers and counters: one set for each thread, all known to a registry.
//!
//! A thread touches its own alone, under a lock that nobody else wants but a collection that begins.
//! What a thread leaves behind when it ends is in the registry; handles that are dropped when the
//! thread's own buffer is gone go to one that belongs to nobody.

use super::object::SharedObject;
use super::word::flag;
use crate::shim::{AtomicIsize, Counted, Lock, global, per_thread};
use std::cell::Cell;
use std::sync::atomic::Ordering::Relaxed;

/// Candidates: young ones, and those that have survived a collection.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    pub(crate) young: Vec<SharedObject>,
    pub(crate) old: Vec<SharedObject>,
}

/// A thread's buffer and counters.
#[derive(Debug)]
pub(crate) struct ThreadBuffer {
    lists: Lock<Lists>,
    /// Tracked objects made minus freed by this thread. Written by the thread alone.
    objects: AtomicIsize,
    /// Their bytes.
    bytes: AtomicIsize,
}

impl ThreadBuffer {
    fn new() -> ThreadBuffer {
        ThreadBuffer {
            lists: Lock::default(),
            objects: AtomicIsize::new(0),
            bytes: AtomicIsize::new(0),
        }
    }

    /// Puts a candidate in; the entry owns the share QUEUED. Says how many there are. Instead of growing,
    /// the list first gives up the entries of objects that have died meanwhile.
    fn push(&self, object: SharedObject) -> usize {
        let old = object.is_old();
        let mut lists = self.lists.lock();
        let list = if old { &mut lists.old } else { &mut lists.young };
        if list.len() == list.capacity() {
            list.retain(|entry| {
                let dead = entry.load().has(flag::GONE);
                if dead {
                    // SAFETY: the share of the entry, which goes.
                    unsafe { entry.give_up(flag::QUEUED) };
                }
                !dead
            });
            // Not to be here again too soon: the next sweep comes when the list has doubled.
            list.reserve(list.len().max(8));
        }
        list.push(object);
        list.len()
    }

    /// Takes the last entry back, if it is this object.
    fn pop(&self, object: SharedObject) -> bool {
        let Some(mut lists) = self.lists.try_lock() else { return false };
        let list = if object.is_old() { &mut lists.old } else { &mut lists.young };
        list.pop_if(|last| *last == object).is_some()
    }

    fn count(&self, objects: isize, bytes: isize) {
        // Relaxed, load and store: nobody else writes, and who reads wants a sum that is right when
        // the threads are at rest.
        self.objects.store(self.objects.load(Relaxed) + objects, Relaxed);
        self.bytes.store(self.bytes.load(Relaxed) + bytes, Relaxed);
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
        Own(buffer)
    }
}

impl Drop for Own {
    /// The thread ends: what it leaves behind belongs to nobody.
    fn drop(&mut self) {
        let mut threads = REGISTRY.threads.lock();
        threads.retain(|thread| !Counted::ptr_eq(thread, &self.0));
        let mut left = self.0.lists.lock();
        let mut lists = REGISTRY.nobodys.lists.lock();
        lists.young.append(&mut left.young);
        lists.old.append(&mut left.old);
        let _one_at_a_time = REGISTRY.nobodys_counters.lock();
        let (objects, bytes) = (self.0.objects.load(Relaxed), self.0.bytes.load(Relaxed));
        REGISTRY.nobodys.count(objects, bytes);
    }
}

/// When a thread asks the policy: with so many objects more made than freed, or candidates in a list.
struct Trigger {
    objects: Cell<isize>,
    candidates: Cell<usize>,
}

per_thread! {
    static TRIGGER: Trigger = Trigger { objects: Cell::new(0), candidates: Cell::new(usize::MAX) };
}

/// Lets this thread ask the policy when its balance is `objects`, or one of its lists so much longer than
/// now.
pub(crate) fn arm(objects: isize, candidates: usize) {
    let longest = OWN.try_with(|own| {
        let lists = own.0.lists.lock();
        lists.young.len().max(lists.old.len())
    });
    TRIGGER.with(|trigger| {
        trigger.objects.set(objects);
        trigger.candidates.set(longest.unwrap_or(0).saturating_add(candidates));
    });
}

/// Does this thread, with this balance, want to ask the policy?
#[inline]
pub(crate) fn is_due(objects: isize) -> bool {
    TRIGGER.with(|trigger| objects >= trigger.objects.get())
}

per_thread! {
    static OWN: Own = Own::register();
}

/// Puts a candidate into the buffer of this thread.
pub(crate) fn push(object: SharedObject) {
    let len = OWN.try_with(|own| own.0.push(object));
    let len = len.unwrap_or_else(|_| REGISTRY.nobodys.push(object));
    TRIGGER.with(|trigger| {
        if len >= trigger.candidates.get() {
            trigger.objects.set(isize::MIN);
        }
    });
}

/// Takes the last entry of this thread's buffer back, if it is this object.
pub(crate) fn pop(object: SharedObject) -> bool {
    OWN.try_with(|own| own.0.pop(object)).unwrap_or(false)
}

/// Counts tracked objects made (or, with negative numbers, freed) by this thread; gives the balance.
pub(crate) fn count(objects: isize, bytes: isize) -> isize {
    OWN.try_with(|own| {
        own.0.count(objects, bytes);
        own.0.objects.load(Relaxed)
    })
    .unwrap_or_else(|_| {
        let _one_at_a_time = REGISTRY.nobodys_counters.lock();
        REGISTRY.nobodys.count(objects, bytes);
        0
    })
}

/// Tracked objects of all threads, and their bytes.
pub(crate) fn totals() -> (isize, isize) {
    let threads = REGISTRY.threads.lock();
    let all = threads.iter().map(|thread| &**thread).chain([&REGISTRY.nobodys]);
    all.fold((0, 0), |(objects, bytes), buffer| {
        (objects + buffer.objects.load(Relaxed), bytes + buffer.bytes.load(Relaxed))
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
pub(crate) fn take_all(old: bool) -> Vec<SharedObject> {
    let threads = REGISTRY.threads.lock();
    let mut taken = Vec::new();
    for buffer in threads.iter().map(|thread| &**thread).chain([&REGISTRY.nobodys]) {
        let mut lists = buffer.lists.lock();
        taken.append(&mut lists.young);
        if old {
            taken.append(&mut lists.old);
        }
    }
    taken
}
