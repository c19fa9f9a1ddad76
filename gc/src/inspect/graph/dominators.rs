//! What would go if an object went.
//!
//! An object dominates another if every path from outside to that one goes through it. The nearest
//! dominators form a tree, under a root that stands for the outside; what an object retains is its
//! subtree.

use super::NodeId;
use super::edges::Edges;
use super::rows::Rows;

/// The dominator tree, with sums over its subtrees.
#[derive(Debug)]
pub(super) struct Dominators {
    /// For each object its nearest dominator; the number of objects stands for the outside.
    parent: Vec<u32>,
    children: Rows,
    retained: Vec<usize>,
    retained_count: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Dominators {
    /// `roots` lead, together, to all objects; `sizes` has one for each object.
    pub(super) fn new(
        edges: &Edges,
        incoming: &Rows,
        roots: &[u32],
        sizes: Vec<usize>,
    ) -> Dominators {
        let count = sizes.len();
        let outside = count as u32;
        let walk = Walk::new(&edges.targets, roots);
        let by_place = immediate(&walk, edges, incoming, roots);

        // From places in the walk to numbers of objects.
        let number = |place: u32| if place == 0 { outside } else { walk.order[place as usize] };
        let mut parent = vec![NONE; count];
        for (place, &dominator) in by_place.iter().enumerate().skip(1) {
            parent[walk.order[place] as usize] = number(dominator);
        }
        let order = &walk.order[1..];
        debug_assert_eq!(order.len(), count, "the roots lead to all objects");

        let mut retained = sizes;
        let mut retained_count = vec![1_u32; count];
        // Each object after its dominators, so backwards all of a subtree before its top.
        for &id in order.iter().rev() {
            let parent = parent[id as usize];
            if parent != outside {
                retained[parent as usize] += retained[id as usize];
                retained_count[parent as usize] += retained_count[id as usize];
            }
        }
        let children = Rows::group(count + 1, parent.iter().copied(), 0..outside);
        Dominators { parent, children, retained, retained_count }
    }

    pub(super) fn retained(&self, id: NodeId) -> usize {
        self.retained[id.index()]
    }

    pub(super) fn retained_count(&self, id: NodeId) -> usize {
        self.retained_count[id.index()] as usize
    }

    pub(super) fn dominator(&self, id: NodeId) -> Option<NodeId> {
        let parent = self.parent[id.index()];
        (parent as usize != self.parent.len()).then_some(NodeId(parent))
    }

    /// What has this object as its nearest dominator; with `None`, what has none.
    pub(super) fn children(&self, id: Option<NodeId>) -> &[u32] {
        self.children.row(id.map_or(self.parent.len() as u32, |id| id.0))
    }
}

/// A depth-first walk from the outside, which has place 0.
struct Walk {
    /// The object at each place.
    order: Vec<u32>,
    /// The place of each object.
    place: Vec<u32>,
    /// From which place each place was first met.
    from: Vec<u32>,
}

impl Walk {
    fn new(targets: &Rows, roots: &[u32]) -> Walk {
        let count = targets.len();
        let mut walk = Walk { order: vec![NONE], place: vec![NONE; count], from: vec![0] };
        // Places on the way to where we are, with the next of their edges.
        let mut way: Vec<(u32, u32)> = vec![(0, 0)];
        while let Some((place, next)) = way.last_mut() {
            let out = match walk.order[*place as usize] {
                NONE => roots,
                id => targets.row(id),
            };
            let Some(&target) = out.get(*next as usize) else {
                way.pop();
                continue;
            };
            *next += 1;
            if walk.place[target as usize] == NONE {
                let (from, new) = (*place, walk.order.len() as u32);
                walk.place[target as usize] = new;
                walk.order.push(target);
                walk.from.push(from);
                way.push((new, 0));
            }
        }
        walk
    }
}

/// The nearest dominator of each place: Lengauer and Tarjan's simple algorithm, whose names these are.
fn immediate(walk: &Walk, edges: &Edges, incoming: &Rows, roots: &[u32]) -> Vec<u32> {
    let count = walk.order.len();
    let mut semi: Vec<u32> = (0..count as u32).collect();
    let mut dominator = vec![0_u32; count];
    let mut forest =
        Forest { ancestor: vec![NONE; count], label: (0..count as u32).collect(), way: Vec::new() };
    // Lists of the places that have each place as their semi-dominator.
    let (mut bucket, mut bucket_next) = (vec![NONE; count], vec![NONE; count]);
    let mut is_root = vec![false; count];
    for &root in roots {
        is_root[walk.place[root as usize] as usize] = true;
    }
    for place in (1..count as u32).rev() {
        let at = place as usize;
        if is_root[at] {
            semi[at] = 0;
        }
        for &edge in incoming.row(walk.order[at]) {
            let source = walk.place[edges.source(edge) as usize];
            semi[at] = semi[at].min(semi[forest.eval(source, &semi) as usize]);
        }
        let list = &mut bucket[semi[at] as usize];
        bucket_next[at] = std::mem::replace(list, place);

        let parent = walk.from[at];
        forest.ancestor[at] = parent;
        let mut waiting = std::mem::replace(&mut bucket[parent as usize], NONE);
        while waiting != NONE {
            let best = forest.eval(waiting, &semi);
            let is_above = semi[best as usize] < semi[waiting as usize];
            dominator[waiting as usize] = if is_above { best } else { parent };
            waiting = bucket_next[waiting as usize];
        }
    }
    for place in 1..count {
        if dominator[place] != semi[place] {
            dominator[place] = dominator[dominator[place] as usize];
        }
    }
    dominator
}

/// The part of the walk's tree that has been gone through, with its paths compressed.
struct Forest {
    ancestor: Vec<u32>,
    /// The place with the least semi-dominator among those that compression left out above each.
    label: Vec<u32>,
    /// For `eval`, kept for its room.
    way: Vec<u32>,
}

impl Forest {
    /// The place with the least semi-dominator from here up to below the root of its tree.
    fn eval(&mut self, place: u32, semi: &[u32]) -> u32 {
        let Forest { ancestor, label, way } = self;
        if ancestor[place as usize] == NONE {
            return label[place as usize];
        }
        let mut at = place;
        while ancestor[ancestor[at as usize] as usize] != NONE {
            way.push(at);
            at = ancestor[at as usize];
        }
        while let Some(below) = way.pop() {
            let above = ancestor[below as usize];
            let (mine, theirs) = (label[below as usize], label[above as usize]);
            if semi[theirs as usize] < semi[mine as usize] {
                label[below as usize] = theirs;
            }
            ancestor[below as usize] = ancestor[above as usize];
        }
        label[place as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, Graph, Random};
    use super::super::{Node, NodeId};

    /// What the roots lead to without going through `removed`.
    fn reached_without(graph: &Graph, roots: &[usize], removed: Option<usize>) -> Vec<bool> {
        let mut seen = vec![false; graph.count];
        let mut todo: Vec<usize> = Vec::new();
        for &root in roots {
            if Some(root) != removed {
                todo.push(root);
                seen[root] = true;
            }
        }
        while let Some(at) = todo.pop() {
            for &(from, to) in &graph.edges {
                if from == at && Some(to) != removed && !seen[to] {
                    seen[to] = true;
                    todo.push(to);
                }
            }
        }
        seen
    }

    #[test]
    fn an_object_retains_exactly_what_its_removal_cuts_off() {
        for seed in 0..300 {
            let graph = Random::new(seed).graph(30);
            let snapshot = graph.snapshot();
            let mut roots = graph.held.clone();
            roots.extend(snapshot.unreachable().groups().map(|group| group.head().id().index()));
            assert!(!reached_without(&graph, &roots, None).contains(&false), "seed {seed}");
            // cut_off[a][b]: without a, nothing leads to b.
            let cut_off: Vec<Vec<bool>> = (0..graph.count)
                .map(|id| reached_without(&graph, &roots, Some(id)).iter().map(|&is| !is).collect())
                .collect();
            for node in snapshot.nodes() {
                let at = node.id().index();
                let gone = || snapshot.nodes().filter(|other| cut_off[at][other.id().index()]);
                let bytes: usize = gone().map(Node::size).sum();
                assert_eq!(node.retained_size(), bytes, "seed {seed}, {node}");
                assert_eq!(snapshot.retained_count(node.id()), gone().count());

                // The nearest dominator is the one that all others dominate.
                let dominates = |a: NodeId| a.index() != at && cut_off[a.index()][at];
                let all: Vec<NodeId> =
                    snapshot.nodes().map(Node::id).filter(|&id| dominates(id)).collect();
                let nearest = all
                    .iter()
                    .find(|near| all.iter().all(|far| cut_off[far.index()][near.index()]));
                assert_eq!(snapshot.dominator_of(node.id()).map(Node::id), nearest.copied());
                for child in snapshot.dominated_by(Some(node.id())) {
                    assert_eq!(snapshot.dominator_of(child.id()).map(Node::id), Some(node.id()));
                }
            }
        }
    }

    #[test]
    fn the_largest_are_those_that_retain_most_the_largest_first() {
        for seed in 0..50 {
            let snapshot = Random::new(seed).graph(30).snapshot();
            let mut sizes: Vec<usize> = snapshot.nodes().map(Node::retained_size).collect();
            sizes.sort_unstable_by(|a, b| b.cmp(a));
            for count in [0, 1, 7, snapshot.len(), snapshot.len() + 1] {
                let largest: Vec<usize> =
                    snapshot.largest(count).map(Node::retained_size).collect();
                assert_eq!(largest, sizes[..count.min(sizes.len())], "seed {seed}");
            }
        }
    }

    #[test]
    fn what_nothing_dominates_is_under_the_outside() {
        let snapshot = samples::cache();
        let names: Vec<String> =
            snapshot.dominated_by(None).map(|node| node.short_name().to_string()).collect();
        // What is held, and the head of the garbage.
        assert_eq!(names, ["Cache", "Ring"]);
    }

    #[test]
    fn every_object_retains_the_rest_of_a_chain() {
        let snapshot = samples::chain(1000);
        for (place, node) in snapshot.nodes().enumerate() {
            assert_eq!(snapshot.retained_count(node.id()), 1000 - place);
        }
    }
}
