//! Death by counting, for shared objects: as in `heap::death`, on the thread that drops the last handle.

use super::buffer;
use super::object::{Dropped, SharedObject};
use super::side::{SharedCallback, SharedCell};
use super::word::flag;
use crate::heap::first_panic::FirstPanic;
use crate::heap::table::{BlockLayout, Table};
use crate::shim::{Counted, per_thread, planted};
use std::alloc::Layout;
use std::cell::Cell;
use std::mem::needs_drop;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::AcqRel;

/// As in `heap::death`.
const DEPTH_LIMIT: u32 = 32;
const DRAIN_LIMIT: u32 = 8;

/// What a thread knows of its nested drops. Needs no drop, so that it is there until the very end of
/// the thread.
struct Nesting {
    depth: Cell<u32>,
    limit: Cell<u32>,
    /// Made when it is needed, and freed when it is empty.
    deferred: Cell<Option<NonNull<Vec<Deferred>>>>,
}

/// What was put off.
#[derive(Clone, Copy, Debug)]
enum Deferred {
    /// An object to be ended, and the flags of its last word.
    End(SharedObject, u64),
    /// A handle to be dropped, of an object whose finalizer is due.
    Handle(SharedObject),
}

const _: () = assert!(!needs_drop::<Nesting>());

per_thread! {
    static NESTING: Nesting = const {
        Nesting { depth: Cell::new(0), limit: Cell::new(DEPTH_LIMIT), deferred: Cell::new(None) }
    };
}

per_thread! {
    /// Finalizers that this thread has run.
    static FINALIZED: Cell<usize> = const { Cell::new(0) };
}

/// Finalizers that this thread has run.
pub(crate) fn finalizers() -> usize {
    FINALIZED.with(Cell::get)
}

/// Is this thread in the midst of a death?
pub(crate) fn is_nested() -> bool {
    NESTING.with(|nesting| nesting.depth.get() > 0)
}

/// As [`run`], for callbacks that nothing else says are still to come: they count as a drop.
pub(crate) fn run_nested(callbacks: Vec<Counted<SharedCallback>>, panic: &mut FirstPanic) {
    NESTING.with(|nesting| nesting.depth.set(nesting.depth.get() + 1));
    let level = Level(());
    run(callbacks, panic);
    level.end(panic);
}

impl Nesting {
    /// Goes one level deeper, or puts off what was to be done there if that is too deep.
    fn enter(&self, deferred: Deferred) -> bool {
        let depth = self.depth.get();
        if depth < self.limit.get() {
            self.depth.set(depth + 1);
            return true;
        }
        let list = self.deferred.get().unwrap_or_else(|| NonNull::from(Box::leak(Box::default())));
        self.deferred.set(Some(list));
        // SAFETY: the list is this thread's, made by `Box`, and lent to nobody else.
        unsafe { &mut *list.as_ptr() }.push(deferred);
        false
    }

    /// The next one that was put off.
    fn next(&self) -> Option<Deferred> {
        let list = self.deferred.get()?;
        // SAFETY: as in `enter`.
        let next = unsafe { &mut *list.as_ptr() }.pop();
        if next.is_none() {
            self.deferred.set(None);
            // SAFETY: made by `Box`, and forgotten in the line above.
            drop(unsafe { Box::from_raw(list.as_ptr()) });
        }
        next
    }
}

/// A handle of the object with this value goes.
///
/// # Panics
///
/// With the first panic of the user code that ran, after all is done.
///
/// # Safety
///
/// 1. The caller gives up its handle, and does not use the object again on its account.
#[inline(always)]
pub(crate) unsafe fn release<T: ?Sized>(value: NonNull<T>) {
    // SAFETY: a handle points at the value of an object (1).
    let object = unsafe { SharedObject::from_value(value.cast()) };
    // A type whose drop does nothing owns no handles: its objects are NEVER.
    match object.release(!needs_drop::<T>()) {
        Dropped::Done | Dropped::Kept => {}
        // SAFETY: the caller's promise is the same (1), and the handle was one of a `T`.
        Dropped::Sole => unsafe { end_sole(value) },
        // SAFETY: as above.
        Dropped::Last(flags) if needs_drop::<T>() && object.table().is_memory() => unsafe {
            end_memory(value, flags);
        },
        // SAFETY: the caller's promise is the same (1).
        rest => unsafe { finish_release(object, rest) },
    }
}

