//! The rows of the tables: which figure of which workload at which size, against what, and the target.

use crate::field::Kind;

/// What a figure is measured in, and so how a cell shows it.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Unit {
    /// Nanoseconds, shown as the ratio to the base.
    Nanoseconds,
    /// Nanoseconds, shown as they are.
    PlainNanoseconds,
    /// Microseconds, shown as they are, in a readable unit.
    Microseconds,
    /// Bytes an object, shown as they are.
    Bytes,
    /// Bytes of the whole process, shown as the ratio to the base.
    Megabytes,
}

impl Unit {
    pub(crate) fn is_ratio(self) -> bool {
        matches!(self, Self::Nanoseconds | Self::Megabytes)
    }
}

/// One row.
pub(crate) struct Row {
    pub(crate) id: &'static str,
    pub(crate) section: usize,
    pub(crate) title: String,
    pub(crate) kind: Kind,
    pub(crate) workload: &'static str,
    pub(crate) size: usize,
    pub(crate) figure: &'static str,
    pub(crate) unit: Unit,
    pub(crate) base: &'static str,
    /// At most this, in what the cell shows.
    pub(crate) target: Option<f64>,
    /// Only these take part; all if empty.
    pub(crate) only: &'static [&'static str],
    /// One round only, for what takes long.
    pub(crate) once: bool,
}

/// The headings of the sections, and what to know to read them.
pub(crate) const SECTIONS: &[(&str, &str)] = &[
    (
        "Handles and objects",
        "Nanoseconds per operation, as ratios to `Rc`. Below 3 ns code layout alone moves a figure by up to 30 %: there the instruction counts further down are the judge.",
    ),
    (
        "Cyclic garbage",
        "Nanoseconds per object, from the making to the end (W5a) or the dropping and collecting alone (W5b, W5c), as ratios to the base named in the row.",
    ),
    (
        "Beside a live heap",
        "Nanoseconds per step; every step also reads the clock once, in all contenders.",
    ),
    (
        "Pauses",
        "The longest time from one step to the next in W6b, the median of the rounds: on the processor (a step's own work), and by the clock, where `Rc`, which never collects, shows what the scheduler adds.",
    ),
    ("Depth", "Nanoseconds per object, on a thread with 2 MiB of stack."),
    (
        "Memory",
        "Bytes requested from the allocator per object, over the value itself (W9); peak resident memory (W6d).",
    ),
    ("Threads", "Nanoseconds per operation of one thread, as ratios to `Arc`."),
    (
        "Pauses of threads",
        "As above, by the clock, for threads that churn beside a shared live heap for two seconds: `Arc` shows what the scheduler adds. On the processor: without that, and without waiting for another thread.",
    ),
    (
        "The thread-safe flavours on one thread",
        "The rows of the first tables with `Mutex` for `RefCell`, as ratios to `Arc`.",
    ),
    (
        "Growth: cost per object of a collection",
        "Nanoseconds per object, from 10³ to 10⁷ objects: garbage in rings of 10 (dropped and collected), and a live random graph (a full collection).",
    ),
    (
        "Growth: worst pause of an automatic collection",
        "W6b beside live heaps of 10⁴ to 10⁷ objects; on the processor.",
    ),
];

struct Table {
    rows: Vec<Row>,
    section: usize,
    kind: Kind,
    base: &'static str,
    unit: Unit,
    only: &'static [&'static str],
    once: bool,
}

impl Table {
    fn add(
        &mut self,
        id: &'static str,
        title: &str,
        workload: &'static str,
        size: usize,
        target: Option<f64>,
    ) {
        self.add_figure(id, title, workload, size, "ns", target);
    }

    fn add_figure(
        &mut self,
        id: &'static str,
        title: &str,
        workload: &'static str,
        size: usize,
        figure: &'static str,
        target: Option<f64>,
    ) {
        self.rows.push(Row {
            id,
            section: self.section,
            title: title.to_owned(),
            kind: self.kind,
            workload,
            size,
            figure,
            unit: self.unit,
            base: self.base,
            target,
            only: self.only,
            once: self.once,
        });
    }

    fn section(&mut self, section: usize, kind: Kind, base: &'static str, unit: Unit) {
        self.section = section;
        self.kind = kind;
        self.base = base;
        self.unit = unit;
    }
}

