//! What grew between two snapshots.

use super::{Node, NodeId, ShortName, Snapshot};
use std::collections::HashMap;
use std::fmt;

/// What one type has more, or less, than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TypeChange {
    /// The type, as [`std::any::type_name`] names it.
    pub type_name: &'static str,
    /// How many objects it had.
    pub count_before: usize,
    /// How many it has.
    pub count_now: usize,
    /// Their bytes before.
    pub size_before: usize,
    /// Their bytes now.
    pub size_now: usize,
    /// How many of those that it has were not there before.
    pub new: usize,
    /// How many of those that it had are not there any more.
    pub gone: usize,
}

impl TypeChange {
    /// The type's name without the modules.
    pub fn short_name(&self) -> ShortName {
        ShortName(self.type_name)
    }

    /// By how many bytes it grew.
    pub fn growth(&self) -> isize {
        self.size_now as isize - self.size_before as isize
    }
}

/// What came and what went between two snapshots: see [`Snapshot::diff`].
///
/// Displayed, it is a table of the types that changed.
#[derive(Clone)]
pub struct Diff<'a> {
    now: &'a Snapshot,
    before: &'a Snapshot,
    types: Vec<TypeChange>,
    new: Vec<NodeId>,
    gone: Vec<NodeId>,
}

impl Snapshot {
    /// What grew since `earlier`, by type and object by object.
    ///
    /// An object of both snapshots is one that has the same address, type and
    /// [serial number](Node::serial) in both. Addresses are used again, serial numbers are not: an object
    /// where an earlier one has died is a new one. (Without serial numbers, one of the same type in the
    /// same place could not be told from it.)
    ///
    /// # Cost
    ///
    /// One step for each object of both.
    pub fn diff<'a>(&'a self, earlier: &'a Snapshot) -> Diff<'a> {
        let (mut new, mut gone) = (Vec::new(), Vec::new());
        // Both in the order of addresses.
        let mut old = earlier.by_address.iter().map(|&id| earlier.node(NodeId(id))).peekable();
        for &id in &self.by_address {
            let node = self.node(NodeId(id));
            while let Some(before) = old.next_if(|before| before.address() < node.address()) {
                gone.push(before.id);
            }
            match old.next_if(|before| before.address() == node.address()) {
                Some(before) if is_same(before, node) => {}
                other => {
                    gone.extend(other.map(Node::id));
                    new.push(node.id);
                }
            }
        }
        gone.extend(old.map(Node::id));
        new.sort_by_key(|id| self.node(*id).serial());

        let types = changes(self, earlier, &new, &gone);
        Diff { now: self, before: earlier, types, new, gone }
    }
}

fn is_same(before: Node<'_>, now: Node<'_>) -> bool {
    before.serial() == now.serial() && before.type_name() == now.type_name()
}

/// The types that changed, most growth first.
fn changes(now: &Snapshot, before: &Snapshot, new: &[NodeId], gone: &[NodeId]) -> Vec<TypeChange> {
    let mut changes: HashMap<&'static str, TypeChange> = HashMap::new();
    let mut count = |node: Node<'_>, add: fn(&mut TypeChange, usize)| {
        let type_name = node.type_name();
        let change = changes.entry(type_name).or_insert(TypeChange {
            type_name,
            count_before: 0,
            count_now: 0,
            size_before: 0,
            size_now: 0,
            new: 0,
            gone: 0,
        });
        add(change, node.size());
    };
    for node in before.nodes() {
        count(node, |change, size| {
            change.count_before += 1;
            change.size_before += size;
        });
    }
    for node in now.nodes() {
        count(node, |change, size| {
            change.count_now += 1;
            change.size_now += size;
        });
    }
    for &id in new {
        count(now.node(id), |change, _| change.new += 1);
    }
    for &id in gone {
        count(before.node(id), |change, _| change.gone += 1);
    }
    let mut changes: Vec<TypeChange> =
        changes.into_values().filter(|change| change.new + change.gone > 0).collect();
    changes.sort_by(|a, b| b.growth().cmp(&a.growth()).then(a.type_name.cmp(b.type_name)));
    changes
}

