//! A map that holds its values weakly.

use super::slots::{Slots, Ticket};
use super::{is_there, on_entry_death};
use crate::flavor::sealed::Shelf;
use crate::flavor::{Flavor, Holds, Local};
use crate::ptr::{Gc, Watch, Weak};
use crate::shim::{Arc, planted, yield_now};
use crate::trace::facts::Facts;
use crate::trace::{Trace, Tracer, TypeFacts};
use std::borrow::Borrow;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

/// A map from keys of any hashable type to objects, which it does not keep alive (a
/// `weakref.WeakValueDictionary`, in Python): a cache, a registry, an interner.
///
/// An entry goes when its object dies, with its key: see the [module](crate::weak). Keys belong to the
/// map; handles in them are traced, and keep what they lead to alive.
///
/// # Threads
///
/// In [`sync`](crate::sync), all methods may be called from several threads at once. While another thread
/// is dropping the last handle of an object, its entry may still be counted by [`len`](WeakValueMap::len);
/// no other method sees it from the moment on in which it cannot be upgraded.
///
/// # Cost
///
/// Expected constant time for each operation and each death, and at least one comparison of keys where an
/// entry is found. An entry takes the key and about 160 to 190 bytes (in `sync`, 190 to 210), and its object
/// what a [`Weak`](crate::Weak) handle takes. Some 50 to 80 bytes of that are kept for other entries until
/// [`clear`](WeakValueMap::clear); iterating takes time for the most entries that there were since.
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, weak::WeakValueMap};
///
/// let fonts = WeakValueMap::new();
/// let load = |name: &str| fonts.get_or_insert_with(name.to_owned(), || Gc::new(format!("the font {name}")));
/// let serif = load("serif");
/// assert!(Gc::ptr_eq(&serif, &load("serif")));
/// assert_eq!(fonts.len(), 1);
/// drop(serif);
/// assert!(fonts.is_empty() && fonts.get("serif").is_none());
/// ```
pub struct WeakValueMap<K: 'static, V: ?Sized + 'static, F: Flavor = Local> {
    shelf: F::Shelf<Slots<Entry<K, V, F>>>,
    hasher: RandomState,
}

struct Entry<K, V: ?Sized + 'static, F: Flavor> {
    /// Counted, so that it can be compared while nothing is lent out.
    key: Arc<K>,
    watch: Watch<V, F>,
}

impl<K: 'static, V: ?Sized, F: Flavor> WeakValueMap<K, V, F> {
    /// Makes a map without entries.
    #[must_use]
    pub fn new() -> WeakValueMap<K, V, F> {
        WeakValueMap { shelf: F::Shelf::new(Slots::default()), hasher: RandomState::new() }
    }

    /// The number of entries.
    ///
    /// # Cost
    ///
    /// Constant time; but from inside a `Drop`, a finalizer or a callback that a death or a collection
    /// runs (in [`sync`](crate::sync): while any thread collects), where objects may be dead whose entries
    /// wait for their turn, time for each entry.
    pub fn len(&self) -> usize {
        let is_settling = F::is_settling();
        self.shelf.with(|slots| {
            let count = || slots.entries().filter(|entry| is_there(&entry.watch)).count();
            if is_settling { count() } else { slots.len() }
        })
    }

    /// Is there no entry?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all entries.
    pub fn clear(&self) {
        drop(self.shelf.with(Slots::take)); // user code
    }

    /// Removes the entries of which `keep` says no.
    pub fn retain(&self, mut keep: impl FnMut(&K, &Gc<V, F>) -> bool) {
        let mut place = 0;
        while let Some((ticket, key, value)) = self.next(&mut place) {
            if !keep(&key, &value) {
                drop(self.shelf.with(|slots| slots.remove(ticket))); // user code
            }
        }
    }

    /// The entries, as copies of keys and handles of values.
    pub fn iter(&self) -> ValueMapIter<'_, K, V, F>
    where
        K: Clone,
    {
        ValueMapIter { map: self, place: 0 }
    }

    /// Handles of the values.
    pub fn values(&self) -> impl Iterator<Item = Gc<V, F>> + use<'_, K, V, F> {
        let mut place = 0;
        std::iter::from_fn(move || self.next(&mut place).map(|(_, _, value)| value))
    }

    /// The next entry that is there, from a place on.
    fn next(&self, place: &mut usize) -> Option<(Ticket, Arc<K>, Gc<V, F>)> {
        loop {
            let (number, ticket, key, weak) = self.shelf.with(|slots| {
                let (number, ticket, entry) = slots.next(*place)?;
                Some((number, ticket, Arc::clone(&entry.key), entry.watch.weak().clone()))
            })?;
            *place = number + 1;
            if let Some(value) = weak.upgrade() {
                return Some((ticket, key, value));
            }
        }
    }
}

