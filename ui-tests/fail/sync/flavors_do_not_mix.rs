use refcycle::{Gc, sync};

fn main() {
    let shared: sync::Gc<u8> = Gc::new(1_u8);
    assert_eq!(*shared, 1);
}
