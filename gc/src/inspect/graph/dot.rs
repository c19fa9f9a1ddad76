//! Graphviz DOT: a picture of a few objects, or the input of other graph tools.

use super::{Node, NodeId, Snapshot};
use std::collections::HashSet;
use std::io::{self, BufWriter, Write};

impl Snapshot {
    /// Writes all objects as a graph in the DOT language of [Graphviz](https://graphviz.org/doc/info/lang.html).
    ///
    /// An object is a box with its type, number and bytes, bold if it is [held](Node::is_held) and dashed if
    /// a collection would free it; an edge is labeled with the path of its handle. Graphviz draws some
    /// hundreds of objects; of larger heaps, write [a part](Snapshot::write_dot_of).
    ///
    /// # Errors
    ///
    /// Those of `out`.
    ///
    /// # Cost
    ///
    /// As that of [`path_to`](Snapshot::path_to), and one line for each object and edge.
    ///
    /// # Examples
    ///
    /// `snapshot.write_dot(File::create("heap.dot")?)?`, and then `dot -Tsvg heap.dot -o heap.svg`.
    pub fn write_dot(&self, out: impl Write) -> io::Result<()> {
        write(out, self.nodes(), |_| true)
    }

    /// Writes these objects, and the edges between them, as [`write_dot`](Snapshot::write_dot) writes all.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    ///
    /// # Panics
    ///
    /// If a number is another snapshot's, and this one has no such object.
    pub fn write_dot_of(
        &self,
        out: impl Write,
        nodes: impl IntoIterator<Item = NodeId>,
    ) -> io::Result<()> {
        let mut seen = HashSet::new();
        let nodes: Vec<Node<'_>> =
            nodes.into_iter().filter(|&id| seen.insert(id)).map(|id| self.node(id)).collect();
        write(out, nodes.into_iter(), |node| seen.contains(&node.id()))
    }
}

fn write<'a>(
    out: impl Write,
    nodes: impl Iterator<Item = Node<'a>>,
    is_shown: impl Fn(Node<'a>) -> bool,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    writeln!(out, "digraph heap {{")?;
    writeln!(out, "  node [shape=box, fontname=\"sans-serif\", fontsize=11];")?;
    writeln!(out, "  edge [fontname=\"sans-serif\", fontsize=9];")?;
    for node in nodes {
        let (id, size) = (node.id().index(), node.size());
        let name = quoted(&node.short_name().to_string());
        let style = match (node.is_held(), node.is_reachable()) {
            (true, _) => ", style=bold",
            (false, true) => "",
            (false, false) => ", style=dashed",
        };
        write!(out, "  n{id} [label=\"{name}\\n#{id}, {size} bytes")?;
        if node.is_held() {
            write!(out, "\\n{}", node.holder())?;
        }
        writeln!(out, "\", tooltip=\"{}\"{style}];", quoted(node.type_name()))?;
        for edge in node.edges().filter(|edge| is_shown(edge.target())) {
            let (target, path) = (edge.target().id().index(), quoted(&edge.path().to_string()));
            writeln!(out, "  n{id} -> n{target} [label=\"{path}\"];")?;
        }
    }
    writeln!(out, "}}")?;
    out.flush()
}

/// Text inside a quoted string of DOT: a backslash would start an escape sequence there, and an
/// ampersand a character of HTML.
fn quoted(text: &str) -> String {
    text.replace('&', "&amp;").replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, Sketch};
    use super::super::{Node, Step};
    use std::io::Write;
    use std::process::{Command, Stdio};

    /// What Graphviz makes of `dot`, in one of its output formats, or `None` where it is not installed.
    fn drawn(dot: &[u8], format: &str) -> Option<String> {
        let child =
            Command::new("dot").arg(format).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let Ok(mut child) = child else {
            // Past the capture of the tests' output.
            let message = "skipped: Graphviz (`dot`) is not installed";
            writeln!(std::io::stderr(), "{message}").expect("it can be written");
            return None;
        };
        child.stdin.take().expect("piped").write_all(dot).expect("dot reads it");
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "dot takes it");
        Some(String::from_utf8(output.stdout).expect("text"))
    }

    fn lines<'a>(plain: &'a str, start: &str) -> Vec<&'a str> {
        plain.lines().filter(|line| line.starts_with(start)).collect()
    }

    #[test]
    fn graphviz_sees_every_object_and_every_edge_with_its_path() {
        let snapshot = samples::cache();
        let mut dot = Vec::new();
        snapshot.write_dot(&mut dot).expect("a vector takes all");
        let Some(plain) = drawn(&dot, "-Tplain") else { return };
        assert_eq!(lines(&plain, "node ").len(), snapshot.len());
        assert_eq!(lines(&plain, "edge ").len(), snapshot.edge_count());
        assert!(lines(&plain, "edge n0 n4 ")[0].contains(".entries[3].callback"));
        assert!(lines(&plain, "node n0 ")[0].contains("Cache\\n#0, 96 bytes\\n2 external handles"));
        assert!(lines(&plain, "node n0 ")[0].contains("bold"));
        assert!(lines(&plain, "node n6 ")[0].contains("dashed"));
    }

    #[test]
    fn a_part_has_its_objects_and_the_edges_between_them() {
        let snapshot = samples::cache();
        let session = snapshot.nodes_of_type("Session").next().expect("there is one");
        let path = session.path().expect("it is alive");
        let mut dot = Vec::new();
        snapshot.write_dot_of(&mut dot, path.nodes().map(Node::id)).expect("a vector takes all");
        let Some(plain) = drawn(&dot, "-Tplain") else { return };
        // The cache, the closure and the session; the closure leads back to the cache.
        assert_eq!((lines(&plain, "node ").len(), lines(&plain, "edge ").len()), (3, 3));
    }

    #[test]
    fn names_with_quotes_backslashes_and_angles_come_through() {
        let mut sketch = Sketch::new();
        let name = r#"odd::Type<"\n{}<b>&amp;"#;
        let object = sketch.object(name, 8, 1);
        sketch.edge(object, object, &[Step::Field(r#"a"\l]"#)]);
        let mut dot = Vec::new();
        sketch.snapshot().write_dot(&mut dot).expect("a vector takes all");
        let Some(plain) = drawn(&dot, "-Tplain") else { return };
        assert_eq!((lines(&plain, "node ").len(), lines(&plain, "edge ").len()), (1, 1), "{plain}");
        let svg = drawn(&dot, "-Tsvg").expect("it was there");
        assert!(svg.contains(r">Type&lt;&quot;\n{}&lt;b&gt;&amp;amp;</text>"), "{svg}");
        assert!(svg.contains(r">.a&quot;\l]</text>"), "{svg}");
    }
}
