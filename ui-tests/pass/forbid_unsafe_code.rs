//! What the macros write is not the user's unsafe code.

#![forbid(unsafe_code)]

use refcycle::{Finalize, Gc, Trace, Weak, collect, unsize};
use std::cell::RefCell;

trait Shape {
    fn corners(&self) -> u32;
}
refcycle::pointee!(dyn Shape);

#[derive(Trace)]
#[trace(finalize)]
struct Square {
    me: RefCell<Option<Gc<Square>>>,
}

impl Finalize for Square {
    fn finalize(&self) {}
}

impl Shape for Square {
    fn corners(&self) -> u32 {
        4
    }
}

fn main() {
    let square = Gc::new(Square { me: RefCell::new(None) });
    *square.me.borrow_mut() = Some(square.clone());
    let weak: Weak<dyn Shape> = unsize!(Gc::downgrade(&square) => dyn Shape);
    let shape: Gc<dyn Shape> = unsize!(square => dyn Shape);
    assert_eq!(shape.corners(), 4);
    drop(shape);
    assert_eq!(collect().collected, 1);
    assert!(weak.upgrade().is_none());
}
