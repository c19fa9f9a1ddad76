//! What a handle asks of its object, whatever the flavour.
//!
//! `Gc` and `Weak` are written once over [`Flavor`]; where two flavours differ, the difference is an
//! operation here. Objects are named by the address of their value ([`Object`]).

use crate::heap::count::Strong;
use crate::heap::object::Object;
use crate::heap::side::{Callback, SideCell};
use crate::heap::table::Table;
use crate::trace::{Edge, Trace, Tracer};
use std::ptr::NonNull;
use std::rc::Rc;

/// A way to count: [`Local`], within one thread.
///
/// Sealed: its operations are this crate's own affair.
pub trait Flavor: sealed::Operations {}

/// Counts within one thread, at the price of `Rc`: the flavour of [`refcycle::Gc`](crate::Gc).
#[derive(Debug)]
pub enum Local {}

impl Flavor for Local {}

/// What exclusive access takes besides being the only handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WeakHandles {
    /// There must be none.
    Refuse,
    /// They are cut off.
    CutOff,
}

pub(crate) mod sealed {
    use super::{
        Callback, Edge, NonNull, Object, Rc, SideCell, Strong, Table, Trace, Tracer, WeakHandles,
    };

    /// The operations of a flavour. `object` always has a handle that the caller holds, unless it says
    /// otherwise.
    #[expect(
        private_interfaces,
        reason = "the trait is sealed: nobody outside this crate can name or call it"
    )]
    pub trait Operations: Sized + 'static {
        /// An object of this type is about to be made in several steps: runs a collection if one is due,
        /// and panics with what panics in it.
        fn poll(table: &'static Table);

        /// Makes an object with one handle and room for a `T`. May run a collection first, and panic
        /// with what panics in it.
        fn allocate<T: Trace + 'static>() -> Object;

        /// As `allocate`, for a type known by its table, with `len` elements.
        fn allocate_erased(table: &'static Table, len: usize) -> Object;

        /// Makes one without a handle, to be born later, with a weak handle's share in its cell.
        fn allocate_unborn(table: &'static Table) -> (Object, NonNull<SideCell>);

        /// Gives an object that was made unborn, and has a value now, its first handle.
        fn bear(object: Object);

        /// Frees an object whose value was never made, or was moved out of it.
        ///
        /// # Safety
        ///
        /// 1. The object has no value, and no handle but the caller's, if any, which is given up.
        unsafe fn discard(object: Object);

        /// The type of the value has changed: its memory was just initialised.
        ///
        /// # Safety
        ///
        /// 1. The value is an initialised one of `table`'s type, which has the layout of the old.
        unsafe fn set_table(object: Object, table: &'static Table);

        /// One handle more.
        fn retain(object: Object);

        /// The caller's handle of the object with this value goes.
        ///
        /// # Safety
        ///
        /// 1. The caller gives up its handle, and does not use the object again on its account.
        unsafe fn release<T: ?Sized>(value: NonNull<T>);

        /// The number of handles.
        fn strong(object: Object) -> Strong;

        /// The number of weak handles.
        fn weak(object: Object) -> usize;

        /// Prepares for `&mut` access to the value: true if the caller's is the only handle and the
        /// value is there. Nothing else leads to the value from then on, the collector included.
        fn claim(object: Object, weak: WeakHandles) -> bool;

        /// Can the object's header still be found by a raw weak handle?
        fn has_raw_weak(object: Object) -> bool;

        /// Frees the block of a dead object that was kept for a raw weak handle, the last of which is
        /// none any more. The caller has a share of the cell.
        fn free_kept(object: Object);

        /// Makes a weak handle's share; `None` where the object is dead and has no cell.
        fn downgrade(object: Object) -> Option<NonNull<SideCell>>;

        /// Makes a handle of the object that the cell leads to.
        fn upgrade(cell: &SideCell) -> Option<Object>;

        /// Has the callback called when the object has died.
        fn watch(cell: &SideCell, callback: Rc<Callback>);

        /// Reports an edge to a tracer.
        fn report(tracer: &mut Tracer, handle: NonNull<()>, target: Edge);
    }
}
