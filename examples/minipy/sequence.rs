//! The elements of a list or tuple, stored last to first.
//!
//! CPython drops the elements of a list from its end; programs can see that in the order of their
//! destructors. A `Drop` of our own that did so would tell the collector that an object with elements
//! cannot be resurrected, so instead the elements lie the other way round and are dropped as usual.

use crate::value::Value;
use refcycle::Trace;
use std::collections::VecDeque;
use std::ops::Index;

#[derive(Clone, Default, Trace)]
pub(crate) struct Sequence(VecDeque<Value>);

impl From<Vec<Value>> for Sequence {
    fn from(mut items: Vec<Value>) -> Sequence {
        items.reverse();
        Sequence(items.into())
    }
}

impl Index<usize> for Sequence {
    type Output = Value;

    fn index(&self, at: usize) -> &Value {
        &self.0[self.0.len() - 1 - at]
    }
}

impl Extend<Value> for Sequence {
    fn extend<T: IntoIterator<Item = Value>>(&mut self, items: T) {
        items.into_iter().for_each(|item| self.push(item));
    }
}

impl Sequence {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, at: usize) -> Option<&Value> {
        self.0.get(self.0.len().checked_sub(at + 1)?)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.0.iter().rev()
    }

    pub(crate) fn to_vec(&self) -> Vec<Value> {
        self.iter().cloned().collect()
    }

    pub(crate) fn push(&mut self, item: Value) {
        self.0.push_front(item);
    }

    pub(crate) fn insert(&mut self, at: usize, item: Value) {
        self.0.insert(self.0.len() - at, item);
    }

    /// Takes an element out.
    pub(crate) fn remove(&mut self, at: usize) -> Option<Value> {
        self.0.remove(self.0.len().checked_sub(at + 1)?)
    }

    /// Puts an element in place of another, which is returned.
    pub(crate) fn replace(&mut self, at: usize, item: Value) -> Option<Value> {
        let place = self.0.len().checked_sub(at + 1)?;
        self.0.get_mut(place).map(|old| std::mem::replace(old, item))
    }

    /// Puts other elements in place of `count` ones, which are returned.
    pub(crate) fn splice(&mut self, at: usize, count: usize, items: Vec<Value>) -> Sequence {
        let end = self.0.len() - at;
        let mut after = self.0.split_off(end);
        let removed = self.0.split_off(end - count);
        self.0.extend(items.into_iter().rev());
        self.0.append(&mut after);
        Sequence(removed)
    }

    pub(crate) fn reverse(&mut self) {
        self.0.make_contiguous().reverse();
    }
}
