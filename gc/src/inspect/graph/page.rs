//! A page that shows the heap, by itself in one file.
//!
//! `page.html` has three marks, for `page.css`, the data and `page.js`. The data is one JSON object of
//! parallel lists, one item per object, per edge or per type:
//!
//! | list | of | what |
//! | --- | --- | --- |
//! | `types`, `shortTypes`, `typeRetained` | types | names, and bytes retained |
//! | `type`, `address`, `serial`, `size`, `strong`, `external`, `weak`, `retained` | objects | as their names say |
//! | `flags` | objects | the generation in two bits, 4 if finalized, 8 if immortal |
//! | `site` | objects | 0, or one more than a place in `sites` |
//! | `via` | objects | 0 if held, 1 if garbage, or 2 more than the last edge of a shortest path |
//! | `dominator` | objects | the nearest dominator, or the number of objects |
//! | `edgeCounts` | objects | how many edges; they stand in the order of objects |
//! | `edgeTo`, `edgeShape` | edges | the target, and a place in `shapes` |
//! | `shapes` | | the field names of a path, `null` for each index |
//! | `indices` | | the indices of all paths, one after the other |

use super::json::{write_list, write_numbers, write_string, write_strings};
use super::{Node, ShortName, Snapshot, Step};
use std::collections::HashMap;
use std::io::{self, BufWriter, Write};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page, cut at its marks.
fn page_parts() -> [&'static str; 4] {
    let cut = |text: &'static str, mark| text.split_once(mark).expect("the page has its marks");
    let (start, rest) = cut(PAGE, "<!--style-->");
    let (before_data, rest) = cut(rest, "<!--data-->");
    let (before_script, end) = cut(rest, "<!--script-->");
    [start, before_data, before_script, end]
}

/// A number for each object.
type Column<'a> = (&'static str, &'a dyn Fn(Node<'_>) -> u64);

impl Snapshot {
    /// Writes one HTML page that shows this heap in any browser: types with their totals, a search, a
    /// picture of what keeps what to move about in, and for each object why it is alive.
    ///
    /// The page is whole in itself: it loads nothing, and its policy forbids that it does. It stays
    /// readable with 10⁵ objects and more, since it shows those that retain most and puts the others
    /// together by type, to be expanded.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    ///
    /// # Cost
    ///
    /// As that of [`totals`](Snapshot::totals), and one step for each object and edge. The page has 35 KB
    /// and, as a rule, 60 bytes for each object and 20 for each edge.
    pub fn write_html(&self, out: impl Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        let [start, before_data, before_script, end] = page_parts();
        write!(out, "{start}{STYLE}{before_data}")?;
        self.write_data(&mut out)?;
        write!(out, "{before_script}{SCRIPT}{end}")?;
        out.flush()
    }

