//! A map that holds its keys weakly, and its values only as long as their keys live.
//!
//! The value is tied to the key's object, which owns it (T1, S5); the map has weak handles of the keys. To the
//! collector, key to value is half an edge, and map to value is the other half: the value is alive as long as
//! both are, and a cycle through either is a cycle like others.

use super::on_entry_death;
use super::slots::{Slots, Ticket};
use crate::flavor::sealed::{Address, Shelf, Watched, WeakAddress};
use crate::flavor::{Flavor, Holds, Local};
use crate::ptr::{Gc, Weak};
use crate::shim::user_atomic::{AtomicU64, Ordering::Relaxed};
use crate::trace::facts::Facts;
use crate::trace::{Trace, Tracer, TypeFacts};
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::AtomicBool;

/// A map from objects to values that belong to them: a field that others add (a
/// `weakref.WeakKeyDictionary`, in Python, but that keys are told apart by what they are, as by
/// [`Gc::ptr_eq`], and not by what they are equal to).
///
/// The map does not keep its keys alive, and *a value keeps neither its key nor its map alive, whatever it
/// refers to*: directly, or through a chain of any length, or through other maps' values. A value is alive as
/// long as both its key and its map can be reached without it; a cycle through it is collected like any other.
/// (These are the *ephemerons* of the literature: B. Hayes, *Ephemerons: a new finalization mechanism*,
/// OOPSLA 1997.) The entry goes when its key dies, and its value is dropped right after the key's: see the
/// [module](crate::weak).
///
/// Each value is an object of its own, of which [`get`](WeakKeyMap::get) gives a handle: so it may be held
/// longer than its key. To change a value in place, use a cell.
///
/// Exclusive access to a key that cuts weak handles off ([`Gc::make_mut`], [`Gc::try_unwrap`]) is its death
/// here.
///
/// # What is not collected
///
/// A map that is no part of an object, but of a variable, a static or an `Rc`, is held as long as that is, as
/// any [`Gc`] there would be.
///
/// Within one thread: an immutable object that leads to objects alone that can be part of no cycle is
/// set aside by the first full collection, and not looked at again. If that was before the
/// thread's first weak-key map was made, and one of those objects becomes a key whose value refers back to
/// the immutable one, that cycle leaks. From then on nothing is set aside that leads anywhere.
///
/// # Threads
///
/// In [`sync`](crate::sync), all methods may be called from several threads at once; as for
/// [`WeakValueMap`](super::WeakValueMap). While a collection looks at a key, an operation on the key's
/// entries waits, as it would for a lock in its value.
///
/// # Cost
///
/// Expected constant time for each operation and each death, plus a search among the maps that have an
/// entry for the same key (logarithmic in their number; and an entry that comes or goes moves 16 bytes for
/// each of them). [`get`](WeakKeyMap::get) looks at nothing but the key. An entry takes the value with 16
/// bytes before it and about 155 to 180 bytes more (in `sync`, 180 to 200), and its key what a [`Weak`] handle
/// takes. A map in an object is gone through when the object is looked at. A key that needs no drop (a
/// `Gc<u64>`, say) is looked at in each full collection as long as it has entries (not so in `sync`).
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, Trace, collect, weak::WeakKeyMap};
///
/// #[derive(Trace)]
/// struct Note {
///     text: &'static str,
///     about: Gc<String>,
/// }
///
/// let notes = WeakKeyMap::new();
/// let thing = Gc::new(String::from("thing"));
/// notes.insert(&thing, Note { text: "mind the step", about: thing.clone() });
/// assert_eq!(notes.get(&thing).unwrap().text, "mind the step");
///
/// drop(thing); // Only its note refers to it now.
/// assert_eq!(collect().collected, 2);
/// assert!(notes.is_empty());
/// ```
pub struct WeakKeyMap<K: ?Sized + 'static, V: 'static, F: Flavor = Local> {
    /// The number of the map: what is tied under it is a handle of a `V`.
    number: u64,
    shelf: F::Shelf<Slots<Key<K, F>>>,
    /// Was there ever a value whose type may own handles? Others can be part of no cycle. Changed and asked while the
    /// shelf is lent out.
    owns: AtomicBool,
    /// It gives handles of `V`s, and takes `V`s: who has it as a map of one type must not see it as a map of
    /// another.
    values: PhantomData<(Gc<V, F>, TakesAndGives<V>)>,
}

