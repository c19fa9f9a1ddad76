use refcycle::{Trace, Tracer, facts};

struct Liar(*mut ());

unsafe impl Trace for Liar {
    type Facts = facts::All;

    fn trace(&self, tracer: &mut Tracer) {
        let edge = std::ptr::NonNull::new(self.0).unwrap();
        tracer.edge(edge, edge);
    }
}

fn main() {}