impl<K: Hash + Eq + 'static, V: ?Sized, F: Flavor> WeakValueMap<K, V, F> {
    /// A handle of the value with this key.
    #[must_use = "if only the answer matters, ask `contains_key`"]
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<Gc<V, F>>
    where
        K: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key); // user code
        self.find(hash, key)?.1.upgrade()
    }

    /// Is there an entry with this key?
    pub fn contains_key<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key); // user code
        self.find(hash, key).is_some_and(|(_, weak)| weak.strong_count() != 0)
    }

    /// Removes the entry with this key, and gives its value.
    pub fn remove<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<Gc<V, F>>
    where
        K: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key); // user code
        let (ticket, weak) = self.find(hash, key)?;
        drop(self.shelf.with(|slots| slots.remove(ticket))?); // user code
        weak.upgrade()
    }

    /// The entry with this key, if it is there.
    fn find<Q: Eq + ?Sized>(&self, hash: u64, key: &Q) -> Option<(Ticket, Weak<V, F>)>
    where
        K: Borrow<Q>,
    {
        // As a rule there is one, and the vector needs no memory.
        let (first, others) = self.shelf.with(|slots| {
            let mut all = slots
                .find(hash)
                .filter(|(_, entry)| is_there(&entry.watch))
                .map(|(ticket, e)| (ticket, Arc::clone(&e.key), e.watch.weak().clone()));
            (all.next(), all.collect::<Vec<_>>())
        });
        let is_it = |(_, candidate, _): &(_, Arc<K>, _)| (**candidate).borrow() == key; // user code
        let mut candidates = first.into_iter().chain(others);
        let found = candidates.find(is_it);
        // Keys, perhaps the last of them, before there is a result: a panic would leak it (rust-lang/rust#47949).
        drop(candidates); // user code
        let (ticket, key, weak) = found?;
        drop(key); // user code
        Some((ticket, weak))
    }

    /// Puts an entry there, in the place of one with an equal key. Gives the value that was there.
    ///
    /// The map does not keep `value` alive. If that is dead already (see [`Gc::is_dead`]), no entry is made.
    pub fn insert(&self, key: K, value: &Gc<V, F>) -> Option<Gc<V, F>>
    where
        F: Holds<K>,
    {
        let hash = self.hasher.hash_one(&key); // user code
        let key = Arc::new(key);
        loop {
            let before = self.shelf.with(|slots| slots.look(hash));
            let found = self.find(hash, &*key);
            // `Eq`, or another thread, may have put an equal key there meanwhile.
            let reserved = self
                .shelf
                .with(|slots| slots.is_unchanged(&before, hash).then(|| slots.reserve(hash)));
            if let Some(ticket) = reserved {
                let old = found.map(|(ticket, _)| ticket);
                if planted!("replaced_early") {
                    drop(old.and_then(|old| self.shelf.with(|slots| slots.remove(old))));
                }
                let Entry { key: old, watch } = self.fill(ticket, key, value, old)?;
                let value = watch.upgrade();
                // Before there is a result, as in `find`.
                drop((old, watch)); // user code
                return value;
            }
            yield_now();
        }
    }

    /// The value with this key; if there is none, what `make` makes, which is put there.
    ///
    /// If `make` puts one there itself, or another thread does meanwhile, that one is given and what `make`
    /// made is dropped.
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> Gc<V, F>) -> Gc<V, F>
    where
        F: Holds<K>,
    {
        let hash = self.hasher.hash_one(&key); // user code
        let key = Arc::new(key);
        let mut make = Some(make);
        let mut fresh = None;
        loop {
            let before = self.shelf.with(|slots| slots.look(hash));
            if let Some(value) = self.find(hash, &*key).and_then(|(_, weak)| weak.upgrade()) {
                // Before there is a result, as in `find`.
                drop((key, make)); // user code
                return value;
            }
            if let Some(make) = make.take() {
                fresh = Some(make()); // user code
                continue;
            }
            let reserved = self
                .shelf
                .with(|slots| slots.is_unchanged(&before, hash).then(|| slots.reserve(hash)));
            if let (Some(ticket), Some(value)) = (reserved, fresh.take_if(|_| reserved.is_some())) {
                self.fill(ticket, key, &value, None);
                return value;
            }
            yield_now();
        }
    }

    /// Makes the entry for a place that was reserved. The `old` one goes in the same moment, so that nobody finds
    /// neither, and is given.
    fn fill(
        &self,
        ticket: Ticket,
        key: Arc<K>,
        value: &Gc<V, F>,
        old: Option<Ticket>,
    ) -> Option<Entry<K, V, F>>
    where
        F: Holds<K>,
    {
        let closure = on_entry_death::<Entry<K, V, F>, F>(&self.shelf, ticket);
        // SAFETY: it captures entries: keys that are `Send` and `Sync` where objects may die on any thread
        // (`Holds`), and weak handles and callbacks of such objects (1).
        let watch = Gc::watch_boxed(value, unsafe { F::callback(closure) });
        let (old, refused) = self.shelf.with(|slots| {
            let old = old.and_then(|old| slots.remove(old));
            let entry = Entry { key, watch };
            if entry.watch.is_armed() {
                return (old, slots.fill(ticket, entry));
            }
            slots.remove(ticket);
            (old, Some(entry))
        });
        drop(refused); // user code
        old
    }
}

