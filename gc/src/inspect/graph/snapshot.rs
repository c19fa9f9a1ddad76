//! The snapshot: its objects, and where its analyses are kept.

use super::components::Partition;
use super::dominators::Dominators;
use super::edges::Edges;
use super::reach::Reach;
use super::rows::Rows;
use super::unreachable::Garbage;
use super::{Components, Node, NodeId, ObjectFacts, Path, Unreachable};
use crate::shim::OnceLock;
use std::fmt;

/// The objects of a heap at one moment, and how they lead to each other.
///
/// A snapshot is plain data: it holds no handles, keeps nothing alive, and stays as it is while the
/// program goes on. It may be sent to another thread, to be looked at or written to a file there.
///
/// | question | answer |
/// | --- | --- |
/// | what is there | [`nodes`](Snapshot::nodes), [`nodes_of`](Snapshot::nodes_of), [`at_address`](Snapshot::at_address) |
/// | what takes the memory | [`totals`](Snapshot::totals) by type, [`largest`](Snapshot::largest) by object |
/// | why is this object alive | [`path_to`](Snapshot::path_to) |
/// | what would go if it went | [`retained_size`](Snapshot::retained_size), [`dominated_by`](Snapshot::dominated_by) |
/// | which objects form cycles | [`components`](Snapshot::components) |
/// | what would a collection free | [`unreachable`](Snapshot::unreachable) |
/// | what grew | [`diff`](Snapshot::diff) |
/// | a picture | [`write_html`](Snapshot::write_html), [`write_dot`](Snapshot::write_dot), [`write_heapsnapshot`](Snapshot::write_heapsnapshot) |
///
/// # Cost
///
/// 80 bytes for each object, 16 for each edge and 8 for each index in its path. An analysis is made when it
/// is first asked for, and kept: some 60 bytes for each object and 4 for each edge, once all are made.
/// Nothing recurses.
pub struct Snapshot {
    pub(super) flavor: &'static str,
    pub(super) objects: Vec<ObjectFacts>,
    pub(super) external: Vec<u32>,
    /// For each object, the place of its type's name.
    pub(super) types: Vec<u32>,
    pub(super) type_names: Vec<&'static str>,
    pub(super) by_address: Vec<u32>,
    pub(super) edges: Edges,
    pub(super) analyses: Analyses,
}

/// What has been worked out so far.
#[derive(Debug, Default)]
pub(super) struct Analyses {
    incoming: OnceLock<Rows>,
    reach: OnceLock<Reach>,
    partition: OnceLock<Partition>,
    garbage: OnceLock<Garbage>,
    dominators: OnceLock<Dominators>,
}

impl Snapshot {
    /// Whose objects these are: `local` for those of one thread, `sync` for those that threads share.
    pub fn flavor(&self) -> &'static str {
        self.flavor
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// How many handles these objects have of each other.
    pub fn edge_count(&self) -> usize {
        self.edges.len()
    }

    /// The bytes of all objects together: the sum of their [sizes](Node::size).
    pub fn size(&self) -> usize {
        self.objects.iter().map(|facts| facts.size).sum()
    }

