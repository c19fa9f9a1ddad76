//! What the weak containers cost, beside what one would write by hand and beside Python's; writes docs/weak.md.
//!
//! `cargo run --release -p refcycle-benches --bin weak`

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::process::Command;
use std::rc::{Rc, Weak};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

/// Entries.
const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];

/// Each figure is the median of so many runs, each in a process of its own.
const RUNS: usize = 3;

/// What is measured, by the name in the table and the names that both contenders and Python's script use.
const ROWS: [(&str, &str); 12] = [
    ("value map: insert", "value insert"),
    ("value map: get, there", "value get"),
    ("value map: remove", "value remove"),
    ("value map: death of an object", "value death"),
    ("key map: insert", "key insert"),
    ("key map: get, there", "key get"),
    ("key map: remove", "key remove"),
    ("key map: death of a key and its value", "key death"),
    ("set: insert", "set insert"),
    ("set: contains", "set contains"),
    ("set: remove", "set remove"),
    ("set: death of an object", "set death"),
];

const CONTENDERS: [&str; 4] = ["refcycle", "refcycle::sync", "by hand", "Python"];

/// Nanoseconds of this thread.
fn now() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place for the answer.
    let done = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(done, 0, "every Unix that Rust supports has this clock");
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// Bytes that malloc has handed out, its own headers included.
fn bytes() -> f64 {
    // SAFETY: it only reads malloc's counters.
    let info = unsafe { libc::mallinfo2() };
    (info.uordblks + info.hblkhd) as f64
}

/// Figures by name.
#[derive(Default)]
struct Figures(Vec<(String, f64)>);

impl Figures {
    fn time(&mut self, name: &str, operations: usize, body: impl FnOnce()) {
        let start = now();
        body();
        self.0.push((name.to_owned(), (now() - start) / operations as f64));
    }

    fn bytes(&mut self, name: &str, entries: usize, before: f64) {
        self.0.push((name.to_owned(), (bytes() - before) / entries as f64));
    }
}

fn each(order: &[usize], mut f: impl FnMut(usize)) {
    for &i in order {
        f(i);
    }
}

/// The numbers below `size`, in an order with no order in it.
fn shuffled(size: usize) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..size).collect();
    let mut state = 12345_u64;
    for i in (1..size).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        numbers.swap(i, ((state >> 32) as usize * (i + 1)) >> 32);
    }
    numbers
}

macro_rules! contender {
    ($module:ident, $gc:ty, $weak:path) => {
        mod $module {
            use super::{Figures, black_box, bytes, each, shuffled};
            use $weak::{WeakKeyMap, WeakSet, WeakValueMap};

            type Gc<T> = $gc;

            fn objects(size: usize) -> Vec<Gc<u64>> {
                (0..size as u64).map(Gc::new).collect()
            }

            pub(super) fn run(size: usize) -> Figures {
                let mut figures = Figures::default();
                let order = shuffled(size);

                let nodes = objects(size);
                let before = bytes();
                let map = WeakValueMap::new();
                figures.time("value insert", size, || {
                    each(&order, |i| drop(map.insert(i as u64, &nodes[i])));
                });
                figures.bytes("value bytes", size, before);
                let order = shuffled(size);
                figures.time("value get", size, || {
                    each(&order, |i| _ = black_box(map.get(&(i as u64))));
                });
                figures.time("value remove", size, || {
                    each(&order, |i| _ = black_box(map.remove(&(i as u64))));
                });
                each(&order, |i| drop(map.insert(i as u64, &nodes[i])));
                figures.time("value death", size, || drop(nodes));
                assert!(map.is_empty());

                let nodes = objects(size);
                let before = bytes();
                let map = WeakKeyMap::new();
                figures.time("key insert", size, || {
                    each(&order, |i| drop(map.insert(&nodes[i], i as u64)));
                });
                figures.bytes("key bytes", size, before);
                figures.time("key get", size, || {
                    each(&order, |i| _ = black_box(map.get(&nodes[i])));
                });
                figures.time("key remove", size, || {
                    each(&order, |i| _ = black_box(map.remove(&nodes[i])));
                });
                each(&order, |i| drop(map.insert(&nodes[i], i as u64)));
                figures.time("key death", size, || drop(nodes));
                assert!(map.is_empty());

                let nodes = objects(size);
                let before = bytes();
                let set = WeakSet::new();
                figures.time("set insert", size, || {
                    each(&order, |i| _ = black_box(set.insert(&nodes[i])));
                });
                figures.bytes("set bytes", size, before);
                figures.time("set contains", size, || {
                    each(&order, |i| _ = black_box(set.contains(&nodes[i])));
                });
                figures.time("set remove", size, || {
                    each(&order, |i| _ = black_box(set.remove(&nodes[i])));
                });
                each(&order, |i| _ = set.insert(&nodes[i]));
                figures.time("set death", size, || drop(nodes));
                assert!(set.is_empty());
                figures
            }
        }
    };
}

