use refcycle::unsize;
use std::any::Any;
use std::rc::Rc;

fn main() {
    let any: Rc<dyn Any> = unsize!(Rc::new(1) => dyn Any);
    drop(any);
}
