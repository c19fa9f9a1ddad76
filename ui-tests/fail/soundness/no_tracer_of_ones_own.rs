use refcycle::{Trace, Tracer};

fn main() {
    1_u8.trace(&mut Tracer {});
}
