//! Death by counting: what happens when the last handle of an object goes.
//!
//! In this order: the finalizer, which may save the object; the object's entry is taken away; its weak
//! handles are cut off; the value is dropped; the memory is freed; the callbacks of its weak handles
//! run. Where drops nest too deeply a list is begun, of the values that would nest still deeper, and
//! emptied before the drop that began it returns (CPython calls this the trashcan), so a list of ten
//! million nodes needs no stack.

use super::count::Released;
use super::first_panic::FirstPanic;
use super::local::{self, Leaving, LocalHeap};
use super::object::{Flag, Object};
use super::side::{Callbacks, SideCell};
use super::table::{BlockLayout, Table};
use super::ties::Ties;
use std::alloc::Layout;
use std::mem::needs_drop;
use std::ptr::NonNull;

/// How many drops may nest before one is put off.
pub(super) const DEPTH_LIMIT: i32 = 32;

/// How many may nest in each death while the list of deferred ones is emptied: deep recursion is dear.
const DRAIN_LIMIT: i32 = 7;

/// Ends the object whose value lies at `value`, when its count said
/// [`Released::Last`](super::count::Released::Last).
///
/// # Panics
///
/// With the first panic of the user code that ran, after everything is done.
///
/// # Safety
///
/// 1. The caller's was a handle of the object, and it is gone; `value` is not used afterwards.
/// 2. The object's value is a `T`, or memory for one.
#[inline(never)]
pub(crate) unsafe fn last_handle_gone_of<T: ?Sized>(value: NonNull<T>) {
    // SAFETY: handles point at values of objects (1).
    let object = unsafe { Object::from_value(value.cast()) };
    let is_thin = size_of::<*const T>() == size_of::<usize>();
    // A type whose drop does nothing has objects that own handles only if its facts say more than is so.
    let is_plain = if needs_drop::<T>() { object.is_plain() } else { object.is_plain_leaf() };
    if !(is_thin && object.count().is_gone() && is_plain) {
        // SAFETY: the caller's promises are the same (1, 2).
        return unsafe { last_handle_gone_of_any(value) };
    }
    // What follows from `T` is constant here, and the drop is called directly.
    // SAFETY: nobody has begun to destroy the value (H1), which is a `T` (2), not memory for one (H3).
    let layout = BlockLayout::before(Layout::for_value(unsafe { value.as_ref() }));
    if !needs_drop::<T>() {
        // SAFETY: dropping the value would do nothing, and nothing leads to the object (1), which cannot
        // be noted: a leaf is NEVER.
        return unsafe { object.free(layout) };
    }
    let heap = local::current();
    forget(heap, object);
    if !heap.nest() {
        return put_off(heap, object);
    }
    // SAFETY: nothing leads to the object any more (1), so nobody else uses its value.
    let panic = FirstPanic::of(|| unsafe { value.drop_in_place() }); // user code
    heap.unnest();
    if panic.is_some() {
        // SAFETY: the value is destroyed, as far as it could be, and nothing leads to the object (1).
        return unsafe { free_after_panic(object, panic) };
    }
    // SAFETY: the value is destroyed, and nothing leads to the object (1).
    unsafe { free_block(object, layout, object.is_plain_owner()) };
}

/// Frees the block of a plain object, and goes on with the panic that its drop ended with.
///
/// # Safety
///
/// 1. The value is destroyed and nothing leads to the block.
#[cold]
#[inline(never)]
unsafe fn free_after_panic(object: Object, panic: FirstPanic) {
    // SAFETY: the caller's promise is the same (1); a plain object has no cell.
    unsafe { bury(object, object.table()) };
    panic.resume();
}

/// As [`last_handle_gone_of`], for whatever is not a plain object of a sized type.
///
/// # Safety
///
/// As [`last_handle_gone_of`].
#[inline(never)]
unsafe fn last_handle_gone_of_any<T: ?Sized>(value: NonNull<T>) {
    // SAFETY: handles point at values of objects (1).
    let object = unsafe { Object::from_value(value.cast()) };
    if !object.count().settle() {
        return;
    }
    if let Some(table) = object.plain_husk_table() {
        // SAFETY: the value was destroyed before (H1), and nobody leads to the object (1).
        return unsafe { free_block(object, object.layout(table), table.facts().owns) };
    }
    if needs_drop::<T>() && object.table().is_memory() {
        // SAFETY: the caller's promises are the same (1, 2).
        return unsafe { end_memory(value) };
    }
    // SAFETY: the caller's promise is the same (1).
    unsafe { last_handle_gone(object) }
}

