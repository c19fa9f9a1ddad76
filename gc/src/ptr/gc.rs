//! The strong handle.

use super::Weak;
use crate::flavor::sealed::Address;
use crate::flavor::{Flavor, Holds, Local, Shared};
use crate::heap::registry::Site;
use crate::heap::table::Table;
use crate::shim::{planted, yield_now};
use crate::trace::Pointee;
use std::any::{Any, TypeId};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::pin::Pin;
use std::ptr::{self, NonNull};

/// A counted pointer whose cycles are collected.
///
/// It does what [`Rc`](std::rc::Rc) does: clones share the value, and when the last handle is dropped
/// the value is dropped at once. In addition, values whose types are [`Trace`](crate::Trace) may hold handles of each
/// other in any shape; when nothing outside leads to them any more, a collection frees them.
///
/// Collections start by themselves, in an allocation and nowhere else (see
/// [`Policy`](crate::Policy)), or by hand ([`collect`](crate::collect)).
///
/// The functions are associated ones, `Gc::downgrade(&handle)`, so that they never hide a method of the
/// value.
///
/// # When a value dies in a cycle
///
/// If its type has a `Drop` of its own that could reach other objects, its value is destroyed before the
/// last handles to it are gone: those that the other dead objects own. A `Drop` that goes through such a
/// handle finds nobody there: the dereference panics, and [`Gc::try_deref`] says `None`. Types without
/// such a `Drop` are never seen dead, and dereferencing them is what it is with `Rc`.
///
/// # Overflow
///
/// An object whose count would pass 2³¹ (in [`sync`](crate::sync), 2²⁷) becomes immortal: it is never freed, and nothing aborts.
///
/// # Cost
///
/// One word for sized `T`; two words before the value. Dereferencing: nothing; with the check for types
/// as above: one load and test. Cloning: one increment and test. Dropping: one decrement and test, and for
/// types that may own handles another test; at the first such drop since a collection, a push onto a
/// list.
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, Trace, collect};
/// use std::cell::RefCell;
///
/// #[derive(Trace)]
/// struct Person {
///     name: String,
///     friends: RefCell<Vec<Gc<Person>>>,
/// }
///
/// let ada = Gc::new(Person { name: "Ada".into(), friends: RefCell::default() });
/// let bob = Gc::new(Person { name: "Bob".into(), friends: RefCell::default() });
/// ada.friends.borrow_mut().push(bob.clone());
/// bob.friends.borrow_mut().push(ada.clone());
///
/// drop(ada);
/// assert_eq!(bob.friends.borrow()[0].name, "Ada");
/// drop(bob);
/// assert_eq!(collect().collected, 2);
/// ```
pub struct Gc<T: ?Sized + 'static, F: Flavor = Local> {
    /// The value. Its header lies right before it.
    pub(super) ptr: NonNull<T>,
    flavor: PhantomData<F>,
}

const _: () = assert!(size_of::<Option<Gc<u8>>>() == size_of::<usize>());
const _: () = assert!(size_of::<Gc<dyn Any>>() == 2 * size_of::<usize>());

impl<T: 'static, F: Holds<T>> Gc<T, F> {
    /// Makes an object with this value.
    ///
    /// May run a collection first, if the policy says so.
    ///
    /// # Panics
    ///
    /// With what the user code of that collection panics with. The new value is dropped then.
    #[inline]
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub fn new(value: T) -> Gc<T, F> {
        let ptr = F::allocate_one().0.cast::<T>();
        if planted!("enrolled_early") {
            F::enroll(Address(ptr.cast()), Site::here());
            yield_now();
        }
        // SAFETY: the object is new, its block has room for a `T` there.
        unsafe { ptr.write(value) };
        F::enroll(Address(ptr.cast()), Site::here());
        // SAFETY: the object was made with one handle, this one.
        unsafe { Gc::from_ptr(ptr) }
    }

    /// Makes an object whose value holds a weak handle of itself. The weak handle that `make_value` is
    /// given can be upgraded as soon as `new_cyclic` has returned, not before.
    ///
    /// # Panics
    ///
    /// With what `make_value` panics with; nothing is leaked.
    ///
    /// # Examples
    ///
    /// ```
    /// use refcycle::{Gc, Trace, Weak};
    ///
    /// #[derive(Trace)]
    /// struct Widget {
    ///     me: Weak<Widget>,
    /// }
    ///
    /// let widget = Gc::new_cyclic(|me| {
    ///     assert!(me.upgrade().is_none());
    ///     Widget { me: me.clone() }
    /// });
    /// assert!(Gc::ptr_eq(&widget, &widget.me.upgrade().unwrap()));
    /// ```
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub fn new_cyclic(make_value: impl FnOnce(&Weak<T, F>) -> T) -> Gc<T, F> {
        /// Frees the object if there is no value to put into it.
        struct Unborn<F: Flavor>(Address, PhantomData<F>);
        impl<F: Flavor> Drop for Unborn<F> {
            fn drop(&mut self) {
                // SAFETY: the object has no value and no handle.
                unsafe { F::discard(self.0) }
            }
        }

        let (object, weak) = F::allocate_unborn(F::table_of());
        let unborn = Unborn::<F>(object, PhantomData);
        let ptr = object.0.cast::<T>();
        // SAFETY: the weak handle comes from the call above.
        let weak = unsafe { Weak::from_address(ptr, weak) };
        let value = make_value(&weak); // user code
        // SAFETY: the object has room for a `T` and no value yet.
        unsafe { ptr.write(value) };
        std::mem::forget(unborn);
        F::bear(object);
        F::enroll(object, Site::here());
        // SAFETY: it was just given its first handle.
        unsafe { Gc::from_ptr(ptr) }
    }

    /// Makes an object with this value, pinned.
    #[inline]
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub fn pin(value: T) -> Pin<Gc<T, F>>
    where
        T: Pointee,
    {
        // SAFETY: a value stays where it is until it is dropped; only exclusive access through an
        // unpinned handle moves one.
        unsafe { Pin::new_unchecked(Gc::new(value)) }
    }
}

