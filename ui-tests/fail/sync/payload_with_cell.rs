use refcycle::Trace;
use refcycle::sync::Gc;
use std::cell::Cell;

#[derive(Trace)]
struct Node {
    count: Cell<u32>,
}

fn main() {
    let node = Gc::new(Node { count: Cell::new(1) });
    node.count.set(2);
}
