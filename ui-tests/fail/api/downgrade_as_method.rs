use refcycle::Gc;

fn main() {
    let handle = Gc::new(1);
    drop(handle.downgrade());
}
