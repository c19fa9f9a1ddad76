//! What a benchmark needs of a pointer library: the one trait that every workload is written over.
//!
//! A contender brings its own handle and its own object types, with the cells that it wants its edges in;
//! a workload makes objects, sets edges, drops handles and asks for collections, and knows no library.

/// A library of shared pointers, with the object types that the workloads build.
pub(crate) trait Contender: 'static {
    /// A handle of a `u64`, which owns no handles.
    type Leaf: Clone + 'static;
    /// A handle of an object with a changeable vector of edges.
    type Node: Clone + 'static;
    /// A handle of an object with two changeable edges and a value.
    type Two: Clone + 'static;
    /// A handle of an inner or outer node of a binary tree that never changes.
    type Tree: 'static;
    /// A handle of a node of a singly linked list that never changes.
    type List: Clone + 'static;

    /// Nobody collects cycles: the workload breaks them by hand.
    const BY_HAND: bool = false;
    /// Cycles are collected only when asked for: the workload asks every [`EVERY`] steps.
    const MANUAL: bool = false;

    fn leaf(value: u64) -> Self::Leaf;
    fn read(leaf: &Self::Leaf) -> u64;

    fn node() -> Self::Node;
    fn push(from: &Self::Node, to: Self::Node);

    fn two(value: u64) -> Self::Two;
    fn value(two: &Self::Two) -> u64;
    fn left(two: &Self::Two) -> Option<Self::Two>;
    fn set_left(two: &Self::Two, to: Option<Self::Two>);
    fn take_left(two: &Self::Two) -> Option<Self::Two>;
    fn right(two: &Self::Two) -> Option<Self::Two>;
    fn set_right(two: &Self::Two, to: Option<Self::Two>);

    fn tree(children: Option<(Self::Tree, Self::Tree)>) -> Self::Tree;
    fn has_children(tree: &Self::Tree) -> bool;

    fn cons(value: u64, tail: Option<Self::List>) -> Self::List;
    fn head(list: &Self::List) -> u64;
    fn tail(list: &Self::List) -> Option<Self::List>;
    /// The sum of a list by references alone; `None` where a handle gives no plain reference.
    fn sum(list: &Self::List) -> Option<u64>;
    /// Drops a list: iteratively by hand where dropping one would recurse and we can help it.
    fn unlink(list: Self::List) {
        drop(list);
    }

    /// Collects all garbage, as far as the library can.
    fn collect() {}
    /// Turns automatic collections on (the default) or off.
    fn automatic(_on: bool) {}
    /// Starts a background collector, if there is such a thing; it stops when the result is dropped.
    fn background() -> Option<Box<dyn std::any::Any>> {
        None
    }
    /// The objects that this thread's collections have looked at so far, if the library counts them.
    fn visited() -> Option<u64> {
        None
    }
}

/// A contender whose handles may be used from several threads.
pub(crate) trait Shared:
    Contender<Leaf: Send + Sync, Node: Send + Sync, Two: Send + Sync>
{
}

impl<C: Contender<Leaf: Send + Sync, Node: Send + Sync, Two: Send + Sync>> Shared for C {}

/// The steps between two collections by hand, for [`Contender::MANUAL`].
pub(crate) const EVERY: usize = 10_000;

/// Called after step `i` of a workload with automatic collections.
#[inline]
pub(crate) fn step_done<C: Contender>(i: usize) {
    if C::MANUAL && i % EVERY == EVERY - 1 {
        C::collect();
    }
}

/// A cell for edges: what the libraries' own cells have in common.
pub(crate) trait Slot<T> {
    fn make(value: T) -> Self;
    fn see<R>(&self, f: impl FnOnce(&T) -> R) -> R;
    fn change<R>(&self, f: impl FnOnce(&mut T) -> R) -> R;
}

impl<T> Slot<T> for std::cell::RefCell<T> {
    #[inline]
    fn make(value: T) -> Self {
        Self::new(value)
    }
    #[inline]
    fn see<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        f(&self.borrow())
    }
    #[inline]
    fn change<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.borrow_mut())
    }
}

impl<T> Slot<T> for std::sync::Mutex<T> {
    #[inline]
    fn make(value: T) -> Self {
        Self::new(value)
    }
    #[inline]
    fn see<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        f(&self.lock().expect("no panic under a lock"))
    }
    #[inline]
    fn change<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.lock().expect("no panic under a lock"))
    }
}

impl<T: gc::Trace> Slot<T> for gc::GcCell<T> {
    #[inline]
    fn make(value: T) -> Self {
        Self::new(value)
    }
    #[inline]
    fn see<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        f(&self.borrow())
    }
    #[inline]
    fn change<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.borrow_mut())
    }
}

impl<T: boa_gc::Trace> Slot<T> for boa_gc::GcRefCell<T> {
    #[inline]
    fn make(value: T) -> Self {
        Self::new(value)
    }
    #[inline]
    fn see<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        f(&self.borrow())
    }
    #[inline]
    fn change<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.borrow_mut())
    }
}
