//! Death by counting: what happens when the last handle of an object goes.
//!
//! In this order: the finalizer, which may save the object; the object's entry is taken away; its weak
//! handles are cut off; the value is dropped; the memory is freed; the callbacks of its weak handles
//! run. A value whose drop would nest too deeply waits on a list that the outermost death empties
//! (CPython calls this the trashcan), so a list of ten million nodes needs no stack.

use super::first_panic::FirstPanic;
use super::local::{Leaving, LocalHeap, heap};
use super::object::{Flag, Object};
use super::side::{Callbacks, SideCell};
use super::table::Table;
use std::ptr::NonNull;

/// How many drops may nest in a death that starts from program code.
pub(super) const DEPTH_LIMIT: u32 = 32;

/// How many may nest while the list of deferred deaths is emptied: deep recursion is dear.
const DRAIN_LIMIT: u32 = 8;

/// Ends an object whose count said [`Released::Last`](super::count::Released::Last).
///
/// # Panics
///
/// With the first panic of the user code that ran, after everything is done.
///
/// # Safety
///
/// 1. The caller's was a handle of `object`, and it is gone; `object` is not used afterwards.
#[cold]
#[inline(never)]
pub(crate) unsafe fn last_handle_gone(object: Object) {
    if !object.count().settle() {
        return;
    }
    let table = object.table();
    if object.has(Flag::Dead) {
        // SAFETY: a husk without handles: its value was destroyed before (H1), nobody leads to it (1).
        unsafe { bury(object, table) };
        return;
    }
    let mut panic = FirstPanic::new();
    if table.finalizer().is_some() && !object.has(Flag::Finalized) {
        object.count().revive();
        // SAFETY: the value is intact (H1), and the handle just given keeps it so.
        unsafe { finalize(object, table, &mut panic) };
        if !object.count().unpin() {
            // Saved. What saved it may be a cycle that nobody else leads to.
            if object.slot().is_clean() {
                note(object);
            }
            panic.resume();
            return;
        }
    }
    if !object.slot().is_clean() {
        heap(|heap| heap.forget(object, Leaving::Dying));
    }
    // From here on nothing leads to the object: no handle, no entry, and in a moment no weak handle.
    if object.has(Flag::Side) || panic.happened() {
        // SAFETY: no handle and no entry is left (1), and the value is intact.
        unsafe { destroy_watched(object, table, panic) };
    } else if table.needs_drop() {
        // SAFETY: no handle and no entry is left (1), and nobody holds it weakly.
        unsafe { destroy(object, table) };
    } else {
        // SAFETY: no handle and no entry is left (1), and dropping the value would do nothing.
        unsafe { bury(object, table) };
    }
}

/// Notes a candidate.
pub(crate) fn note(object: Object) {
    heap(|heap| heap.note(object));
}

/// Runs the finalizer of an object, for the only time in its life.
///
/// # Safety
///
/// 1. The object is alive and some handle keeps it so meanwhile.
/// 2. Its type has a finalizer.
pub(crate) unsafe fn finalize(object: Object, table: &Table, panic: &mut FirstPanic) {
    object.set(Flag::Finalized);
    if let Some(finalizer) = table.finalizer() {
        // SAFETY: the value is alive (1) and shared at most; `finalizer` is that of its type.
        panic.run(|| unsafe { finalizer(object.value()) }); // user code
    }
}

/// Drops the value of an object without weak handles and frees it, or puts that off.
///
/// # Safety
///
/// 1. The object has no handle and no entry, its value is intact.
unsafe fn destroy(object: Object, table: &'static Table) {
    let Some(nesting) = Nesting::enter() else { return defer(object) };
    let burial = Burial { object, table };
    // SAFETY: nothing leads to the object, so nobody else uses the value (1).
    unsafe { table.drop_value(object.value()) }; // user code
    drop(burial);
    nesting.leave(FirstPanic::new());
}

/// As [`destroy`], for an object that is or was held weakly, or whose finalizer panicked.
///
/// # Safety
///
/// 1. The object has no handle and no entry, its value is intact.
#[cold]
unsafe fn destroy_watched(object: Object, table: &'static Table, mut panic: FirstPanic) {
    if let Some(cell) = object.side() {
        cell.cut();
    }
    if let Some(nesting) = Nesting::enter() {
        // SAFETY: nothing leads to the object any more (1).
        unsafe { destroy_caught(object, table, &mut panic) };
        nesting.leave(panic);
    } else {
        defer(object);
        panic.resume();
    }
}

