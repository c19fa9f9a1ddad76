use refcycle::{Gc, unsize};
use std::any::Any;
use std::rc::Rc;

fn main() {
    let any: Gc<dyn Any + Send> = unsize!(Gc::new(Rc::new(1)) => dyn Any + Send);
    drop(any);
}
