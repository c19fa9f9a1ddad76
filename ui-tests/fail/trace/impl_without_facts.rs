use refcycle::{Trace, Tracer};

struct Node(u8);

unsafe impl Trace for Node {
    fn trace(&self, _: &mut Tracer) {}
}

fn main() {}