/// 10^4, as the tables write it.
pub(crate) fn power(size: usize) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    format!("10{}", digits[size.ilog10() as usize])
}

/// All rows, in the order of the report.
pub(crate) fn rows(quick: bool) -> Vec<Row> {
    let mut table = Table {
        rows: Vec::new(),
        section: 0,
        kind: Kind::Local,
        base: "Rc",
        unit: Unit::Nanoseconds,
        only: &[],
        once: false,
    };
    let small = if quick { 10 } else { 1 };
    handles(&mut table, small);
    cycles(&mut table, small);
    live(&mut table, small);
    depth_and_memory(&mut table, small);
    threads(&mut table, small);
    growth(&mut table, quick);
    table.rows
}

fn handles(table: &mut Table, small: usize) {
    let many = 3_000_000 / small;
    let million = 1_000_000 / small;
    table.add("W1a", "clone and drop a live handle, leaf", "clone-leaf", many, Some(1.05));
    table.add("W1b", "the same, node", "clone-node", many, Some(1.15));
    table.add(
        "W1b",
        "the same, round-robin over 1000 nodes",
        "clone-round-robin",
        many,
        Some(1.15),
    );
    table.add(
        "W1c",
        "the same, random nodes of a live graph of 10⁵",
        "clone-in-graph",
        million,
        Some(1.2),
    );
    table.add("W2a", "new and drop, leaf", "new-leaf", many, Some(1.02));
    table.add("W2b", "new and drop, node", "new-node", many, Some(1.08));
    table.add("W2b", "new and drop, two", "new-two", many, Some(1.08));
    table.add(
        "W2c",
        "new, clone, drop, drop: a candidate that dies",
        "new-cloned",
        many,
        Some(1.15),
    );
    table.add("W3", "walk a shuffled list of 10⁴ by reference", "walk", 10_000, Some(1.0));
    table.add("W3", "the same, a big one of 10⁶", "walk", million, Some(1.0));
    table.add("W3", "walk the list of 10⁴ by cloned handles", "walk-clones", 10_000, Some(1.1));
    table.add("W3", "the same, a big one of 10⁶", "walk-clones", million, Some(1.1));
    table.add("W4", "binary tree of depth 20", "tree", (1 << 21) / small, Some(1.02));
    table.add("W4", "binary trees of depth 4 to 16", "trees", (1 << 21) / small, Some(1.05));
    table.add("W10", "closure interpreter, per call", "interpreter", million, Some(1.12));
}

fn cycles(table: &mut Table, small: usize) {
    let million = 1_000_000 / small;
    table.section(1, Kind::Local, "Rc", Unit::Nanoseconds);
    let shapes = [
        ("rings of 2", "ring-2"),
        ("rings of 10", "ring-10"),
        ("rings of 1000", "ring-1000"),
        ("double lists of 2", "double-2"),
        ("double lists of 10", "double-10"),
        ("double lists of 1000", "double-1000"),
    ];
    for (shape, workload) in shapes {
        let title = format!("{shape}: make, drop, collect, in a fresh heap");
        table.add_figure("W5a", &title, workload, million, "cold", Some(1.45));
        let title = format!("{shape}: the same again, in the heap of before");
        table.add_figure("W5a", &title, workload, million, "ns", Some(1.45));
    }
    table.base = "trial";
    for (shape, workload) in &shapes[..3] {
        let title = format!("{shape}: drop and collect, against trial");
        table.add_figure("W5b", &title, workload, million, "free", Some(1.1));
    }
    table.add("W5c", "random graph: drop and collect, against trial", "random", million, Some(0.6));
    table.base = "Rc";
    table.add(
        "W5d",
        "rings of 2, abandoned one after another",
        "abandon-ring-2",
        million,
        Some(1.9),
    );
    table.add("W5d", "double lists of 1000, the same", "abandon-double-1000", million, Some(2.2));
}

