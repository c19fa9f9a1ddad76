use refcycle::{Gc, Trace, unsize};

trait Shape {
    fn corners(&self) -> u32;
}

#[derive(Trace)]
struct Square(f64);

impl Shape for Square {
    fn corners(&self) -> u32 {
        4
    }
}

fn main() {
    let shape = unsize!(Gc::new(Square(1.0)) => dyn Shape);
    assert_eq!(shape.corners(), 4);
}
