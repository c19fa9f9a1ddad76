//! A handle that has forgotten the type: what somebody gets who found an object by looking at the heap.

use super::Gc;
use crate::collect::insight::{Enrolled, Found, Insight, Session};
use crate::flavor::Local;
use crate::flavor::sealed::Address;
use std::any::TypeId;
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;

/// A handle of an object of any type. It keeps its object alive, as any handle does, and counts as one.
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, inspect};
///
/// let pair = Gc::new((Gc::new(1_u8), Gc::new("two")));
/// let [one, two] = &inspect::referents(&pair)[..] else { panic!("it has two") };
/// assert_eq!(*one.object().clone().downcast::<u8>().unwrap(), 1);
/// assert!(!two.object().is::<u8>());
/// ```
#[expect(private_bounds, reason = "the flavours are sealed")]
pub struct ErasedGc<F: Insight = Local> {
    address: Address,
    /// A handle of no type in particular, as far as `Send`, `Sync` and the like go.
    flavor: PhantomData<(F, *const ())>,
}

// SAFETY: as for `Gc<T, Shared>`, whose objects have values that are `Send` and `Sync`: the flavour makes
// no others.
unsafe impl Send for ErasedGc<crate::flavor::Shared> {}

// SAFETY: as above.
unsafe impl Sync for ErasedGc<crate::flavor::Shared> {}

#[expect(private_bounds, reason = "the flavours are sealed")]
impl<F: Insight> ErasedGc<F> {
    /// # Safety
    ///
    /// 1. The caller has a handle of the object to give.
    unsafe fn from_address(address: Address) -> ErasedGc<F> {
        ErasedGc { address, flavor: PhantomData }
    }

    /// A handle of an object that was found in the registry, if that is possible now.
    pub(crate) fn lend(object: Enrolled, session: &mut Session) -> Option<ErasedGc<F>> {
        // SAFETY: the handle was just made.
        F::lend(object, session).then(|| unsafe { ErasedGc::from_address(object.value()) })
    }

    /// A handle of what an edge leads to, if it may be shown.
    pub(crate) fn of_target(found: &Found<'_>) -> Option<ErasedGc<F>> {
        F::enrolled_at(found.address())?;
        F::retain(found.address());
        // SAFETY: the handle just counted.
        Some(unsafe { ErasedGc::from_address(found.address()) })
    }

    /// The object, if it may be shown.
    pub(crate) fn enrolled(&self) -> Option<Enrolled> {
        F::enrolled_at(self.address)
    }

    /// The name of the type of the value.
    pub fn type_name(&self) -> &'static str {
        F::table(self.address).name()
    }

    /// The address of the value.
    pub fn as_ptr(&self) -> *const () {
        self.address.0.as_ptr()
    }

    /// Is it a handle of the same object?
    pub fn ptr_eq<T: ?Sized>(&self, other: &Gc<T, F>) -> bool {
        self.address.0 == other.address().0
    }

    /// Is the value of this type?
    pub fn is<T: 'static>(&self) -> bool {
        F::table(self.address).type_id() == TypeId::of::<T>()
    }

    /// The handle with its type back, if the value is a `T`.
    ///
    /// A type that is not `Unpin` cannot be had: somebody may rely on it that its value stays where it is.
    ///
    /// # Errors
    ///
    /// Gives the handle back if it is not.
    pub fn downcast<T: Unpin + 'static>(self) -> Result<Gc<T, F>, ErasedGc<F>> {
        if !self.is::<T>() {
            return Err(self);
        }
        let Address(value) = ManuallyDrop::new(self).address;
        // SAFETY: the value is a `T`, and the handle is passed on.
        Ok(unsafe { Gc::from_ptr(value.cast()) })
    }
}

#[expect(private_bounds, reason = "the flavours are sealed")]
impl<T: ?Sized, F: Insight> Gc<T, F> {
    /// The object of this handle, if it may be shown: nobody has `&mut` to its value now.
    pub(crate) fn enrolled(this: &Gc<T, F>, _: &mut Session) -> Option<Enrolled> {
        // SAFETY: `this` is a shared reference to a handle (1), and there is a session (2).
        unsafe { F::at_rest(this.address()) };
        F::enrolled_at(this.address())
    }

    /// Can the collector find a cycle through the object?
    pub(crate) fn is_tracked(this: &Gc<T, F>) -> bool {
        F::is_tracked(this.address())
    }

    /// Is it left out of walks on request?
    pub(crate) fn is_frozen(this: &Gc<T, F>) -> bool {
        F::is_frozen(this.address())
    }

    /// Has it survived a collection?
    pub(crate) fn is_old(this: &Gc<T, F>) -> bool {
        F::is_old(this.address())
    }
}

impl<F: Insight> Clone for ErasedGc<F> {
    fn clone(&self) -> ErasedGc<F> {
        F::retain(self.address);
        // SAFETY: the handle just counted.
        unsafe { ErasedGc::from_address(self.address) }
    }
}

impl<F: Insight> Drop for ErasedGc<F> {
    /// As for [`Gc`].
    fn drop(&mut self) {
        // SAFETY: this handle goes, and is not used again.
        unsafe { F::release_erased(self.address) }
    }
}

impl<F: Insight> fmt::Debug for ErasedGc<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErasedGc({} at {:p})", self.type_name(), self.as_ptr())
    }
}