impl<T: ?Sized, F: Flavor> Gc<T, F> {
    /// # Safety
    ///
    /// 1. `ptr` leads to the value of an object of this flavour, with provenance for the whole block,
    ///    and the caller has a handle of it to give.
    #[inline(always)]
    pub(crate) unsafe fn from_ptr(ptr: NonNull<T>) -> Gc<T, F> {
        Gc { ptr, flavor: PhantomData }
    }

    /// The value's pointer; the handle goes with it.
    #[inline(always)]
    pub(super) fn into_ptr(this: Gc<T, F>) -> NonNull<T> {
        ManuallyDrop::new(this).ptr
    }

    /// The address of the value; the handle goes with it.
    pub(crate) fn into_value(this: Gc<T, F>) -> Address {
        Address(Gc::into_ptr(this).cast())
    }

    /// The address of the value, which names the object.
    #[inline(always)]
    pub(crate) fn address(&self) -> Address {
        Address(self.ptr.cast())
    }

    /// Makes a weak handle.
    ///
    /// # Cost
    ///
    /// The first weak handle of an object allocates; the others count. When the last one is gone the
    /// object is as before.
    #[must_use = "a weak handle that is dropped at once does nothing"]
    pub fn downgrade(this: &Gc<T, F>) -> Weak<T, F> {
        match F::downgrade(this.address()) {
            // SAFETY: the weak handle comes from the call above.
            Some(weak) => unsafe { Weak::from_address(this.ptr, weak) },
            None => Weak::nowhere(this.ptr),
        }
    }

    /// The number of handles: those that values hold and those outside. `usize::MAX` for an object that
    /// became immortal. While a collection disposes of an object, its own handle is counted.
    #[inline]
    pub fn strong_count(this: &Gc<T, F>) -> usize {
        F::strong(this.address()).as_usize()
    }

    /// The number of weak handles, [watches](crate::Watch) included.
    #[inline]
    pub fn weak_count(this: &Gc<T, F>) -> usize {
        F::weak(this.address())
    }

    /// Are they handles of the same object?
    #[inline]
    pub fn ptr_eq(this: &Gc<T, F>, other: &Gc<T, F>) -> bool {
        ptr::addr_eq(this.ptr.as_ptr(), other.ptr.as_ptr())
    }

    /// The address of the value. It stays the same for the object's life, also when the value is gone.
    #[inline]
    pub fn as_ptr(this: &Gc<T, F>) -> *const T {
        this.ptr.as_ptr()
    }

    /// Has the value been destroyed? Only the `Drop`s of objects that die in one cycle can see a handle
    /// say yes, and who gets a handle from them.
    #[inline]
    pub fn is_dead(this: &Gc<T, F>) -> bool {
        F::is_dead(this.address())
    }

    /// Has the finalizer of this object run? It runs once in an object's life; an object that it saved
    /// goes on without.
    #[inline]
    pub fn is_finalized(this: &Gc<T, F>) -> bool {
        F::is_finalized(this.address())
    }

