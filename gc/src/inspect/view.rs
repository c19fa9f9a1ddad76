//! One object, as somebody sees it who has no handle of it.

use super::Generation;
use crate::collect::insight::{Insight, State};
use crate::heap::count::Strong;
use crate::ptr::{ErasedGc, Gc};
use std::fmt;
use std::panic::Location;

/// An object at the moment in which it was looked at. It keeps nothing alive.
#[derive(Clone, Copy)]
pub struct ObjectView(State);

impl ObjectView {
    pub(super) fn new(state: State) -> ObjectView {
        ObjectView(state)
    }

    /// The address of its value. Once the object is gone, another one may get it.
    pub fn address(&self) -> usize {
        self.0.address
    }

    /// How many objects had been made when it was: by its thread, or by all threads in the shared flavour. No two
    /// objects have the same.
    pub fn serial(&self) -> u64 {
        self.0.serial
    }

    /// The name of its type, as [`std::any::type_name`] gives it.
    pub fn type_name(&self) -> &'static str {
        self.0.table.name()
    }

    /// The bytes of its block: the value and what the library adds to it, but not what the value owns
    /// elsewhere, such as the buffer of a `Vec`.
    pub fn size(&self) -> usize {
        self.0.size
    }

    /// Its handles, as [`Gc::strong_count`](crate::Gc::strong_count).
    pub fn strong_count(&self) -> usize {
        self.0.strong.as_usize()
    }

    /// Its weak handles.
    pub fn weak_count(&self) -> usize {
        self.0.weak
    }

    /// Its generation.
    pub fn generation(&self) -> Generation {
        generation_of(self.0.is_frozen, self.0.is_old)
    }

    /// Has its finalizer run?
    pub fn is_finalized(&self) -> bool {
        self.0.is_finalized
    }

    /// Does it live until the end of the program, because its count has overflowed?
    pub fn is_immortal(&self) -> bool {
        self.0.strong == Strong::Immortal
    }

    /// Where it was made: with the feature `track-sites`. For an object that was made by a function of a trait,
    /// such as `Default`, it may be a place in that function or in what called it.
    pub fn site(&self) -> Option<&'static Location<'static>> {
        self.0.site
    }
}

impl fmt::Debug for ObjectView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectView")
            .field("type_name", &self.type_name())
            .field("address", &format_args!("{:#x}", self.address()))
            .field("serial", &self.serial())
            .field("size", &self.size())
            .field("strong", &self.strong_count())
            .field("weak", &self.weak_count())
            .finish_non_exhaustive()
    }
}

pub(super) fn generation_of(is_frozen: bool, is_old: bool) -> Generation {
    match (is_frozen, is_old) {
        (true, _) => Generation::Frozen,
        (false, true) => Generation::Old,
        (false, false) => Generation::Young,
    }
}

#[expect(private_bounds, reason = "the flavours are sealed")]
impl<F: Insight> ErasedGc<F> {
    /// The object as it is now; `None` while it is not shown, since it dies. This handle counts.
    pub fn view(&self) -> Option<ObjectView> {
        self.enrolled().and_then(F::state).map(ObjectView::new)
    }
}

/// Can the collector find a cycle through this object? Not if its type owns no handles, or if the collector has
/// found that nothing can change in it and that it leads to no such object.
#[expect(private_bounds, reason = "the flavours are sealed")]
pub fn is_tracked<T: ?Sized, F: Insight>(object: &Gc<T, F>) -> bool {
    Gc::is_tracked(object)
}

/// Has its finalizer run? As [`Gc::is_finalized`](crate::Gc::is_finalized).
#[expect(private_bounds, reason = "the flavours are sealed")]
pub fn is_finalized<T: ?Sized, F: Insight>(object: &Gc<T, F>) -> bool {
    Gc::is_finalized(object)
}

/// Has it survived a collection?
#[expect(private_bounds, reason = "the flavours are sealed")]
pub fn generation<T: ?Sized, F: Insight>(object: &Gc<T, F>) -> Generation {
    generation_of(Gc::is_frozen(object), Gc::is_old(object))
}
