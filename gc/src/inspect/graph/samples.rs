//! Snapshots for the tests, and the files that `ci/pages` and `ci/heapsnapshot` read.

use super::json::{write_list, write_string};
use super::{Generation, Node, ObjectFacts, Snapshot, SnapshotBuilder, Step};
use Step::{Field, Index};
use std::io::{self, Write};

/// An object with no handles, at an address.
pub(super) fn facts(address: usize) -> ObjectFacts {
    ObjectFacts {
        address,
        serial: address as u64,
        type_name: "app::Link",
        size: 40,
        strong: 0,
        weak: 0,
        generation: Generation::Young,
        is_finalized: false,
        is_immortal: false,
        site: None,
    }
}

/// A snapshot by numbers of objects, and strong counts that follow from the edges.
#[derive(Debug)]
pub(super) struct Sketch {
    objects: Vec<ObjectFacts>,
    edges: Vec<(usize, usize, Vec<Step>)>,
    /// Keys or maps, and values.
    halves: Vec<(usize, usize)>,
}

impl Sketch {
    pub(super) fn new() -> Sketch {
        Sketch { objects: Vec::new(), edges: Vec::new(), halves: Vec::new() }
    }

    pub(super) fn object(&mut self, type_name: &'static str, size: usize, external: u32) -> usize {
        let place = self.objects.len();
        let mut facts = facts(0x5_6000_0000 + 64 * place);
        facts.serial = 1 + place as u64;
        (facts.type_name, facts.size, facts.strong) = (type_name, size, external);
        self.objects.push(facts);
        place
    }

    pub(super) fn edge(&mut self, from: usize, to: usize, path: &[Step]) {
        self.objects[to].strong += 1;
        self.edges.push((from, to, path.to_vec()));
    }

    #[cfg(test)]
    pub(super) fn tie(&mut self, key: usize, map: usize, value: usize) {
        self.objects[value].strong += 1;
        self.halves.extend([(key, value), (map, value)]);
    }

    pub(super) fn facts(&mut self, place: usize) -> &mut ObjectFacts {
        &mut self.objects[place]
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let mut builder = SnapshotBuilder::new("local");
        self.objects.iter().for_each(|&facts| builder.object(facts));
        for (from, to, path) in &self.edges {
            builder.edge(self.objects[*from].address, self.objects[*to].address, path);
        }
        for &(from, to) in &self.halves {
            builder.half(self.objects[from].address, self.objects[to].address, &[]);
        }
        builder.finish()
    }
}

/// A cache that keeps closures that keep the cache, with a session behind one; a ring of two that
/// nothing else keeps, and a leaf that hangs off it.
pub(super) fn cache() -> Snapshot {
    let mut sketch = Sketch::new();
    let cache = sketch.object("app::cache::Cache", 96, 2);
    let entries: Vec<usize> =
        (0..4).map(|_| sketch.object("app::cache::Closure<app::cache::Cache>", 48, 0)).collect();
    let session = sketch.object("app::Session", 200, 0);
    let ring = [sketch.object("app::Ring", 56, 0), sketch.object("app::Ring", 56, 0)];
    let leaf = sketch.object("app::Leaf", 40, 0);
    for (index, &entry) in entries.iter().enumerate() {
        sketch.edge(cache, entry, &[Field("entries"), Index(index), Field("callback")]);
        sketch.edge(entry, cache, &[Field("captured"), Field("0")]);
    }
    sketch.edge(entries[3], session, &[Field("captured"), Field("1")]);
    sketch.edge(ring[0], ring[1], &[Field("next")]);
    sketch.edge(ring[1], ring[0], &[Field("next")]);
    sketch.edge(ring[1], leaf, &[Field("leaf")]);
    sketch.facts(cache).weak = 1;
    sketch.facts(cache).site = Some(std::panic::Location::caller());
    sketch.facts(session).generation = Generation::Old;
    sketch.facts(leaf).is_finalized = true;
    sketch.snapshot()
}

/// A list, its first link held.
pub(super) fn chain(count: usize) -> Snapshot {
    chain_sketch(count).snapshot()
}

fn chain_sketch(count: usize) -> Sketch {
    let mut sketch = Sketch::new();
    for place in 0..count {
        sketch.object("app::Link", 40, u32::from(place == 0));
        if place > 0 {
            sketch.edge(place - 1, place, &[Field("next")]);
        }
    }
    sketch
}

