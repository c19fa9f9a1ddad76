//! What handles of the shared flavour do to their objects.

use super::{run, walk};
use crate::flavor::sealed::{Operations, Tables, Watched};
use crate::flavor::{Shared, WeakHandles};
use crate::heap::count::Strong;
use crate::heap::first_panic::FirstPanic;
use crate::heap::shared::object::{Claim, SharedObject};
use crate::heap::shared::side::{Closure, SharedCallback};
use crate::heap::shared::word::{Word, flag};
use crate::heap::shared::{buffer, death};
use crate::heap::table::{BlockLayout, Table};
use crate::shim::{Counted, planted};
use crate::trace::{Edge, Trace, Tracer};
use std::ptr::NonNull;

/// The object with this value.
#[inline(always)]
fn object(value: NonNull<()>) -> SharedObject {
    // SAFETY: the operations are called with addresses of values of this flavour's objects alone. (A
    // weak handle's address is that of the value.)
    unsafe { SharedObject::from_value(value) }
}

const fn is_never(table: &Table) -> bool {
    !table.facts().owns
}

/// # Safety
///
/// 1. The layout is the table's, for `len` elements if it has a length.
#[inline(always)]
unsafe fn allocate(
    table: &'static Table,
    layout: BlockLayout,
    len: usize,
    word: Word,
) -> SharedObject {
    if table.facts().owns {
        buffer::count(1, layout.block.size() as isize);
    }
    // SAFETY: the caller's promise is the same (1).
    unsafe { SharedObject::allocate(table, layout, len, word) }
}

fn strong(word: Word) -> Strong {
    if word.is_immortal() { Strong::Immortal } else { Strong::Handles(word.strong() as u32) }
}

#[expect(private_interfaces, reason = "as at the trait")]
impl Operations for Shared {
    type Callback = Closure;
    type Watched = Counted<SharedCallback>;

    #[inline(always)]
    fn poll(table: &'static Table) {
        if table.facts().owns {
            run::poll(buffer::count(0, 0));
        }
    }

    fn allocate(table: &'static Table, len: usize) -> NonNull<()> {
        // SAFETY: the layout is the table's.
        unsafe { allocate(table, table.layout(len), len, Word::new(1, is_never(table))) }.value()
    }

    fn allocate_unborn(table: &'static Table) -> (NonNull<()>, NonNull<()>) {
        Shared::poll(table);
        // SAFETY: the layout is the table's.
        let object = unsafe { allocate(table, table.layout(0), 0, Word::new(0, true)) };
        object.cell_or_new().first_weak();
        (object.value(), object.value())
    }

    fn bear(value: NonNull<()>) {
        let object = object(value);
        object.bear(is_never(object.table()));
    }

    unsafe fn discard(value: NonNull<()>) {
        let object = object(value);
        let mut panic = FirstPanic::new();
        let flags = object.abandon();
        // SAFETY: there is no value (1), and no handle that could be used.
        unsafe { death::bury(object, object.table(), flags, &mut panic) };
        panic.resume();
    }

    unsafe fn fill(value: NonNull<()>, table: &'static Table) {
        let object = object(value);
        let word = object.load();
        if word.strong() != 1 || word.has(flag::SHARES) || !object.table().is_memory() {
            return;
        }
        object.fill(table, is_never(table));
        if table.facts().owns {
            buffer::count(1, object.layout().block.size() as isize);
        }
    }

