//! What handles of the shared flavour do to their objects.

use super::{run, walk};
use crate::flavor::sealed::{Address, Operations, Shelf, Tables, Watched, WeakAddress};
use crate::flavor::{Shared, WeakHandles};
use crate::heap::count::Strong;
use crate::heap::first_panic::FirstPanic;
use crate::heap::hooks::Hooks;
use crate::heap::registry::{self, Site};
use crate::heap::shared::object::{Dropped, SharedObject};
use crate::heap::shared::side::{Closure, SharedCallback};
use crate::heap::shared::steps::Claim;
use crate::heap::shared::word::{Word, flag};
use crate::heap::shared::{buffer, death};
use crate::heap::table::{BlockLayout, Table};
use crate::shim::{Counted, Lock, global, planted};
use crate::trace::{Trace, Tracer};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;

/// The object with this value.
#[inline(always)]
fn object(Address(value): Address) -> SharedObject {
    // SAFETY: the operations are called with addresses of values of this flavour's objects alone.
    unsafe { SharedObject::from_value(value) }
}

/// The object of a weak handle, whose address is that of the value.
fn weak_object(weak: WeakAddress) -> SharedObject {
    object(Address(weak.0))
}

impl SharedObject {
    fn address(self) -> Address {
        Address(self.value())
    }
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
        buffer::count_birth(layout.block.size());
    }
    // SAFETY: the caller's promise is the same (1).
    unsafe { SharedObject::allocate(table, layout, len, word) }
}

fn strong(word: Word) -> Strong {
    if word.is_immortal() { Strong::Immortal } else { Strong::Handles(word.strong() as u32) }
}

global! {
    /// The death hooks that are armed.
    static HOOKS: Lock<Hooks<Counted<SharedCallback>>> = Lock::new(Hooks::new());
}

#[expect(private_interfaces, reason = "as at the trait")]
impl Operations for Shared {
    type Callback = Closure;
    type Watched = Counted<SharedCallback>;
    type Shelf<T: 'static> = SharedShelf<T>;

    #[inline(always)]
    fn poll(table: &'static Table) {
        if table.facts().owns {
            run::poll();
        }
    }

    fn allocate(table: &'static Table, len: usize) -> Address {
        // SAFETY: the layout is the table's.
        unsafe { allocate(table, table.layout(len), len, Word::new(1, is_never(table))) }.address()
    }

    fn allocate_unborn(table: &'static Table) -> (Address, WeakAddress) {
        Shared::poll(table);
        // SAFETY: the layout is the table's.
        let object = unsafe { allocate(table, table.layout(0), 0, Word::new(0, true)) };
        object.cell_or_new().first_weak();
        (object.address(), WeakAddress(object.value()))
    }

    fn bear(value: Address) {
        let object = object(value);
        object.bear(is_never(object.table()));
    }

    #[inline(always)]
    fn enroll(value: Address, site: Site) {
        registry::shared::enroll(object(value), site);
    }

    unsafe fn discard(value: Address) {
        let object = object(value);
        let mut panic = FirstPanic::new();
        let flags = object.abandon();
        // SAFETY: there is no value (1), and no handle that could be used.
        unsafe { death::bury(object, object.table(), flags, &mut panic) };
        panic.resume();
    }

    unsafe fn fill(value: Address, table: &'static Table) {
        let object = object(value);
        let word = object.load();
        if word.strong() != 1 || word.has(flag::SHARES) || !object.table().is_memory() {
            return;
        }
        object.fill(table, is_never(table));
        if table.facts().owns {
            buffer::count_birth(object.layout().block.size());
        }
    }