/// A list without an end, which nothing holds.
pub(super) fn ring(count: usize) -> Snapshot {
    let mut sketch = chain_sketch(count);
    sketch.edge(count - 1, 0, &[Field("next")]);
    sketch.facts(0).strong = 1;
    sketch.snapshot()
}

/// Objects with handles to any others, in containers.
fn random_sketch(count: usize, edges: usize) -> Sketch {
    let mut random = Random::new(1);
    let mut sketch = Sketch::new();
    for place in 0..count {
        sketch.object(["t::A", "t::B", "t::C"][place % 3], 64, u32::from(place % 100_000 == 0));
    }
    for index in 0..edges {
        sketch.edge(random.below(count), random.below(count), &[Field("edges"), Index(index)]);
    }
    sketch
}

/// Something like a server's heap, of about `count` objects: sessions with requests in a table, a cache,
/// a tree of a page, a long list, and rings of garbage.
pub(super) fn server(count: usize) -> Snapshot {
    server_sketch(count).snapshot()
}

fn server_sketch(count: usize) -> Sketch {
    let mut random = Random::new(7);
    let mut sketch = Sketch::new();
    let server = sketch.object("server::Server", 160, 1);
    let cache = sketch.object("server::cache::Cache", 120, 1);
    sketch.edge(server, cache, &[Field("cache")]);
    let table = sketch.object("server::session::Table", 80, 0);
    sketch.edge(server, table, &[Field("sessions")]);
    let queue = sketch.object("server::log::Queue<server::log::Line>", 64, 0);
    sketch.edge(server, queue, &[Field("log")]);
    let mut tail = queue;
    for session_number in 0..count / 10 {
        let session = sketch.object("server::session::Session", 208, 0);
        sketch.edge(table, session, &[Field("sessions"), Index(session_number), Field("1")]);
        sketch.edge(session, server, &[Field("server")]);
        for request_number in 0..3 {
            let request = sketch.object("server::http::Request<server::http::Body>", 144, 0);
            sketch.edge(session, request, &[Field("requests"), Index(request_number)]);
            sketch.edge(request, session, &[Field("session")]);
            if random.below(4) == 0 {
                let entry = sketch.object("server::cache::Entry", 72 + 8 * random.below(100), 0);
                sketch.edge(
                    cache,
                    entry,
                    &[Field("entries"), Index(session_number), Field("value")],
                );
                sketch.edge(request, entry, &[Field("cached"), Field("0")]);
            }
        }
        let line = sketch.object("server::log::Line", 56, 0);
        sketch.edge(tail, line, &[Field("next")]);
        if random.below(3) == 0 {
            sketch.edge(line, session, &[Field("about")]);
        }
        tail = line;
        let mut parent = session;
        for depth in 0..4 {
            let element = sketch.object("dom::Element", 96, 0);
            let name = if depth == 0 { "page" } else { "children" };
            sketch.edge(parent, element, &[Field(name)]);
            if depth > 0 {
                sketch.edge(element, parent, &[Field("parent")]);
            }
            if depth < 3 || random.below(2) == 0 {
                parent = element;
            }
        }
        if session_number % 50 == 7 {
            let ring: Vec<usize> = (0..3)
                .map(|_| sketch.object("server::task::Task<server::task::run::{{closure}}>", 88, 0))
                .collect();
            for place in 0..3 {
                sketch.edge(ring[place], ring[(place + 1) % 3], &[Field("wakes")]);
            }
            let left = sketch.object("dyn core::ops::Fn(&str) -> </script><b>", 32, 0);
            sketch.edge(ring[1], left, &[Field("then \"</script>\"")]);
        }
    }
    sketch
}

/// What the library says of a snapshot, as JSON that a script can compare with what another reader of
/// its files says: for each object its type, bytes, retained bytes, and the objects on a shortest path.
pub(super) fn write_facts(snapshot: &Snapshot, out: impl Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    let distances = distances(snapshot);
    write!(
        out,
        "{{\"edges\":{},\"garbage\":{},\"nodes\":",
        snapshot.edge_count(),
        snapshot.unreachable().len()
    )?;
    write_list(&mut out, snapshot.nodes(), |out, node| {
        out.write_all(b"\n{\"type\":")?;
        write_string(out, node.type_name())?;
        let (size, retained) = (node.size(), node.retained_size());
        write!(out, ",\"size\":{size},\"retained\":{retained},\"distance\":")?;
        match distances[node.id().index()] {
            Some(distance) => write!(out, "{distance}}}"),
            None => out.write_all(b"null}"),
        }
    })?;
    writeln!(out, "}}")?;
    out.flush()
}