    /// The value, or `None` once it has been destroyed.
    ///
    /// # Examples
    ///
    /// A `Drop` that would like to tell its neighbour, which may have died before it:
    ///
    /// ```
    /// use refcycle::{Gc, Trace, collect};
    /// use std::cell::{Cell, RefCell};
    ///
    /// thread_local!(static MET: Cell<u32> = const { Cell::new(0) });
    ///
    /// #[derive(Trace)]
    /// struct Node(RefCell<Option<Gc<Node>>>);
    ///
    /// impl Drop for Node {
    ///     fn drop(&mut self) {
    ///         let next = self.0.borrow();
    ///         if next.as_ref().and_then(Gc::try_deref).is_some() {
    ///             MET.set(MET.get() + 1);
    ///         }
    ///     }
    /// }
    ///
    /// // By counting, the neighbour is there …
    /// drop(Gc::new(Node(RefCell::new(Some(Gc::new(Node(RefCell::new(None))))))));
    /// assert_eq!(MET.get(), 1);
    ///
    /// // … in a cycle it is not.
    /// let node = Gc::new(Node(RefCell::new(None)));
    /// *node.0.borrow_mut() = Some(node.clone());
    /// drop(node);
    /// assert_eq!(collect().collected, 1);
    /// assert_eq!(MET.get(), 1);
    /// ```
    #[inline]
    pub fn try_deref(this: &Gc<T, F>) -> Option<&T> {
        if Gc::is_dead(this) {
            return None;
        }
        // SAFETY: a handle is held and DEAD is off, so the value is there (H1); it is destroyed while
        // the loan lasts only if no handle leads to it, or DEAD was set before (D3, D4).
        Some(unsafe { this.ptr.as_ref() })
    }
}

macro_rules! downcast {
    ($any:ty) => {
        impl<F: Flavor> Gc<$any, F> {
            /// The handle with its type back, if the value is a `T`.
            ///
            /// # Errors
            ///
            /// Gives the handle back if it is not.
            ///
            /// # Examples
            ///
            /// ```
            /// use refcycle::{Gc, unsize};
            /// use std::any::Any;
            ///
            /// let any: Gc<dyn Any> = unsize!(Gc::new(7_u32) => dyn Any);
            /// let any = any.downcast::<String>().unwrap_err();
            /// assert_eq!(*any.downcast::<u32>().unwrap(), 7);
            /// ```
            pub fn downcast<T: Any>(self) -> Result<Gc<T, F>, Self> {
                let type_id = match Gc::try_deref(&self) {
                    Some(value) => value.type_id(),
                    None => F::table(self.address()).type_id(),
                };
                if type_id != TypeId::of::<T>() {
                    return Err(self);
                }
                let ptr = Gc::into_ptr(self).cast::<T>();
                // SAFETY: the value is (or was) a `T`, and the handle is passed on.
                Ok(unsafe { Gc::from_ptr(ptr) })
            }
        }
    };
}

downcast!(dyn Any);
downcast!(dyn Any + Send);
downcast!(dyn Any + Send + Sync);

// SAFETY: counts of this flavour are atomic, and what a handle gives is a `&T`, on whichever thread; the
// last one drops the value where it goes.
unsafe impl<T: ?Sized + Send + Sync> Send for Gc<T, Shared> {}

// SAFETY: through a `&Gc` one gets a `&T` and, by cloning, handles.
unsafe impl<T: ?Sized + Send + Sync> Sync for Gc<T, Shared> {}

impl<T: ?Sized, F: Flavor> Clone for Gc<T, F> {
    /// Makes another handle of the same object.
    #[inline]
    fn clone(&self) -> Gc<T, F> {
        F::retain(self.address());
        // SAFETY: the handle just counted.
        unsafe { Gc::from_ptr(self.ptr) }
    }
}

impl<T: ?Sized, F: Flavor> Drop for Gc<T, F> {
    /// Gives the handle up. If it is the last one the object's finalizer runs, if there is one, the
    /// value is dropped, the memory freed, and the callbacks of its [watches](crate::Watch) called,
    /// before this returns; inside another value's drop it may come a little later, but before the
    /// outermost such drop returns.
    ///
    /// # Panics
    ///
    /// With the first panic of that user code, after all of it is done.
    #[inline]
    fn drop(&mut self) {
        // SAFETY: this handle goes, and is not used again.
        unsafe { F::release(self.ptr) }
    }
}

impl<T: ?Sized + Pointee, F: Flavor> Deref for Gc<T, F> {
    type Target = T;

    /// Lends the value out.
    ///
    /// # Panics
    ///
    /// If the value has been destroyed; this can happen only to types whose `Drop` could reach other
    /// objects: see [`Gc`].
    #[inline(always)]
    fn deref(&self) -> &T {
        if T::CHECK.needed() && F::is_dead(self.address()) {
            dead(F::table(self.address()));
        }
        // SAFETY: a handle is held. If the type has the fact DROPS, DEAD was tested; if not, nobody can
        // hold a handle when the value is destroyed (D4). So it is there, and stays for the loan.
        unsafe { self.ptr.as_ref() }
    }
}

/// Somebody looks at a value that has been destroyed.
#[cold]
#[inline(never)]
fn dead(table: &Table) -> ! {
    panic!(
        "refcycle: the value of this `Gc<{}>` is gone: it died in a cycle before the `Drop` that asks \
         for it ran. Use `Gc::try_deref`, which gives `None` then, or do this work in \
         `Finalize::finalize`, which runs while everything is intact",
        table.name()
    );
}
