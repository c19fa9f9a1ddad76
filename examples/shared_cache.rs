//! A cache that several threads ask, with weak entries: it gives what is still in use somewhere, and
//! keeps nothing alive by itself.
//!
//! The documents refer to each other, in cycles. While one is in use, so are all that it leads to; then
//! they go together, and callbacks take their entries out of the cache.

use refcycle::Trace;
use refcycle::sync::{Gc, Watch, collect, live};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

#[derive(Trace)]
struct Document {
    number: usize,
    /// Other documents, loaded when they are first asked for.
    links: Mutex<HashMap<usize, Gc<Document>>>,
}

/// An entry: a weak handle, and what happens when its document has gone.
type Entries = Mutex<HashMap<usize, Watch<Document>>>;

#[derive(Clone, Default)]
struct Cache {
    entries: Arc<Entries>,
    loaded: Arc<AtomicUsize>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cache {
    fn get(&self, number: usize) -> Gc<Document> {
        let mut entries = lock(&self.entries);
        if let Some(document) = entries.get(&number).and_then(Watch::upgrade) {
            return document;
        }
        self.loaded.fetch_add(1, Relaxed);
        let document = Gc::new(Document { number, links: Mutex::default() });
        // The cache owns the watch: the callback must not own the cache.
        let cache = Arc::downgrade(&self.entries);
        let watch = Gc::watch(&document, move || {
            let Some(entries) = cache.upgrade() else { return };
            let mut entries = lock(&entries);
            // It may have been loaded again meanwhile: that entry stays.
            let gone = entries.get(&number).is_some_and(|entry| entry.upgrade().is_none());
            let entry = if gone { entries.remove(&number) } else { None };
            drop(entries);
            drop(entry);
        });
        let old = entries.insert(number, watch);
        drop(entries);
        drop(old);
        document
    }

    /// Follows a link of a document.
    fn follow(&self, from: &Gc<Document>, to: usize) -> Gc<Document> {
        if let Some(found) = lock(&from.links).get(&to) {
            return found.clone();
        }
        let document = self.get(to);
        lock(&from.links).insert(to, document.clone());
        document
    }
}

/// Walks around a ring of documents, a few times.
fn read(cache: &Cache, ring: usize) {
    const RING: usize = 5;
    let number = |step: usize| ring * 100 + step % RING;
    for _ in 0..200 {
        let first = cache.get(number(0));
        let mut at = first.clone();
        for step in 1..=RING {
            at = cache.follow(&at, number(step));
            assert_eq!(at.number, number(step));
        }
        assert!(Gc::ptr_eq(&at, &first), "one document for each number, while it is in use");
    }
}

fn main() {
    let cache = Cache::default();
    thread::scope(|scope| {
        for thread in 0..3 {
            let cache = &cache;
            scope.spawn(move || {
                for ring in 0..10 {
                    read(cache, (ring + thread) % 10);
                }
            });
        }
        for _ in 0..50 {
            collect();
            thread::yield_now();
        }
    });

    // One document is kept: its ring stays, and its entries; all others go.
    let kept = cache.get(3 * 100);
    read(&cache, 3);
    collect();
    assert_eq!(live().objects, 5);
    assert_eq!(lock(&cache.entries).len(), 5);
    let loaded = cache.loaded.load(Relaxed);
    assert!(loaded >= 50);
    drop(kept);
    collect();
    assert_eq!(live().objects, 0);
    assert!(lock(&cache.entries).is_empty());
    println!("{loaded} documents were loaded, and nothing is left of them");
}
