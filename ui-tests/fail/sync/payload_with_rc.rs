use refcycle::Trace;
use refcycle::sync::Gc;
use std::rc::Rc;

#[derive(Trace)]
struct Node {
    name: Rc<str>,
}

fn main() {
    let node = Gc::new(Node { name: "a".into() });
    assert_eq!(&*node.name, "a");
}