type TakesAndGives<V> = fn(V) -> V;

/// A key that has an entry. When it goes its callback is cancelled.
struct Key<K: ?Sized + 'static, F: Flavor> {
    weak: Weak<K, F>,
    /// The callback that removes the entry, as soon as it is armed.
    armed: Option<F::Watched>,
}

/// What comes of taking an entry out: the key's part and the value.
type Taken<K, V, F> = (Option<Key<K, F>>, Option<Gc<V, F>>);

/// What an iteration meets.
type Met<K, V, F> = (Ticket, Gc<K, F>, Gc<V, F>);

impl<K: ?Sized, F: Flavor> Drop for Key<K, F> {
    fn drop(&mut self) {
        drop(self.armed.as_ref().and_then(Watched::take));
    }
}

impl<K: ?Sized, F: Flavor> Key<K, F> {
    fn is_there(&self) -> bool {
        self.weak.strong_count() != 0
    }
}

/// The address of a weak handle of a living object.
fn address<K: ?Sized, F: Flavor>(weak: &Weak<K, F>) -> Option<WeakAddress> {
    weak.address()
}

impl<K: ?Sized, V, F: Flavor> WeakKeyMap<K, V, F> {
    /// Makes a map without entries.
    #[must_use]
    pub fn new() -> WeakKeyMap<K, V, F> {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        F::expect_ties();
        WeakKeyMap {
            // Relaxed: a number is all that is wanted.
            number: NUMBERS.fetch_add(1, Relaxed),
            shelf: F::Shelf::new(Slots::default()),
            owns: AtomicBool::new(false),
            values: PhantomData,
        }
    }

    /// The handle of a value that was tied under this map's number.
    fn value(Address(value): Address) -> Gc<V, F> {
        // SAFETY: under this number, `insert` ties values of this type alone, by handles of this flavour;
        // and the one that was tied, or one made of it, is passed on.
        unsafe { Gc::from_ptr(value.cast()) }
    }

    /// The number of entries. (Where a `Drop` has moved the map out of garbage that it was part of, values of it may be
    /// dead whose keys live. Their entries are not seen, but counted until they are removed.)
    ///
    /// # Cost
    ///
    /// As for [`WeakValueMap::len`](super::WeakValueMap::len).
    pub fn len(&self) -> usize {
        let is_settling = F::is_settling();
        self.shelf.with(|slots| {
            let count = || slots.entries().filter(|key| key.is_there()).count();
            if is_settling { count() } else { slots.len() }
        })
    }

    /// Is there no entry?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key's value.
    #[must_use = "if only the answer matters, ask `contains_key`"]
    pub fn get(&self, key: &Gc<K, F>) -> Option<Gc<V, F>> {
        if Gc::is_dead(key) {
            return None;
        }
        // SAFETY: the caller has a handle of the key, and the number is this map's own (1).
        let value = Self::value(unsafe { F::attached(key.address(), self.number) }?);
        // One that died in this very collection, before its key.
        if Gc::is_dead(&value) { None } else { Some(value) }
    }

    /// Has the key a value?
    pub fn contains_key(&self, key: &Gc<K, F>) -> bool {
        self.get(key).is_some()
    }

    /// Removes the key's entry, and gives its value.
    pub fn remove(&self, key: &Gc<K, F>) -> Option<Gc<V, F>> {
        if Gc::is_dead(key) || Gc::weak_count(key) == 0 {
            return None;
        }
        let weak = Gc::downgrade(key);
        let (entry, value) = self.shelf.with(|slots| {
            let (ticket, _) = slots.find(weak.identity() as u64).next()?;
            Some(self.take(slots, ticket))
        })?;
        drop(entry);
        value.filter(|value| !Gc::is_dead(value))
    }

    /// Takes an entry out, and its value off the key.
    fn take(&self, slots: &mut Slots<Key<K, F>>, ticket: Ticket) -> Taken<K, V, F> {
        let entry = slots.remove(ticket);
        let value = entry.as_ref().and_then(|key| self.detach(&key.weak));
        (entry, value)
    }

    fn detach(&self, key: &Weak<K, F>) -> Option<Gc<V, F>> {
        let key = address(key)?;
        // SAFETY: the weak handle is this map's, and so is the number (1).
        unsafe { F::detach(key, self.number) }.map(Self::value)
    }

