//! One object of a snapshot, and one edge, as a reader sees them.

use super::{Path, ShortName, Snapshot, Step};
use std::fmt;
use std::panic::Location;

/// Which objects a collection looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Generation {
    /// It has survived no collection.
    Young,
    /// It has survived one.
    Old,
    /// No collection looks at it.
    Frozen,
}

/// The number of an object in one [`Snapshot`]; in another one the same number is another object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    /// The number: 0 or more, and less than [`Snapshot::len`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// An object of a [`Snapshot`], as it was when that was taken.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) id: NodeId,
}

impl<'a> Node<'a> {
    /// Its number in this snapshot.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The address of its value. Once the object is gone, another one may get it.
    pub fn address(self) -> usize {
        self.facts().address
    }

    /// How many objects had been made when it was; 0 where that is not recorded. No two objects that
    /// have one have the same.
    pub fn serial(self) -> u64 {
        self.facts().serial
    }

    /// The name of its type, as [`std::any::type_name`] gives it.
    pub fn type_name(self) -> &'static str {
        self.snapshot.type_names[self.snapshot.types[self.id.index()] as usize]
    }

    /// The name of its type without the modules.
    pub fn short_name(self) -> ShortName {
        ShortName(self.type_name())
    }

    /// The bytes of its block: the value and what the library adds to it, but not what the value owns
    /// elsewhere, such as the buffer of a `Vec`.
    pub fn size(self) -> usize {
        self.facts().size
    }

    /// The bytes of all objects that would go if this one went, itself included: those that it
    /// [dominates](Snapshot::dominator_of).
    ///
    /// # Cost
    ///
    /// As that of [`Snapshot::retained_size`].
    pub fn retained_size(self) -> usize {
        self.snapshot.retained_size(self.id)
    }

    /// Its handles.
    pub fn strong_count(self) -> u32 {
        self.facts().strong
    }

    /// Its handles that no object of the snapshot owns: variables, statics, and what lies where the
    /// collector cannot see.
    pub fn external_count(self) -> u32 {
        self.snapshot.external[self.id.index()]
    }

    /// Its weak handles.
    pub fn weak_count(self) -> u32 {
        self.facts().weak
    }

    /// Its generation.
    pub fn generation(self) -> Generation {
        self.facts().generation
    }

    /// Whether its finalizer has run.
    pub fn is_finalized(self) -> bool {
        self.facts().is_finalized
    }

    /// Whether it lives until the end of the program.
    pub fn is_immortal(self) -> bool {
        self.facts().is_immortal
    }

    /// Whether something keeps it alive that is no object of the snapshot: it has external handles, is
    /// immortal or is frozen. [Paths](Snapshot::path_to) start at such objects.
    pub fn is_held(self) -> bool {
        self.external_count() > 0 || self.is_immortal() || self.generation() == Generation::Frozen
    }

    /// Whether held objects lead to it, or it is one. If not, a collection would free it.
    ///
    /// # Cost
    ///
    /// The first call on a snapshot visits each object and edge once.
    pub fn is_reachable(self) -> bool {
        self.snapshot.reach().is_reached(self.id)
    }

    /// Where it was made, if that is recorded.
    pub fn site(self) -> Option<&'static Location<'static>> {
        self.facts().site
    }

    /// The handles that it owns, in the order in which its [`Trace`](crate::Trace) reports them.
    pub fn edges(self) -> impl ExactSizeIterator<Item = Edge<'a>> + DoubleEndedIterator {
        let Node { snapshot, id } = self;
        snapshot.edges.targets.range(id.0).map(move |edge| Edge { snapshot, edge: edge as u32 })
    }

    /// The handles of other objects, and its own, that lead to it.
    ///
    /// # Cost
    ///
    /// The first call on a snapshot visits each edge; then one step for each edge that is given.
    pub fn referrers(self) -> impl ExactSizeIterator<Item = Edge<'a>> + DoubleEndedIterator {
        let Node { snapshot, id } = self;
        snapshot.incoming().row(id.0).iter().map(move |&edge| Edge { snapshot, edge })
    }

    /// Why it is alive: see [`Snapshot::path_to`].
    pub fn path(self) -> Option<Path<'a>> {
        self.snapshot.path_to(self.id)
    }

    fn facts(self) -> &'a super::ObjectFacts {
        &self.snapshot.objects[self.id.index()]
    }

    /// What holds it, in words: `2 external handles`.
    pub(super) fn holder(self) -> impl fmt::Display {
        fmt::from_fn(move |f| match self.external_count() {
            0 if self.is_immortal() => f.write_str("immortal"),
            0 if self.generation() == Generation::Frozen => f.write_str("frozen"),
            1 => f.write_str("1 external handle"),
            count => write!(f, "{count} external handles"),
        })
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node")
            .field("id", &self.id.0)
            .field("type_name", &self.type_name())
            .field("address", &format_args!("{:#x}", self.address()))
            .field("size", &self.size())
            .field("strong", &self.strong_count())
            .field("external", &self.external_count())
            .field("weak", &self.weak_count())
            .finish_non_exhaustive()
    }
}

/// `Cache (#7, 2 external handles)`
impl fmt::Display for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.short_name(), self.id)?;
        if self.is_held() {
            write!(f, ", {}", self.holder())?;
        }
        f.write_str(")")
    }
}

/// Of the same snapshot, not merely alike.
impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && std::ptr::eq(self.snapshot, other.snapshot)
    }
}

impl Eq for Node<'_> {}

/// A handle of one object to another, or to itself.
///
/// Displayed, it has its path and its target: `.entries[3].callback -> Closure`.
#[derive(Clone, Copy)]
pub struct Edge<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) edge: u32,
}

impl<'a> Edge<'a> {
    /// The object that owns the handle.
    pub fn source(self) -> Node<'a> {
        self.snapshot.node(NodeId(self.snapshot.edges.source(self.edge)))
    }

    /// The object that the handle keeps alive.
    pub fn target(self) -> Node<'a> {
        self.snapshot.node(NodeId(self.snapshot.edges.target(self.edge)))
    }

    /// Where in its owner the handle lies: `.entries[3].callback`.
    pub fn path(self) -> EdgePath<'a> {
        EdgePath(self)
    }
}

/// Of the same snapshot, not merely alike.
impl PartialEq for Edge<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.edge == other.edge && std::ptr::eq(self.snapshot, other.snapshot)
    }
}

impl Eq for Edge<'_> {}

impl fmt::Display for Edge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.path(), self.target().short_name())
    }
}

impl fmt::Debug for Edge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Edge({} {} -> {})", self.source(), self.path(), self.target())
    }
}

/// Where in an object a handle lies, displayed as `.entries[3].callback`; of a value that is itself the
/// handle, it is empty and displays as `*`.
#[derive(Clone, Copy)]
pub struct EdgePath<'a>(Edge<'a>);

impl<'a> EdgePath<'a> {
    /// Its steps, outermost first.
    pub fn steps(self) -> impl Iterator<Item = Step> + Clone + 'a {
        self.0.snapshot.edges.steps(self.0.edge)
    }
}

impl fmt::Display for EdgePath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps().next().is_none() {
            return f.write_str("*");
        }
        self.steps().try_for_each(|step| write!(f, "{step}"))
    }
}

impl fmt::Debug for EdgePath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EdgePath({self})")
    }
}
