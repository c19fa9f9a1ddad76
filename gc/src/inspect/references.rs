//! The neighbors of one object.

use super::Step;
use crate::collect::insight::{Insight, walk};
use crate::flavor::Local;
use crate::ptr::{ErasedGc, Gc};
use std::fmt;

/// A handle in an object: the object at its other end, seen from the one that was asked about, and where in
/// its owner it lies.
///
/// Displayed, it is that place: `.children[3]`; or `*`, where the value is itself the handle.
#[expect(private_bounds, reason = "the flavours are sealed")]
pub struct Reference<F: Insight = Local> {
    object: ErasedGc<F>,
    path: Box<[Step]>,
}

#[expect(private_bounds, reason = "the flavours are sealed")]
impl<F: Insight> Reference<F> {
    /// The object at the other end.
    pub fn object(&self) -> &ErasedGc<F> {
        &self.object
    }

    /// The handle of the object at the other end.
    pub fn into_object(self) -> ErasedGc<F> {
        self.object
    }

    /// Where in its owner the handle lies: the steps from the outermost field to it.
    pub fn path(&self) -> &[Step] {
        &self.path
    }
}

impl<F: Insight> fmt::Display for Reference<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return f.write_str("*");
        }
        self.path.iter().try_for_each(|step| write!(f, "{step}"))
    }
}

impl<F: Insight> fmt::Debug for Reference<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reference({self}, {:?})", self.object)
    }
}

/// The objects that this one has handles of, in the order in which its [`Trace`](crate::Trace) reports them.
///
/// # Panics
///
/// If its `Trace` does.
///
/// # Cost
///
/// One call of its `Trace`.
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, inspect};
///
/// let pair = Gc::new((7, vec![Gc::new("one")]));
/// let referents = inspect::referents(&pair);
/// assert_eq!(referents[0].to_string(), ".1[0]");
/// assert_eq!(referents[0].object().type_name(), "&str");
/// ```
#[must_use]
#[expect(private_bounds, reason = "the flavours are sealed")]
pub fn referents<T: ?Sized, F: Insight>(object: &Gc<T, F>) -> Vec<Reference<F>> {
    let mut references = Vec::new();
    F::undisturbed(|session| {
        let Some(object) = Gc::enrolled(object, session) else { return };
        session.remember_paths();
        walk::<F>(&[object], session, |found| {
            if let Some(object) = ErasedGc::of_target(&found) {
                let path = found.path.iter().copied().map(Step::from).collect();
                references.push(Reference { object, path });
            }
        });
    });
    references
}

/// The objects that have handles of this one, one for each such handle. What is missing of the
/// [`strong_count`](crate::Gc::strong_count) is held from outside.
///
/// # Panics
///
/// If a `Trace` does.
///
/// # Cost
///
/// Looks at all objects. Of a [`Snapshot`](super::Snapshot) one can ask this again and again.
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, inspect};
///
/// let leaf = Gc::new("leaf");
/// let _owner = Gc::new((leaf.clone(), 7));
/// let [referrer] = &inspect::referrers(&leaf)[..] else { panic!("there is one") };
/// assert_eq!(referrer.to_string(), ".0");
/// ```
#[must_use]
#[expect(private_bounds, reason = "the flavours are sealed")]
pub fn referrers<T: ?Sized, F: Insight>(object: &Gc<T, F>) -> Vec<Reference<F>> {
    let target = Gc::as_ptr(object).addr();
    let mut found = Vec::new();
    F::undisturbed(|session| {
        let objects = F::enrolled();
        session.remember_paths();
        walk::<F>(&objects, session, |edge| {
            if edge.target() == target {
                let path: Box<[Step]> = edge.path.iter().copied().map(Step::from).collect();
                found.push((objects[edge.owner], path));
            }
        });
        found
            .into_iter()
            .filter_map(|(owner, path)| {
                Some(Reference { object: ErasedGc::lend(owner, session)?, path })
            })
            .collect()
    })
}
