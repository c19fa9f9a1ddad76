//! A graph whose vertices hold the vertices they point at: what the roots do not reach is freed.
//!
//! The usual way without a collector is an arena, which frees nothing before it frees all.

use refcycle::{Gc, Trace, collect, live};
use std::cell::RefCell;
use std::collections::BTreeMap;

#[derive(Trace)]
struct Vertex {
    name: char,
    edges: RefCell<Vec<Gc<Vertex>>>,
}

/// The vertices that one can get to, in order of their names.
fn reach(start: &Gc<Vertex>) -> String {
    let mut found = BTreeMap::new();
    let mut next = vec![start.clone()];
    while let Some(vertex) = next.pop() {
        if found.insert(vertex.name, vertex.clone()).is_none() {
            next.extend(vertex.edges.borrow().iter().cloned());
        }
    }
    found.keys().collect()
}

fn main() {
    let names = "abcdefgh";
    let new = |name| Gc::new(Vertex { name, edges: RefCell::default() });
    let mut vertices: BTreeMap<char, Gc<Vertex>> = names.chars().map(|it| (it, new(it))).collect();
    // Two rings, a-b-d-a with a detour over c, and f-g-h-f; e leads to both.
    for edge in ["ab", "ac", "bd", "cd", "da", "ef", "ea", "fg", "gh", "hf"] {
        let mut ends = edge.chars().map(|name| vertices[&name].clone());
        if let (Some(from), Some(to)) = (ends.next(), ends.next()) {
            from.edges.borrow_mut().push(to);
        }
    }
    let a = vertices[&'a'].clone();
    let e = vertices[&'e'].clone();
    assert_eq!((reach(&a), reach(&e)), ("abcd".into(), "abcdefgh".into()));

    // All can be reached from the two roots.
    vertices.clear();
    collect();
    assert_eq!(live().objects, 8);

    // Nothing leads to e, so it dies at once; the ring behind it is found by the collector.
    drop(e);
    assert_eq!(live().objects, 7);
    assert_eq!(collect().collected, 3);
    assert_eq!(reach(&a), "abcd");

    // Without the edge to b, there is still the way over c.
    a.edges.borrow_mut().retain(|vertex| vertex.name != 'b');
    assert_eq!(reach(&a), "acd");
    assert_eq!(live().objects, 3);
    drop(a);
    assert_eq!(collect().collected, 3);
    println!("both rings were freed as soon as no root led to them");
}
