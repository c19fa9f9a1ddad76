//! What fills a snapshot.

use super::edges::{Edges, PathWriter, StoredPath, number};
use super::rows::Rows;
use super::snapshot::Analyses;
use super::{Generation, Snapshot, Step};
use std::collections::HashMap;
use std::panic::Location;

/// What is told about an object, apart from its edges.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ObjectFacts {
    pub(crate) address: usize,
    /// Unique among all objects ever made, in the order of their births; 0 if it is not known.
    pub(crate) serial: u64,
    pub(crate) type_name: &'static str,
    /// Bytes of the whole block.
    pub(crate) size: usize,
    pub(crate) strong: u32,
    pub(crate) weak: u32,
    pub(crate) generation: Generation,
    pub(crate) is_finalized: bool,
    pub(crate) is_immortal: bool,
    pub(crate) site: Option<&'static Location<'static>>,
}

/// A snapshot in the making. Objects and edges may come in any order.
#[derive(Debug)]
pub(crate) struct SnapshotBuilder {
    flavor: &'static str,
    objects: Vec<ObjectFacts>,
    /// Addresses, until all objects are known.
    from: Vec<usize>,
    to: Vec<usize>,
    stored: Vec<StoredPath>,
    /// The places of half edges among the edges.
    halves: Vec<usize>,
    paths: PathWriter,
}

impl SnapshotBuilder {
    pub(crate) fn new(flavor: &'static str) -> SnapshotBuilder {
        SnapshotBuilder {
            flavor,
            objects: Vec::new(),
            from: Vec::new(),
            to: Vec::new(),
            stored: Vec::new(),
            halves: Vec::new(),
            paths: PathWriter::default(),
        }
    }

    /// Takes an object. No two have the same address.
    pub(crate) fn object(&mut self, facts: ObjectFacts) {
        self.objects.push(facts);
    }

    /// Takes an edge: a handle in the object at `from`, at `path` in it, to the object at `to`.
    pub(crate) fn edge(&mut self, from: usize, to: usize, path: &[Step]) {
        self.from.push(from);
        self.to.push(to);
        self.stored.push(self.paths.write(path));
    }

    /// Takes a half edge: the object at `from` owns a handle of the one at `to` together with another, which tells
    /// of its own half. (They are the key and the map of a value; a map that is in no object has none to tell
    /// of.) One of the two becomes an edge.
    pub(crate) fn half(&mut self, from: usize, to: usize, path: &[Step]) {
        self.halves.push(self.from.len());
        self.edge(from, to, path);
    }

    /// Numbers the objects in the order in which they came. Edges from or to an address that is none of
    /// theirs are dropped.
    ///
    /// # Panics
    ///
    /// If there are 2³² − 2 objects or edges.
    pub(crate) fn finish(self) -> Snapshot {
        let SnapshotBuilder { flavor, objects, from, to, mut stored, halves, paths } = self;
        let mut by_address: Vec<u32> = (0..number(objects.len())).collect();
        by_address.sort_by_key(|&id| objects[id as usize].address);
        let addresses: Vec<usize> =
            by_address.iter().map(|&id| objects[id as usize].address).collect();
        debug_assert!(addresses.is_sorted_by(|a, b| a < b), "two objects at one address");

        let find = |address| Some(by_address[addresses.binary_search(&address).ok()?]);
        let (mut sources, mut targets) = (Vec::new(), Vec::new());
        let mut kept = 0;
        // The edges of one object come one after the other.
        let mut last = None;
        let mut halves = halves.into_iter().peekable();
        let mut ties = Ties::default();
        for (place, (&from, &to)) in from.iter().zip(&to).enumerate() {
            let source = match last {
                Some((address, source)) if address == from => source,
                _ => find(from),
            };
            last = Some((from, source));
            let is_half = halves.next_if(|&half| half == place).is_some();
            if let (Some(source), Some(target)) = (source, find(to)) {
                if is_half {
                    ties.note(kept, target);
                }
                sources.push(source);
                targets.push(target);
                stored[kept] = stored[place];
                kept += 1;
            }
        }
        stored.truncate(kept);
        let mut external: Vec<u32> = objects.iter().map(|facts| facts.strong).collect();
        if !ties.is_empty() {
            let left_out = ties.left_out(&objects, &sources, &targets);
            let mut place = 0..;
            sources.retain(|_| place.next().is_some_and(|place| !left_out[place]));
            let mut place = 0..;
            targets.retain(|_| place.next().is_some_and(|place| !left_out[place]));
            let mut place = 0..;
            stored.retain(|_| place.next().is_some_and(|place| !left_out[place]));
        }

        for &target in &targets {
            let external = &mut external[target as usize];
            *external = external.saturating_sub(1);
        }
        let (types, type_names) = intern(objects.iter().map(|facts| facts.type_name));
        Snapshot {
            flavor,
            edges: Edges::new(objects.len(), &sources, &targets, &stored, paths.finish()),
            objects,
            external,
            types,
            type_names,
            by_address,
            analyses: Analyses::default(),
        }
    }
}

/// The half edges to each value of a weak-key map.
#[derive(Debug, Default)]
struct Ties {
    /// By value, the places of edges, of which those told first come first.
    halves: HashMap<u32, Vec<usize>>,
}

impl Ties {
    fn note(&mut self, edge: usize, target: u32) {
        self.halves.entry(target).or_default().push(edge);
    }