    fn write_data<W: Write>(&self, out: &mut W) -> io::Result<()> {
        out.write_all(b"{\"flavor\":")?;
        write_string(out, self.flavor())?;
        let name = |out: &mut W, name: &str| write!(out, ",\n\"{name}\":");

        name(out, "types")?;
        write_strings(out, self.type_names.iter().copied())?;
        name(out, "shortTypes")?;
        let short = |name| ShortName(name).to_string();
        write_list(out, &self.type_names, |out, name| write_string(out, &short(name)))?;
        name(out, "typeRetained")?;
        write_numbers(out, self.retained_by_type().into_iter().map(|size| size as u64))?;

        let mut sites = Sites::default();
        let site = self.nodes().map(|node| sites.number(node)).collect::<Vec<u64>>();
        let flags = |node: Node<'_>| {
            node.generation() as u64
                | if node.is_finalized() { 4 } else { 0 }
                | if node.is_immortal() { 8 } else { 0 }
        };
        let via = |node: Node<'_>| match self.reach().via(node.id().0) {
            Some(edge) => u64::from(edge) + 2,
            None => u64::from(!node.is_reachable()),
        };
        let dominator = |node: Node<'_>| {
            self.dominator_of(node.id()).map_or(self.len() as u64, |node| u64::from(node.id().0))
        };
        let columns: [Column<'_>; 13] = [
            ("type", &|node| u64::from(self.types[node.id().index()])),
            ("address", &|node| node.address() as u64),
            ("serial", &|node| self.objects[node.id().index()].serial),
            ("size", &|node| node.size() as u64),
            ("strong", &|node| u64::from(node.strong_count())),
            ("external", &|node| u64::from(node.external_count())),
            ("weak", &|node| u64::from(node.weak_count())),
            ("retained", &|node| node.retained_size() as u64),
            ("flags", &flags),
            ("site", &|node| site[node.id().index()]),
            ("via", &via),
            ("dominator", &dominator),
            ("edgeCounts", &|node| node.edges().len() as u64),
        ];
        for (column, value) in columns {
            name(out, column)?;
            write_numbers(out, self.nodes().map(value))?;
        }
        name(out, "sites")?;
        write_list(out, &sites.texts, |out, text| write_string(out, text))?;

        name(out, "edgeTo")?;
        write_numbers(out, self.edges.targets.items().iter().copied().map(u64::from))?;
        name(out, "edgeShape")?;
        write_numbers(out, self.edges.stored.iter().map(|path| u64::from(path.shape)))?;
        name(out, "shapes")?;
        write_list(out, self.edges.paths.shapes(), |out, shape| {
            write_list(out, shape, |out, part| match part {
                Some(name) => write_string(out, name),
                None => out.write_all(b"null"),
            })
        })?;
        name(out, "indices")?;
        let steps = self.nodes().flat_map(Node::edges).flat_map(|edge| edge.path().steps());
        let indices = steps.filter_map(|step| match step {
            Step::Index(index) => Some(index as u64),
            Step::Field(_) => None,
        });
        write_numbers(out, indices)?;
        out.write_all(b"}")
    }
}

/// Where objects were made, each place once.
#[derive(Default)]
struct Sites {
    known: HashMap<&'static std::panic::Location<'static>, u64>,
    texts: Vec<String>,
}

impl Sites {
    /// One more than the place of its text, or 0.
    fn number(&mut self, node: Node<'_>) -> u64 {
        let Some(site) = node.site() else { return 0 };
        *self.known.entry(site).or_insert_with(|| {
            self.texts.push(site.to_string());
            self.texts.len() as u64
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    fn page(snapshot: &super::Snapshot) -> String {
        let mut out = Vec::new();
        snapshot.write_html(&mut out).expect("a vector takes all");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_page_has_its_parts_once_and_no_name_can_end_its_data() {
        // Of the sample's types, one has `</script>` in its name.
        let page = page(&samples::server(2000));
        for part in ["<style>", "</style>", "<script>", "\"edgeTo\":["] {
            assert_eq!(page.matches(part).count(), 1, "{part}");
        }
        assert_eq!(page.matches("</script").count(), 2);
        assert!(page.contains(r"\u003c/script\u003e\u003cb\u003e"));
        assert!(!page.contains("<!--"), "each mark has been replaced");
    }

    #[test]
    fn a_page_loads_nothing() {
        let page = page(&samples::cache());
        for link in ["src=", "@import", "url(h", "fetch(", "XMLHttp", "import("] {
            assert!(!page.contains(link), "{link}");
        }
        // The one address names the language of the picture; nobody asks there.
        assert_eq!(page.matches("//www.").count(), 1);
    }

    /// Writes what `ci/pages` and `ci/heapsnapshot` read into the folder `HEAP_SAMPLES`.
    #[test]
    #[ignore = "writes files, for the scripts in ci/"]
    fn write_samples() {
        let folder = std::env::var_os("HEAP_SAMPLES").expect("a folder");
        let folder = std::path::Path::new(&folder);
        let create = |name: &str| std::fs::File::create(folder.join(name)).expect("it can be made");
        for (name, snapshot) in [
            ("cache", samples::cache()),
            ("empty", samples::chain(0)),
            ("chain", samples::chain(100_000)),
            ("server", samples::server(2_000)),
            ("large", samples::server(100_000)),
        ] {
            snapshot.write_html(create(&format!("{name}.html"))).expect("written");
            snapshot.write_heapsnapshot(create(&format!("{name}.heapsnapshot"))).expect("written");
            snapshot.write_dot(create(&format!("{name}.dot"))).expect("written");
            // What the library itself says, for the readers to compare.
            samples::write_facts(&snapshot, create(&format!("{name}.facts"))).expect("written");
        }
    }
}
