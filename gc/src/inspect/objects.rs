//! All objects, and those of one type.

use super::ObjectView;
use crate::collect::insight::{Enrolled, Insight, Session, walk};
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
