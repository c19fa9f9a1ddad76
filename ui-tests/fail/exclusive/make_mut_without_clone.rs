use refcycle::{Gc, Trace};

#[derive(Trace)]
struct Node(u8);

fn main() {
    let mut node = Gc::new(Node(1));
    Gc::make_mut(&mut node).0 = 2;
}
