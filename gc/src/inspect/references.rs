//! The neighbors of one object.

use super::Step;
use crate::collect::insight::{Insight, walk};
use crate::flavor::Local;
use crate::ptr::{ErasedGc, Gc};
use std::fmt;

/// A handle in an object that was asked about: the object that it leads to, and where it lies.
///
/// Displayed, it is that place: `.children[3]`; or `*`, where the value is itself the handle.
#[expect(private_bounds, reason = "the flavours are sealed")]
pub struct Reference<F: Insight = Local> {
    object: ErasedGc<F>,
    path: Box<[Step]>,
}

#[expect(private_bounds, reason = "the flavours are sealed")]
impl<F: Insight> Reference<F> {
    /// The object that it leads to.
    pub fn object(&self) -> &ErasedGc<F> {
        &self.object
    }

    /// A handle of the object that it leads to.
    pub fn into_object(self) -> ErasedGc<F> {
        self.object
    }

    /// Where in its owner the handle lies: the steps from the outermost field to it.
    pub fn path(&self) -> &[Step] {
        &self.path
    }
}

/// An object with handles of the one that was asked about, and where in it they lie.
///
/// Displayed, it is these places: `.left, .children[3]`; with `*`, where the value is itself the handle.
#[expect(private_bounds, reason = "the flavours are sealed")]
pub struct Referrer<F: Insight = Local> {
    object: ErasedGc<F>,
    paths: Vec<Box<[Step]>>,
}

#[expect(private_bounds, reason = "the flavours are sealed")]
impl<F: Insight> Referrer<F> {
    /// The object that has the handles.
    pub fn object(&self) -> &ErasedGc<F> {
        &self.object
    }

    /// A handle of the object that has the handles.
    pub fn into_object(self) -> ErasedGc<F> {
        self.object
    }

    /// Where its handles lie, each with the steps from the outermost field to it: in the order in which its
    /// [`Trace`](crate::Trace) reports them. There is one at least.
    pub fn paths(&self) -> impl ExactSizeIterator<Item = &[Step]> {
        self.paths.iter().map(|path| &**path)
    }
}

impl<F: Insight> fmt::Display for Referrer<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, path) in self.paths.iter().enumerate() {
            f.write_str(if place == 0 { "" } else { ", " })?;
            write_path(path, f)?;
        }
        Ok(())
    }
}

impl<F: Insight> fmt::Debug for Referrer<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Referrer({self}, {:?})", self.object)
    }
}

fn write_path(path: &[Step], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if path.is_empty() {
        return f.write_str("*");
    }
    path.iter().try_for_each(|step| write!(f, "{step}"))
}

impl<F: Insight> fmt::Display for Reference<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_path(&self.path, f)
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

/// The objects that have handles of this one, each once. What is missing of the
/// [`strong_count`](crate::Gc::strong_count), to go by the [paths](Referrer::paths), is held from outside.
///
/// The value of a [`WeakKeyMap`](crate::weak::WeakKeyMap) has one handle for the map and the key together; both
/// are its referrers, if the map is in an object.
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
/// let _owner = Gc::new((leaf.clone(), 7, leaf.clone()));
/// let [referrer] = &inspect::referrers(&leaf)[..] else { panic!("there is one") };
/// assert_eq!(referrer.to_string(), ".0, .2");
/// ```
#[must_use]
#[expect(private_bounds, reason = "the flavours are sealed")]
pub fn referrers<T: ?Sized, F: Insight>(object: &Gc<T, F>) -> Vec<Referrer<F>> {
    let target = Gc::as_ptr(object).addr();
    let mut found: Vec<(usize, Vec<Box<[Step]>>)> = Vec::new();
    F::undisturbed(|session| {
        let objects = F::enrolled();
        session.remember_paths();
        walk::<F>(&objects, session, |edge| {
            if edge.target() == target {
                let path = edge.path.iter().copied().map(Step::from).collect();
                // All edges of one object come one after the other.
                match found.last_mut() {
                    Some((owner, paths)) if *owner == edge.owner => paths.push(path),
                    _ => found.push((edge.owner, vec![path])),
                }
            }
        });
        found
            .into_iter()
            .filter_map(|(owner, paths)| {
                Some(Referrer { object: ErasedGc::lend(objects[owner], session)?, paths })
            })
            .collect()
    })
}