contender!(local, refcycle::Gc<T>, refcycle::weak);
contender!(shared, refcycle::sync::Gc<T>, refcycle::sync::weak);

/// A `HashMap` of `std::rc::Weak`: whose entries stay when their objects die. By an object's address there is no
/// map that is as safe, since addresses come back.
fn by_hand(size: usize) -> Figures {
    let mut figures = Figures::default();
    let order = shuffled(size);
    let nodes: Vec<Rc<u64>> = (0..size as u64).map(Rc::new).collect();
    let before = bytes();
    let mut map: HashMap<u64, Weak<u64>> = HashMap::new();
    figures.time("value insert", size, || {
        for &i in &order {
            map.insert(i as u64, Rc::downgrade(&nodes[i]));
        }
    });
    figures.bytes("value bytes", size, before);
    figures.time("value get", size, || {
        each(&order, |i| _ = black_box(map.get(&(i as u64)).and_then(Weak::upgrade)));
    });
    figures.time("value remove", size, || {
        each(&order, |i| _ = black_box(map.remove(&(i as u64))));
    });
    figures
}

const PYTHON: &str = r#"
import gc, random, sys, time, weakref
class Node:
    __slots__ = ("__weakref__", "number")
    def __init__(self, number): self.number = number
size = int(sys.argv[1])
gc.disable()
order = list(range(size)); random.Random(1).shuffle(order)
def timed(name, body):
    start = time.thread_time_ns(); body()
    print(name, "=", (time.thread_time_ns() - start) / size)
def clear(nodes):
    while nodes: nodes.pop()
nodes = [Node(i) for i in range(size)]
map = weakref.WeakValueDictionary()
def insert():
    for i in order: map[i] = nodes[i]
def get():
    for i in order: map.get(i)
def remove():
    for i in order: del map[i]
timed("value insert", insert); timed("value get", get); timed("value remove", remove)
insert(); timed("value death", lambda: clear(nodes)); assert not map
nodes = [Node(i) for i in range(size)]
map = weakref.WeakKeyDictionary()
def insert():
    for i in order: map[nodes[i]] = i
def get():
    for i in order: map.get(nodes[i])
def remove():
    for i in order: del map[nodes[i]]
timed("key insert", insert); timed("key get", get); timed("key remove", remove)
insert(); timed("key death", lambda: clear(nodes)); assert not map
nodes = [Node(i) for i in range(size)]
map = weakref.WeakSet()
def insert():
    for i in order: map.add(nodes[i])
def contains():
    for i in order: nodes[i] in map
def remove():
    for i in order: map.remove(nodes[i])
timed("set insert", insert); timed("set contains", contains); timed("set remove", remove)
insert(); timed("set death", lambda: clear(nodes)); assert not map
"#;

