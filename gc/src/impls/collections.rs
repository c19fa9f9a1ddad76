//! Containers.
//!
//! A container of what cannot own a handle is not gone through. The others tell the tracer how many
//! elements they go through (a hash table: how many places), for the collector's time is paced by
//! work and one edge may lead to a vector of ten million numbers and handles.

use crate::{Trace, Tracer, facts, facts::TypeFacts};
use std::array;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::vec::IntoIter;

/// Passes on each of the `elements`, the walk over which costs as much as `cost` of them.
#[inline]
fn each<'a, T: Trace + 'a>(
    elements: impl IntoIterator<Item = &'a T>,
    cost: usize,
    tracer: &mut Tracer,
) {
    if const { <T::Facts as TypeFacts>::L2.owns } {
        tracer.scan(cost);
        for (index, element) in elements.into_iter().enumerate() {
            tracer.element(index, element);
        }
    }
}

/// The same for a map.
#[inline]
fn each_pair<'a, K: Trace + 'a, V: Trace + 'a>(
    pairs: impl IntoIterator<Item = (&'a K, &'a V)>,
    cost: usize,
    tracer: &mut Tracer,
) {
    if const { <<(K, V) as Trace>::Facts as TypeFacts>::L2.owns } {
        tracer.scan(cost);
        for (index, (key, value)) in pairs.into_iter().enumerate() {
            tracer.pair(index, key, value);
        }
    }
}

// SAFETY: the elements belong to the slice alone; each is passed on once, always (1, 2). No other
// code runs (3). An unsized type states no facts (4).
unsafe impl<T: Trace> Trace for [T] {
    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        each(self, self.len(), tracer);
    }
}

// SAFETY: the elements belong to the array alone; each is passed on once, always (1, 2). No other
// code runs (3). The facts are an element's (4).
unsafe impl<T: Trace, const N: usize> Trace for [T; N] {
    type Facts = facts::Inline<T>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        each(self, N, tracer);
    }
}

// SAFETY: as for the array.
unsafe impl<T: Trace, const N: usize> Trace for array::IntoIter<T, N> {
    type Facts = facts::Inline<T>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        each(self.as_slice(), self.len(), tracer);
    }
}

/// Implements `Trace` for containers of one kind of element that lie behind an allocation:
/// `Type<T, rest> by iterator`.
macro_rules! containers {
    ($($type:ident<T $(, $rest:ident)?> by $elements:ident, $cost:ident;)+) => {$(
        // SAFETY: the elements belong to the container alone; each is passed on once, always (1,
        // 2). Its iterator runs no code of the elements (3). The facts are an element's, one level
        // down (4).
        unsafe impl<T: Trace $(, $rest)?> Trace for $type<T $(, $rest)?> {
            type Facts = facts::Heap<T>;

            #[inline]
            fn trace(&self, tracer: &mut Tracer) {
                each(self.$elements(), self.$cost(), tracer);
            }
        }
    )+};
}

containers! {
    Vec<T> by as_slice, len;
    IntoIter<T> by as_slice, len;
    VecDeque<T> by iter, len;
    LinkedList<T> by iter, len;
    BinaryHeap<T> by as_slice, len;
    BTreeSet<T> by iter, len;
    HashSet<T, S> by iter, capacity;
}

// SAFETY: keys and values belong to the map alone; each is passed on once, always (1, 2). The map's
// iterator runs no code of theirs (3). The facts are theirs, one level down (4).
unsafe impl<K: Trace, V: Trace> Trace for BTreeMap<K, V> {
    type Facts = facts::Heap<(K, V)>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        each_pair(self, self.len(), tracer);
    }
}

/// Reports keys and values; handles in the hasher are not reported.
// SAFETY: as for `BTreeMap`; the hasher is not asked anything (3).
unsafe impl<K: Trace, V: Trace, S> Trace for HashMap<K, V, S> {
    type Facts = facts::Heap<(K, V)>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        each_pair(self, self.capacity(), tracer);
    }
}
