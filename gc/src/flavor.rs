//! What a handle asks of its object, whatever the flavour.
//!
//! `Gc` and `Weak` are written once over [`Flavor`]; where two flavours differ, the difference is an
//! operation here. An object is named by the address of its value, a weak handle by whatever address
//! its flavour finds the object with; see [`sealed::Address`].

use crate::heap::count::Strong;
use crate::heap::first_panic::FirstPanic;
use crate::heap::registry::Site;
use crate::heap::table::Table;
use crate::trace::{Trace, Tracer};
use std::ptr::NonNull;

/// A way to count: [`Local`], within one thread, or [`Shared`], across threads.
///
/// Sealed: its operations are this crate's own affair.
pub trait Flavor: sealed::Operations {}

/// Counts within one thread, at the price of `Rc`: the flavour of [`refcycle::Gc`](crate::Gc).
#[derive(Debug)]
pub enum Local {}

impl Flavor for Local {}

/// Counts across threads, at the price of `Arc`: the flavour of [`refcycle::sync::Gc`](crate::sync::Gc).
#[derive(Debug)]
pub enum Shared {}

impl Flavor for Shared {}

/// A flavour whose objects can hold a `T`, or a slice of `T`s.
///
/// [`Local`] holds what is [`Trace`]; [`Shared`] asks for `Send + Sync` as well, since the collector may
/// look at a value on any thread.
///
/// Sealed, as [`Flavor`].
pub trait Holds<T>: Flavor + sealed::Tables<T> {}

impl<T: Trace + 'static> Holds<T> for Local {}

impl<T: Trace + Send + Sync + 'static> Holds<T> for Shared {}

/// A function that flavour `F` may call when an object has died: any, within one thread; a `Send` one,
/// across threads, since an object may die on any thread.
pub trait Callback<F: Flavor>: FnOnce() + 'static {
    /// The callback as the flavour keeps it.
    #[doc(hidden)]
    fn boxed(self) -> F::Callback;
}

impl<C: FnOnce() + 'static> Callback<Local> for C {
    fn boxed(self) -> Box<dyn FnOnce()> {
        Box::new(self)
    }
}

impl<C: FnOnce() + Send + 'static> Callback<Shared> for C {
    fn boxed(self) -> Box<dyn FnOnce() + Send> {
        Box::new(self)
    }
}

/// What exclusive access takes besides being the only handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WeakHandles {
    /// There must be none.
    Refuse,
    /// They are cut off.
    CutOff,
}

pub(crate) mod sealed {
    use super::{FirstPanic, NonNull, Site, Strong, Table, Tracer, WeakHandles};

    /// The address of the value of an object.
    ///
    /// Sealing keeps others from implementing a flavour, not from calling its operations through a
    /// bound. So these take addresses in types that nobody else can make from a pointer, and give
    /// nothing that could be looked through. Those that would have the collector look into what they are given are
    /// unsafe: an address can be that of memory.
    #[derive(Clone, Copy, Debug)]
    pub struct Address(pub(crate) NonNull<()>);

    /// The address that a weak handle has.
    #[derive(Clone, Copy, Debug)]
    pub struct WeakAddress(pub(crate) NonNull<()>);