/// How long the path to each object is. Of a long chain, the paths together would be too long.
fn distances(snapshot: &Snapshot) -> Vec<Option<usize>> {
    let path = |node: Node<'_>| node.path().map(|path| path.edges().len());
    if snapshot.len() < 20_000 {
        snapshot.nodes().map(path).collect()
    } else {
        vec![None; snapshot.len()]
    }
}

/// A random number generator (xorshift*), so that a seed names a graph for ever.
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        number as usize % bound
    }

    /// A graph of up to `most` objects, sparse or dense.
    pub(super) fn graph(&mut self, most: usize) -> Graph {
        // The first numbers of neighboring seeds are alike.
        for _ in 0..4 {
            self.below(2);
        }
        let count = 1 + self.below(most);
        let edges = self.below(3 * count);
        let held = self.below(4);
        Graph {
            count,
            edges: (0..edges).map(|_| (self.below(count), self.below(count))).collect(),
            held: (0..held).map(|_| self.below(count)).collect(),
            sizes: (0..count).map(|_| 8 * (1 + self.below(16))).collect(),
        }
    }
}

/// A graph as plain as can be, for oracles.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) count: usize,
    pub(super) edges: Vec<(usize, usize)>,
    pub(super) held: Vec<usize>,
    sizes: Vec<usize>,
}

impl Graph {
    pub(super) fn snapshot(&self) -> Snapshot {
        let mut sketch = Sketch::new();
        for (id, &size) in self.sizes.iter().enumerate() {
            let type_name = ["t::A", "t::B", "t::C"][(size / 8 + id) % 3];
            sketch.object(type_name, size, u32::from(self.held.contains(&id)));
        }
        for (index, &(from, to)) in self.edges.iter().enumerate() {
            sketch.edge(from, to, &[Field("edges"), Index(index)]);
        }
        sketch.snapshot()
    }
}

#[cfg(test)]
mod tests {
    use super::super::SnapshotBuilder;
    use super::{Field, Index, Node, Random, Sketch, cache, facts};

    #[test]
    fn a_snapshot_has_what_the_builder_was_told() {
        let snapshot = cache();
        assert_eq!((snapshot.len(), snapshot.edge_count(), snapshot.flavor()), (9, 12, "local"));
        assert_eq!(snapshot.size(), 96 + 4 * 48 + 200 + 2 * 56 + 40);
        let node = snapshot.nodes_of_type("Session").next().expect("there is one");
        assert_eq!(node.type_name(), "app::Session");
        assert_eq!((node.strong_count(), node.external_count(), node.size()), (1, 0, 200));
        assert_eq!(snapshot.at_address(node.address()).map(Node::id), Some(node.id()));
        assert!(snapshot.at_address(node.address() + 1).is_none());
        assert!(node == snapshot.node(node.id()) && node != cache().node(node.id()));
        let from = node.referrers().next().expect("there is one");
        assert_eq!(from.path().to_string(), ".captured.1");
        assert_eq!(from.to_string(), ".captured.1 -> Session");
        assert!(from == node.referrers().next().expect("it is still there"));
        assert_eq!(from.path().steps().collect::<Vec<_>>(), [Field("captured"), Field("1")]);
        let cache = snapshot.held().next().expect("the cache");
        assert_eq!((cache.strong_count(), cache.external_count(), cache.weak_count()), (6, 2, 1));
        assert_eq!(cache.to_string(), "Cache (#0, 2 external handles)");
        let paths: Vec<String> = cache.edges().map(|edge| edge.path().to_string()).collect();
        assert_eq!(paths[2], ".entries[2].callback");
        assert_eq!(cache.site().map(std::panic::Location::file), Some(file!()));
    }

    #[test]
    fn edges_and_their_paths_come_back_in_the_order_in_which_an_object_reported_them() {
        for seed in 0..100 {
            let graph = Random::new(seed).graph(20);
            let snapshot = graph.snapshot();
            for node in snapshot.nodes() {
                let told = graph.edges.iter().enumerate();
                let expected: Vec<(usize, String)> = told
                    .filter(|(_, edge)| edge.0 == node.id().index())
                    .map(|(index, edge)| (edge.1, format!(".edges[{index}]")))
                    .collect();
                let found: Vec<(usize, String)> = node
                    .edges()
                    .map(|edge| (edge.target().id().index(), edge.path().to_string()))
                    .collect();
                assert_eq!(found, expected, "seed {seed}");
                let referrers = node.referrers().len();
                let edges = graph.edges.iter().filter(|edge| edge.1 == node.id().index());
                assert_eq!(referrers, edges.count());
            }
        }
    }