    fn table(value: Address) -> &'static Table {
        object(value).table()
    }

    #[inline(always)]
    fn retain(value: Address) {
        object(value).retain();
    }

    #[inline(always)]
    unsafe fn release<T: ?Sized>(value: NonNull<T>) {
        // SAFETY: the caller's promise is the same (1).
        unsafe { death::release(value) }
    }

    unsafe fn release_unless_last<T: ?Sized>(value: NonNull<T>) -> bool {
        let object = object(Address(value.cast()));
        match object.release_unless_last() {
            Dropped::Kept => return false,
            // SAFETY: the caller's promise is the same (1).
            dropped => unsafe { death::finish_release(object, dropped) },
        }
        true
    }

    fn strong(value: Address) -> Strong {
        strong(object(value).load())
    }

    fn weak(value: Address) -> usize {
        death::weak_handles(object(value))
    }

    #[inline(always)]
    fn is_dead(value: Address) -> bool {
        object(value).load().has(flag::TAKEN)
    }

    fn is_finalized(value: Address) -> bool {
        let object = object(value);
        object.table().finalizer().is_some() && !object.is_due()
    }

    fn claim(value: Address, weak: WeakHandles) -> Option<FirstPanic> {
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
            let mut panic = FirstPanic::new();
            if planted!("ties_before_extinguish") {
                death::drop_ties(object, &mut panic);
            }
            if !planted!("no_extinguish") && !object.extinguish() {
                // Somebody has upgraded a weak handle.
                return None;
            }
            if !planted!("ties_survive_claim") {
                death::drop_ties(object, &mut panic);
            }
            death::run_nested(death::take_callbacks(object), &mut panic);
            return Some(panic);
        }
    }

    fn inherit(value: Address, from: Address) {
        if Shared::is_finalized(from) {
            object(value).take_due();
        }
    }

    fn is_haunted(value: Address) -> bool {
        object(value).load().strong() == 0
    }

    fn downgrade(value: Address) -> Option<WeakAddress> {
        let object = object(value);
        object.cell_or_new().first_weak();
        Some(WeakAddress(object.value()))
    }

    #[inline]
    fn upgrade(weak: WeakAddress) -> Option<Address> {
        loop {
            match weak_object(weak).upgrade() {
                Ok(()) => return Some(Address(weak.0)),
                Err(word) if word.strong() != 0 && !word.has(flag::TAKEN) => {
                    walk::wait_for_verdict();
                }
                Err(_) => return None,
            }
        }
    }

    fn weak_value(weak: WeakAddress) -> Option<Address> {
        // The block stays while there are weak handles.
        Some(Address(weak.0))
    }

    fn weak_counts(weak: WeakAddress) -> Option<(Strong, usize)> {
        let word = weak_object(weak).load();
        let alive = word.strong() != 0 && !word.has(flag::TAKEN);
        alive.then(|| (strong(word), death::weak_handles(weak_object(weak))))
    }

    #[inline]
    fn weak_retain(weak: WeakAddress) {
        death::weak_retain(weak_object(weak));
    }

    #[inline]
    unsafe fn weak_release(weak: WeakAddress) {
        // SAFETY: the caller gives it up (1).
        unsafe { death::weak_release(weak_object(weak)) }
    }

    fn weak_into_raw(_: WeakAddress) {}

    unsafe fn weak_from_raw(Address(value): Address) -> WeakAddress {
        WeakAddress(value)
    }

    fn watch(weak: WeakAddress, callback: Closure) -> Option<Counted<SharedCallback>> {
        let object = weak_object(weak);
        if Shared::is_dead(object.address()) {
            return None;
        }
        let callback = Counted::new(SharedCallback::new(callback));
        object.cell()?.watch(Counted::clone(&callback));
        Some(callback)
    }

    fn keep_hook(number: u64, hook: Counted<SharedCallback>) {
        HOOKS.lock().add(number, hook);
    }

    fn forget_hook(number: u64) {
        let hook = HOOKS.lock().remove(number);
        drop(hook); // user code, if it is armed still
    }

    fn next_hook() -> Option<Counted<SharedCallback>> {
        HOOKS.lock().take_newest()
    }

    unsafe fn callback(closure: Box<dyn FnOnce()>) -> Closure {
        struct Portable(Box<dyn FnOnce()>);
        // SAFETY: what the closure captures may be used and dropped on any thread (1).
        unsafe impl Send for Portable {}
        impl Portable {
            fn call(self) {
                (self.0)();
            }
        }
        let portable = Portable(closure);
        Box::new(move || portable.call())
    }

    fn expect_ties() {}

    unsafe fn attach(
        key: WeakAddress,
        map: u64,
        value: Address,
    ) -> Result<Option<Address>, Address> {
        let key = weak_object(key);
        let Some(cell) = key.cell() else { return Err(value) };
        let mut ties = cell.ties.lock();
        if Shared::is_dead(key.address()) || cell.table.is_memory() {
            return Err(value);
        }
        let old = ties.attach(map, object(value));
        drop(ties);
        if key.tied() {
            buffer::push(key);
        }
        Ok(old.map(SharedObject::address))
    }

    unsafe fn attached(key: Address, map: u64) -> Option<Address> {
        let ties = object(key).cell()?.ties.lock();
        let value = ties.find(map)?;
        if planted!("tie_got_late") {
            drop(ties);
        }
        // Under the lock: the tie's handle keeps the object meanwhile.
        value.retain();
        Some(value.address())
    }

    unsafe fn detach(key: WeakAddress, map: u64) -> Option<Address> {
        let value = weak_object(key).cell()?.ties.lock().detach(map)?;
        Some(value.address())
    }

    unsafe fn trace_tie(key: WeakAddress, map: u64, tracer: &mut Tracer) {
        if let Some(cell) = weak_object(key).cell() {
            // SAFETY: values of shared objects are traced by walks and looks alone, which keep to that; the weak
            // handle is in the map that is being traced (1).
            unsafe { cell.trace_one(map, tracer) }
        }
    }

    fn is_settling() -> bool {
        death::is_nested() || run::is_running()
    }

    #[inline(always)]
    fn report(tracer: &mut Tracer, handle: NonNull<()>, Address(target): Address) {
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
    fn allocate_one() -> Address {
        let (table, layout) = const { (Table::of::<T>(), Table::block_of::<T>()) };
        Shared::poll(table);
        let word = Word::new(1, const { is_never(Table::of::<T>()) });
        // SAFETY: both are of `T`.
        unsafe { allocate(table, layout, 0, word) }.address()
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

/// Where a weak container of shared objects keeps its entries.
#[derive(Debug)]
pub struct SharedShelf<T>(Counted<Lock<T>>);

impl<T> Clone for SharedShelf<T> {
    fn clone(&self) -> SharedShelf<T> {
        SharedShelf(Counted::clone(&self.0))
    }
}

impl<T: 'static> Shelf<T> for SharedShelf<T> {
    fn new(content: T) -> SharedShelf<T> {
        SharedShelf(Counted::new(Lock::new(content)))
    }

    fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.0.lock())
    }

    fn trace(&self, tracer: &mut Tracer, f: impl FnOnce(&T, &mut Tracer)) {
        let Some(content) = self.0.try_lock() else { return tracer.opaque() };
        let outcome = catch_unwind(AssertUnwindSafe(|| f(&content, tracer)));
        // Also after a panic: guards of locks in what is there may have been kept, and must go first.
        // SAFETY: the lock is part of the container that is being traced.
        unsafe { tracer.keep(content) };
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
    }
}
