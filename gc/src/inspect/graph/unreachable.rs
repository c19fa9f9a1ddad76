//! What only cycles keep.

use super::reach::write_handles;
use super::rows::Rows;
use super::{Edge, Node, NodeId, Snapshot};
use std::collections::HashMap;
use std::fmt;

/// The groups of garbage, by numbers.
#[derive(Debug)]
pub(super) struct Garbage {
    /// Group after group, the objects of the cycle first.
    groups: Rows,
    /// How many objects the cycle of each group has.
    cycles: Vec<u32>,
    sizes: Vec<usize>,
}

impl Garbage {
    pub(super) fn new(snapshot: &Snapshot) -> Garbage {
        let reach = snapshot.reach();
        let components = snapshot.partition();
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
        let mut cycles: Vec<&[u32]> = (0..components.len() as u32)
            .filter(|&component| is_first[component as usize])
            .map(|component| components.members(component))
            .filter(|members| is_garbage(members[0]))
            .collect();
        cycles.sort_by_key(|members| members[0]);

        let mut is_taken = vec![false; snapshot.len()];
        let (mut members, mut groups, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
        for (group, cycle) in cycles.iter().enumerate() {
            let mut next = members.len();
            members.extend(*cycle);
            for &id in *cycle {
                is_taken[id as usize] = true;
            }
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
        Garbage { groups, cycles: cycles.iter().map(|cycle| cycle.len() as u32).collect(), sizes }
    }

    /// The first object of each group.
    pub(super) fn heads(&self) -> impl ExactSizeIterator<Item = u32> {
        (0..self.groups.len()).map(|group| self.groups.row(group as u32)[0])
    }
}

/// The objects that no held object leads to, in groups: what a collection would free. See
/// [`Snapshot::unreachable`].
///
/// Each group has one cycle that nothing else leads to, not even other garbage, and what that cycle
/// leads to; what several lead to is in the group of the first. So a group is what goes when its cycle is
/// cut, as far as no other cycle keeps it.
///
/// Displayed, groups whose cycles read the same are put together, and those that take most bytes shown with
/// their cycle; `{:#}` shows all.
#[derive(Clone, Copy)]
pub struct Unreachable<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) garbage: &'a Garbage,
}

/// As many sorts of groups are displayed, unless more are asked for.
const SHOWN: usize = 10;

impl<'a> Unreachable<'a> {
    /// Whether there is no garbage.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// How many objects there are, in all groups.
    pub fn len(self) -> usize {
        self.garbage.groups.items().len()
    }

    /// Their bytes.
    pub fn size(self) -> usize {
        self.garbage.sizes.iter().sum()
    }

    /// The groups, by the number of their [head](UnreachableGroup::head).
    pub fn groups(self) -> impl ExactSizeIterator<Item = UnreachableGroup<'a>> {
        (0..self.garbage.groups.len())
            .map(move |index| UnreachableGroup { all: self, index: index as u32 })
    }

    /// All objects, group after group.
    pub fn nodes(self) -> impl ExactSizeIterator<Item = Node<'a>> {
        let snapshot = self.snapshot;
        self.garbage.groups.items().iter().map(|&id| snapshot.node(NodeId(id)))
    }
}

impl fmt::Display for Unreachable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", amount(self.len(), self.size()))?;
        // Groups whose cycles read the same, put together.
        let mut alike: Vec<Alike> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for group in self.groups() {
            let place = *known.entry(group.cycle().to_string()).or_insert_with_key(|cycle| {
                alike.push(Alike { cycle: cycle.clone(), groups: 0, objects: 0, size: 0 });
                alike.len() - 1
            });
            let alike = &mut alike[place];
            alike.groups += 1;
            alike.objects += group.nodes().len();
            alike.size += group.size();
        }
        alike.sort_by_key(|alike| std::cmp::Reverse(alike.size));
        let shown = if f.alternate() { alike.len() } else { SHOWN };
        for Alike { cycle, groups, objects, size } in alike.iter().take(shown) {
            write!(f, "\n{}", amount(*objects, *size))?;
            match groups {
                1 => write!(f, ", kept by {cycle}")?,
                _ => write!(f, " in {groups} groups, each kept by {cycle}")?,
            }
        }
        match alike.len().saturating_sub(shown) {
            0 => Ok(()),
            left => write!(f, "\n... {}", plural(left, "more sort")),
        }
    }
}

