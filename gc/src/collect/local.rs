//! What handles of the thread-local flavour do to their objects.

use super::run;
use super::state;
use crate::flavor::sealed::{Address, Operations, Shelf, Tables, Watched, WeakAddress};
use crate::flavor::{Local, WeakHandles};
use crate::heap::count::{Count, Released, Slot, Strong};
use crate::heap::death;
use crate::heap::first_panic::FirstPanic;
use crate::heap::local::{Leaving, LocalHeap, heap};
use crate::heap::object::{Flag, Object};
use crate::heap::registry::{self, Site};
use crate::heap::side::{Callback, SideCell};
use crate::heap::table::{BlockLayout, Table};
use crate::shim::planted;
use crate::trace::{Side, Trace, Tracer};
use std::cell::RefCell;
use std::mem::needs_drop;
use std::ptr::NonNull;
use std::rc::Rc;

impl Object {
    fn address(self) -> Address {
        Address(self.value())
    }
}

/// The object with this value.
fn object(Address(value): Address) -> Object {
    // SAFETY: the operations are called with addresses of values of this flavour's objects alone.
    unsafe { Object::from_value(value) }
}

/// The cell of a weak handle with this address, which keeps it.
fn cell<'a>(WeakAddress(weak): WeakAddress) -> &'a SideCell {
    // SAFETY: the operations are called with addresses that weak handles of this flavour have, and
    // such a handle has a share (W1).
    unsafe { weak.cast::<SideCell>().as_ref() }
}

/// The slot that an object of this type is born with.
const fn slot_at_birth(table: &Table) -> Slot {
    if table.facts().owns { Slot::CLEAN } else { Slot::NEVER }
}

/// Makes an object. One of a type that may own handles has been counted, but for its bytes.
///
/// # Safety
///
/// 1. The layout is the table's, for `len` elements if it has a length.
#[inline(always)]
unsafe fn allocate(table: &'static Table, layout: BlockLayout, len: usize, count: Count) -> Object {
    // SAFETY: the caller's promise is the same (1).
    let object = unsafe { Object::allocate(table, layout, len, count) };
    if table.facts().owns {
        heap(|heap| heap.count_bytes(layout.block.size()));
    }
    object
}

/// Counts an object that is about to be made, if its type may own handles.
fn count_birth(table: &Table) {
    if table.facts().owns {
        // The policy was asked before, in `poll`.
        let _is_due = heap(LocalHeap::count_birth);
    }
}

/// Asks the policy in the course of an allocation that is counted already.
#[cold]
#[inline(never)]
fn collect_before_birth() {
    heap(LocalHeap::uncount_birth);
    run::automatic();
    let _is_due = heap(LocalHeap::count_birth);
}

#[expect(private_interfaces, reason = "as at the trait")]
impl Operations for Local {
    type Callback = Box<dyn FnOnce()>;
    type Watched = Rc<Callback>;
    type Shelf<T: 'static> = Rc<RefCell<T>>;

    #[inline(always)]
    fn poll(table: &'static Table) {
        if table.facts().owns && heap(LocalHeap::is_due) {
            run::automatic();
        }
    }

    fn allocate(table: &'static Table, len: usize) -> Address {
        count_birth(table);
        // SAFETY: the layout is the table's.
        unsafe { allocate(table, table.layout(len), len, Count::new(slot_at_birth(table))) }
            .address()
    }

    fn allocate_unborn(table: &'static Table) -> (Address, WeakAddress) {
        Local::poll(table);
        count_birth(table);
        // SAFETY: the layout is the table's.
        let object = unsafe { allocate(table, table.layout(0), 0, Count::unborn()) };
        let cell = SideCell::allocate(object, table);
        object.attach_side(cell);
        // SAFETY: the header's share keeps the cell (W1).
        unsafe { cell.as_ref() }.add_share();
        (object.address(), WeakAddress(cell.cast()))
    }

    fn bear(value: Address) {
        let object = object(value);
        object.count().revive();
        object.count().set_slot(slot_at_birth(object.table()));
    }

    #[inline(always)]
    fn enroll(value: Address, site: Site) {
        registry::local::enroll(object(value), site);
    }

    unsafe fn discard(value: Address) {
        let object = object(value);
        // The block may have to stay.
        registry::local::remove(object);
        let table = object.table();
        if let Some(cell) = object.side() {
            cell.cut();
        }
        // SAFETY: there is no value (1); nothing leads to the object: its weak handles are cut off, and
        // an object without a value, or whose value was moved out under exclusive access, has no entry.
        unsafe { death::bury(object, table) };
    }

    unsafe fn fill(value: Address, table: &'static Table) {
        let object = object(value);
        let is_sole = object.count().is_sole() && !object.has(Flag::Side);
        if !is_sole || !object.table().is_memory() {
            return;
        }
        object.set_table(table);
        object.count().set_slot(slot_at_birth(table));
        count_birth(table);
        if table.facts().owns {
            heap(|heap| heap.count_bytes(object.layout(table).block.size()));
        }
    }

