//! Strongly connected components: the cycles of a heap.

use super::rows::Rows;
use super::{Node, NodeId, Snapshot};
use std::fmt;

/// Which component each object is in.
#[derive(Debug)]
pub(super) struct Partition {
    members: Rows,
    of: Vec<u32>,
    /// Whether the one object of a component refers to itself.
    has_loop: Vec<bool>,
}

const NONE: u32 = u32::MAX;

impl Partition {
    /// Tarjan's algorithm, with its stack on the heap.
    pub(super) fn new(targets: &Rows) -> Partition {
        let count = targets.len();
        // When an object was first met; what its component has that was met before.
        let mut met = vec![NONE; count];
        let mut low = vec![0_u32; count];
        let mut of = vec![NONE; count];
        // Objects met whose component is not complete, and the way to where we are: objects with the
        // next of their edges.
        let mut open: Vec<u32> = Vec::new();
        let mut way: Vec<(u32, u32)> = Vec::new();
        let (mut time, mut components) = (0, 0);
        let mut has_loop = vec![false; count];

        for start in 0..count as u32 {
            if met[start as usize] != NONE {
                continue;
            }
            way.push((start, 0));
            while let Some((id, next)) = way.last_mut() {
                let id = *id;
                if *next == 0 && met[id as usize] == NONE {
                    (met[id as usize], low[id as usize]) = (time, time);
                    time += 1;
                    open.push(id);
                }
                if let Some(&target) = targets.row(id).get(*next as usize) {
                    *next += 1;
                    has_loop[id as usize] |= target == id;
                    if met[target as usize] == NONE {
                        way.push((target, 0));
                    } else if of[target as usize] == NONE {
                        low[id as usize] = low[id as usize].min(met[target as usize]);
                    }
                    continue;
                }
                way.pop();
                if let Some(&(parent, _)) = way.last() {
                    low[parent as usize] = low[parent as usize].min(low[id as usize]);
                }
                if low[id as usize] == met[id as usize] {
                    while let Some(member) = open.pop() {
                        of[member as usize] = components;
                        if member == id {
                            break;
                        }
                    }
                    components += 1;
                }
            }
        }
        let members = Rows::group(components as usize, of.iter().copied(), 0..count as u32);
        let has_loop =
            (0..components).map(|component| has_loop[members.row(component)[0] as usize]).collect();
        Partition { members, of, has_loop }
    }

    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    pub(super) fn members(&self, index: u32) -> &[u32] {
        self.members.row(index)
    }

    pub(super) fn index_of(&self, id: u32) -> u32 {
        self.of[id as usize]
    }
}

/// The strongly connected components of a snapshot, each after those that it leads to: see
/// [`Snapshot::components`].
///
/// Every object is in one. Most are alone in theirs; the others are in cycles.
#[derive(Clone, Copy)]
pub struct Components<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) partition: &'a Partition,
}

impl<'a> Components<'a> {
    /// How many there are.
    pub fn len(self) -> usize {
        self.partition.len()
    }

    /// Whether there are none, as there are no objects.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// All components, each after those that it leads to.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Component<'a>> + DoubleEndedIterator {
        (0..self.len()).map(move |index| Component { all: self, index: index as u32 })
    }

    /// The components that are [cycles](Component::is_cycle).
    pub fn cycles(self) -> impl DoubleEndedIterator<Item = Component<'a>> {
        self.iter().filter(|component| component.is_cycle())
    }

    /// The component that an object is in.
    ///
    /// # Panics
    ///
    /// If the number is another snapshot's, and this one has no such object.
    pub fn of(self, id: NodeId) -> Component<'a> {
        Component { all: self, index: self.partition.index_of(self.snapshot.node(id).id.0) }
    }
}

impl fmt::Debug for Components<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Components").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// Objects each of which leads to each.
#[derive(Clone, Copy)]
pub struct Component<'a> {
    all: Components<'a>,
    index: u32,
}

impl<'a> Component<'a> {
    /// Its place among all components.
    pub fn index(self) -> usize {
        self.index as usize
    }

    /// Its objects.
    pub fn nodes(self) -> impl ExactSizeIterator<Item = Node<'a>> + DoubleEndedIterator {
        let Components { snapshot, partition } = self.all;
        partition.members(self.index).iter().map(|&id| snapshot.node(NodeId(id)))
    }

    /// Whether it has a cycle: two objects or more, or one that refers to itself.
    pub fn is_cycle(self) -> bool {
        self.nodes().len() > 1 || self.all.partition.has_loop[self.index()]
    }
}

impl fmt::Debug for Component<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.nodes()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::Random;

    /// Who leads to whom, by squaring nothing: one search from each.
    fn leads_to(count: usize, edges: &[(usize, usize)]) -> Vec<Vec<bool>> {
        (0..count)
            .map(|start| {
                let mut seen = vec![false; count];
                let mut todo = vec![start];
                while let Some(at) = todo.pop() {
                    for &(from, to) in edges {
                        if from == at && !seen[to] {
                            seen[to] = true;
                            todo.push(to);
                        }
                    }
                }
                seen
            })
            .collect()
    }

    #[test]
    fn two_objects_share_a_component_exactly_if_each_leads_to_the_other() {
        for seed in 0..300 {
            let graph = Random::new(seed).graph(25);
            let leads = leads_to(graph.count, &graph.edges);
            let snapshot = graph.snapshot();
            let components = snapshot.components();
            for a in snapshot.nodes().map(super::super::Node::id) {
                let of_a = components.of(a);
                assert!(of_a.nodes().any(|node| node.id() == a));
                assert_eq!(of_a.is_cycle(), leads[a.index()][a.index()], "seed {seed}, {a}");
                for b in snapshot.nodes().map(super::super::Node::id) {
                    let (there, back) = (leads[a.index()][b.index()], leads[b.index()][a.index()]);
                    let is_shared = of_a.index() == components.of(b).index();
                    assert_eq!(is_shared, a == b || (there && back), "seed {seed}: {a}, {b}");
                    if there {
                        assert!(
                            components.of(b).index() <= of_a.index(),
                            "what it leads to is first"
                        );
                    }
                }
            }
            let members: usize = components.iter().map(|component| component.nodes().len()).sum();
            assert_eq!(members, graph.count);
        }
    }
}
