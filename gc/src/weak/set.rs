//! A set of objects that it does not keep alive.

use super::slots::{Slots, Ticket};
use super::{is_there, on_entry_death};
use crate::flavor::sealed::Shelf;
use crate::flavor::{Flavor, Local};
use crate::ptr::{Gc, Watch};
use crate::shim::yield_now;
use crate::trace::facts::Leaf;
use crate::trace::{Trace, Tracer};
use std::fmt;

/// A set of objects, which it does not keep alive: observers, say (a `weakref.WeakSet`, in Python, but that
/// objects are told apart by what they are, as by [`Gc::ptr_eq`], and not by what they are equal to).
///
/// An object leaves the set when it dies: see the [module](crate::weak).
///
/// # Threads
///
/// As for [`WeakValueMap`](super::WeakValueMap).
///
/// # Cost
///
/// Expected constant time for each operation and each death. 105 to 130 bytes for each object in the set (in
/// `sync`, 130 to 155), and what a [`Weak`](crate::Weak) handle of it takes. Iterating takes time for the
/// most objects that there were since the last [`clear`](WeakSet::clear).
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, weak::WeakSet};
///
/// let (one, two) = (Gc::new(1), Gc::new(2));
/// let set = WeakSet::new();
/// assert!(set.insert(&one) && set.insert(&two) && !set.insert(&one));
/// drop(one);
/// assert_eq!(set.iter().map(|object| *object).collect::<Vec<_>>(), [2]);
/// ```
pub struct WeakSet<T: ?Sized + 'static, F: Flavor = Local> {
    shelf: F::Shelf<Slots<Watch<T, F>>>,
}

impl<T: ?Sized, F: Flavor> WeakSet<T, F> {
    /// Makes an empty set.
    #[must_use]
    pub fn new() -> WeakSet<T, F> {
        WeakSet { shelf: F::Shelf::new(Slots::default()) }
    }

    /// The number of objects.
    ///
    /// # Cost
    ///
    /// Constant time; but from inside a `Drop`, a finalizer or a callback that a death or a collection
    /// runs (in [`sync`](crate::sync): while any thread collects), where objects may be dead that wait for
    /// their turn, time for each.
    pub fn len(&self) -> usize {
        let is_settling = F::is_settling();
        self.shelf.with(|slots| {
            let count = || slots.entries().filter(|watch| is_there(watch)).count();
            if is_settling { count() } else { slots.len() }
        })
    }

    /// Is there no object in it?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts an object in. Says whether it was not there; if it is dead already (see [`Gc::is_dead`]),
    /// nothing is done.
    pub fn insert(&self, object: &Gc<T, F>) -> bool {
        if Gc::is_dead(object) {
            return false;
        }
        // The weak handle says what the object is called.
        let weak = Gc::downgrade(object);
        let hash = weak.identity() as u64;
        let reserved = loop {
            // The hash is the object's identity. Where another thread is about to put it in, wait until it has.
            let decided = self.shelf.with(|slots| {
                let is_new = slots.find(hash).next().is_none();
                (!slots.is_reserved(hash)).then(|| is_new.then(|| slots.reserve(hash)))
            });
            if let Some(reserved) = decided {
                break reserved;
            }
            yield_now();
        };
        let Some(ticket) = reserved else { return false };
        let closure = on_entry_death::<Watch<T, F>, F>(&self.shelf, ticket);
        // SAFETY: it captures weak handles and callbacks, which may be dropped wherever their objects may die
        // (1).
        let watch = Gc::watch_boxed(object, unsafe { F::callback(closure) });
        // Another thread may have cleared the set meanwhile: it was put in before, then.
        drop(self.shelf.with(|slots| slots.fill(ticket, watch)));
        true
    }

    /// Is the object there?
    pub fn contains(&self, object: &Gc<T, F>) -> bool {
        self.find(object).is_some()
    }

    /// Takes an object out. Says whether it was there.
    pub fn remove(&self, object: &Gc<T, F>) -> bool {
        let Some(ticket) = self.find(object) else { return false };
        self.shelf.with(|slots| slots.remove(ticket)).is_some()
    }

    fn find(&self, object: &Gc<T, F>) -> Option<Ticket> {
        if Gc::is_dead(object) || Gc::weak_count(object) == 0 {
            return None;
        }
        let hash = Gc::downgrade(object).identity() as u64;
        self.shelf.with(|slots| slots.find(hash).next().map(|(ticket, _)| ticket))
    }

    /// Takes all objects out.
    pub fn clear(&self) {
        drop(self.shelf.with(Slots::take));
    }

    /// Takes those objects out of which `keep` says no.
    pub fn retain(&self, mut keep: impl FnMut(&Gc<T, F>) -> bool) {
        let mut iter = self.iter();
        while let Some((ticket, object)) = iter.step() {
            if !keep(&object) {
                drop(self.shelf.with(|slots| slots.remove(ticket)));
            }
        }
    }

    /// Handles of the objects.
    pub fn iter(&self) -> SetIter<'_, T, F> {
        SetIter { set: self, place: 0 }
    }
}

impl<T: ?Sized, F: Flavor> Default for WeakSet<T, F> {
    fn default() -> WeakSet<T, F> {
        WeakSet::new()
    }
}

impl<'a, T: ?Sized, F: Flavor> Extend<&'a Gc<T, F>> for WeakSet<T, F> {
    fn extend<I: IntoIterator<Item = &'a Gc<T, F>>>(&mut self, objects: I) {
        for object in objects {
            self.insert(object);
        }
    }
}

impl<T: ?Sized, F: Flavor> Drop for WeakSet<T, F> {
    fn drop(&mut self) {
        self.clear();
    }
}

impl<T: ?Sized, F: Flavor> fmt::Debug for WeakSet<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSet").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// The objects of a [`WeakSet`]: see [`iter`](WeakSet::iter).
pub struct SetIter<'a, T: ?Sized + 'static, F: Flavor = Local> {
    set: &'a WeakSet<T, F>,
    place: usize,
}

impl<T: ?Sized, F: Flavor> SetIter<'_, T, F> {
    fn step(&mut self) -> Option<(Ticket, Gc<T, F>)> {
        loop {
            let (number, ticket, weak) = self.set.shelf.with(|slots| {
                let (number, ticket, watch) = slots.next(self.place)?;
                Some((number, ticket, watch.weak().clone()))
            })?;
            self.place = number + 1;
            if let Some(object) = weak.upgrade() {
                return Some((ticket, object));
            }
        }
    }
}

impl<T: ?Sized, F: Flavor> Iterator for SetIter<'_, T, F> {
    type Item = Gc<T, F>;

    fn next(&mut self) -> Option<Gc<T, F>> {
        self.step().map(|(_, object)| object)
    }
}

impl<'a, T: ?Sized, F: Flavor> IntoIterator for &'a WeakSet<T, F> {
    type Item = Gc<T, F>;
    type IntoIter = SetIter<'a, T, F>;

    fn into_iter(self) -> SetIter<'a, T, F> {
        self.iter()
    }
}

impl<T: ?Sized, F: Flavor> fmt::Debug for SetIter<'_, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetIter").finish_non_exhaustive()
    }
}

// SAFETY: reports nothing (1-3), for a weak handle owns none (4).
unsafe impl<T: ?Sized, F: Flavor> Trace for WeakSet<T, F> {
    type Facts = Leaf;

    #[inline]
    fn trace(&self, _: &mut Tracer) {}
}