    fn table(value: Address) -> &'static Table {
        object(value).table()
    }

    #[inline(always)]
    fn retain(value: Address) {
        object(value).count().retain();
    }

    #[inline(always)]
    unsafe fn release<T: ?Sized>(value: NonNull<T>) {
        let object = object(Address(value.cast()));
        // A type whose drop does nothing owns no handles: its objects are no candidates.
        match object.count().release(!needs_drop::<T>()) {
            Released::Kept => {}
            Released::Unnoted => death::note(object),
            // SAFETY: the caller's handle is gone, and it does not use the object again (1); it was a
            // handle of a `T`.
            Released::Last => unsafe { death::last_handle_gone_of(value) },
        }
    }

    unsafe fn release_unless_last<T: ?Sized>(value: NonNull<T>) -> bool {
        let address = Address(value.cast());
        let is_last = Local::strong(address) == Strong::Handles(1) && !Local::is_dead(address);
        if !is_last {
            // SAFETY: the caller's promise is the same (1).
            unsafe { Local::release(value) };
        }
        !is_last
    }

    fn strong(value: Address) -> Strong {
        object(value).count().strong()
    }

    fn weak(value: Address) -> usize {
        let cell = object(value).side().filter(|cell| cell.object().is_some());
        cell.map_or(0, SideCell::weak_handles)
    }

    #[inline(always)]
    fn is_dead(value: Address) -> bool {
        object(value).has(Flag::Dead)
    }

    fn is_finalized(value: Address) -> bool {
        let object = object(value);
        object.table().finalizer().is_some() && !object.is_due()
    }

    fn claim(value: Address, weak: WeakHandles) -> Option<FirstPanic> {
        let object = object(value);
        if !object.count().is_sole() || object.has(Flag::Dead) {
            return None;
        }
        let mut panic = FirstPanic::new();
        if object.has(Flag::Side) {
            let is_held = object.side().is_some_and(|cell| cell.weak_handles() > 0);
            if weak == WeakHandles::Refuse && is_held {
                return None;
            }
            // Before user code: who comes by the registry must find it lent, and noted nowhere (R2).
            registry::local::lend(object);
            leave(object);
            cut_off(object, &mut panic);
        }
        registry::local::lend(object);
        leave(object);
        Some(panic)
    }

    fn inherit(value: Address, from: Address) {
        if Local::is_finalized(from) {
            object(value).set_finalized();
        }
    }

    fn is_haunted(value: Address) -> bool {
        object(value).side().is_some_and(|cell| cell.raw() > 0)
    }

    fn downgrade(value: Address) -> Option<WeakAddress> {
        let object = object(value);
        if !object.has(Flag::Side) {
            if object.has(Flag::Dead) {
                return None;
            }
            object.attach_side(SideCell::allocate(object, object.table()));
        }
        object.side().map(|cell| {
            cell.add_share();
            WeakAddress(NonNull::from(cell).cast())
        })
    }

    #[inline]
    fn upgrade(weak: WeakAddress) -> Option<Address> {
        let object = alive(weak)?;
        object.count().retain();
        Some(object.address())
    }

    fn weak_value(weak: WeakAddress) -> Option<Address> {
        cell(weak).object().map(Object::address)
    }

    fn weak_counts(weak: WeakAddress) -> Option<(Strong, usize)> {
        let object = alive(weak)?;
        Some((object.count().strong(), Local::weak(object.address())))
    }

    #[inline]
    fn weak_retain(weak: WeakAddress) {
        cell(weak).add_share();
    }

    #[inline]
    unsafe fn weak_release(weak: WeakAddress) {
        // SAFETY: the caller gives its share up (1).
        unsafe { SideCell::drop_weak(weak.0.cast()) }
    }

    fn weak_into_raw(weak: WeakAddress) {
        cell(weak).add_raw();
    }

    unsafe fn weak_from_raw(value: Address) -> WeakAddress {
        let object = object(value);
        let Some(cell) = object.side() else {
            unreachable!("an object keeps its cell while a raw weak handle is out (W1)")
        };
        let weak = WeakAddress(NonNull::from(cell).cast());
        if cell.take_raw() {
            free_kept(object);
        }
        weak
    }

    fn watch(weak: WeakAddress, callback: Box<dyn FnOnce()>) -> Option<Rc<Callback>> {
        let cell = cell(weak);
        cell.object()?;
        let callback = Callback::new(callback);
        cell.watch(Rc::clone(&callback));
        Some(callback)
    }

    fn keep_hook(number: u64, hook: Rc<Callback>) {
        state::keep_hook(number, hook);
    }

    fn forget_hook(number: u64) {
        state::forget_hook(number);
    }

    fn next_hook() -> Option<Rc<Callback>> {
        state::next_hook()
    }

    unsafe fn callback(closure: Box<dyn FnOnce()>) -> Box<dyn FnOnce()> {
        closure
    }

    fn expect_ties() {
        if heap(LocalHeap::expect_ties) {
            // Some of what its records say would be set aside.
            run::give_up_between_steps();
        }
    }

    unsafe fn attach(
        key: WeakAddress,
        map: u64,
        value: Address,
    ) -> Result<Option<Address>, Address> {
        let cell = cell(key);
        let target = cell.object().filter(|key| !key.table().is_memory());
        let Some(key) = target else { return Err(value) };
        let old = cell.attach(map, object(value));
        heap(|heap| heap.tied(key));
        Ok(old.map(Object::address))
    }

    unsafe fn attached(key: Address, map: u64) -> Option<Address> {
        let value = object(key).side()?.attached(map)?;
        value.count().retain();
        Some(value.address())
    }

    unsafe fn detach(key: WeakAddress, map: u64) -> Option<Address> {
        cell(key).detach(map).map(Object::address)
    }

    unsafe fn trace_tie(key: WeakAddress, map: u64, tracer: &mut Tracer) {
        if let Some(value) = cell(key).attached(map) {
            tracer.local_half(value.value(), Side::Map);
        }
    }

    fn is_settling() -> bool {
        heap(LocalHeap::is_settling)
    }

    #[inline(always)]
    fn report(tracer: &mut Tracer, handle: NonNull<()>, Address(target): Address) {
        tracer.local_edge(handle, target);
    }
}