/// As [`last_handle_gone_of`], for an object that is uninitialised memory to all but the handle that
/// went: it was shared when its value was made.
///
/// # Safety
///
/// 1. As for [`last_handle_gone_of`], and the count is really zero.
#[cold]
#[inline(never)]
unsafe fn end_memory<T: ?Sized>(value: NonNull<T>) {
    // SAFETY: handles point at values of objects (1).
    let object = unsafe { Object::from_value(value.cast()) };
    let callbacks = object.side().map(|cell| {
        cell.cut();
        cell.take_callbacks()
    });
    let mut panic = FirstPanic::new();
    // SAFETY: nothing leads to the object: it was never noted, and is cut off (1).
    panic.run(|| unsafe { value.drop_in_place() }); // user code
    // SAFETY: the value is destroyed and nothing leads to the object.
    unsafe { bury(object, object.table()) };
    if let Some(callbacks) = callbacks {
        run_nested(callbacks, &mut panic);
    }
    panic.resume();
}

/// As [`last_handle_gone_of`], for an object whose type is forgotten.
///
/// # Panics
///
/// As [`last_handle_gone_of`].
///
/// # Safety
///
/// 1. The caller's was a handle of `object`, and it is gone; `object` is not used afterwards.
#[inline(never)]
pub(crate) unsafe fn last_handle_gone(object: Object) {
    if !object.count().settle() {
        return;
    }
    let Some(table) = object.plain_table() else {
        if object.has(Flag::Dead) {
            // SAFETY: a husk without handles: its value was destroyed before (H1), nobody leads to it
            // (1).
            return unsafe { bury(object, object.table()) };
        }
        // SAFETY: the caller's promise (1), and the count is really zero.
        return unsafe { end_special(object) };
    };
    let heap = local::current();
    forget(heap, object);
    if !heap.nest() {
        return put_off(heap, object);
    }
    let layout = object.layout(table);
    // SAFETY: nothing leads to the object any more (1), so nobody else uses its value.
    let panic = FirstPanic::of(|| unsafe { table.drop_value(object.value()) }); // user code
    heap.unnest();
    // SAFETY: the value is destroyed, and nothing leads to the object (1).
    unsafe { free_block(object, layout, table.facts().owns) };
    panic.resume();
}

/// As [`last_handle_gone`], for an object with a side cell or a finalizer.
///
/// # Safety
///
/// 1. The object has no handle any more, and its value is intact.
#[cold]
#[inline(never)]
unsafe fn end_special(object: Object) {
    let table = object.table();
    let mut panic = FirstPanic::new();
    if object.is_due() {
        object.count().revive();
        let heap = local::current();
        if !heap.nest() {
            heap.unnest();
            // The list has the handle just given, and drops it later.
            heap.postponed.push(object);
            return drain_unless_draining(heap);
        }
        // SAFETY: the value is intact (H1), and the handle just given keeps it so.
        unsafe { finalize(object, table, &mut panic) };
        heap.unnest();
        if !object.count().unpin() {
            // Saved. What saved it may be a cycle that nobody else leads to.
            if object.slot().asks_for_note() {
                note(object);
            }
            return panic.resume();
        }
    }
    forget(local::current(), object);
    // SAFETY: no handle and no entry is left (1), and the value is intact.
    unsafe { destroy_watched(object, table, panic) };
}

/// Takes the entry of a dying object away, if it has one. From here on nothing leads to the object: no handle, no
/// entry, and in a moment no weak handle.
#[inline(always)]
fn forget(heap: &LocalHeap, object: Object) {
    let slot = object.slot();
    if slot.is_noted() && !heap.forget_last(slot) {
        heap.forget(object, Leaving::Dying);
    }
}

/// Notes a candidate.
#[cold]
#[inline]
pub(crate) fn note(object: Object) {
    local::current().note(object);
}

/// Runs the finalizer of an object, for the only time in its life.
///
/// # Safety
///
/// 1. The object is alive and some handle keeps it so meanwhile.
/// 2. Its type has a finalizer.
pub(crate) unsafe fn finalize(object: Object, table: &Table, panic: &mut FirstPanic) {
    object.set_finalized();
    local::current().count_finalizer();
    if let Some(finalizer) = table.finalizer() {
        // SAFETY: the value is alive (1) and shared at most; `finalizer` is that of its type.
        panic.run(|| unsafe { finalizer(object.value()) }); // user code
    }
}