fn live(table: &mut Table, small: usize) {
    let million = 1_000_000 / small;
    table.section(2, Kind::Local, "Rc", Unit::Nanoseconds);
    let heaps = [10_000, 100_000, 1_000_000];
    for live in heaps {
        let title = format!("cycles of 2 abandoned beside {} live", power(live / small));
        table.add("W6a", &title, "churn", live / small, Some(1.4));
    }
    for live in heaps {
        let title = format!("the same, touching a live object, beside {}", power(live / small));
        table.add("W6b", &title, "churn-touch", live / small, Some(2.0));
    }
    table.base = "DFS";
    for (live, target) in [(100_000, 0.9), (1_000_000, 0.5)] {
        let title = format!("full collection of {} live, against DFS", power(live / small));
        table.add("W6e", &title, "full", live / small, Some(target));
    }
    table.unit = Unit::PlainNanoseconds;
    table.add(
        "W6e",
        "the same graph of 10⁶, held by four handles (ns)",
        "full-one-holder",
        million,
        None,
    );
    table.section(2, Kind::Local, "Rc", Unit::Nanoseconds);
    table.add("W7", "random changes to a graph of 10⁴", "mutation", 10_000 / small, Some(1.6));

    table.section(3, Kind::Local, "Rc", Unit::Microseconds);
    for (live, target) in [(100_000, None), (1_000_000, Some(1000.0))] {
        let title = format!("worst pause beside {} live, on the processor", power(live / small));
        table.add_figure("W6c", &title, "churn-touch", live / small, "worked", target);
        let title = format!("worst pause beside {} live, by the clock", power(live / small));
        table.add_figure("W6c", &title, "churn-touch", live / small, "worst", None);
        let title = format!("99.9-percentile beside {} live", power(live / small));
        table.add_figure("W6c", &title, "churn-touch", live / small, "p999", None);
    }
}

fn depth_and_memory(table: &mut Table, small: usize) {
    let million = 1_000_000 / small;
    table.section(4, Kind::Local, "Rc", Unit::Nanoseconds);
    table.add(
        "W8",
        "list of 10⁷ dropped (`Rc`: iteratively, by hand)",
        "list-drop",
        10 * million,
        Some(1.2),
    );
    table.add("W8", "ring of 10⁶ dropped and collected", "ring-deep", million, None);
    table.unit = Unit::PlainNanoseconds;
    table.add(
        "W8",
        "live ring of 10⁶ looked at by a collection (ns)",
        "live-ring-deep",
        million,
        None,
    );

    table.section(5, Kind::Local, "Rc", Unit::Bytes);
    let objects = 100_000 / small;
    table.add_figure("W9", "over the value, leaf", "weight", objects, "leaf", Some(16.0));
    table.add_figure("W9", "over the value, node", "weight", objects, "node", Some(16.0));
    table.add_figure(
        "W9",
        "more at the peak of collecting garbage",
        "weight",
        objects,
        "garbage",
        Some(32.0),
    );
    table.add_figure(
        "W9",
        "more at the peak of a full collection",
        "weight",
        objects,
        "live",
        Some(32.0),
    );
    table.unit = Unit::Megabytes;
    table.add_figure(
        "W6d",
        "peak of W6b beside the largest heap, against `Rc`",
        "churn-touch",
        million,
        "peak",
        Some(1.3),
    );
}

