use refcycle::Gc;

fn leak() -> &'static u8 {
    let handle = Gc::new(1);
    &handle
}

fn main() {
    leak();
}