    #[test]
    fn edges_to_what_is_no_object_are_dropped_and_counts_do_not_wrap() {
        let mut builder = SnapshotBuilder::new("sync");
        builder.edge(16, 32, &[]);
        builder.edge(16, 48, &[Field("stray"), Index(3)]);
        builder.edge(64, 32, &[Field("stray")]);
        builder.edge(16, 32, &[Index(7)]);
        builder.object(facts(32));
        builder.object(facts(16));
        let snapshot = builder.finish();
        let target = snapshot.at_address(32).expect("told");
        assert_eq!((target.strong_count(), target.external_count()), (0, 0));
        let paths: Vec<String> = target.referrers().map(|edge| edge.path().to_string()).collect();
        assert_eq!(paths, ["*", "[7]"]);
    }

    #[test]
    fn immortal_and_frozen_objects_are_held() {
        let mut sketch = Sketch::new();
        let immortal = sketch.object("app::A", 8, 0);
        let frozen = sketch.object("app::B", 8, 0);
        let other = sketch.object("app::C", 8, 0);
        sketch.edge(other, other, &[]);
        sketch.facts(immortal).is_immortal = true;
        sketch.facts(frozen).generation = super::Generation::Frozen;
        let snapshot = sketch.snapshot();
        let nodes: Vec<Node<'_>> = snapshot.nodes().collect();
        assert_eq!(nodes[immortal].path().expect("held").to_string(), "A (immortal)");
        assert_eq!(nodes[frozen].path().expect("held").to_string(), "B (frozen)");
        assert!(!nodes[other].is_held() && nodes[other].path().is_none());
    }

    /// Says how long each analysis of a million objects takes.
    #[test]
    #[ignore = "prints times, of a release build: cargo test --release ... -- --ignored --nocapture million"]
    fn a_million_objects() {
        use std::time::Instant;
        fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
            let start = Instant::now();
            let result = work();
            println!("  {what:<14} {:>6} ms", start.elapsed().as_millis());
            result
        }
        for (name, sketch) in [
            ("chain", super::chain_sketch(1_000_000)),
            ("server", super::server_sketch(1_000_000)),
            ("random", super::random_sketch(1_000_000, 3_000_000)),
        ] {
            println!("{name}");
            let snapshot = timed("build", || sketch.snapshot());
            println!("  {} objects, {} edges", snapshot.len(), snapshot.edge_count());
            let last = snapshot.nodes().next_back().expect("there is one").id();
            timed("path", || snapshot.path_to(last).is_some());
            timed("components", || snapshot.components().len());
            timed("unreachable", || snapshot.unreachable().len());
            timed("dominators", || snapshot.retained_size(last));
            timed("totals", || snapshot.totals().types().len());
            timed("diff", || snapshot.diff(&snapshot).types().len());
            let sink = std::io::sink;
            timed("html", || snapshot.write_html(sink()).expect("written"));
            timed("heapsnapshot", || snapshot.write_heapsnapshot(sink()).expect("written"));
            timed("dot", || snapshot.write_dot(sink()).expect("written"));
        }
    }

    #[test]
    fn objects_are_found_by_their_type() {
        struct Wanted;
        struct WantedNot;
        let mut sketch = Sketch::new();
        sketch.object(std::any::type_name::<WantedNot>(), 8, 1);
        let wanted = sketch.object(std::any::type_name::<Wanted>(), 8, 1);
        let snapshot = sketch.snapshot();
        let found: Vec<usize> =
            snapshot.nodes_of::<Wanted>().map(|node| node.id().index()).collect();
        assert_eq!(found, [wanted]);
        assert_eq!(snapshot.nodes_of::<u8>().count(), 0);
        assert_eq!(snapshot.nodes_of_type("Wanted").count(), 2);
    }

    #[test]
    fn a_snapshot_may_go_to_another_thread() {
        fn is_send_and_sync<T: Send + Sync>(_: &T) {}
        is_send_and_sync(&cache());
    }
}