/// Groups whose cycles read the same.
struct Alike {
    cycle: String,
    groups: usize,
    objects: usize,
    size: usize,
}

impl fmt::Debug for Unreachable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.groups()).finish()
    }
}

/// A cycle of garbage, and what hangs off it.
///
/// Displayed, it has its cycle, a line for each handle, as a [path](Snapshot::path_to) has. Of a long one, the
/// middle is left out; `{:#}` shows all.
#[derive(Clone, Copy)]
pub struct UnreachableGroup<'a> {
    all: Unreachable<'a>,
    index: u32,
}

impl<'a> UnreachableGroup<'a> {
    /// The first object of its cycle.
    pub fn head(self) -> Node<'a> {
        self.all.snapshot.node(NodeId(self.all.garbage.groups.row(self.index)[0]))
    }

    /// The objects that keep each other: a [component](Snapshot::components).
    pub fn cycle_nodes(self) -> impl ExactSizeIterator<Item = Node<'a>> {
        self.nodes().take(self.all.garbage.cycles[self.index as usize] as usize)
    }

    /// The objects of the cycle, and then the others of the group.
    pub fn nodes(self) -> impl ExactSizeIterator<Item = Node<'a>> {
        let Unreachable { snapshot, garbage } = self.all;
        garbage.groups.row(self.index).iter().map(|&id| snapshot.node(NodeId(id)))
    }

    /// The bytes of all objects of the group.
    pub fn size(self) -> usize {
        self.all.garbage.sizes[self.index as usize]
    }

    /// The handles of a shortest way round the cycle, from its [head](UnreachableGroup::head) back to
    /// it. Cut one of them, and this way is cut; the cycle may have others.
    ///
    /// # Cost
    ///
    /// One step for each object and edge of the cycle.
    pub fn way_round(self) -> Vec<Edge<'a>> {
        let snapshot = self.all.snapshot;
        let component = |node: Node<'_>| snapshot.partition().index_of(node.id.0);
        let head = self.head();
        let mut via = HashMap::new();
        let mut queue = vec![head];
        let mut next = 0;
        while let Some(&node) = queue.get(next)
            && !via.contains_key(&head.id)
        {
            next += 1;
            // Only the cycle itself leads back.
            for edge in node.edges().filter(|edge| component(edge.target()) == component(head)) {
                let target = edge.target();
                via.entry(target.id).or_insert_with(|| {
                    queue.push(target);
                    edge
                });
            }
        }
        let mut way = Vec::new();
        let mut at = head.id;
        while let Some(&edge) = via.get(&at) {
            way.push(edge);
            at = edge.source().id;
            if at == head.id {
                break;
            }
        }
        way.reverse();
        way
    }
}

impl UnreachableGroup<'_> {
    /// `a cycle of 2:`, and its handles.
    fn cycle(self) -> impl fmt::Display {
        fmt::from_fn(move |f| self.write_cycle(f))
    }

    fn write_cycle(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = self.way_round();
        match self.cycle_nodes().len() {
            all if all > way.len() => write!(f, "cycles of {all} objects, among them:")?,
            all => write!(f, "a cycle of {all}:")?,
        }
        write!(f, "\n  {}", self.head().short_name())?;
        write_handles(f, way.into_iter(), "\n    ")
    }
}

impl fmt::Display for UnreachableGroup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, kept by ", amount(self.nodes().len(), self.size()))?;
        self.write_cycle(f)
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

/// `3 objects, 152 bytes`
fn amount(count: usize, size: usize) -> impl fmt::Display {
    fmt::from_fn(move |f| write!(f, "{}, {}", plural(count, "object"), plural(size, "byte")))
}

fn plural(count: usize, word: &str) -> impl fmt::Display {
    fmt::from_fn(move |f| write!(f, "{count} {word}{}", if count == 1 { "" } else { "s" }))
}

