use refcycle::sync::Gc;
use std::rc::Rc;

fn main() {
    let count = Rc::new(1);
    let node = Gc::new(1);
    let watch = Gc::watch(&node, move || assert_eq!(*count, 1));
    drop((node, watch));
}