impl<K: 'static, V: ?Sized, F: Flavor> Default for WeakValueMap<K, V, F> {
    fn default() -> WeakValueMap<K, V, F> {
        WeakValueMap::new()
    }
}

impl<K: 'static, V: ?Sized, F: Flavor> Drop for WeakValueMap<K, V, F> {
    /// Drops the keys.
    fn drop(&mut self) {
        self.clear();
    }
}

impl<K: 'static, V: ?Sized, F: Flavor> fmt::Debug for WeakValueMap<K, V, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakValueMap").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// The entries of a [`WeakValueMap`]: see [`iter`](WeakValueMap::iter).
pub struct ValueMapIter<'a, K: 'static, V: ?Sized + 'static, F: Flavor = Local> {
    map: &'a WeakValueMap<K, V, F>,
    place: usize,
}

impl<K: Clone + 'static, V: ?Sized, F: Flavor> Iterator for ValueMapIter<'_, K, V, F> {
    type Item = (K, Gc<V, F>);

    fn next(&mut self) -> Option<(K, Gc<V, F>)> {
        let (_, key, value) = self.map.next(&mut self.place)?;
        Some(((*key).clone(), value)) // user code
    }
}

impl<'a, K: Clone + 'static, V: ?Sized, F: Flavor> IntoIterator for &'a WeakValueMap<K, V, F> {
    type Item = (K, Gc<V, F>);
    type IntoIter = ValueMapIter<'a, K, V, F>;

    fn into_iter(self) -> ValueMapIter<'a, K, V, F> {
        self.iter()
    }
}

impl<K: 'static, V: ?Sized, F: Flavor> fmt::Debug for ValueMapIter<'_, K, V, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValueMapIter").finish_non_exhaustive()
    }
}

/// "Keys that can be replaced, behind an allocation."
#[derive(Debug)]
pub struct Keys<K>(PhantomData<K>);

impl<K: Trace> TypeFacts for Keys<K> {
    const L0: Facts = Facts::coarse::<K>();
    const L1: Facts = K::Facts::L0.in_cell();
    const L2: Facts = K::Facts::L1.in_cell();
}

/// Reports the keys; nothing while an operation is under way on another thread.
// SAFETY: the keys belong to the map alone, but for lookups that are under way, which borrow the map;
// each is passed on once (1), whenever the shelf is not lent out, which only other code can change (2). It
// is read where it is not lent out, and what is not the keys' runs no code (3). The facts are those of
// keys in a cell (4). The shelf of `sync` gives its guard to the tracer (5).
unsafe impl<K: Trace + 'static, V: ?Sized + 'static, F: Flavor> Trace for WeakValueMap<K, V, F> {
    type Facts = Keys<K>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        if const { Keys::<K>::L2.owns } {
            self.shelf.trace(tracer, |slots, tracer| {
                tracer.scan(slots.len());
                for entry in slots.entries() {
                    tracer.field("key", &*entry.key);
                }
            });
        }
    }
}
