use refcycle::Gc;

fn main() {
    let handle = Gc::new(1);
    let value: &u8 = &handle;
    drop(handle);
    assert_eq!(*value, 1);
}
