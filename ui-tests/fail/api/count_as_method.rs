use refcycle::Gc;

fn main() {
    let handle = Gc::new(1);
    assert_eq!(handle.strong_count(), 1);
}