    /// Removes all entries.
    pub fn clear(&self) {
        let entries: Vec<_> = self.shelf.with(|slots| {
            let keys = slots.take();
            keys.into_iter().map(|key| (self.detach(&key.weak), key)).collect()
        });
        drop(entries); // user code
    }

    /// Removes the entries of which `keep` says no.
    pub fn retain(&self, mut keep: impl FnMut(&Gc<K, F>, &Gc<V, F>) -> bool) {
        let mut iter = self.iter();
        while let Some((ticket, key, value)) = iter.step() {
            if !keep(&key, &value) {
                drop(self.shelf.with(|slots| self.take(slots, ticket))); // user code
            }
        }
    }

    /// Handles of keys and values.
    pub fn iter(&self) -> KeyMapIter<'_, K, V, F> {
        KeyMapIter { map: self, place: 0 }
    }
}

impl<K: ?Sized, V, F: Holds<V>> WeakKeyMap<K, V, F> {
    /// Gives the key a value. Gives the one that it had.
    ///
    /// If the key is dead already (see [`Gc::is_dead`]), or memory whose value was not made before it was
    /// shared, the value is dropped.
    ///
    /// May run a collection first, as [`Gc::new`] does.
    ///
    /// # Panics
    ///
    /// As [`Gc::new`].
    pub fn insert(&self, key: &Gc<K, F>, value: V) -> Option<Gc<V, F>> {
        self.put(key, Gc::new(value), true).unwrap_or_else(|_| None)
    }

    /// The key's value; if it has none, what `make` makes, which is put there.
    ///
    /// If `make` puts one there itself, or another thread does meanwhile, that one is given and what `make`
    /// made is dropped. If the key is dead, no entry is made, as in [`insert`](WeakKeyMap::insert), and the value is
    /// given all the same.
    ///
    /// May run a collection, as [`Gc::new`] does.
    ///
    /// # Panics
    ///
    /// If `make` does, and as [`Gc::new`].
    pub fn get_or_insert_with(&self, key: &Gc<K, F>, make: impl FnOnce() -> V) -> Gc<V, F> {
        if let Some(value) = self.get(key) {
            // Before there is a result: a panic would leak it (rust-lang/rust#47949).
            drop(make); // user code
            return value;
        }
        let value = Gc::new(make()); // user code
        match self.put(key, value.clone(), false) {
            Ok(_) => value,
            Err(there) => {
                drop(value); // user code
                there
            }
        }
    }

    /// Ties a value to the key and makes the entry, if there is none. Gives the value that was there;
    /// `Err`, if it is not to be replaced.
    fn put(
        &self,
        key: &Gc<K, F>,
        value: Gc<V, F>,
        replace: bool,
    ) -> Result<Option<Gc<V, F>>, Gc<V, F>> {
        let weak = Gc::downgrade(key);
        let hash = weak.identity() as u64;
        let Some(address) = address(&weak).filter(|_| !Gc::is_dead(key)) else { return Ok(None) };
        let mut refused = None;
        let mut new = None;
        let old = self.shelf.with(|slots| {
            if !replace && let Some(there) = self.get(key) {
                refused = Some(value);
                return Err(there);
            }
            let value = Gc::into_value(value);
            if F::table(value).facts().owns {
                self.owns.store(true, Relaxed);
            }
            // SAFETY: the handle is that of a value made above, and is passed on (1); the number is this map's own, and
            // the weak handle of the key is in its entry (2).
            match unsafe { F::attach(address, self.number, value) } {
                Ok(old) => {
                    if slots.find(hash).next().is_none() {
                        let ticket = slots.reserve(hash);
                        let other = slots.fill(ticket, Key { weak: weak.clone(), armed: None });
                        debug_assert!(other.is_none(), "the place was just reserved");
                        new = Some(ticket);
                    }
                    Ok(old.map(Self::value).filter(|old| !Gc::is_dead(old)))
                }
                Err(value) => {
                    refused = Some(Self::value(value));
                    Ok(None)
                }
            }
        });
        drop(refused); // user code
        if let Some(ticket) = new {
            self.arm(ticket, address);
        }
        old
    }