#[expect(private_interfaces, reason = "as at the trait")]
impl<T: Trace + 'static> Tables<T> for Local {
    fn table_of() -> &'static Table {
        Table::of::<T>()
    }

    fn table_of_slice() -> &'static Table {
        Table::of_slice::<T>()
    }

    #[inline(always)]
    fn allocate_one() -> Address {
        let (table, layout) = const { (Table::of::<T>(), Table::block_of::<T>()) };
        if table.facts().owns && heap(LocalHeap::count_birth) {
            collect_before_birth();
        }
        let count = Count::new(const { slot_at_birth(Table::of::<T>()) });
        // SAFETY: both are of `T`.
        unsafe { allocate(table, layout, 0, count) }.address()
    }
}

impl Watched<Box<dyn FnOnce()>> for Rc<Callback> {
    fn take(&self) -> Option<Box<dyn FnOnce()>> {
        Callback::take(self)
    }

    fn is_armed(&self) -> bool {
        Callback::is_armed(self)
    }
}

impl<T: 'static> Shelf<T> for Rc<RefCell<T>> {
    fn new(content: T) -> Rc<RefCell<T>> {
        Rc::new(RefCell::new(content))
    }

    fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.borrow_mut())
    }

    fn trace(&self, tracer: &mut Tracer, f: impl FnOnce(&T, &mut Tracer)) {
        if let Ok(content) = self.try_borrow() {
            f(&content, tracer);
        }
    }
}

/// The object of a weak handle, if it has been born and is alive.
#[inline]
fn alive(weak: WeakAddress) -> Option<Object> {
    cell(weak).object().filter(|object| !object.count().is_gone())
}

/// Frees the block of a dead object that was kept for raw weak handles, the last of which is none any
/// more. The caller has a share of the cell.
fn free_kept(object: Object) {
    let table = object.table();
    if let Some(cell) = object.side() {
        let cell = NonNull::from(cell);
        // SAFETY: the header's share, given up with the header (W1).
        unsafe { SideCell::drop_share(cell) };
    }
    // SAFETY: the value was destroyed when the block was kept, and no raw handle is left.
    unsafe { death::free_block(object, object.layout(table), table.facts().owns) };
}

/// Makes the only handle the only way to the object, as far as weak handles go: they are dead from now
/// on, and their callbacks run.
#[cold]
fn cut_off(object: Object, panic: &mut FirstPanic) {
    let Some(cell) = object.side() else { return };
    cell.cut();
    let callbacks = cell.take_callbacks();
    let ties = cell.take_ties();
    if !cell.table().facts().owns {
        let _or_its_record_goes_next = SideCell::clear_leaf(object);
    }
    if cell.raw() == 0 {
        let cell = NonNull::from(cell);
        object.detach_side(object.table());
        // SAFETY: the header's share, given up with the pointer to the cell (W1).
        unsafe { SideCell::drop_share(cell) };
    }
    // The object itself is out of their reach: they own no handle of it, and no weak handle leads to it.
    death::drop_ties(&ties, panic);
    death::run_nested(callbacks, panic);
}

/// Takes the object away from where the collector could find it: nobody says when the `&mut` ends, and
/// until then the value may be in any state.
#[inline]
fn leave(object: Object) {
    let slot = object.slot();
    if slot == Slot::CLEAN || (planted!("never_kept") && slot == Slot::NEVER) {
        return;
    }
    if slot.is_noted() {
        heap(|heap| heap.forget(object, Leaving::Claimed));
    }
    // Also where the collector had found that it could not be part of a cycle: that may change now.
    object.count().set_slot(slot_at_birth(object.table()));
}