/// Ends an object that nobody else can reach: by what follows from `T`, if it is an ordinary one.
///
/// # Safety
///
/// 1. The release of a handle of a `T` came to [`Dropped::Sole`].
#[inline(never)]
unsafe fn end_sole<T: ?Sized>(value: NonNull<T>) {
    // SAFETY: a handle points at the value of an object (1).
    let object = unsafe { SharedObject::from_value(value.cast()) };
    let is_thin = size_of::<*const T>() == size_of::<usize>();
    let table = if is_thin { object.plain_table() } else { None };
    let Some(table) = table.filter(|table| table.is_sized_value()) else {
        if needs_drop::<T>() && object.table().is_memory() {
            // SAFETY: the last handle went (1), and no flag was set.
            return unsafe { end_memory(value, 0) };
        }
        // SAFETY: this is what the release came to (1).
        return unsafe { finish_release(object, Dropped::Sole) };
    };
    // The fields that follow from `T` are constants here, and the drop is called directly.
    // SAFETY: nobody has begun to destroy the value (S1), which is a `T` (1).
    let layout = BlockLayout::before(Layout::for_value(unsafe { value.as_ref() }));
    let burial = Burial { object, layout, owns: table.facts().owns };
    if !needs_drop::<T>() {
        return drop(burial);
    }
    if std::thread::panicking() {
        // A panic that gets out of the drop would abort.
        std::mem::forget(burial);
        // SAFETY: this is what the release came to (1).
        return unsafe { finish_release(object, Dropped::Sole) };
    }
    if NESTING.with(|nesting| nesting.enter(Deferred::End(object, 0))) {
        let level = Level(());
        // SAFETY: no handle is left (1): nobody else looks at the value (S1).
        unsafe { value.drop_in_place() }; // user code
        drop(burial);
        let mut panic = FirstPanic::new();
        level.end(&mut panic);
        panic.resume();
    } else {
        std::mem::forget(burial);
    }
}

/// Frees an object at the end of its scope, also when the value's drop panics.
struct Burial {
    object: SharedObject,
    layout: BlockLayout,
    owns: bool,
}

impl Drop for Burial {
    #[inline(always)]
    fn drop(&mut self) {
        if self.owns {
            buffer::count_death(self.layout.block.size());
        }
        // SAFETY: made for an object that nobody can reach and that has no side cell, with the layout of
        // its type; dropped after its value.
        unsafe { self.object.free_plain(self.layout) };
    }
}

/// Ends an object that is uninitialised memory to all but the handle that went: it was shared when its
/// value was made.
///
/// # Safety
///
/// 1. The caller has taken the last handle away, which was one of a `T`; `flags` are those of the last
///    word.
#[cold]
#[inline(never)]
unsafe fn end_memory<T: ?Sized>(value: NonNull<T>, flags: u64) {
    // SAFETY: a handle points at the value of an object (1).
    let object = unsafe { SharedObject::from_value(value.cast()) };
    let mut panic = FirstPanic::new();
    // SAFETY: no handle is left, and memory is never looked at by the collector (1).
    panic.run(|| unsafe { value.drop_in_place() }); // user code
    // SAFETY: the value is destroyed.
    unsafe { bury(object, object.table(), flags, &mut panic) };
    panic.resume();
}

