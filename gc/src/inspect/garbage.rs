//! What a collection would free, and what one did.

use super::{Snapshot, Unreachable, UnreachableGroup, picture};
use crate::collect::Collected;
use crate::collect::insight::{Enrolled, Insight};
use std::collections::HashSet;
use std::fmt;

/// Objects that nothing holds but cycles of theirs, in a picture of the heap.
///
/// Those are not freed by their counts, and a collection would free them; but one whose finalizer saves it, and what
/// that one leads to. Objects that own no handles are among them, while [`Collected`] counts those that the
/// collector itself disposes of.
///
/// Displayed, each group has a paragraph: its cycle, by the handles that make it, and what hangs off it.
pub struct Garbage(Snapshot);

impl Garbage {
    pub(crate) fn detect<F: Insight>() -> Garbage {
        Garbage(picture::take::<F>())
    }

    /// Is there none?
    ///
    /// # Cost
    ///
    /// The first call of a method goes over all objects and edges of the picture a few times, as
    /// [`Snapshot::unreachable`] does.
    pub fn is_empty(&self) -> bool {
        self.unreachable().is_empty()
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.unreachable().len()
    }

    /// Their groups: each a cycle, and what hangs off it.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = UnreachableGroup<'_>> {
        self.unreachable().groups()
    }

    /// The picture of the heap that they are in.
    pub fn snapshot(&self) -> &Snapshot {
        &self.0
    }

    fn unreachable(&self) -> Unreachable<'_> {
        self.0.unreachable()
    }
}

impl fmt::Display for Garbage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = self.groups().len();
        write!(f, "{} objects of garbage in {groups} groups", self.len())?;
        for group in self.groups() {
            write_group(f, group)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Garbage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.unreachable().fmt(f)
    }
}

/// One group: its cycle, from its head back to it, and how many others there are.
fn write_group(f: &mut fmt::Formatter<'_>, group: UnreachableGroup<'_>) -> fmt::Result {
    /// As many handles of a cycle are written.
    const SHOWN: usize = 32;
    write!(f, "\n\n{}", group.head())?;
    let way = group.way_round();
    for edge in way.iter().take(SHOWN) {
        write!(f, "\n  {} -> {}", edge.path(), edge.target())?;
    }
    if way.len() > SHOWN {
        write!(f, "\n  ... {} more handles", way.len() - SHOWN)?;
    }
    let (all, bytes) = (group.nodes().len(), group.size());
    write!(f, "\n{all} objects, {bytes} bytes")
}

/// What a collection did, and to whom.
pub struct Report {
    collected: Collected,
    garbage: Garbage,
    /// The serials of those that are still there.
    kept: HashSet<u64>,
}

impl Report {
    pub(crate) fn make<F: Insight>(collect: impl FnOnce() -> Collected) -> Report {
        let garbage = Garbage::detect::<F>();
        let collected = collect();
        let is_kept = |object: &Enrolled| F::state(*object).is_some();
        let kept = F::enrolled().into_iter().filter(is_kept).map(|object| object.serial).collect();
        Report { collected, garbage, kept }
    }

    /// What the collection says of itself.
    pub fn collected(&self) -> Collected {
        self.collected
    }

    /// What was garbage before it, freed or not.
    pub fn garbage(&self) -> &Garbage {
        &self.garbage
    }

    /// What was garbage and has been freed: a group for each cycle, with the objects of it that are gone.
    ///
    /// # Cost
    ///
    /// One step for each object that was garbage, each time.
    pub fn freed(&self) -> Vec<Vec<super::Node<'_>>> {
        let groups = self.garbage.groups().map(|group| {
            group.nodes().filter(|node| !self.kept.contains(&node.serial())).collect()
        });
        groups.filter(|group: &Vec<_>| !group.is_empty()).collect()
    }

    /// How many objects of each type have been freed, the type with most of them first.
    ///
    /// # Cost
    ///
    /// As that of [`freed`](Report::freed), and sorting them by type.
    pub fn freed_by_type(&self) -> Vec<(&'static str, usize)> {
        let mut types: Vec<(&'static str, usize)> = Vec::new();
        let mut names: Vec<_> =
            self.freed().into_iter().flatten().map(super::Node::type_name).collect();
        names.sort_unstable();
        for name in names {
            match types.last_mut() {
                Some((last, count)) if *last == name => *count += 1,
                _ => types.push((name, 1)),
            }
        }
        types.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        types
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let types = self.freed_by_type();
        let all: usize = types.iter().map(|(_, count)| count).sum();
        write!(f, "{all} objects freed in {} groups", self.freed().len())?;
        types.iter().try_for_each(|(name, count)| write!(f, "\n{count:>8} {name}"))
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("collected", &self.collected)
            .field("freed", &self.freed())
            .finish_non_exhaustive()
    }
}