    /// The operations of a flavour. `value` is the address of the value of an object of which the
    /// caller has a handle, `weak` the address in a weak handle that the caller has, unless it says
    /// otherwise.
    #[expect(
        private_interfaces,
        reason = "the trait is sealed: nobody outside this crate can name or call it"
    )]
    pub trait Operations: Sized + 'static {
        /// A callback.
        type Callback: FnOnce() + 'static;
        /// A callback that can be taken back until it is called.
        type Watched: Watched<Self::Callback> + Clone;
        /// Where a weak container keeps its entries.
        type Shelf<T: 'static>: Shelf<T>;

        /// An object of this type is about to be made in several steps: runs a collection if one is due,
        /// and panics with what panics in it.
        fn poll(table: &'static Table);

        /// Makes an object with one handle and room for a value of `len` elements (any number for a
        /// sized type). Runs no collection.
        fn allocate(table: &'static Table, len: usize) -> Address;

        /// Makes one without a handle, to be born later, and a weak handle of it.
        fn allocate_unborn(table: &'static Table) -> (Address, WeakAddress);

        /// Gives an object that was made unborn, and has a value now, its first handle.
        fn bear(value: Address);

        /// The value of a new object is there, or now it is that of another type: whoever looks at the heap
        /// may see it, and `site` is where the program made it. Uninitialised memory stays hidden.
        fn enroll(value: Address, site: Site);

        /// Frees an object whose value was never made, or was moved out of it.
        ///
        /// # Safety
        ///
        /// 1. The object has no value, and no handle but the caller's, if any, which is given up.
        unsafe fn discard(value: Address);

        /// The caller's handle of memory becomes one of a value: the memory was just initialised. If the
        /// caller's is the only handle and there is no weak one, the object is one of `table`'s type
        /// from then on; otherwise it stays memory to all but the caller.
        ///
        /// # Safety
        ///
        /// 1. The value is an initialised one of `table`'s type, which has the layout of the memory.
        unsafe fn fill(value: Address, table: &'static Table);

        /// The table of the object's type.
        fn table(value: Address) -> &'static Table;

        /// One handle more.
        fn retain(value: Address);

        /// The caller's handle of the object with this value goes.
        ///
        /// # Safety
        ///
        /// 1. The caller gives up its handle, and does not use the object again on its account.
        unsafe fn release<T: ?Sized>(value: NonNull<T>);

        /// As [`release`](Operations::release), unless the caller's is the only handle and the value is
        /// there: false then, and nothing has changed.
        ///
        /// # Safety
        ///
        /// 1. The caller gives up its handle, if this says true.
        unsafe fn release_unless_last<T: ?Sized>(value: NonNull<T>) -> bool;

        /// The number of handles.
        fn strong(value: Address) -> Strong;

        /// The number of weak handles.
        fn weak(value: Address) -> usize;

        /// Is the value destroyed, or about to be?
        fn is_dead(value: Address) -> bool;

        /// Has its finalizer run?
        fn is_finalized(value: Address) -> bool;

        /// Prepares for `&mut` access to the value, if the caller's is the only handle and the value is
        /// there. Nothing else leads to the value from then on, the collector included. Gives the panic
        /// of callbacks of weak handles that were cut off.
        fn claim(value: Address, weak: WeakHandles) -> Option<FirstPanic>;

        /// The value has moved from one object to another, and with it whether its finalizer has run.
        fn inherit(value: Address, from: Address);

        /// After a claim: can the object still be found by a raw weak handle, so that the value had
        /// better move to another?
        fn is_haunted(value: Address) -> bool;

        /// Makes a weak handle; `None` where the object is dead and never had one.
        fn downgrade(value: Address) -> Option<WeakAddress>;

        /// Makes a handle of the weak handle's object.
        fn upgrade(weak: WeakAddress) -> Option<Address>;

        /// The value of the weak handle's object, while it can be upgraded.
        fn weak_value(weak: WeakAddress) -> Option<Address>;

        /// The numbers of handles and of weak handles of the weak handle's object, if it is alive.
        fn weak_counts(weak: WeakAddress) -> Option<(Strong, usize)>;

        /// One weak handle more.
        fn weak_retain(weak: WeakAddress);

        /// The caller's weak handle goes.
        ///
        /// # Safety
        ///
        /// 1. The caller gives up its weak handle.
        unsafe fn weak_release(weak: WeakAddress);

        /// Makes the weak handle, of an object that can be upgraded, one that is found by the address
        /// of the value.
        fn weak_into_raw(weak: WeakAddress);

        /// Makes a weak handle of what `weak_into_raw` made one found by this address.
        ///
        /// # Safety
        ///
        /// 1. It did, and each such handle is taken back once.
        unsafe fn weak_from_raw(value: Address) -> WeakAddress;

        /// Has the callback called when the weak handle's object has died; `None` if it is dead, and
        /// nothing will be called.
        fn watch(weak: WeakAddress, callback: Self::Callback) -> Option<Self::Watched>;

        /// Notes a death hook, for [`next_hook`](Operations::next_hook). Numbers grow with time.
        fn keep_hook(number: u64, hook: Self::Watched);

        /// Forgets a death hook that was noted, if it was.
        fn forget_hook(number: u64);

        /// Takes the newest hook that is noted.
        fn next_hook() -> Option<Self::Watched>;

        /// Makes a callback of a closure of this crate's own.
        ///
        /// # Safety
        ///
        /// 1. If objects of this flavour may die on any thread, what the closure captures may be used and
        ///    dropped on any thread.
        unsafe fn callback(closure: Box<dyn FnOnce()>) -> Self::Callback;

        /// Somebody makes a weak-key map.
        fn expect_ties();

        /// Ties the value of a map to its key: the caller's handle of it passes to the key's object, which
        /// owns it like those in its value. The handle of the one that was there passes to the caller; or its
        /// own does again if the key is dead or cut off.
        ///
        /// # Safety
        ///
        /// 1. The caller has the handle of `value` that it passes on, and the value is there: no memory, and not
        ///    under construction.
        /// 2. The number is that of the caller's map alone, and `key` is the address in a weak handle of it.
        unsafe fn attach(
            key: WeakAddress,
            map: u64,
            value: Address,
        ) -> Result<Option<Address>, Address>;

        /// A new handle of what the map has tied to the key.
        ///
        /// # Safety
        ///
        /// 1. The caller has a handle of the key, and the number is that of its own map.
        unsafe fn attached(key: Address, map: u64) -> Option<Address>;

        /// Takes away what the map has tied to the key, dead or not; its handle passes to the caller.
        ///
        /// # Safety
        ///
        /// 1. `key` is the address in a weak handle of the caller's map, and the number is that of the map.
        unsafe fn detach(key: WeakAddress, map: u64) -> Option<Address>;

        /// Reports what the map has tied to the key, dead or not, as the map's half of an edge.
        ///
        /// # Safety
        ///
        /// 1. `key` is the address in a weak handle of the caller's map, which is being traced, and the number is that
        ///    of the map.
        unsafe fn trace_tie(key: WeakAddress, map: u64, tracer: &mut Tracer);

        /// May there be objects that are cut off, and whose callbacks are still to come, as far as this
        /// thread can know? It is in the midst of a death or of a collection then.
        fn is_settling() -> bool;

        /// Reports an edge to a tracer.
        fn report(tracer: &mut Tracer, handle: NonNull<()>, target: Address);
    }

    /// What a flavour that holds a `T` knows of it.
    #[expect(private_interfaces, reason = "as at `Operations`")]
    pub trait Tables<T> {
        /// The type's table.
        fn table_of() -> &'static Table;

        /// The table of a slice of `T`s.
        fn table_of_slice() -> &'static Table;

        /// As [`Operations::allocate`], for a `T`; but may run a collection first, and panic with what
        /// panics in it.
        fn allocate_one() -> Address;
    }

    /// A callback that can be taken back until it is called.
    pub trait Watched<C> {
        /// Takes it back.
        fn take(&self) -> Option<C>;

        /// Is it still to be called?
        fn is_armed(&self) -> bool;
    }

    /// What a weak container shares with the callbacks of its entries.
    pub trait Shelf<T>: Clone + 'static {
        /// Puts something there.
        fn new(content: T) -> Self;

        /// Lends it out. `f` runs no user code: it moves out what is to be dropped.
        fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R;

        /// Lends it to a `Trace`, if it is not lent out.
        fn trace(&self, tracer: &mut Tracer, f: impl FnOnce(&T, &mut Tracer));
    }
}