/// As [`release`], when more is to be done.
///
/// # Safety
///
/// 1. `dropped` is what the release of the caller's handle came to.
#[inline(never)]
pub(crate) unsafe fn finish_release(object: SharedObject, mut dropped: Dropped) {
    let mut panic = FirstPanic::new();
    loop {
        match dropped {
            Dropped::Done | Dropped::Kept => return panic.resume(),
            Dropped::Queue => {
                buffer::push(object);
                return panic.resume();
            }
            Dropped::Finalize => {
                if !NESTING.with(|nesting| nesting.enter(Deferred::Handle(object))) {
                    return panic.resume();
                }
                // Our handle keeps the object meanwhile, and weak handles can be upgraded.
                // SAFETY: we have a handle (1), and it has not been dropped.
                unsafe { finalize(object, &mut panic) };
                Level(()).end(&mut panic);
                dropped = object.release(false);
            }
            Dropped::Sole => dropped = Dropped::Last(0),
            Dropped::Last(flags) => {
                // SAFETY: we took the last handle away (1).
                unsafe { end(object, flags, &mut panic) };
                return panic.resume();
            }
        }
    }
}

/// Runs the finalizer of an object, unless it has run.
///
/// # Safety
///
/// 1. The caller has a handle or a pin of the object.
pub(crate) unsafe fn finalize(object: SharedObject, panic: &mut FirstPanic) {
    let Some(finalizer) = object.table().finalizer().filter(|_| object.take_due()) else { return };
    FINALIZED.with(|finalized| finalized.set(finalized.get().wrapping_add(1)));
    // SAFETY: the value is alive (1) and shared at most; `finalizer` is that of its type.
    panic.run(|| unsafe { finalizer(object.value()) }); // user code
}

/// Ends an object without a handle: drops its value, unless a verdict has been reached on it, in which
/// case the collector did; frees its memory or leaves it to the other shares. `flags` are those of its
/// last word. Too deep, it is put off.
///
/// # Safety
///
/// 1. The caller has taken the last handle away, or HELD off when there was none.
pub(crate) unsafe fn end(object: SharedObject, flags: u64, panic: &mut FirstPanic) {
    if !NESTING.with(|nesting| nesting.enter(Deferred::End(object, flags))) {
        return;
    }
    // SAFETY: the caller's promise is the same (1).
    unsafe { end_now(object, flags, panic) };
    Level(()).end(panic);
}

/// One level of nested drops, entered with [`Nesting::enter`]. The outermost does what was put off when
/// it ends, however it ends.
struct Level(());

impl Level {
    /// Comes one level up.
    #[inline(always)]
    fn end(self, panic: &mut FirstPanic) {
        std::mem::forget(self);
        NESTING.with(|nesting| {
            if nesting.depth.get() == 1 && nesting.deferred.get().is_some() {
                drain(panic);
            }
            nesting.depth.set(nesting.depth.get() - 1);
        });
    }
}

impl Drop for Level {
    /// Unwinding out of a drop: the rest is done all the same, further panics are forgotten.
    fn drop(&mut self) {
        let mut panic = FirstPanic::new();
        Level(()).end(&mut panic);
        std::mem::forget(panic);
    }
}

/// Does what was put off, until nothing is left.
#[cold]
#[inline(never)]
fn drain(panic: &mut FirstPanic) {
    NESTING.with(|nesting| nesting.limit.set(DRAIN_LIMIT));
    while let Some(deferred) = NESTING.with(Nesting::next) {
        match deferred {
            // SAFETY: who put it off had taken its last handle away.
            Deferred::End(object, flags) => unsafe { end_now(object, flags, panic) },
            Deferred::Handle(object) => {
                let dropped = object.release(false);
                // SAFETY: the handle is the list's, which gives it up.
                panic.run(|| unsafe { finish_release(object, dropped) });
            }
        }
    }
    NESTING.with(|nesting| nesting.limit.set(DEPTH_LIMIT));
}

/// As [`end`], whatever the depth.
///
/// # Safety
///
/// 1. As for [`end`].
unsafe fn end_now(object: SharedObject, flags: u64, panic: &mut FirstPanic) {
    let table = object.table();
    if flags & flag::TAKEN == 0 {
        // SAFETY: no handle is left, and HELD is off or ours (1): nobody else looks at the value (S1).
        panic.run(|| unsafe { table.drop_value(object.value()) }); // user code
        if !planted!("ties_survive_death") {
            drop_ties(object, panic);
        }
    }
    // SAFETY: the value is destroyed.
    unsafe { bury(object, table, flags, panic) };
}

