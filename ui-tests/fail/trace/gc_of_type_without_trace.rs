use refcycle::Gc;

struct Node(u8);

fn main() {
    drop(Gc::new(Node(1)));
}
