//! What an object has on the side as soon as somebody holds it weakly.
//!
//! The cell outlives the object, so a weak handle needs no memory of the object's: W1-W3 in
//! [`super`] say who owns it.

use super::count::Slot;
use super::local::{self, Leaving};
use super::object::Object;
use super::table::Table;
use super::ties::Ties;
use crate::trace::{Side, Tracer};
use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::rc::Rc;

/// The side cell of an object. Aligned so that the flags of the meta word fit below its address; to 16,
/// because an allocator has that to give without asking for more.
#[repr(align(16))]
pub(crate) struct SideCell {
    table: &'static Table,
    /// The object, while its weak handles can be upgraded.
    object: Cell<Option<Object>>,
    /// Weak handles, plus one while the object's header points here.
    shares: Cell<usize>,
    /// How many of the weak handles are out as raw pointers. They are found again through the header,
    /// so the block stays while there are any.
    raw: Cell<usize>,
    /// The object died while `raw` was above zero: its block is freed with the last raw one.
    kept: Cell<bool>,
    callbacks: RefCell<Callbacks>,
    /// The values that weak-key maps have for the object (T1).
    ties: Cell<Ties<Object>>,
}

/// What to call when an object has died: oldest first.
#[derive(Debug, Default)]
pub(crate) struct Callbacks {
    list: Vec<Rc<Callback>>,
}

/// One callback. Its watch can take the closure away as long as it has not been called.
pub struct Callback(Cell<Option<Box<dyn FnOnce()>>>);

impl std::fmt::Debug for SideCell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SideCell").field("object", &self.object).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Callback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Callback").finish_non_exhaustive()
    }
}

impl Callback {
    pub(crate) fn new(callback: Box<dyn FnOnce()>) -> Rc<Callback> {
        Rc::new(Callback(Cell::new(Some(callback))))
    }

    /// The closure, if it was neither taken nor called.
    pub(crate) fn take(&self) -> Option<Box<dyn FnOnce()>> {
        self.0.take()
    }

    /// Would it be called?
    pub(crate) fn is_armed(&self) -> bool {
        let closure = self.0.take();
        let armed = closure.is_some();
        self.0.set(closure);
        armed
    }
}

impl Callbacks {
    const SWEEP_MIN: usize = 8;

    fn push(&mut self, callback: Rc<Callback>) {
        if self.list.len() == self.list.capacity() && self.list.len() >= Callbacks::SWEEP_MIN {
            self.list.retain(|callback| callback.is_armed());
            // So that the next sweep has as many new ones to pay for it.
            self.list.reserve(self.list.len());
        }
        self.list.push(callback);
    }