    fn is_empty(&self) -> bool {
        self.halves.is_empty()
    }

    /// Which edges are left out, so that what remains has the same objects reachable: of two halves one that
    /// leads from garbage remains, or the one told first.
    fn left_out(&self, objects: &[ObjectFacts], sources: &[u32], targets: &[u32]) -> Vec<bool> {
        let mut is_half = vec![false; targets.len()];
        for edge in self.halves.values().flatten() {
            is_half[*edge] = true;
        }
        let mut external: Vec<u32> = objects.iter().map(|facts| facts.strong).collect();
        for (&target, &is_half) in targets.iter().zip(&is_half) {
            let external = &mut external[target as usize];
            *external = external.saturating_sub(u32::from(!is_half));
        }
        for &target in self.halves.keys() {
            let external = &mut external[target as usize];
            *external = external.saturating_sub(1);
        }
        // What is held, and what that leads to; by half edges, when all of them do.
        let rows = Rows::group(objects.len(), sources.iter().copied(), 0..number(targets.len()));
        let is_held = |(facts, &external): (&ObjectFacts, &u32)| {
            external > 0 || facts.is_immortal || facts.generation == Generation::Frozen
        };
        let mut is_reached: Vec<bool> = objects.iter().zip(&external).map(is_held).collect();
        let mut next: Vec<u32> =
            (0..number(objects.len())).filter(|&id| is_reached[id as usize]).collect();
        let mut missing: HashMap<u32, usize> =
            self.halves.iter().map(|(&target, halves)| (target, halves.len())).collect();
        while let Some(id) = next.pop() {
            for &edge in rows.row(id) {
                let target = targets[edge as usize];
                if is_half[edge as usize]
                    && let Some(missing) = missing.get_mut(&target)
                {
                    *missing -= 1;
                    if *missing > 0 {
                        continue;
                    }
                }
                if !std::mem::replace(&mut is_reached[target as usize], true) {
                    next.push(target);
                }
            }
        }
        let mut left_out = vec![false; targets.len()];
        for halves in self.halves.values() {
            let is_garbage = |edge: &&usize| !is_reached[sources[**edge] as usize];
            let remaining = halves.iter().find(is_garbage).or(halves.first());
            for edge in halves {
                left_out[*edge] = Some(edge) != remaining;
            }
        }
        left_out
    }
}

/// Numbers names, in the order in which they first come.
fn intern(names: impl Iterator<Item = &'static str>) -> (Vec<u32>, Vec<&'static str>) {
    let mut distinct = Vec::new();
    let mut known = HashMap::new();
    // The text is compared once for each place it lies at, not once for each object.
    let mut by_place = HashMap::new();
    let numbers = names
        .map(|name| {
            *by_place.entry((name.as_ptr().addr(), name.len())).or_insert_with(|| {
                *known.entry(name).or_insert_with(|| {
                    distinct.push(name);
                    number(distinct.len() - 1)
                })
            })
        })
        .collect();
    (numbers, distinct)
}

#[cfg(test)]
mod tests {
    use super::super::Step::Index;
    use super::super::samples::{Random, Sketch};

    /// With ties among the edges: what is reached, against the definition.
    #[test]
    fn a_tied_value_is_reached_when_both_that_tie_it_are() {
        let mut outcomes = [0; 2];
        for seed in 0..500 {
            let mut random = Random::new(seed);
            let graph = random.graph(12);
            let mut sketch = Sketch::new();
            let mut edges = graph.edges.clone();
            let mut halves = Vec::new();
            for id in 0..graph.count {
                sketch.object("t::A", 40, u32::from(graph.held.contains(&id)));
            }
            for &(from, to) in &edges {
                sketch.edge(from, to, &[Index(0)]);
            }
            let mut count = graph.count;
            for _ in 0..random.below(6) {
                let value = sketch.object("t::Value", 40, 0);
                let (key, map) = (random.below(count), random.below(count));
                sketch.tie(key, map, value);
                halves.push((key, map, value));
                let to = random.below(count);
                sketch.edge(value, to, &[Index(1)]);
                edges.push((value, to));
                count += 1;
            }
            let mut expected: Vec<bool> = (0..count).map(|id| graph.held.contains(&id)).collect();
            loop {
                let before = expected.clone();
                for &(from, to) in &edges {
                    expected[to] |= expected[from];
                }
                for &(key, map, value) in &halves {
                    expected[value] |= expected[key] && expected[map];
                }
                if before == expected {
                    break;
                }
            }
            let snapshot = sketch.snapshot();
            let garbage = snapshot.unreachable();
            assert_eq!(garbage.len(), expected.iter().filter(|is_reached| !**is_reached).count());
            for (node, &expected) in snapshot.nodes().zip(&expected) {
                assert_eq!(node.is_reachable(), expected, "seed {seed}, {node}");
            }
            for &(key, map, value) in &halves {
                let referrers = snapshot.nodes().nth(value).map(|node| node.referrers().count());
                let others = edges.iter().filter(|edge| edge.1 == value).count();
                assert_eq!(referrers, Some(others + 1), "one handle, of the two together");
                outcomes[usize::from(expected[key] != expected[map])] += 1;
            }
        }
        assert!(outcomes.iter().all(|&count| count > 100), "{outcomes:?}");
    }
}
