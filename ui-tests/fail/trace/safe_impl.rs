use refcycle::{Trace, Tracer, facts};

struct Node(u8);

impl Trace for Node {
    type Facts = facts::All;

    fn trace(&self, _: &mut Tracer) {}
}

fn main() {}
