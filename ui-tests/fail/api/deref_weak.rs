use refcycle::Gc;

fn main() {
    let weak = Gc::downgrade(&Gc::new(1));
    assert_eq!(*weak, 1);
}
