//! Taking a snapshot: fills the graph from the heap.

use super::graph::{ObjectFacts, SnapshotBuilder};
use super::view::generation_of;
use super::{Snapshot, Step};
use crate::collect::insight::{Insight, State, walk};
use crate::flavor::Local;
use crate::heap::count::Strong;
use crate::trace;

impl Snapshot {
    /// Takes a picture of the objects of this thread. For those that threads share there is
    /// [`sync::inspect::snapshot`](crate::sync::inspect::snapshot).
    ///
    /// # Panics
    ///
    /// If a `Trace` does, or there are 2³² − 2 objects or handles.
    ///
    /// # Cost
    ///
    /// Looks at each object and each handle in it once; at the elements of containers, too.
    ///
    /// # Examples
    ///
    /// ```
    /// use refcycle::inspect::Snapshot;
    /// use refcycle::{Gc, Trace};
    ///
    /// #[derive(Trace)]
    /// struct Tree {
    ///     children: Vec<Gc<Tree>>,
    /// }
    ///
    /// let leaf = Gc::new(Tree { children: Vec::new() });
    /// let tree = Gc::new(Tree { children: vec![leaf.clone()] });
    /// let address = Gc::as_ptr(&leaf).addr();
    /// drop(leaf);
    ///
    /// let snapshot = Snapshot::take();
    /// let path = snapshot.at_address(address).unwrap().path().unwrap();
    /// assert_eq!(path.to_string(), "Tree (1 external handle)\n  .children[0] -> Tree");
    /// # drop(tree);
    /// ```
    #[must_use]
    pub fn take() -> Snapshot {
        take::<Local>()
    }
}

/// Takes a picture of all objects of a flavour.
pub(crate) fn take<F: Insight>() -> Snapshot {
    let mut builder = SnapshotBuilder::new(F::NAME);
    let mut steps = Vec::new();
    F::undisturbed(|session| {
        let mut objects = F::enrolled();
        objects.retain(|&object| {
            let state = F::state(object);
            if let Some(state) = state {
                builder.object(facts(state));
            }
            state.is_some()
        });
        session.remember_paths();
        walk::<F>(&objects, session, |found| {
            steps.clear();
            steps.extend(found.path.iter().copied().map(Step::from));
            let edge = if found.is_half { SnapshotBuilder::half } else { SnapshotBuilder::edge };
            edge(&mut builder, objects[found.owner].address(), found.target(), &steps);
        });
    });
    builder.finish()
}

fn facts(state: State) -> ObjectFacts {
    ObjectFacts {
        address: state.address,
        serial: state.serial,
        type_name: state.table.name(),
        size: state.size,
        strong: u32::try_from(state.strong.as_usize()).unwrap_or(u32::MAX),
        weak: u32::try_from(state.weak).unwrap_or(u32::MAX),
        generation: generation_of(state.is_frozen, state.is_old),
        is_finalized: state.is_finalized,
        is_immortal: state.strong == Strong::Immortal,
        site: state.site,
    }
}

impl From<trace::Step> for Step {
    fn from(step: trace::Step) -> Step {
        match step {
            trace::Step::Field(name) => Step::Field(name),
            trace::Step::Index(index) => Step::Index(index),
        }
    }
}
