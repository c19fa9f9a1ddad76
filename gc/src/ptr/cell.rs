//! A cell that holds a handle and can be written to from any thread.

use super::Gc;
use crate::flavor::Shared;
use crate::shim::{Lock, planted};
use crate::trace::facts::{Facts, TypeFacts};
use crate::trace::{Trace, Tracer};
use std::fmt;

/// What a cell holds.
type Content<T> = Option<Gc<T, Shared>>;

/// A cell for an optional handle that threads can load and store without a lock of their own.
///
/// It is a lock around the handle, held for a clone or a swap; no user code runs under it. A collection
/// that suspects the object which holds the cell keeps the lock from the moment it looks at it until it
/// has reached its verdict: only who came to the cell by a weak handle, or by a handle that moved
/// meanwhile, can notice.
///
/// # Cost
///
/// Two words. Each operation takes and releases an uncontended lock: two atomic operations more than the
/// clone or drop that it makes.
///
/// # Examples
///
/// ```
/// use refcycle::Trace;
/// use refcycle::sync::{Gc, GcCell, collect};
///
/// #[derive(Trace)]
/// struct Node {
///     next: GcCell<Node>,
/// }
///
/// let node = Gc::new(Node { next: GcCell::new(None) });
/// node.next.store(Some(node.clone()));
/// assert!(Gc::ptr_eq(&node, &node.next.load().unwrap()));
/// drop(node);
/// assert!(collect().collected >= 1);
/// ```
pub struct GcCell<T: ?Sized + 'static>(Lock<Option<Gc<T, Shared>>>);

impl<T: ?Sized> GcCell<T> {
    /// Makes a cell with this content.
    #[must_use]
    pub fn new(content: Option<Gc<T, Shared>>) -> GcCell<T> {
        GcCell(Lock::new(content))
    }

    /// A handle of what the cell holds.
    pub fn load(&self) -> Option<Gc<T, Shared>> {
        self.0.lock().clone()
    }

    /// Replaces the content; the old one is dropped, outside of the lock.
    pub fn store(&self, content: Option<Gc<T, Shared>>) {
        drop(self.swap(content));
    }

    /// Replaces the content and gives the old one.
    pub fn swap(&self, content: Option<Gc<T, Shared>>) -> Option<Gc<T, Shared>> {
        std::mem::replace(&mut *self.0.lock(), content)
    }

    /// Takes the content out.
    pub fn take(&self) -> Option<Gc<T, Shared>> {
        self.swap(None)
    }

    /// Replaces the content if it is `current` (the same object, or nothing), and gives the old one.
    ///
    /// # Errors
    ///
    /// Gives `new` back if the content is another.
    pub fn compare_exchange(
        &self,
        current: Option<&Gc<T, Shared>>,
        new: Option<Gc<T, Shared>>,
    ) -> Result<Content<T>, Content<T>> {
        let mut content = self.0.lock();
        let same = match (&*content, current) {
            (None, None) => true,
            (Some(content), Some(current)) => Gc::ptr_eq(content, current),
            _ => false,
        };
        if same { Ok(std::mem::replace(&mut *content, new)) } else { Err(new) }
    }

    /// Takes the content out of a cell that nobody shares.
    pub fn into_inner(self) -> Option<Gc<T, Shared>> {
        self.0.into_inner()
    }
}

/// "Holds a handle that can be replaced."
#[derive(Debug)]
pub enum Handles {}

impl TypeFacts for Handles {
    const L0: Facts = Facts { owns: true, mutates: true, drops: false };
    const L1: Facts = Handles::L0;
    const L2: Facts = Handles::L0;
}

// SAFETY: the content belongs to the cell alone and is reported once (1), whenever nobody is about to
// change it (2); the lock is not waited for, and no other code runs (3). It owns a handle that can be
// replaced (4).
unsafe impl<T: ?Sized> Trace for GcCell<T> {
    type Facts = Handles;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        let Some(content) = self.0.try_lock() else { return tracer.opaque() };
        content.trace(tracer);
        if planted!("cell_not_kept") {
            return;
        }
        // SAFETY: the guard is that of the cell that is being traced.
        unsafe { tracer.keep(content) }
    }
}

impl<T: ?Sized> Default for GcCell<T> {
    /// A cell that holds nothing.
    fn default() -> GcCell<T> {
        GcCell::new(None)
    }
}

impl<T: ?Sized> From<Gc<T, Shared>> for GcCell<T> {
    fn from(content: Gc<T, Shared>) -> GcCell<T> {
        GcCell::new(Some(content))
    }
}

impl<T: ?Sized> fmt::Debug for GcCell<T> {
    /// Prints whether it holds anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content = if self.load().is_some() { "Some(_)" } else { "None" };
        f.debug_tuple("GcCell").field(&format_args!("{content}")).finish()
    }
}
