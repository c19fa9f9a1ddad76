use refcycle::Trace;
use refcycle::sync::Gc;
use std::cell::RefCell;

#[derive(Trace)]
struct Node {
    next: RefCell<Option<Gc<Node>>>,
}

fn main() {
    let node = Gc::new(Node { next: RefCell::default() });
    *node.next.borrow_mut() = Some(node.clone());
}
