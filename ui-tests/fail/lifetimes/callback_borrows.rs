use refcycle::Gc;
use std::cell::Cell;

fn main() {
    let called = Cell::new(false);
    let handle = Gc::new(1);
    let _watch = Gc::watch(&handle, || called.set(true));
}
