use refcycle::{Gc, Trace};

struct Foreign;

#[derive(Trace)]
struct Node<T>(Option<T>);

fn main() {
    drop(Gc::new(Node(Some(Foreign))));
}