/// Destroys an object that is or was held weakly, or had a finalizer, or puts that off.
///
/// # Safety
///
/// 1. The object has no handle and no entry, its value is intact.
#[cold]
unsafe fn destroy_watched(object: Object, table: &'static Table, mut panic: FirstPanic) {
    if let Some(cell) = object.side() {
        cell.cut();
    }
    let heap = local::current();
    if heap.nest() {
        // SAFETY: nothing leads to the object any more (1).
        unsafe { destroy_caught(object, table, &mut panic) };
        heap.unnest();
    } else {
        panic.run(|| put_off(heap, object));
    }
    panic.resume();
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
    let ties = object.side().map(SideCell::take_ties);
    // SAFETY: the value is destroyed and nothing leads to the object (1).
    unsafe { bury(object, table) };
    if let Some(ties) = ties {
        drop_ties(&ties, panic);
    }
    if let Some(callbacks) = callbacks {
        run(callbacks, panic);
    }
}

/// Drops the handles of what was tied to an object.
#[inline]
pub(crate) fn drop_ties(ties: &Ties<Object>, panic: &mut FirstPanic) {
    for &object in ties.values() {
        // SAFETY: the handle was the cell's, which gave it up (T1).
        panic.run(|| unsafe { release(object) });
    }
}

/// A handle of an object whose type is forgotten goes.
///
/// # Panics
///
/// As [`last_handle_gone_of`].
///
/// # Safety
///
/// 1. The caller gives up its handle, and does not use the object again on its account.
unsafe fn release(object: Object) {
    match object.count().release(false) {
        Released::Kept => {}
        Released::Unnoted => note(object),
        // SAFETY: the caller's handle is gone (1).
        Released::Last => unsafe { last_handle_gone(object) },
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

/// As [`run`], for callbacks that nothing else says are still to come: they count as a drop.
pub(crate) fn run_nested(callbacks: Callbacks, panic: &mut FirstPanic) {
    let heap = local::current();
    let _too_deep_is_no_matter = heap.nest();
    run(callbacks, panic);
    heap.unnest();
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
    unsafe { free_block(object, object.layout(table), table.facts().owns) };
}

/// Frees a block and counts it, if its type may own handles.
///
/// # Safety
///
/// 1. The value is destroyed and nothing leads to the block, a side cell included.
/// 2. The layout is that of the object's table.
#[inline(always)]
pub(crate) unsafe fn free_block(object: Object, layout: BlockLayout, owns: bool) {
    if owns {
        local::current().count_death(layout.block.size());
    }
    // SAFETY: the caller's promises are the same (1, 2).
    unsafe { object.free(layout) };
}

/// Puts off the death of an object that is cut off, because it would nest too deeply. Who comes here first
/// ends what is put off from then on, and ends it before it returns.
///
/// # Panics
///
/// With the first panic of the user code that ran, after everything is done.
#[cold]
#[inline(never)]
fn put_off(heap: &LocalHeap, object: Object) {
    heap.unnest();
    // SAFETY: it has no handle and no entry, and its count word is not looked at again.
    unsafe { object.write_link(heap.deferred.get()) };
    heap.deferred.set(Some(object));
    drain_unless_draining(heap);
}

fn drain_unless_draining(heap: &LocalHeap) {
    if !heap.draining.get() {
        let mut panic = FirstPanic::new();
        drain(heap, &mut panic);
        panic.resume();
    }
}

/// Carries out what was put off until nothing is left.
#[cold]
pub(crate) fn drain(heap: &LocalHeap, panic: &mut FirstPanic) {
    let room = heap.room.replace(DRAIN_LIMIT);
    let draining = heap.draining.replace(true);
    loop {
        while let Some(object) = heap.deferred.get() {
            // SAFETY: objects on the list have a link in their count word.
            heap.deferred.set(unsafe { object.read_link() });
            let table = object.table();
            // SAFETY: a deferred object has no handle, no entry, was cut off, and its value is intact.
            unsafe { destroy_caught(object, table, panic) };
        }
        let Some(object) = heap.postponed.pop() else { break };
        if object.count().unpin() {
            // SAFETY: the list's handle was the last, and it is gone.
            panic.run(|| unsafe { last_handle_gone(object) });
        }
    }
    heap.draining.set(draining);
    heap.room.set(room);
}
