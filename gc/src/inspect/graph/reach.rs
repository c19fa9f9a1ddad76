//! Which objects held ones lead to, and by which way.

use super::rows::Rows;
use super::{Edge, Node, NodeId, Snapshot};
use std::fmt;

/// The object is held itself.
const HELD: u32 = u32::MAX;
/// No held object leads to it.
const UNREACHED: u32 = u32::MAX - 1;

/// For each object, the last edge of a shortest path to it.
#[derive(Debug)]
pub(super) struct Reach(Vec<u32>);

impl Reach {
    /// A breadth-first search from all `held` objects at once.
    pub(super) fn new(targets: &Rows, held: impl Iterator<Item = u32>) -> Reach {
        let mut via = vec![UNREACHED; targets.len()];
        let mut queue: Vec<u32> = Vec::new();
        for id in held {
            via[id as usize] = HELD;
            queue.push(id);
        }
        let mut next = 0;
        while let Some(&id) = queue.get(next) {
            next += 1;
            for (edge, &target) in targets.range(id).zip(targets.row(id)) {
                let via = &mut via[target as usize];
                if *via == UNREACHED {
                    *via = edge as u32;
                    queue.push(target);
                }
            }
        }
        Reach(via)
    }

    pub(super) fn is_reached(&self, id: NodeId) -> bool {
        self.0[id.index()] != UNREACHED
    }

    /// The last edge of the path, if it has one.
    pub(super) fn via(&self, id: u32) -> Option<u32> {
        Some(self.0[id as usize]).filter(|&edge| edge < UNREACHED)
    }
}

/// A way from a [held](Node::is_held) object to another: why that one is alive.
///
/// Displayed, it has one line for each handle. Of a long one, the middle is left out; `{:#}` shows all.
#[derive(Clone)]
pub struct Path<'a> {
    snapshot: &'a Snapshot,
    start: NodeId,
    edges: Vec<u32>,
}

impl<'a> Path<'a> {
    pub(super) fn to(snapshot: &'a Snapshot, id: NodeId) -> Option<Path<'a>> {
        let reach = snapshot.reach();
        if !reach.is_reached(snapshot.node(id).id) {
            return None;
        }
        let mut edges = Vec::new();
        let mut start = id.0;
        while let Some(edge) = reach.via(start) {
            edges.push(edge);
            start = snapshot.edges.source(edge);
        }
        edges.reverse();
        Some(Path { snapshot, start: NodeId(start), edges })
    }

    /// The held object that it starts from.
    pub fn start(&self) -> Node<'a> {
        self.snapshot.node(self.start)
    }

    /// The object that it leads to.
    pub fn end(&self) -> Node<'a> {
        self.edges().last().map_or(self.start(), Edge::target)
    }

    /// Its handles, in order.
    pub fn edges(&self) -> impl ExactSizeIterator<Item = Edge<'a>> + DoubleEndedIterator {
        let snapshot = self.snapshot;
        self.edges.iter().map(move |&edge| Edge { snapshot, edge })
    }

    /// Its objects, in order, `start` and `end` included.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'a>> {
        std::iter::once(self.start()).chain(self.edges().map(Edge::target))
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.start();
        write!(f, "{} ({})", start.short_name(), start.holder())?;
        write_handles(f, self.edges(), "\n  ")
    }
}

/// As many of a long way's handles are displayed at each of its ends.
const SHOWN: usize = 16;

/// Writes a line for each handle, after `start`. The middle of a long way is left out, unless `{:#}` asks for
/// all.
pub(super) fn write_handles<'a>(
    f: &mut fmt::Formatter<'_>,
    edges: impl ExactSizeIterator<Item = Edge<'a>>,
    start: &str,
) -> fmt::Result {
    let left_out = match edges.len() {
        // One line that says so takes the place of two at least.
        len if len > 2 * SHOWN + 1 && !f.alternate() => SHOWN..len - SHOWN,
        _ => 0..0,
    };
    for (place, edge) in edges.enumerate() {
        if place == left_out.start && !left_out.is_empty() {
            write!(f, "{start}... {} more handles", left_out.len())?;
        }
        if !left_out.contains(&place) {
            write!(f, "{start}{edge}")?;
        }
    }
    Ok(())
}

impl fmt::Debug for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.nodes()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, Random};

    /// Distances by relaxing every edge until nothing changes (Bellman and Ford).
    fn distances(held: &[usize], count: usize, edges: &[(usize, usize)]) -> Vec<Option<usize>> {
        let mut distances = vec![None; count];
        for &id in held {
            distances[id] = Some(0);
        }
        loop {
            let mut changed = false;
            for &(from, to) in edges {
                if let Some(distance) = distances[from]
                    && distances[to].is_none_or(|known| known > distance + 1)
                {
                    distances[to] = Some(distance + 1);
                    changed = true;
                }
            }
            if !changed {
                return distances;
            }
        }
    }

    #[test]
    fn a_path_is_as_short_as_any_starts_at_a_held_object_and_its_edges_connect() {
        for seed in 0..300 {
            let graph = Random::new(seed).graph(30);
            let snapshot = graph.snapshot();
            let expected = distances(&graph.held, graph.count, &graph.edges);
            for node in snapshot.nodes() {
                let path = snapshot.path_to(node.id());
                let length = path.as_ref().map(|path| path.edges().len());
                assert_eq!(length, expected[node.id().index()], "seed {seed}, {node}");
                assert_eq!(node.is_reachable(), path.is_some());
                let Some(path) = path else { continue };
                assert!(path.start().is_held());
                assert_eq!(path.end().id(), node.id());
                let mut at = path.start().id();
                for edge in path.edges() {
                    assert_eq!(edge.source().id(), at);
                    at = edge.target().id();
                    assert!(graph.edges.contains(&(edge.source().id().index(), at.index())));
                }
                assert_eq!(at, node.id());
            }
        }
    }

    #[test]
    fn a_path_reads_as_a_reason() {
        let snapshot = samples::cache();
        let session = snapshot.nodes_of_type("Session").next().expect("there is one");
        assert_eq!(
            session.path().expect("it is alive").to_string(),
            "Cache (2 external handles)\n  .entries[3].callback -> Closure<Cache>\n  .captured.1 -> Session"
        );
        let ring = snapshot.nodes_of_type("Ring").next().expect("there is one");
        assert!(ring.path().is_none());
        let cache = snapshot.nodes_of_type("::Cache").next().expect("there is one");
        assert_eq!(cache.path().expect("it is held").to_string(), "Cache (2 external handles)");
    }

    #[test]
    fn the_middle_of_a_long_path_is_left_out_unless_asked_for() {
        let snapshot = samples::chain(101);
        let last = snapshot.nodes().next_back().expect("there is one");
        let path = last.path().expect("the first is held");
        let lines: Vec<String> = path.to_string().lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 1 + 16 + 1 + 16);
        assert_eq!(lines[17], "  ... 68 more handles");
        assert_eq!(format!("{path:#}").lines().count(), 101);
    }
}
