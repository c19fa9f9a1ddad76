//! The collector's ear: what a [`Trace`] reports to.

use super::Trace;
use crate::verify;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

#[cfg(not(feature = "inspect"))]
mod path_off;
#[cfg(not(feature = "inspect"))]
use path_off::Path;

#[cfg(feature = "inspect")]
mod path_on;
#[cfg(feature = "inspect")]
use path_on::Path;
#[cfg(feature = "inspect")]
pub(crate) use path_on::{Seen, Step};

/// An edge as the tracer sees it: the address of the value that a handle points at, whatever its type.
pub(crate) type Edge = NonNull<()>;

/// From which of the two a half edge leads that own a weak-key map's value together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Key,
    Map,
}

/// The guard of somebody's lock, its type forgotten. It must be dropped by the thread that took the
/// lock, and does not drop it by itself.
#[derive(Debug)]
#[must_use]
pub(crate) struct Kept {
    guard: Room,
    release: unsafe fn(Room),
}

/// Room for a guard, or for a box with a larger one.
type Room = [MaybeUninit<*const ()>; 2];

const fn fits<G>() -> bool {
    size_of::<G>() <= size_of::<Room>() && align_of::<G>() <= align_of::<Room>()
}

impl Kept {
    fn new<G>(guard: G) -> Kept {
        /// # Safety
        ///
        /// 1. `room` has a `T` in it, which is not used again.
        unsafe fn release<T>(room: Room) {
            // SAFETY: it has (1).
            drop(unsafe { room.as_ptr().cast::<T>().read() });
        }
        /// Puts a value that fits into the room.
        fn put<T>(value: T) -> Kept {
            debug_assert!(fits::<T>());
            let mut guard: Room = [MaybeUninit::uninit(); 2];
            // SAFETY: there is room for it.
            unsafe { guard.as_mut_ptr().cast::<T>().write(value) };
            Kept { guard, release: release::<T> }
        }
        if fits::<G>() { put(guard) } else { put(Box::new(guard)) }
    }

    /// Drops the guard.
    ///
    /// # Safety
    ///
    /// 1. This is the thread that took the lock, and the lock is still there.
    pub(crate) unsafe fn release(self) {
        // SAFETY: made for this type, and `self` is consumed.
        unsafe { (self.release)(self.guard) }
    }
}

/// Takes the handles that a value reports.
///
/// Only the collector makes one, and it lends it to [`Trace::trace`] alone.
#[derive(Debug)]
pub struct Tracer {
    /// The edges reported and not looked at yet, last in first out.
    edges: Vec<Edge>,
    /// Half edges reported and not looked at yet.
    halves: Vec<(Edge, Side)>,
    /// Elements (or capacity) of containers gone through: work that no edge accounts for.
    scanned: usize,
    /// Who reported what, where the verify mode is on.
    verify: verify::Log,
    /// By which fields and elements one comes to what is traced, where somebody wants to know.
    path: Path,
    /// What is traced is a shared object: its edges count, and guards are kept.
    is_shared: bool,
    /// Guards of locks in shared objects.
    guards: Vec<Kept>,
    /// A part of a shared object could not be looked into.
    met_opaque: bool,
}

impl Tracer {
    pub(crate) const fn new() -> Tracer {
        Tracer {
            edges: Vec::new(),
            halves: Vec::new(),
            scanned: 0,
            verify: verify::Log::new(),
            path: Path::new(),
            is_shared: false,
            guards: Vec::new(),
            met_opaque: false,
        }
    }

    /// One for shared objects. Its owner releases the guards: none may be left when it is dropped.
    pub(crate) const fn for_shared() -> Tracer {
        let mut tracer = Tracer::new();
        tracer.is_shared = true;
        tracer
    }

    /// Traces one field or variant field: reports the handles in `value`.
    ///
    /// `name` is what the verify mode and the heap pictures call it.
    #[inline]
    pub fn field<T: Trace + ?Sized>(&mut self, name: &'static str, value: &T) {
        let (outer, outer_path) = (self.verify.enter_field(name), self.path.enter_field(name));
        value.trace(self);
        self.verify.leave_field(outer);
        self.path.leave(outer_path);
    }

    /// Traces one element of a container: reports the handles in `value`.
    ///
    /// `index` is what the heap pictures call it: its place in the order of iteration.
    #[inline]
    pub fn element<T: Trace + ?Sized>(&mut self, index: usize, value: &T) {
        let outer = self.path.enter_element(index);
        value.trace(self);
        self.path.leave(outer);
    }

    /// As [`element`](Tracer::element), where `f` reports what the element stands for.
    #[inline]
    pub(crate) fn element_by(&mut self, index: usize, f: impl FnOnce(&mut Tracer)) {
        let outer = self.path.enter_element(index);
        f(self);
        self.path.leave(outer);
    }

    /// Traces one key and its value in a map.
    #[inline]
    pub(crate) fn pair<K: Trace, V: Trace>(&mut self, index: usize, key: &K, value: &V) {
        let outer = self.path.enter_element(index);
        self.part("key", key);
        self.part("value", value);
        self.path.leave(outer);
    }

    /// As [`field`](Tracer::field), for a part that only the heap pictures have a name for.
    #[inline]
    pub(crate) fn part<T: Trace + ?Sized>(&mut self, name: &'static str, value: &T) {
        let outer = self.path.enter_field(name);
        value.trace(self);
        self.path.leave(outer);
    }