/// Drops the value, frees the memory and runs the callbacks of an object that is cut off.
///
/// # Safety
///
/// 1. The object has no handle and no entry and is cut off, its value is intact.
unsafe fn destroy_caught(object: Object, table: &'static Table, panic: &mut FirstPanic) {
    let callbacks = object.side().map(SideCell::take_callbacks);
    // SAFETY: nothing leads to the object, so nobody else uses the value (1).
    panic.run(|| unsafe { table.drop_value(object.value()) }); // user code
    // SAFETY: the value is destroyed and nothing leads to the object (1).
    unsafe { bury(object, table) };
    if let Some(callbacks) = callbacks {
        run(callbacks, panic);
    }
}

/// Calls what is to be called, newest first.
pub(crate) fn run(callbacks: Callbacks, panic: &mut FirstPanic) {
    for callback in callbacks.newest_first() {
        if let Some(call) = callback.take() {
            panic.run(call); // user code
        }
    }
}

/// Frees the memory of an object whose value is destroyed, unless a raw weak handle needs the block.
///
/// # Safety
///
/// 1. The value is destroyed and the object has no handle; no record and no entry leads to it.
#[inline]
pub(crate) unsafe fn bury(object: Object, table: &'static Table) {
    if let Some(cell) = object.side() {
        if cell.raw() > 0 {
            cell.keep_block();
            return;
        }
        let cell = NonNull::from(cell);
        // SAFETY: the header's share, given up with the header (W1).
        unsafe { SideCell::drop_share(cell) };
    }
    // SAFETY: the value is destroyed and nothing leads to the object (1); its cell is cut off.
    unsafe { free_block(object, table) };
}

/// Frees a block and counts it.
///
/// # Safety
///
/// 1. As [`Object::free`].
#[inline]
pub(crate) unsafe fn free_block(object: Object, table: &'static Table) {
    if table.facts().owns {
        heap(|heap| heap.count_death(object.bytes(table)));
    }
    // SAFETY: the caller's promise is the same (1).
    unsafe { object.free(table) };
}

/// Frees the object at the end of its scope, also when the value's drop panics.
struct Burial {
    object: Object,
    table: &'static Table,
}

impl Drop for Burial {
    fn drop(&mut self) {
        // SAFETY: made by `destroy`, whose object has no handle, and dropped after the value.
        unsafe { bury(self.object, self.table) };
    }
}

/// One level of nested drops. The outermost one empties the list of deferred deaths when it ends,
/// however it ends.
pub(crate) struct Nesting(());

impl Nesting {
    /// Goes one level deeper, unless that is too deep.
    #[inline]
    fn enter() -> Option<Nesting> {
        heap(|heap| {
            let depth = heap.depth.get();
            if depth >= heap.depth_limit.get() {
                return None;
            }
            heap.depth.set(depth + 1);
            Some(Nesting(()))
        })
    }

    /// Goes one level deeper in any case: the collector's own level.
    pub(crate) fn enter_collector() -> Nesting {
        heap(|heap| heap.depth.set(heap.depth.get() + 1));
        Nesting(())
    }

    /// Comes back, and resumes `panic`, if there is one, after what waits has been done.
    #[inline]
    pub(crate) fn leave(self, panic: FirstPanic) {
        std::mem::forget(self);
        heap(|heap| leave(heap, panic));
    }
}

impl Drop for Nesting {
    /// Unwinding out of a drop: the rest is done all the same, further panics are forgotten.
    fn drop(&mut self) {
        heap(|heap| {
            if heap.depth.get() == 1 {
                drain(heap, &mut FirstPanic::new());
            }
            heap.depth.set(heap.depth.get() - 1);
        });
    }
}

#[inline]
fn leave(heap: &LocalHeap, mut panic: FirstPanic) {
    let depth = heap.depth.get();
    if depth == 1 && heap.deferred.get().is_some() {
        drain(heap, &mut panic);
    }
    heap.depth.set(depth - 1);
    panic.resume();
}

/// Puts a death off.
fn defer(object: Object) {
    heap(|heap| {
        // SAFETY: it has no handle and no entry, and its slot is not read before it is destroyed.
        unsafe { object.write_link(heap.deferred.get()) };
        heap.deferred.set(Some(object));
    });
}

/// Carries out deferred deaths until there is none. Called at depth 1.
#[cold]
pub(crate) fn drain(heap: &LocalHeap, panic: &mut FirstPanic) {
    let limit = heap.depth_limit.replace(DRAIN_LIMIT);
    while let Some(object) = heap.deferred.get() {
        // SAFETY: objects on the list have a link in their count word.
        heap.deferred.set(unsafe { object.read_link() });
        let table = object.table();
        // SAFETY: a deferred object has no handle, no entry, was cut off, and its value is intact.
        unsafe { destroy_caught(object, table, panic) };
    }
    heap.depth_limit.set(limit);
}
