use refcycle::{Gc, Trace, unsize};

trait Shape {}
refcycle::pointee!(dyn Shape);

#[derive(Trace)]
struct Square(f64);

fn main() {
    let shape: Gc<dyn Shape> = unsize!(Gc::new(Square(1.0)) => dyn Shape);
    drop(shape);
}