    /// Takes one edge. `handle` is where the handle itself lies.
    #[inline]
    pub(crate) fn edge(&mut self, handle: NonNull<()>, target: Edge) {
        self.verify.edge(handle, target);
        self.path.edge();
        self.edges.push(target);
    }

    /// Takes one edge to a local object. Shared objects own none, unless somebody promises that
    /// they stay on their thread; to the collector of shared objects they are nothing.
    #[inline]
    pub(crate) fn local_edge(&mut self, handle: NonNull<()>, target: Edge) {
        if !self.is_shared {
            self.edge(handle, target);
        }
    }

    /// Takes one edge to a shared object. Edges from objects of the other flavour are held from
    /// outside, as far as the collector of shared objects is concerned.
    #[inline]
    pub(crate) fn shared_edge(&mut self, handle: NonNull<()>, target: Edge) {
        if self.is_shared {
            self.edge(handle, target);
        }
    }

    /// Takes a half edge to a local object: one of the two that a weak-key map's value has, from the key and
    /// from the map, for the one handle that both together own.
    #[inline]
    pub(crate) fn local_half(&mut self, target: Edge, side: Side) {
        if !self.is_shared {
            self.half(target, side);
        }
    }

    /// The same, to a shared object.
    #[inline]
    pub(crate) fn shared_half(&mut self, target: Edge, side: Side) {
        if self.is_shared {
            self.half(target, side);
        }
    }

    fn half(&mut self, target: Edge, side: Side) {
        // Each side reports it once. No handle lies at an odd address.
        let place = target.map_addr(|address| address | if side == Side::Key { 1 } else { 3 });
        self.verify.edge(place, target);
        if self.path.takes_half(self.edges.len()) {
            self.edges.push(target);
        } else {
            self.halves.push((target, side));
        }
    }

    /// Does it belong to somebody who looks at a heap, and not to a collection?
    #[inline]
    pub(crate) fn is_look(&self) -> bool {
        self.path.is_look()
    }

    /// Does it look at shared objects? It belongs to whoever has the global lock, then.
    pub(crate) fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// Gives the tracer the guard of a lock whose content was just traced, instead of dropping it. A
    /// collection of shared objects keeps it until it has noted where the handles lead, or until it has
    /// compared the counts, so that no handle moves meanwhile; otherwise it is dropped at once.
    ///
    /// Only a hand-written [`Trace`] of a lock needs it, and every one does (rule 5 there): also if
    /// tracing the content panics, which is caught, and goes on when the guard has been passed.
    ///
    /// # Safety
    ///
    /// 1. What the guard borrows from is the value that is being traced (or what it owns), and dropping
    ///    the guard releases the lock and runs no other code.
    pub unsafe fn keep<G>(&mut self, guard: G) {
        if self.is_shared {
            self.guards.push(Kept::new(guard));
        }
    }

    /// Says that a part of the value could not be looked into now: its lock is taken.
    pub fn opaque(&mut self) {
        self.met_opaque = true;
    }

    /// Releases the guards that were kept.
    ///
    /// # Safety
    ///
    /// 1. The values that have the locks are still there, and this is the thread that traced them.
    pub(crate) unsafe fn release_guards(&mut self) {
        for guard in self.guards.drain(..) {
            // SAFETY: the caller's promise is the same (1).
            unsafe { guard.release() }
        }
    }

    /// Was [`opaque`](Tracer::opaque) called since this was asked last?
    pub(crate) fn take_opaque(&mut self) -> bool {
        std::mem::take(&mut self.met_opaque)
    }

    /// Counts `elements` that were gone through.
    #[inline]
    pub(crate) fn scan(&mut self, elements: usize) {
        self.scanned = self.scanned.saturating_add(elements);
    }

    /// The edges reported and not taken yet.
    #[inline]
    pub(crate) fn edges(&mut self) -> &mut Vec<Edge> {
        &mut self.edges
    }

    /// The half edges reported and not taken yet.
    #[inline]
    pub(crate) fn halves(&mut self) -> &mut Vec<(Edge, Side)> {
        &mut self.halves
    }

    /// What [`scan`](Tracer::scan) has counted since [`take_scanned`](Tracer::take_scanned).
    #[inline]
    pub(crate) fn scanned(&self) -> usize {
        self.scanned
    }

    /// What [`scan`](Tracer::scan) counted since the last call.
    pub(crate) fn take_scanned(&mut self) -> usize {
        std::mem::take(&mut self.scanned)
    }

    pub(crate) fn verify(&mut self) -> &mut verify::Log {
        &mut self.verify
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    /// Guards that fit, that do not, and that need no room come out whole.
    #[test]
    fn a_kept_guard_is_dropped_once_by_its_release() {
        let drops = Rc::new(());
        let small = Kept::new(Rc::clone(&drops));
        let large = Kept::new([const { 7_usize }; 3].map(|_| Rc::clone(&drops)));
        let aligned = {
            #[repr(align(32))]
            struct Aligned(#[expect(dead_code, reason = "is dropped")] Rc<()>);
            Kept::new(Aligned(Rc::clone(&drops)))
        };
        let nothing = Kept::new(());
        assert_eq!(Rc::strong_count(&drops), 6);
        for kept in [small, large, aligned, nothing] {
            // SAFETY: they are no guards of locks.
            unsafe { kept.release() };
        }
        assert_eq!(Rc::strong_count(&drops), 1);
    }
}
