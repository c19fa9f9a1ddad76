//! What only cycles keep.

use super::rows::Rows;
use super::{Node, NodeId, Snapshot};
use std::fmt;

/// The objects that no held object leads to, in groups: what a collection would free.
///
/// Each group has one cycle that nothing else leads to, not even other garbage, and what that cycle
/// leads to; what several lead to is in the group of the first. So a group is what goes when its cycle is
/// cut, as far as no other cycle keeps it.
pub struct Unreachable {
    /// Group after group, heads first.
    groups: Rows,
    /// The component at the head of each.
    cycles: Vec<Box<[u32]>>,
    sizes: Vec<usize>,
}

impl Unreachable {
    pub(super) fn new(snapshot: &Snapshot) -> Unreachable {
        let reach = snapshot.reach();
        let components = snapshot.components();
        let is_garbage = |id: u32| !reach.is_reached(NodeId(id));

        // The components of garbage that no other leads to.
        let mut is_first = vec![true; components.len()];
        for (edge, &target) in snapshot.edges.targets.items().iter().enumerate() {
            let from = components.index_of(snapshot.edges.source(edge as u32));
            let to = components.index_of(target);
            if from != to {
                is_first[to as usize] = false;
            }
        }
        let mut cycles: Vec<Box<[u32]>> = components
            .iter()
            .filter(|component| is_first[component.index()])
            .map(|component| component.nodes().map(|id| id.0).collect::<Box<[u32]>>())
            .filter(|members| is_garbage(members[0]))
            .collect();
        cycles.sort_by_key(|members| members[0]);

        let mut is_taken = vec![false; snapshot.len()];
        let (mut members, mut groups, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
        for (group, cycle) in cycles.iter().enumerate() {
            let mut next = members.len();
            members.extend(cycle);
            cycle.iter().for_each(|&id| is_taken[id as usize] = true);
            let mut size = 0;
            while let Some(&id) = members.get(next) {
                next += 1;
                groups.push(group as u32);
                size += snapshot.objects[id as usize].size;
                for &target in snapshot.edges.targets.row(id) {
                    // Garbage may lead to what is alive.
                    if is_garbage(target)
                        && !std::mem::replace(&mut is_taken[target as usize], true)
                    {
                        members.push(target);
                    }
                }
            }
            sizes.push(size);
        }
        let groups = Rows::group(cycles.len(), groups.into_iter(), members.into_iter());
        Unreachable { groups, cycles, sizes }
    }

    /// Whether there is no garbage.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many objects there are, in all groups.
    pub fn len(&self) -> usize {
        self.groups.items().len()
    }

    /// Their bytes.
    pub fn size(&self) -> usize {
        self.sizes.iter().sum()
    }

    /// The groups, by the number of their first object.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = UnreachableGroup<'_>> {
        (0..self.groups.len()).map(|index| UnreachableGroup { all: self, index: index as u32 })
    }

    /// All objects, group after group.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = NodeId> {
        self.groups.items().iter().map(|&id| NodeId(id))
    }
}

impl fmt::Debug for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.groups()).finish()
    }
}

/// A cycle of garbage, and what hangs off it.
#[derive(Clone, Copy)]
pub struct UnreachableGroup<'a> {
    all: &'a Unreachable,
    index: u32,
}

impl<'a> UnreachableGroup<'a> {
    /// The first object of the cycle.
    pub fn head(self) -> NodeId {
        NodeId(self.all.groups.row(self.index)[0])
    }