impl<'a> Diff<'a> {
    /// The types of which objects came or went, those that grew by most bytes first.
    pub fn types(&self) -> &[TypeChange] {
        &self.types
    }

    /// The objects that were not there before, in the order of their births as far as that is known.
    pub fn new_nodes(&self) -> impl ExactSizeIterator<Item = Node<'a>> + DoubleEndedIterator {
        let now = self.now;
        self.new.iter().map(move |&id| now.node(id))
    }

    /// The objects, of the earlier snapshot, that are not there any more.
    pub fn gone_nodes(&self) -> impl ExactSizeIterator<Item = Node<'a>> + DoubleEndedIterator {
        let before = self.before;
        self.gone.iter().map(move |&id| before.node(id))
    }

    /// By how many bytes all objects together grew.
    pub fn growth(&self) -> isize {
        self.types.iter().map(TypeChange::growth).sum()
    }
}

impl fmt::Display for Diff<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>12} {:>10} {:>10}  type", "bytes", "objects", "of them new")?;
        for change in &self.types {
            let count = change.count_now as isize - change.count_before as isize;
            let name = change.short_name();
            write!(f, "\n{:>+12} {count:>+10} {:>11}  {name}", change.growth(), change.new)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Diff<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diff")
            .field("types", &self.types)
            .field("new", &self.new)
            .field("gone", &self.gone)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, Random};
    use super::super::{Node, Snapshot, SnapshotBuilder};
    use std::collections::HashSet;

    type Key = (usize, u64, &'static str);

    fn keys<'a>(nodes: impl Iterator<Item = Node<'a>>) -> HashSet<Key> {
        nodes.map(|node| (node.address(), node.serial(), node.type_name())).collect()
    }

    #[test]
    fn what_is_new_and_what_is_gone_are_the_differences_of_two_sets() {
        for seed in 0..200 {
            let mut random = Random::new(seed);
            // A few addresses, types and serial numbers, so that some are used again.
            let mut snapshot = || -> Snapshot {
                let mut builder = SnapshotBuilder::new("local");
                for address in 1..20 {
                    if random.below(3) > 0 {
                        let mut facts = samples::facts(address * 16);
                        facts.serial = address as u64 + random.below(2) as u64;
                        facts.type_name = ["a::A", "a::B"][random.below(2)];
                        facts.size = 8 * (1 + random.below(2));
                        builder.object(facts);
                    }
                }
                builder.finish()
            };
            let (before, now) = (snapshot(), snapshot());
            let diff = now.diff(&before);
            let (old_keys, new_keys) = (keys(before.nodes()), keys(now.nodes()));
            assert_eq!(keys(diff.new_nodes()), &new_keys - &old_keys, "seed {seed}");
            assert_eq!(keys(diff.gone_nodes()), &old_keys - &new_keys, "seed {seed}");
            for change in diff.types() {
                let of_type = |snapshot: &Snapshot| -> (usize, usize) {
                    let nodes =
                        snapshot.nodes().filter(|node| node.type_name() == change.type_name);
                    nodes.fold((0, 0), |(count, size), node| (count + 1, size + node.size()))
                };
                assert_eq!((change.count_before, change.size_before), of_type(&before));
                assert_eq!((change.count_now, change.size_now), of_type(&now));
                assert_eq!(change.count_now + change.gone, change.count_before + change.new);
            }
            assert!(diff.types().is_sorted_by(|a, b| a.growth() >= b.growth()));
        }
    }

    #[test]
    fn a_difference_reads_as_a_table_of_what_grew() {
        let (before, now) = (samples::chain(2), samples::chain(5));
        assert_eq!(
            now.diff(&before).to_string(),
            "       bytes    objects of them new  type\n        +120         +3           3  Link"
        );
        assert_eq!(before.diff(&now).growth(), -120);
        assert!(now.diff(&now).types().is_empty());
    }
}
