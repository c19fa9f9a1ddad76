//! `Gc` and `Weak` beside `std::rc::Rc` and `Weak`, item by item.
//!
//! `docs/std-parity.md` lists every stable item of the two and names the test here that uses it. The
//! tests are written as one would write them for `Rc`, under that name; where they cannot be, the
//! table says so. The last test holds the table and the tests together.

mod functions;
mod traits;
mod weak;

use refcycle::Gc as Rc;
use std::cell::Cell;

/// Counts the drops of its clones.
#[derive(refcycle::Trace)]
struct Probe(std::rc::Rc<Cell<u32>>);

impl Probe {
    fn new() -> (Probe, std::rc::Rc<Cell<u32>>) {
        let drops = std::rc::Rc::<Cell<u32>>::default();
        (Probe(drops.clone()), drops)
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

/// A trait of one's own, for handles of trait objects.
trait Speak {
    fn speak(&self) -> String;
}
refcycle::pointee!(dyn Speak);

impl Speak for i32 {
    fn speak(&self) -> String {
        format!("number {self}")
    }
}

impl Speak for () {
    fn speak(&self) -> String {
        String::from("nothing")
    }
}

#[test]
fn a_field_is_reached_through_the_handle() {
    #[derive(refcycle::Trace)]
    struct Owner {
        name: String,
    }

    #[derive(refcycle::Trace)]
    struct Gadget {
        id: u32,
        owner: Rc<Owner>,
    }

    let owner = Rc::new(Owner { name: String::from("Gadget Man") });
    let gadgets = [1, 2].map(|id| Gadget { id, owner: owner.clone() });
    drop(owner);
    let names = gadgets.map(|gadget| format!("{} {}", gadget.id, gadget.owner.name));
    assert_eq!(names, ["1 Gadget Man", "2 Gadget Man"]);
}

#[test]
fn every_row_of_the_table_names_a_test() {
    const TABLE: &str = include_str!("../../../docs/std-parity.md");
    const TESTS: [&str; 4] = [
        include_str!("main.rs"),
        include_str!("functions.rs"),
        include_str!("traits.rs"),
        include_str!("weak.rs"),
    ];

    let mut rows = 0;
    for row in TABLE.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let [_, _, state, test] = cells[..] else { panic!("not four cells: {row}") };
        let test = test.trim_end_matches(" |").trim_matches('`');
        rows += 1;
        if state.starts_with("missing") {
            assert_eq!(test, "-", "what is missing has no test: {row}");
            continue;
        }
        assert!(state.starts_with("same") || state.starts_with("deviates: "), "which state? {row}");
        let test = format!("fn {test}()");
        assert!(TESTS.iter().any(|tests| tests.contains(&test)), "no such test: {row}");
    }
    assert!(rows > 80, "only {rows} rows were read");
}
