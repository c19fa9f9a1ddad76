use refcycle::Gc;

fn main() {
    let mut handle = Gc::new(1);
    let value = Gc::get_mut(&mut handle).unwrap();
    let clone = handle.clone();
    *value = 2;
    drop(clone);
}
