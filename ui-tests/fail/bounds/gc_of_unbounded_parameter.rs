use refcycle::Gc;

fn share<T: 'static>(value: T) -> Gc<T> {
    Gc::new(value)
}

fn main() {
    share(1);
}