    /// The callbacks, newest first.
    pub(crate) fn newest_first(self) -> impl Iterator<Item = Rc<Callback>> {
        self.list.into_iter().rev()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

impl SideCell {
    /// Makes a cell with one share, the header's.
    pub(crate) fn allocate(object: Object, table: &'static Table) -> NonNull<SideCell> {
        let cell = Box::new(SideCell {
            table,
            object: Cell::new(Some(object)),
            shares: Cell::new(1),
            raw: Cell::new(0),
            kept: Cell::new(false),
            callbacks: RefCell::default(),
            ties: Cell::default(),
        });
        NonNull::from(Box::leak(cell))
    }

    pub(crate) fn table(&self) -> &'static Table {
        self.table
    }

    /// The object, while it has not been detached.
    #[inline]
    pub(crate) fn object(&self) -> Option<Object> {
        self.object.get()
    }

    /// Weak handles, not counting the header's share. Asked only while the header has one.
    pub(crate) fn weak_handles(&self) -> usize {
        self.shares.get() - 1
    }

    /// Cuts the weak handles off, for good.
    pub(crate) fn cut(&self) {
        self.object.set(None);
    }

    /// Gives up the callbacks. They are called after the object has been cut off.
    pub(crate) fn take_callbacks(&self) -> Callbacks {
        self.callbacks.take()
    }

    pub(crate) fn watch(&self, callback: Rc<Callback>) {
        self.callbacks.borrow_mut().push(callback);
    }

    /// Lends the ties to `f`, which runs no foreign code.
    fn with_ties<R>(&self, f: impl FnOnce(&mut Ties<Object>) -> R) -> R {
        /// Puts them back, also after a panic.
        struct Lent<'a>(&'a Cell<Ties<Object>>, Ties<Object>);
        impl Drop for Lent<'_> {
            fn drop(&mut self) {
                self.0.set(std::mem::take(&mut self.1));
            }
        }
        f(&mut Lent(&self.ties, self.ties.take()).1)
    }

    /// Ties a value to the object: its handle passes to the cell (T1). The handle of the one that was there
    /// passes to the caller.
    pub(crate) fn attach(&self, map: u64, value: Object) -> Option<Object> {
        self.with_ties(|ties| ties.attach(map, value))
    }

    /// What the map has tied to the object.
    pub(crate) fn attached(&self, map: u64) -> Option<Object> {
        self.with_ties(|ties| ties.find(map))
    }

    /// Takes away what the map has tied to the object, with its handle.
    pub(crate) fn detach(&self, map: u64) -> Option<Object> {
        self.with_ties(|ties| ties.detach(map))
    }

    /// Gives the ties up, with their handles.
    pub(crate) fn take_ties(&self) -> Ties<Object> {
        self.ties.take()
    }

    /// Is something tied to the object?
    #[inline]
    pub(crate) fn is_tied(&self) -> bool {
        self.with_ties(|ties| !ties.is_empty())
    }

    /// Reports the ties: each a half edge, as its map's is.
    pub(crate) fn trace(&self, tracer: &mut Tracer) {
        self.with_ties(|ties| {
            ties.values().for_each(|value| tracer.local_half(value.value(), Side::Key));
        });
    }

    /// Takes a share for a weak handle.
    #[inline]
    pub(crate) fn add_share(&self) {
        self.shares
            .set(self.shares.get().checked_add(1).expect("as many weak handles as addresses"));
    }

    /// How many weak handles are out as raw pointers.
    pub(crate) fn raw(&self) -> usize {
        self.raw.get()
    }

    pub(crate) fn add_raw(&self) {
        self.raw.set(self.raw.get() + 1);
    }

    /// A raw pointer is a weak handle again; says whether a block was kept for its sake.
    pub(crate) fn take_raw(&self) -> bool {
        self.raw.set(self.raw.get() - 1);
        self.raw.get() == 0 && self.kept.get()
    }

    /// The object is gone, its block must wait for the raw pointers.
    pub(crate) fn keep_block(&self) {
        self.kept.set(true);
    }

    /// Gives up one share, and with the last one the cell.
    ///
    /// # Safety
    ///
    /// 1. The caller owns a share, and does not use the cell again on its account.
    pub(crate) unsafe fn drop_share(this: NonNull<SideCell>) {
        // SAFETY: the caller's share keeps the cell (1, W1).
        let cell = unsafe { this.as_ref() };
        let shares = cell.shares.get() - 1;
        cell.shares.set(shares);
        if shares == 0 {
            // SAFETY: cells are made by `Box` and this was the last share (W1).
            let cell = unsafe { Box::from_raw(this.as_ptr()) };
            // Cancelled callbacks may remain; they own nothing any more (W3).
            drop(cell);
        }
    }

    /// A weak handle goes. If only the header's share is left, the object is not held weakly any more
    /// and loses its cell.
    ///
    /// # Safety
    ///
    /// 1. The caller owns the share of a weak handle, and does not use the cell again on its account.
    pub(crate) unsafe fn drop_weak(this: NonNull<SideCell>) {
        // SAFETY: the caller's share keeps the cell (1, W1).
        let cell = unsafe { this.as_ref() };
        if cell.shares.get() == 2
            && let Some(object) = cell.object.get()
            && cell.is_dispensable(object)
        {
            object.detach_side(cell.table);
            // SAFETY: the header's share has just come to us (W1).
            unsafe { SideCell::drop_share(this) };
        }
        // SAFETY: the caller's own share (1).
        unsafe { SideCell::drop_share(this) };
    }

    /// May the object lose its cell, now that nobody holds it weakly? One of a type that owns nothing has to
    /// be noted nowhere then (T2).
    #[inline]
    fn is_dispensable(&self, object: Object) -> bool {
        self.table.facts().owns || object.slot() == Slot::NEVER || SideCell::clear_leaf(object)
    }

    /// Makes an object of a type that owns nothing, to which nothing is tied, what it was born as. Not while
    /// it has a record: its collection knows what to do with it.
    #[cold]
    pub(crate) fn clear_leaf(object: Object) -> bool {
        let slot = object.slot();
        if slot.as_record().is_some() {
            return false;
        }
        if slot.is_noted() {
            local::current().forget(object, Leaving::Claimed);
        }
        object.count().set_slot(Slot::NEVER);
        true
    }
}