    fn table(value: NonNull<()>) -> &'static Table {
        object(value).table()
    }

    #[inline(always)]
    fn retain(value: NonNull<()>) {
        object(value).retain();
    }

    #[inline(always)]
    unsafe fn release<T: ?Sized>(value: NonNull<T>) {
        // SAFETY: the caller's promise is the same (1).
        unsafe { death::release(value) }
    }

    fn strong(value: NonNull<()>) -> Strong {
        strong(object(value).load())
    }

    fn weak(value: NonNull<()>) -> usize {
        death::weak_handles(object(value))
    }

    #[inline(always)]
    fn is_dead(value: NonNull<()>) -> bool {
        object(value).load().has(flag::TAKEN)
    }

    fn is_finalized(value: NonNull<()>) -> bool {
        let object = object(value);
        object.table().finalizer().is_some() && !object.is_due()
    }

    fn claim(value: NonNull<()>, weak: WeakHandles) -> Option<FirstPanic> {
        let object = object(value);
        loop {
            let Some(cell) = object.cell() else {
                match object.claim(false) {
                    Claim::Done => return Some(FirstPanic::new()),
                    Claim::Refused => return None,
                    // The first one was made just now.
                    Claim::WeakHandles => continue,
                }
            };
            if planted!("claim_unlocked") {
                // The bug: two looks, and a handle may become a weak one in between.
                let none = cell.weak_handles() == 0;
                return (none && object.claim(true) == Claim::Done).then(FirstPanic::new);
            }
            if cell.lock() {
                let claim = object.claim(true);
                cell.unlock();
                return (claim == Claim::Done).then(FirstPanic::new);
            }
            if weak == WeakHandles::Refuse || object.claim(true) != Claim::Done {
                return None;
            }
            if !object.extinguish() {
                // Somebody has upgraded a weak handle.
                return None;
            }
            let mut panic = FirstPanic::new();
            death::run(death::take_callbacks(object), &mut panic);
            return Some(panic);
        }
    }

    fn inherit(value: NonNull<()>, from: NonNull<()>) {
        if Shared::is_finalized(from) {
            object(value).take_due();
        }
    }

    fn is_haunted(value: NonNull<()>) -> bool {
        object(value).load().strong() == 0
    }

    fn downgrade(value: NonNull<()>) -> Option<NonNull<()>> {
        let object = object(value);
        object.cell_or_new().first_weak();
        Some(value)
    }

    #[inline]
    fn upgrade(weak: NonNull<()>) -> Option<NonNull<()>> {
        loop {
            match object(weak).upgrade() {
                Ok(()) => return Some(weak),
                Err(word) if word.strong() != 0 && !word.has(flag::TAKEN) => {
                    walk::wait_for_verdict();
                }
                Err(_) => return None,
            }
        }
    }

    fn weak_value(weak: NonNull<()>) -> Option<NonNull<()>> {
        // The block stays while there are weak handles.
        Some(weak)
    }

    fn weak_counts(weak: NonNull<()>) -> Option<(Strong, usize)> {
        let word = object(weak).load();
        let alive = word.strong() != 0 && !word.has(flag::TAKEN);
        alive.then(|| (strong(word), death::weak_handles(object(weak))))
    }

    #[inline]
    fn weak_retain(weak: NonNull<()>) {
        death::weak_retain(object(weak));
    }

    #[inline]
    unsafe fn weak_release(weak: NonNull<()>) {
        // SAFETY: the caller gives it up (1).
        unsafe { death::weak_release(object(weak)) }
    }

    fn weak_into_raw(_: NonNull<()>) {}

    unsafe fn weak_from_raw(value: NonNull<()>) -> NonNull<()> {
        value
    }

    fn watch(weak: NonNull<()>, callback: Closure) -> Option<Counted<SharedCallback>> {
        let object = object(weak);
        if Shared::is_dead(weak) {
            return None;
        }
        let callback = Counted::new(SharedCallback::new(callback));
        object.cell()?.watch(Counted::clone(&callback));
        Some(callback)
    }

    #[inline(always)]
    fn report(tracer: &mut Tracer, handle: NonNull<()>, target: Edge) {
        tracer.shared_edge(handle, target);
    }
}

#[expect(private_interfaces, reason = "as at the trait")]
impl<T: Trace + Send + Sync + 'static> Tables<T> for Shared {
    fn table_of() -> &'static Table {
        Table::of::<T>()
    }

    fn table_of_slice() -> &'static Table {
        Table::of_slice::<T>()
    }

    #[inline(always)]
    fn allocate_one() -> NonNull<()> {
        let (table, layout) = const { (Table::of::<T>(), Table::block_of::<T>()) };
        Shared::poll(table);
        let word = Word::new(1, const { is_never(Table::of::<T>()) });
        // SAFETY: both are of `T`.
        unsafe { allocate(table, layout, 0, word) }.value()
    }
}

impl Watched<Closure> for Counted<SharedCallback> {
    fn take(&self) -> Option<Closure> {
        SharedCallback::take(self)
    }

    fn is_armed(&self) -> bool {
        SharedCallback::is_armed(self)
    }
}
