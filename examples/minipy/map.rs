//! An insertion-ordered hash map of values: the inside of dicts, sets, namespaces and attributes.
//!
//! Comparing two keys may run Python code, which may change the very map; so a lookup works on what the
//! map can decide alone ([`Value::same_key`]) and hands out the keys that need asking. Nothing here runs
//! Python code, and nothing that is replaced or removed is dropped here: it is returned.

use crate::object::Str;
use crate::value::Value;
use hashbrown::HashTable;
use refcycle::{Gc, Trace};

/// Up to this many entries are searched one by one.
const SMALL: usize = 8;

#[derive(Trace)]
pub(crate) struct Entry {
    pub(crate) hash: u64,
    pub(crate) key: Value,
    pub(crate) value: Value,
}

/// A map; for sets, the values are `None`.
#[derive(Default, Trace)]
pub(crate) struct Map {
    entries: Vec<Option<Entry>>,
    len: usize,
    /// Where each hash is, once the map is no longer small.
    #[trace(skip)]
    index: Option<Box<HashTable<usize>>>,
}

/// The answer to "is this key there?".
pub(crate) enum Found {
    At(usize),
    Nowhere,
    /// Ask whether the key equals one of these; the numbers are places.
    Ask(Vec<(usize, Value)>),
}

#[expect(clippy::float_cmp, reason = "Python's `==` compares floats exactly")]
impl Value {
    /// Whether two keys with the same hash are equal, where that needs no Python code.
    pub(crate) fn same_key(&self, other: &Value) -> Option<bool> {
        match (self, other) {
            (Value::Str(a), Value::Str(b)) => Some(Gc::ptr_eq(a, b) || a.text == b.text),
            (Value::Float(a), Value::Float(b)) => Some(a == b),
            (Value::Int(_) | Value::Bool(_), Value::Int(_) | Value::Bool(_)) => {
                Some(self.as_int() == other.as_int())
            }
            _ if self.is(other) => Some(true),
            (Value::Instance(_) | Value::Tuple(_) | Value::Float(_) | Value::Set(_), _)
            | (_, Value::Instance(_) | Value::Tuple(_) | Value::Float(_) | Value::Set(_))
            | (Value::WeakRef(_), Value::WeakRef(_)) => None,
            _ => Some(false),
        }
    }
}

impl Map {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The number of places, some of which may be empty.
    pub(crate) fn places(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn entry(&self, place: usize) -> Option<&Entry> {
        self.entries.get(place)?.as_ref()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter().flatten()
    }

    pub(crate) fn find(&self, hash: u64, key: &Value) -> Found {
        let mut ask = Vec::new();
        let mut check = |place: usize| match self.entry(place) {
            Some(entry) if entry.hash == hash => entry.key.same_key(key).unwrap_or_else(|| {
                ask.push((place, entry.key.clone()));
                false
            }),
            _ => false,
        };
        let found = if self.entries.len() <= SMALL {
            (0..self.entries.len()).find(|&place| check(place))
        } else {
            self.index.iter().flat_map(|it| it.iter_hash(hash)).copied().find(|&place| check(place))
        };
        match found {
            Some(place) => Found::At(place),
            None if ask.is_empty() => Found::Nowhere,
            None => Found::Ask(ask),
        }
    }

    /// The place of a string key.
    fn find_str(&self, name: &Gc<Str>) -> Option<usize> {
        let is_it = |entry: &Entry| match &entry.key {
            Value::Str(key) => {
                Gc::ptr_eq(key, name) || (entry.hash == name.hash && key.text == name.text)
            }
            _ => false,
        };
        if self.entries.len() <= SMALL {
            return self.entries.iter().position(|entry| entry.as_ref().is_some_and(is_it));
        }
        let index = self.index.as_ref()?;
        index.find(name.hash, |&place| self.entry(place).is_some_and(is_it)).copied()
    }

    pub(crate) fn get_str(&self, name: &Gc<Str>) -> Option<Value> {
        self.find_str(name).and_then(|place| self.entry(place)).map(|entry| entry.value.clone())
    }

    /// Sets a string key; the old value is returned.
    pub(crate) fn set_str(&mut self, name: &Gc<Str>, value: Value) -> Option<Value> {
        if let Some(place) = self.find_str(name) {
            return self.replace(place, value);
        }
        self.push(name.hash, Value::Str(name.clone()), value);
        None
    }

    pub(crate) fn remove_str(&mut self, name: &Gc<Str>) -> Option<Entry> {
        let place = self.find_str(name)?;
        self.remove(place)
    }

    /// Replaces the value at a place; the old one is returned.
    pub(crate) fn replace(&mut self, place: usize, value: Value) -> Option<Value> {
        let entry = self.entries.get_mut(place)?.as_mut()?;
        Some(std::mem::replace(&mut entry.value, value))
    }

    /// Adds a key that is not there.
    pub(crate) fn push(&mut self, hash: u64, key: Value, value: Value) {
        let place = self.entries.len();
        if place == 0 {
            // Most maps are the attributes of small objects.
            self.entries.reserve_exact(2);
        }
        self.entries.push(Some(Entry { hash, key, value }));
        self.len += 1;
        match &mut self.index {
            Some(index) if place > SMALL => {
                let entries = &self.entries;
                index.insert_unique(hash, place, |&place| hash_at(entries, place));
            }
            _ if place >= SMALL => self.reindex(),
            _ => {}
        }
    }

    pub(crate) fn remove(&mut self, place: usize) -> Option<Entry> {
        let entry = self.entries.get_mut(place)?.take()?;
        self.len -= 1;
        if let Some(index) = &mut self.index
            && let Ok(found) = index.find_entry(entry.hash, |&other| other == place)
        {
            found.remove();
        }
        while let Some(None) = self.entries.last() {
            self.entries.pop();
        }
        if self.entries.len() > SMALL && self.entries.len() > 2 * self.len {
            self.entries.retain(Option::is_some);
            self.reindex();
        } else if self.entries.len() <= SMALL {
            self.index = None;
        }
        Some(entry)
    }

    fn reindex(&mut self) {
        self.index = None;
        if self.entries.len() > SMALL {
            let entries = &self.entries;
            let mut index = HashTable::with_capacity(2 * self.len);
            for (place, entry) in entries.iter().enumerate() {
                if let Some(entry) = entry {
                    index.insert_unique(entry.hash, place, |&place| hash_at(entries, place));
                }
            }
            self.index = Some(Box::new(index));
        }
    }
}

fn hash_at(entries: &[Option<Entry>], place: usize) -> u64 {
    entries[place].as_ref().map_or(0, |entry| entry.hash)
}