/// One run in a process of its own: figures by name.
fn measure(contender: &str, size: usize) -> HashMap<String, f64> {
    let size = size.to_string();
    let output = if contender == "Python" {
        Command::new("python3").args(["-c", PYTHON, &size]).output()
    } else {
        let me = env::current_exe().expect("the program has a path");
        Command::new(me).args([contender, &size]).output()
    };
    // Without Python its column says so.
    let Ok(output) = output else { return HashMap::new() };
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{contender}: {}", String::from_utf8_lossy(&output.stderr));
    let figure = |line: &str| {
        let (name, value) = line.split_once(" = ")?;
        Some((name.to_owned(), value.parse().ok()?))
    };
    text.lines().filter_map(figure).collect()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

fn main() {
    let args: Vec<String> = env::args().collect();
    if let [_, contender, size] = &args[..] {
        let size = size.parse().expect("a number of entries");
        let Figures(figures) = match contender.as_str() {
            "refcycle" => local::run(size),
            "refcycle::sync" => shared::run(size),
            _ => by_hand(size),
        };
        for (name, value) in figures {
            println!("{name} = {value}");
        }
        return;
    }
    let mut results: HashMap<(&str, usize, String), Vec<f64>> = HashMap::new();
    for _ in 0..RUNS {
        for contender in CONTENDERS {
            for size in SIZES {
                for (name, value) in measure(contender, size) {
                    results.entry((contender, size, name)).or_default().push(value);
                }
            }
        }
    }
    let cell = |contender, size, name: &str| {
        let values = results.get(&(contender, size, name.to_owned())).cloned();
        values.and_then(median).map_or_else(|| "none".to_owned(), |value| format!("{value:.0}"))
    };
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let report = report(cell, seconds);
    print!("{report}");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/weak.md");
    fs::write(path, report).expect("docs/weak.md can be written");
}

fn report(cell: impl Fn(&'static str, usize, &str) -> String, seconds: u64) -> String {
    let mut text = String::from(
        "# What the weak containers cost\n\n\
         Written by one command, which anybody can run; do not edit.\n\n\
         ```sh\ncargo run --release -p refcycle-benches --bin weak\n```\n\n",
    );
    let version = Command::new("python3").arg("--version").output();
    let version = version.map_or_else(
        |_| "no Python".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    );
    let _ = writeln!(
        text,
        "Nanoseconds of processor time for each operation, in an order with no order in it, on objects with a number in \
         them (`Gc<u64>`; in Python objects with `__slots__`). Medians of {RUNS} runs, interleaved, each in a process \
         of its own; one table of 10⁶ objects does not fit into a cache. \"By hand\" is a `HashMap` of `std::rc::Weak`, \
         whose entries stay when their objects die, so nothing happens then; and there is no counterpart to the other \
         two containers. \"None\" is that. {version}, with its own collector off. Day {} since 1970.\n\n\
         Expected time is constant in all rows (`docs.rs` says what a key map's row depends on besides); what grows with \
         the number is the way to memory.\n",
        seconds / 86_400
    );
    text.push_str("| operation | entries |");
    for contender in CONTENDERS {
        let _ = write!(text, " {contender} |");
    }
    text.push_str("\n| --- | ---: | ---: | ---: | ---: | ---: |\n");
    for (title, name) in ROWS {
        for size in SIZES {
            let _ = write!(text, "| {title} | {size} |");
            for contender in CONTENDERS {
                let _ = write!(text, " {} |", cell(contender, size, name));
            }
            text.push('\n');
        }
    }
    text.push_str(
        "\nBytes for each entry, as malloc counts them, a key map's value (a `u64` object) and the side cell that a \
         weakly held object has included:\n\n| container | entries |",
    );
    for contender in &CONTENDERS[..3] {
        let _ = write!(text, " {contender} |");
    }
    text.push_str("\n| --- | ---: | ---: | ---: | ---: |\n");
    for (title, name) in
        [("value map", "value bytes"), ("key map", "key bytes"), ("set", "set bytes")]
    {
        for size in SIZES {
            let _ = write!(text, "| {title} | {size} |");
            for contender in &CONTENDERS[..3] {
                let _ = write!(text, " {} |", cell(contender, size, name));
            }
            text.push('\n');
        }
    }
    text
}
