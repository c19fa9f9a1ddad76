use refcycle::sync::Gc;
use std::rc::Rc;

fn main() {
    let slice: Gc<[Rc<u8>]> = [Rc::new(1)].into_iter().collect();
    assert_eq!(*slice[0], 1);
}