    /// Has the entry removed when its key dies.
    fn arm(&self, ticket: Ticket, key: WeakAddress) {
        let closure = on_entry_death::<Key<K, F>, F>(&self.shelf, ticket);
        // SAFETY: it captures weak handles and callbacks, which may be dropped wherever their objects may die
        // (1).
        let watched = F::watch(key, unsafe { F::callback(closure) });
        let refused = self.shelf.with(|slots| match slots.get_mut(ticket) {
            Some(entry) => std::mem::replace(&mut entry.armed, watched),
            // Another thread has taken it out.
            None => watched,
        });
        drop(refused.as_ref().and_then(Watched::take));
    }
}

impl<K: ?Sized, V, F: Flavor> Default for WeakKeyMap<K, V, F> {
    fn default() -> WeakKeyMap<K, V, F> {
        WeakKeyMap::new()
    }
}

impl<K: ?Sized, V, F: Flavor> Drop for WeakKeyMap<K, V, F> {
    /// Drops the values (of which nobody else has a handle).
    fn drop(&mut self) {
        self.clear();
    }
}

impl<K: ?Sized, V, F: Flavor> fmt::Debug for WeakKeyMap<K, V, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakKeyMap").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// The entries of a [`WeakKeyMap`]: see [`iter`](WeakKeyMap::iter).
pub struct KeyMapIter<'a, K: ?Sized + 'static, V: 'static, F: Flavor = Local> {
    map: &'a WeakKeyMap<K, V, F>,
    place: usize,
}

impl<K: ?Sized, V, F: Flavor> KeyMapIter<'_, K, V, F> {
    fn step(&mut self) -> Option<Met<K, V, F>> {
        loop {
            let (number, ticket, weak) = self.map.shelf.with(|slots| {
                let (number, ticket, key) = slots.next(self.place)?;
                Some((number, ticket, key.weak.clone()))
            })?;
            self.place = number + 1;
            if let Some(key) = weak.upgrade()
                && let Some(value) = self.map.get(&key)
            {
                return Some((ticket, key, value));
            }
        }
    }
}

impl<K: ?Sized, V, F: Flavor> Iterator for KeyMapIter<'_, K, V, F> {
    type Item = (Gc<K, F>, Gc<V, F>);

    fn next(&mut self) -> Option<(Gc<K, F>, Gc<V, F>)> {
        self.step().map(|(_, key, value)| (key, value))
    }
}

impl<'a, K: ?Sized, V, F: Flavor> IntoIterator for &'a WeakKeyMap<K, V, F> {
    type Item = (Gc<K, F>, Gc<V, F>);
    type IntoIter = KeyMapIter<'a, K, V, F>;

    fn into_iter(self) -> KeyMapIter<'a, K, V, F> {
        self.iter()
    }
}

impl<K: ?Sized, V, F: Flavor> fmt::Debug for KeyMapIter<'_, K, V, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyMapIter").finish_non_exhaustive()
    }
}

/// "Owns values together with their keys, which come and go."
#[derive(Debug)]
pub enum Values {}

impl Values {
    // Dropping the map drops values, as dropping handles does.
    const FACTS: Facts = Facts { owns: true, mutates: true, drops: false };
}

impl TypeFacts for Values {
    const L0: Facts = Values::FACTS;
    const L1: Facts = Values::FACTS;
    const L2: Facts = Values::FACTS;
}

/// Reports the values; nothing while an operation is under way on another thread.
// SAFETY: each tie of the map's number belongs to the map and its key, and is reported as the map's half of it,
// once (1), whenever the shelf is not lent out, which only other code can change (2). It is read where it is
// not lent out, and no code but the library's runs (3). The facts are those of handles in a cell (4). The
// shelf of `sync` gives its guard to the tracer, and so does the key's cell (5).
unsafe impl<K: ?Sized, V, F: Flavor> Trace for WeakKeyMap<K, V, F> {
    type Facts = Values;

    fn trace(&self, tracer: &mut Tracer) {
        self.shelf.trace(tracer, |slots, tracer| {
            if !self.owns.load(Relaxed) && !tracer.is_look() {
                return;
            }
            tracer.scan(slots.len());
            for (index, key) in slots.entries().enumerate() {
                if let Some(address) = address(&key.weak) {
                    tracer.element_by(index, |tracer| {
                        // SAFETY: the weak handle is in the map that is being traced, and the number is the map's (1).
                        unsafe { F::trace_tie(address, self.number, tracer) }
                    });
                }
            }
        });
    }
}
