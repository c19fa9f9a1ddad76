//! V8's heap snapshots, which Chrome's DevTools and others read.
//!
//! The format has no specification; its source is V8's `src/profiler/heap-snapshot-generator.cc`
//! (`HeapSnapshotJSONSerializer`). One JSON object: `snapshot.meta` names the fields of a node and of an
//! edge, and `nodes` and `edges` are flat lists of numbers, so many to each. A node says how many edges it
//! has, and the edges stand in the order of the nodes. An edge leads to a place in the list of nodes.
//! Every number has to fit into 32 bits, and text is a place in `strings`.

use super::json::{write_numbers, write_string};
use super::{Node, NodeId, Snapshot};
use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::rc::Rc;

/// As V8 writes it; readers look fields up here, but some know only these.
const META: &str = concat!(
    r#"{"node_fields":["type","name","id","self_size","edge_count","trace_node_id","detachedness"],"#,
    r#""node_types":[["hidden","array","string","object","code","closure","regexp","number","native","#,
    r#""synthetic","concatenated string","sliced string","symbol","bigint","object shape"],"#,
    r#""string","number","number","number","number","number"],"#,
    r#""edge_fields":["type","name_or_index","to_node"],"#,
    r#""edge_types":[["context","element","property","internal","hidden","shortcut","weak"],"#,
    r#""string_or_number","node"],"#,
    r#""trace_function_info_fields":["function_id","name","script_name","script_id","line","column"],"#,
    r#""trace_node_fields":["id","function_info_index","count","size","children"],"#,
    r#""sample_fields":["timestamp_us","last_assigned_id"],"#,
    r#""location_fields":["object_index","script_id","line","column"]}"#
);
const NODE_FIELDS: u64 = 7;
const OBJECT: u64 = 3;
const SYNTHETIC: u64 = 9;
const ELEMENT: u64 = 1;
const PROPERTY: u64 = 2;

/// Nodes that stand for no object: the root, what holds objects, and garbage.
const SYNTHETIC_NODES: u64 = 3;

impl Snapshot {
    /// Writes a `.heapsnapshot`, the format of V8's heap snapshots: Chrome's DevTools open it (Memory, then
    /// Load), and so do other tools for that format.
    ///
    /// Under the root is `(GC roots)`, which leads to the objects that are [held](Node::is_held), and
    /// `(garbage)`, which leads to the [head](super::UnreachableGroup::head) of each group that a collection
    /// would free. An edge has the path of its handle as its name. Where
    /// [serial numbers](Node::serial) are known, an object's id follows from its own, so that DevTools'
    /// comparison of two snapshots knows it again. The format's numbers have 32 bits: larger sizes are
    /// cut to that.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    ///
    /// # Cost
    ///
    /// As that of [`unreachable`](Snapshot::unreachable), and one step for each object and edge.
    pub fn write_heapsnapshot(&self, out: impl Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        let held: Vec<Node<'_>> = self.held().collect();
        let heads: Vec<NodeId> = self.garbage().heads().map(NodeId).collect();
        let edge_count = 2 + held.len() + heads.len() + self.edge_count();
        write!(
            out,
            "{{\"snapshot\":{{\"meta\":{META},\"node_count\":{},\"edge_count\":{edge_count},\
             \"trace_function_count\":0}},\n\"nodes\":",
            self.len() as u64 + SYNTHETIC_NODES
        )?;

        let mut strings = Strings::default();
        let (empty, roots) = (strings.number(""), strings.number("(GC roots)"));
        let garbage = strings.number("(garbage)");
        let names: Vec<u64> = self.type_names.iter().map(|name| strings.number(name)).collect();
        let ids = self.ids();
        let synthetic = [(empty, 1, 2), (roots, 3, held.len()), (garbage, 5, heads.len())];
        let synthetic = synthetic
            .into_iter()
            .map(|(name, id, edges)| [SYNTHETIC, name, id, 0, edges as u64, 0, 0]);
        let objects = self.nodes().map(|node| {
            let place = node.id().index();
            let size = u64::from(u32::try_from(node.size()).unwrap_or(u32::MAX));
            let name = names[self.types[place] as usize];
            [OBJECT, name, ids.of(place), size, node.edges().len() as u64, 0, 0]
        });
        write_numbers(&mut out, synthetic.chain(objects).flatten())?;

        write!(out, ",\n\"edges\":")?;
        let place = |id: NodeId| (SYNTHETIC_NODES + u64::from(id.0)) * NODE_FIELDS;
        let under_root = [[ELEMENT, 1, NODE_FIELDS], [ELEMENT, 2, 2 * NODE_FIELDS]];
        let elements =
            |nodes: Vec<NodeId>| (1..).zip(nodes).map(|(index, id)| [ELEMENT, index, place(id)]);
        let held = elements(held.into_iter().map(Node::id).collect());
        let handles = self.nodes().flat_map(Node::edges).map(|edge| {
            let name = strings.number(&edge.path().to_string());
            [PROPERTY, name, place(edge.target().id())]
        });
        let edges = under_root.into_iter().chain(held).chain(elements(heads)).chain(handles);
        write_numbers(&mut out, edges.flatten())?;

        write!(
            out,
            ",\n\"trace_function_infos\":[],\"trace_tree\":[],\"samples\":[],\"locations\":[],\n\
             \"strings\":"
        )?;
        strings.write(&mut out)?;
        writeln!(out, "}}")?;
        out.flush()
    }