    /// All objects, by their numbers.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = Node<'_>> + DoubleEndedIterator {
        (0..self.len()).map(|index| self.node(NodeId(index as u32)))
    }

    /// The object with a number of this snapshot.
    ///
    /// # Panics
    ///
    /// If it has none with that number; the number is another snapshot's then.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        assert!(id.index() < self.len(), "refcycle: {id} is no object of this snapshot");
        Node { snapshot: self, id }
    }

    /// The object whose value is at an address, which is what `Gc::as_ptr` gives.
    ///
    /// # Cost
    ///
    /// A binary search.
    pub fn at_address(&self, address: usize) -> Option<Node<'_>> {
        let key = |&id: &u32| self.objects[id as usize].address;
        let place = self.by_address.binary_search_by_key(&address, key).ok()?;
        Some(self.node(NodeId(self.by_address[place])))
    }

    /// The objects whose type's [name](Node::type_name) has `part` in it.
    ///
    /// # Cost
    ///
    /// One search for each type, one step for each object.
    pub fn nodes_of_type(&self, part: &str) -> impl Iterator<Item = Node<'_>> {
        let matches: Vec<bool> = self.type_names.iter().map(|name| name.contains(part)).collect();
        self.nodes().filter(move |node| matches[self.types[node.id.index()] as usize])
    }

    /// The objects whose type is `T`, to go by its [name](std::any::type_name). Of a trait object, that is
    /// the type behind it.
    ///
    /// # Cost
    ///
    /// One comparison for each type, one step for each object.
    pub fn nodes_of<T>(&self) -> impl Iterator<Item = Node<'_>> {
        let name = std::any::type_name::<T>();
        let number = self.type_names.iter().position(|&known| known == name);
        self.nodes().filter(move |node| number == Some(self.types[node.id.index()] as usize))
    }

    /// The objects that something else than an object [holds](Node::is_held): where every path starts.
    pub fn held(&self) -> impl Iterator<Item = Node<'_>> {
        self.nodes().filter(|node| node.is_held())
    }

    /// Why an object is alive: a shortest path to it from an object that is [held](Node::is_held).
    ///
    /// Displayed, it has one line for each handle on the way:
    ///
    /// ```text
    /// Cache (2 external handles)
    ///   .entries[3].callback -> Closure
    ///   .captured -> Session
    /// ```
    ///
    /// There may be others, and cutting this one need not free the object: what alone keeps it is its
    /// [dominator](Snapshot::dominator_of). `None` means that nothing does but cycles, and that a
    /// collection would free it.
    ///
    /// # Panics
    ///
    /// If the snapshot has no object with that number.
    ///
    /// # Cost
    ///
    /// The first call on a snapshot visits each object and edge once; then one step for each handle on
    /// the path.
    pub fn path_to(&self, id: NodeId) -> Option<Path<'_>> {
        Path::to(self, id)
    }

    /// The bytes of all objects that would go if this one went, itself included: those that it
    /// [dominates](Snapshot::dominator_of).
    ///
    /// Retained sizes overlap: an object counts for itself and for all its dominators. In garbage, where
    /// nothing is held, it is as if the [head](super::UnreachableGroup::head) of each group were.
    ///
    /// # Panics
    ///
    /// If the snapshot has no object with that number.
    ///
    /// # Cost
    ///
    /// The first call on a snapshot takes O(m log n) steps for n objects and m edges (Lengauer and
    /// Tarjan, *A fast algorithm for finding dominators in a flowgraph*, TOPLAS 1979, the simpler of
    /// their two), in fact close to linear; then one.
    pub fn retained_size(&self, id: NodeId) -> usize {
        self.dominators().retained(self.node(id).id)
    }

    /// How many objects would go if this one went, itself included.
    ///
    /// # Panics
    ///
    /// If the snapshot has no object with that number.
    ///
    /// # Cost
    ///
    /// As that of [`retained_size`](Snapshot::retained_size).
    pub fn retained_count(&self, id: NodeId) -> usize {
        self.dominators().retained_count(self.node(id).id)
    }

    /// The `count` objects that [retain](Snapshot::retained_size) most, the largest first.
    ///
    /// What retains much need not be at fault: a program's root retains all. Go down from there, by
    /// [`dominated_by`](Snapshot::dominated_by), until the sizes fall apart.
    ///
    /// # Cost
    ///
    /// As that of [`retained_size`](Snapshot::retained_size), one step for each object, and sorting those
    /// that are given.
    pub fn largest(&self, count: usize) -> impl ExactSizeIterator<Item = Node<'_>> {
        let mut all: Vec<NodeId> = self.nodes().map(|node| node.id).collect();
        let key = |&id: &NodeId| (std::cmp::Reverse(self.retained_size(id)), id);
        if count < all.len() {
            all.select_nth_unstable_by_key(count, key);
            all.truncate(count);
        }
        all.sort_unstable_by_key(key);
        all.into_iter().map(|id| self.node(id))
    }

    /// The object that alone keeps this one alive: the nearest that lies on every path to it from the
    /// held ones. `None` if there is no such object, as where it is held itself or two held ones lead
    /// to it.
    ///
    /// # Panics
    ///
    /// If the snapshot has no object with that number.
    ///
    /// # Cost
    ///
    /// As that of [`retained_size`](Snapshot::retained_size).
    pub fn dominator_of(&self, id: NodeId) -> Option<Node<'_>> {
        Some(self.node(self.dominators().dominator(self.node(id).id)?))
    }

    /// The objects that have this one as their [dominator](Snapshot::dominator_of); with `None`, those
    /// that have none.
    ///
    /// # Panics
    ///
    /// If the snapshot has no object with that number.
    ///
    /// # Cost
    ///
    /// As that of [`retained_size`](Snapshot::retained_size), and one step for each object given.
    pub fn dominated_by(&self, id: Option<NodeId>) -> impl ExactSizeIterator<Item = Node<'_>> {
        let id = id.map(|id| self.node(id).id);
        self.dominators().children(id).iter().map(|&child| self.node(NodeId(child)))
    }

    /// The strongly connected components: the largest sets of objects in which each leads to each.
    ///
    /// # Cost
    ///
    /// The first call on a snapshot visits each object and edge once (Tarjan, *Depth-first search and
    /// linear graph algorithms*, 1972).
    pub fn components(&self) -> Components<'_> {
        Components { snapshot: self, partition: self.partition() }
    }

    /// What a collection would free: the objects that no held object leads to, grouped by the cycle
    /// that keeps them.
    ///
    /// A collection may free less, where a finalizer saves an object, and more, where one drops handles.
    ///
    /// # Cost
    ///
    /// The first call on a snapshot visits each object and edge a few times.
    pub fn unreachable(&self) -> Unreachable<'_> {
        Unreachable { snapshot: self, garbage: self.garbage() }
    }

    pub(super) fn incoming(&self) -> &Rows {
        self.analyses.incoming.get_or_init(|| self.edges.incoming())
    }

    pub(super) fn partition(&self) -> &Partition {
        self.analyses.partition.get_or_init(|| Partition::new(&self.edges.targets))
    }

    pub(super) fn garbage(&self) -> &Garbage {
        self.analyses.garbage.get_or_init(|| Garbage::new(self))
    }

    pub(super) fn reach(&self) -> &Reach {
        self.analyses
            .reach
            .get_or_init(|| Reach::new(&self.edges.targets, self.held().map(|node| node.id.0)))
    }

    pub(super) fn dominators(&self) -> &Dominators {
        self.analyses.dominators.get_or_init(|| {
            let held = self.held().map(|node| node.id.0);
            let roots: Vec<u32> = held.chain(self.garbage().heads()).collect();
            let sizes = self.objects.iter().map(|facts| facts.size).collect();
            Dominators::new(&self.edges, self.incoming(), &roots, sizes)
        })
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("flavor", &self.flavor)
            .field("objects", &self.len())
            .field("edges", &self.edge_count())
            .finish_non_exhaustive()
    }
}