/// Drops what is tied to an object whose value was just destroyed, or is seen by its one owner alone (S5).
pub(crate) fn drop_ties(object: SharedObject, panic: &mut FirstPanic) {
    let Some(cell) = object.cell() else { return };
    let ties = std::mem::take(&mut *cell.ties.lock());
    for &value in ties.values() {
        let dropped = value.release(false);
        // SAFETY: the handle was the cell's, which gave it up.
        panic.run(|| unsafe { finish_release(value, dropped) });
    }
}

/// The value of an object is destroyed, or was moved out: gives up its share of the memory and calls
/// what is to be called.
///
/// # Safety
///
/// 1. The caller has destroyed the value or moved it out, and there is no handle.
/// 2. `flags` has each of the flags [`flag::SHARES`] that are set, or that were when the caller took
///    the last handle away.
pub(crate) unsafe fn bury(
    object: SharedObject,
    table: &'static Table,
    flags: u64,
    panic: &mut FirstPanic,
) {
    let tracked = table.facts().owns;
    if tracked {
        buffer::count_death(object.layout().block.size());
    }
    if flags & flag::SHARES == 0 {
        // SAFETY: the value's was the only share, and nobody can make another: there is no handle.
        return unsafe { object.free(table) };
    }
    if flags & flag::QUEUED != 0 && buffer::pop(object) {
        // SAFETY: the share of the entry just taken back; the value's own keeps the block.
        unsafe { object.give_up(flag::QUEUED) };
    }
    let early = flags & flag::SIDE != 0 && !planted!("callbacks_after_share");
    let mut callbacks = if early { take_callbacks(object) } else { Vec::new() };
    let weak = (flags & flag::SIDE != 0).then_some(object);
    // SAFETY: the value is gone (1).
    unsafe { gone(object, table) };
    if let Some(object) = weak {
        // SAFETY: the value's share of the weak count, which keeps SIDE until now.
        unsafe { weak_release(object) };
        if planted!("callbacks_after_share") {
            // The bug: the last weak handle may have gone, and the cell with it.
            callbacks = take_callbacks(object);
        }
    }
    run(callbacks, panic);
}

/// Sets GONE; with a planted bug, frees whatever the shares say.
///
/// # Safety
///
/// 1. As [`SharedObject::gone`].
unsafe fn gone(object: SharedObject, table: &'static Table) {
    if planted!("death_ignores_shares") {
        // SAFETY: there is none: this is the bug.
        return unsafe { object.free(table) };
    }
    // SAFETY: the caller's promise is the same (1).
    unsafe { object.gone(table) };
}

/// The callbacks of an object that dies.
pub(crate) fn take_callbacks(object: SharedObject) -> Vec<Counted<SharedCallback>> {
    object.cell().map_or_else(Vec::new, |cell| std::mem::take(&mut *cell.callbacks.lock()))
}

/// Calls what is to be called, newest first.
pub(crate) fn run(callbacks: Vec<Counted<SharedCallback>>, panic: &mut FirstPanic) {
    for callback in callbacks.into_iter().rev() {
        if let Some(call) = callback.take() {
            panic.run(call); // user code
        }
    }
}

/// One weak handle more.
pub(crate) fn weak_retain(object: SharedObject) {
    if let Some(cell) = object.cell() {
        // Relaxed: the caller has a weak handle.
        let before = cell.weak.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        assert!(before < isize::MAX as usize, "refcycle: as many weak handles as addresses");
    }
}

/// A weak handle goes, or the value's share of the weak count.
///
/// # Safety
///
/// 1. The caller gives it up.
pub(crate) unsafe fn weak_release(object: SharedObject) {
    let Some(cell) = object.cell() else { return };
    // AcqRel: the last one frees the memory after all that the others did with it.
    if cell.weak.fetch_sub(1, AcqRel) == 1 {
        // SAFETY: the weak handles have a share together, and this was the last of them and the value.
        unsafe { object.give_up(flag::SIDE) };
    }
}

/// Are there weak handles?
pub(crate) fn weak_handles(object: SharedObject) -> usize {
    object.cell().map_or(0, SharedCell::weak_handles)
}