fn threads(table: &mut Table, small: usize) {
    let many = 3_000_000 / small;
    let million = 1_000_000 / small;
    table.section(6, Kind::Shared, "Arc", Unit::Nanoseconds);
    table.add("S1", "clone and drop a live handle, leaf", "clone-leaf", many, Some(1.03));
    table.add("S1", "the same, two", "clone-two", many, Some(1.06));
    table.add("S1", "new and drop, two", "new-two", many, Some(1.15));
    table.add("S1", "deref", "deref", 10 * million, Some(1.0));
    table.add("S2", "two threads clone and drop the same leaf", "same-leaf", many, Some(1.03));
    table.add("S2", "two threads, a leaf each", "disjoint-leaves", many, Some(1.03));
    table.add("S2", "two threads clone and drop the same two", "same-two", many, Some(1.3));
    table.add("S2", "two threads, a two each", "disjoint-twos", many, Some(1.08));
    table.add(
        "S3",
        "two threads abandon cycles of 2, collect by hand",
        "make-by-hand",
        million / 2,
        Some(2.2),
    );
    table.add("S3", "the same under the default policy", "make-automatic", million / 2, Some(2.2));
    table.add(
        "S4",
        "deref while another thread collects",
        "deref-while-collecting",
        10 * million,
        Some(1.02),
    );

    table.section(7, Kind::Shared, "Arc", Unit::Microseconds);
    for live in [100_000 / small, 1_000_000 / small] {
        let power = power(live);
        table.add_figure(
            "S5",
            &format!("one thread, {power} live, automatic"),
            "pause-one",
            live,
            "worst",
            None,
        );
        table.add_figure(
            "S5",
            &format!("two threads, {power} live, automatic"),
            "pause-two",
            live,
            "worst",
            None,
        );
        let title = format!("one thread, {power} live, background collector");
        table.add_figure("S5", &title, "pause-background", live, "worst", Some(500.0));
        let title = format!("the same, 99.9-percentile, {power} live");
        table.add_figure("S5", &title, "pause-background", live, "p999", None);
        let title = format!("the same, on the processor, {power} live");
        table.add_figure("S5", &title, "pause-background", live, "worked", None);
        let title = format!("two threads, {power} live, background collector");
        table.add_figure("S5", &title, "pause-two-background", live, "worst", Some(500.0));
    }

    table.section(8, Kind::Shared, "Arc", Unit::Nanoseconds);
    table.add("T1", "new and drop, leaf", "new-leaf", many, None);
    table.add("T1", "new, clone, drop, drop: a candidate that dies", "new-cloned", many, None);
    table.add("T3", "walk a shuffled list of 10⁴ by reference", "walk", 10_000, None);
    table.add("T3", "walk it by cloned handles", "walk-clones", 10_000, None);
    table.add("T4", "binary trees of depth 4 to 16", "trees", (1 << 21) / small, None);
    table.add("T5", "rings of 10: make, drop, collect", "ring-10", million, None);
    table.add("T5", "rings of 2, abandoned one after another", "abandon-ring-2", million, None);
    table.add("T6", "cycles of 2 abandoned beside 10⁵ live", "churn", 100_000, None);
    table.add("T6", "the same, touching a live object", "churn-touch", 100_000, None);
    table.add("T10", "closure interpreter, per call", "interpreter", million, None);
    table.unit = Unit::Bytes;
    for (title, figure) in [
        ("over the value, leaf", "leaf"),
        ("over the value, node", "node"),
        ("more at the peak of collecting garbage", "garbage"),
        ("more at the peak of a full collection", "live"),
    ] {
        table.add_figure("T9", title, "weight", 100_000 / small, figure, None);
    }
}

fn growth(table: &mut Table, quick: bool) {
    table.once = true;
    let sizes: &[usize] = if quick {
        &[1000, 10_000, 100_000, 1_000_000]
    } else {
        &[1000, 10_000, 100_000, 1_000_000, 10_000_000]
    };
    table.section(9, Kind::Local, "trial", Unit::PlainNanoseconds);
    table.only =
        &["refcycle", "dumpster", "rust-cc", "gcmodule", "bacon_rajan_cc", "boa_gc", "trial"];
    for &size in sizes {
        let title = format!("{} objects of garbage in rings of 10", power(size));
        table.add_figure("G1", &title, "ring-10", size, "free", None);
    }
    table.base = "DFS";
    table.only = &["refcycle", "rust-cc", "gcmodule", "boa_gc", "DFS", "DFS-pf"];
    for &size in sizes {
        table.add(
            "G2",
            &format!("{} live objects, all candidates", power(size)),
            "full",
            size,
            None,
        );
    }
    table.section(10, Kind::Local, "Rc", Unit::Microseconds);
    table.only = &["refcycle", "Rc", "dumpster", "rust-cc", "gcmodule", "boa_gc", "CPython"];
    for &size in &sizes[1..] {
        let target = (size >= 1_000_000).then_some(1000.0);
        table.add_figure(
            "G3",
            &format!("{} live", power(size)),
            "churn-touch",
            size,
            "worked",
            target,
        );
    }
    table.only = &[];
    table.once = false;
}

/// The programs whose total work is plotted, with what they do.
pub(crate) const PROGRAMS: &[(&str, &str)] = &[
    ("work-churn", "cycles of 2 beside 10⁵ live"),
    ("work-touch", "the same, touching a live object"),
    ("work-growing", "a doubly linked list that only grows"),
    ("work-long-ring", "a ring that only grows"),
    ("work-hub", "objects that lead to a hub with 10⁴ edges"),
    ("work-saw", "lists of 10⁵, abandoned"),
];