    fn ids(&self) -> Ids<'_> {
        let fits = |serial: u64| serial > 0 && serial < (1 << 31) - 4;
        if self.objects.iter().all(|facts| fits(facts.serial)) {
            Ids::Serial(self)
        } else {
            Ids::Place
        }
    }
}

/// V8's ids of objects are odd, and those of what it makes up itself come first.
enum Ids<'a> {
    Serial(&'a Snapshot),
    Place,
}

impl Ids<'_> {
    fn of(&self, place: usize) -> u64 {
        match self {
            Ids::Serial(snapshot) => 2 * snapshot.objects[place].serial + 5,
            Ids::Place => 2 * place as u64 + 7,
        }
    }
}

/// The texts of a file, each once.
#[derive(Default)]
struct Strings {
    known: HashMap<Rc<str>, u64>,
    texts: Vec<Rc<str>>,
}

impl Strings {
    fn number(&mut self, text: &str) -> u64 {
        if let Some(&number) = self.known.get(text) {
            return number;
        }
        let (text, number) = (Rc::<str>::from(text), self.texts.len() as u64);
        self.texts.push(text.clone());
        self.known.insert(text, number);
        number
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        super::json::write_list(out, &self.texts, |out, text| write_string(out, text))
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    /// The list of numbers called `name`. The texts of the sample have no brackets before the lists.
    fn numbers(json: &str, name: &str) -> Vec<usize> {
        let start = json.find(&format!("\n\"{name}\":[")).expect("it is there") + name.len() + 5;
        let end = start + json[start..].find(']').expect("it ends");
        json[start..end].split(',').map(|number| number.parse().expect("a number")).collect()
    }

    #[test]
    fn nodes_and_edges_have_as_many_numbers_as_they_say_and_lead_to_nodes() {
        for snapshot in [samples::cache(), samples::chain(100), samples::server(1000)] {
            let mut out = Vec::new();
            snapshot.write_heapsnapshot(&mut out).expect("a vector takes all");
            let json = String::from_utf8(out).expect("text");
            let (nodes, edges) = (numbers(&json, "nodes"), numbers(&json, "edges"));
            assert_eq!(nodes.len(), 7 * (snapshot.len() + 3));
            assert_eq!(nodes[7 + 4], snapshot.held().count(), "(GC roots) leads to what is held");
            assert_eq!(nodes[14 + 4], snapshot.unreachable().groups().len(), "(garbage) to groups");
            let counted: usize = nodes.chunks(7).map(|node| node[4]).sum();
            assert_eq!(edges.len(), 3 * counted);
            assert!(json.contains(&format!("\"edge_count\":{counted},")));
            for edge in edges.chunks(3) {
                assert!(edge[2] % 7 == 0 && edge[2] < nodes.len());
            }
            let mut ids: Vec<usize> = nodes.chunks(7).map(|node| node[2]).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), snapshot.len() + 3, "ids are distinct");
            assert!(ids.iter().all(|id| id % 2 == 1 && u32::try_from(*id).is_ok()));
        }
    }
}