#[cfg(test)]
mod tests {
    use super::super::Step::Index;
    use super::super::samples::{self, Random, Sketch};
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
            let found: Vec<NodeId> = garbage.nodes().map(Node::id).collect();
            assert_eq!(found.len(), expected.len(), "seed {seed}");
            assert_eq!(found.iter().copied().collect::<HashSet<_>>(), expected, "seed {seed}");
            assert_eq!(garbage.len(), expected.len());
            let bytes: usize = expected.iter().map(|&id| snapshot.node(id).size()).sum();
            assert_eq!(garbage.size(), bytes);
            for group in garbage.groups() {
                groups += 1;
                let cycle: HashSet<NodeId> = group.cycle_nodes().map(Node::id).collect();
                assert!(cycle.contains(&group.head().id()));
                let leads_in = |edge: &super::super::Edge<'_>| !cycle.contains(&edge.source().id());
                for &id in &cycle {
                    assert_eq!(snapshot.node(id).referrers().filter(leads_in).count(), 0);
                }
                let size: usize = group.nodes().map(Node::size).sum();
                assert_eq!(group.size(), size);
                // The way round comes back to where it started.
                let way = group.way_round();
                if snapshot.components().of(group.head().id()).is_cycle() {
                    assert_eq!(way.first().expect("a cycle").source().id(), group.head().id());
                    assert_eq!(way.last().expect("a cycle").target().id(), group.head().id());
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
    fn garbage_reads_as_its_cycles() {
        let snapshot = samples::cache();
        assert_eq!(
            snapshot.unreachable().to_string(),
            "3 objects, 152 bytes\n\
             3 objects, 152 bytes, kept by a cycle of 2:\n  Ring\n    .next -> Ring\n    .next -> Ring"
        );
        // The largest first.
        let mut sketch = Sketch::new();
        for (name, size) in [("app::Small", 8), ("app::Large", 80), ("app::Middle", 16)] {
            let object = sketch.object(name, size, 0);
            sketch.edge(object, object, &[]);
        }
        assert_eq!(
            sketch.snapshot().unreachable().to_string(),
            "3 objects, 104 bytes\n\
             1 object, 80 bytes, kept by a cycle of 1:\n  Large\n    * -> Large\n\
             1 object, 16 bytes, kept by a cycle of 1:\n  Middle\n    * -> Middle\n\
             1 object, 8 bytes, kept by a cycle of 1:\n  Small\n    * -> Small"
        );
        let snapshot = samples::ring(100);
        let group = snapshot.unreachable().groups().next().expect("the ring");
        assert_eq!(group.way_round().len(), 100);
        assert!(group.to_string().contains("\n    ... 68 more handles\n"));
        assert_eq!(format!("{group:#}").lines().count(), 2 + 100);
        let snapshot = samples::server(10_000);
        let garbage = snapshot.unreachable();
        assert_eq!(garbage.groups().len(), 20);
        assert_eq!(
            garbage.to_string(),
            "80 objects, 5920 bytes\n\
             80 objects, 5920 bytes in 20 groups, each kept by a cycle of 3:\n  Task<run::{{closure}}>\n    \
                 .wakes -> Task<run::{{closure}}>\n    \
                 .wakes -> Task<run::{{closure}}>\n    \
                 .wakes -> Task<run::{{closure}}>"
        );
        // Two cycles in one component; and more sorts than are shown.
        let mut sketch = Sketch::new();
        for index in 0..12 {
            let [a, b, c] = [0, 0, 0].map(|external| sketch.object("app::Knot", 8, external));
            for (from, to) in [(a, b), (b, a), (b, c), (c, b)] {
                sketch.edge(from, to, &[Index(index)]);
            }
        }
        let snapshot = sketch.snapshot();
        let text = snapshot.unreachable().to_string();
        assert!(text.contains(
            "kept by cycles of 3 objects, among them:\n  Knot\n    [0] -> Knot\n    [0]"
        ));
        assert!(text.ends_with("\n... 2 more sorts"));
        assert_eq!(format!("{:#}", snapshot.unreachable()).matches("among them").count(), 12);
    }
}
