use refcycle::Trace;
use refcycle::sync;

#[derive(Trace)]
struct Node {
    local: refcycle::Gc<u8>,
}

fn main() {
    let node = sync::Gc::new(Node { local: refcycle::Gc::new(1) });
    assert_eq!(*node.local, 1);
}