    /// The objects that keep each other: a [component](Snapshot::components).
    pub fn cycle_nodes(self) -> impl ExactSizeIterator<Item = NodeId> + use<'a> {
        self.all.cycles[self.index as usize].iter().map(|&id| NodeId(id))
    }

    /// The objects of the cycle, and then the others of the group.
    pub fn nodes(self) -> impl ExactSizeIterator<Item = NodeId> + use<'a> {
        self.all.groups.row(self.index).iter().map(|&id| NodeId(id))
    }

    /// The bytes of all objects of the group.
    pub fn size(self) -> usize {
        self.all.sizes[self.index as usize]
    }

    /// The handles that make the cycle, each from one of its objects to the next, back to its
    /// [head](UnreachableGroup::head): a shortest way round. Cut one of them, and cutting the cycle has
    /// begun.
    ///
    /// # Cost
    ///
    /// One step for each object and edge of the cycle.
    ///
    /// # Panics
    ///
    /// If `snapshot` is another than the one that this group is of.
    pub fn way_round(self, snapshot: &Snapshot) -> Vec<super::Edge<'_>> {
        let head = snapshot.node(self.head());
        let component = snapshot.components().of(head.id()).index();
        let mut via = std::collections::HashMap::new();
        let mut queue = vec![head];
        let mut next = 0;
        while let Some(&node) = queue.get(next) {
            next += 1;
            for edge in node.edges() {
                let target = edge.target();
                if snapshot.components().of(target.id()).index() == component
                    && !via.contains_key(&target.id())
                {
                    via.insert(target.id(), edge);
                    queue.push(target);
                }
            }
            if via.contains_key(&head.id()) {
                break;
            }
        }
        let mut way = Vec::new();
        let mut at = head.id();
        while let Some(&edge) = via.get(&at) {
            way.push(edge);
            at = edge.source().id();
            if at == head.id() {
                break;
            }
        }
        way.reverse();
        way
    }

    /// The group in words: its cycle, handle by handle, as a [path](Snapshot::path_to) is displayed.
    ///
    /// # Panics
    ///
    /// If `snapshot` is another than the one that this group is of.
    pub fn display(self, snapshot: &'a Snapshot) -> impl fmt::Display + use<'a> {
        fmt::from_fn(move |f| {
            let head: Node<'_> = snapshot.node(self.head());
            let (count, size) = (self.nodes().len(), self.size());
            let plural = if count == 1 { "" } else { "s" };
            write!(
                f,
                "{count} object{plural}, {size} bytes, kept by a cycle of {}:",
                self.cycle_nodes().len()
            )?;
            write!(f, "\n  {}", head.short_name())?;
            self.way_round(snapshot).iter().try_for_each(|edge| {
                write!(f, "\n    {} -> {}", edge.path(), edge.target().short_name())
            })
        })
    }
}

impl fmt::Debug for UnreachableGroup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnreachableGroup")
            .field("head", &self.head())
            .field("cycle", &self.cycle_nodes().len())
            .field("objects", &self.nodes().len())
            .field("size", &self.size())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, Random};
    use super::super::{Node, NodeId};
    use std::collections::HashSet;

    #[test]
    fn garbage_is_what_has_no_path_and_each_is_in_one_group_under_a_cycle_that_only_it_leads_to() {
        let mut groups = 0;
        for seed in 0..300 {
            let graph = Random::new(seed).graph(30);
            let snapshot = graph.snapshot();
            let garbage = snapshot.unreachable();
            let expected: HashSet<NodeId> =
                snapshot.nodes().filter(|node| node.path().is_none()).map(Node::id).collect();
            let found: Vec<NodeId> = garbage.nodes().collect();
            assert_eq!(found.len(), expected.len(), "seed {seed}");
            assert_eq!(found.iter().copied().collect::<HashSet<_>>(), expected, "seed {seed}");
            assert_eq!(garbage.len(), expected.len());
            let bytes: usize = expected.iter().map(|&id| snapshot.node(id).size()).sum();
            assert_eq!(garbage.size(), bytes);
            for group in garbage.groups() {
                groups += 1;
                let cycle: HashSet<NodeId> = group.cycle_nodes().collect();
                assert!(cycle.contains(&group.head()));
                let leads_in = |edge: &super::super::Edge<'_>| !cycle.contains(&edge.source().id());
                for &id in &cycle {
                    assert_eq!(snapshot.node(id).referrers().filter(leads_in).count(), 0);
                }
                let size: usize = group.nodes().map(|id| snapshot.node(id).size()).sum();
                assert_eq!(group.size(), size);
                // The way round comes back to where it started.
                let way = group.way_round(&snapshot);
                if snapshot.components().of(group.head()).is_cycle() {
                    assert_eq!(way.first().expect("a cycle").source().id(), group.head());
                    assert_eq!(way.last().expect("a cycle").target().id(), group.head());
                    let connects = |pair: &[super::super::Edge<'_>]| {
                        pair[0].target().id() == pair[1].source().id()
                    };
                    assert!(way.windows(2).all(connects));
                } else {
                    assert!(way.is_empty());
                }
            }
        }
        assert!(groups > 100, "the random graphs have garbage: {groups}");
    }

    #[test]
    fn a_group_reads_as_its_cycle() {
        let snapshot = samples::cache();
        let group = snapshot.unreachable().groups().next().expect("the ring");
        assert_eq!(
            group.display(&snapshot).to_string(),
            "3 objects, 152 bytes, kept by a cycle of 2:\n  Ring\n    .next -> Ring\n    .next -> Ring"
        );
    }
}
