//! All objects, and those of one type.

use super::ObjectView;
use crate::collect::insight::{Enrolled, Insight, Session, walk};
use crate::heap::count::Strong;
use crate::ptr::{ErasedGc, Gc};
use std::any::TypeId;

/// See [`super::for_each_object`].
pub(crate) fn for_each<F: Insight>(mut f: impl FnMut(ObjectView)) {
    for object in F::enrolled() {
        if let Some(state) = F::state(object) {
            f(ObjectView::new(state)); // user code
        }
    }
}

/// How many objects and handles there are: see [`handle_totals`](super::handle_totals).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandleTotals {
    /// The objects that are shown.
    pub objects: usize,
    /// Their handles. An immortal object, whose count has overflowed, adds none.
    pub strong: usize,
    /// Their weak handles: those of [`Watch`](crate::Watch)es and of the entries of weak containers included.
    pub weak: usize,
}

/// See [`super::handle_totals`].
pub(crate) fn totals<F: Insight>() -> HandleTotals {
    let mut totals = HandleTotals::default();
    for state in F::enrolled().into_iter().filter_map(F::state) {
        totals.objects += 1;
        totals.weak += state.weak;
        if let Strong::Handles(handles) = state.strong {
            totals.strong += handles as usize;
        }
    }
    totals
}

/// See [`super::objects_of`].
pub(crate) fn of<T: Unpin + 'static, F: Insight>() -> Vec<Gc<T, F>> {
    let objects = F::enrolled();
    let is_one = |object: &&Enrolled| {
        F::state(**object).is_some_and(|state| state.table.type_id() == TypeId::of::<T>())
    };
    let wanted: Vec<Enrolled> = objects.iter().filter(is_one).copied().collect();
    F::undisturbed(|session| {
        if wanted.iter().any(|object| F::is_lent(*object)) {
            // An edge to it would show that it is not.
            walk::<F>(&objects, session, |_| ());
        }
        wanted.iter().filter_map(|&object| lend(object, session)).collect()
    })
}

fn lend<T: Unpin + 'static, F: Insight>(
    object: Enrolled,
    session: &mut Session,
) -> Option<Gc<T, F>> {
    ErasedGc::lend(object, session)?.downcast().ok()
}
