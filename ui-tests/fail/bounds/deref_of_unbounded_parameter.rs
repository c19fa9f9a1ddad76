use refcycle::Gc;

fn lend<T: 'static>(handle: &Gc<T>) -> &T {
    &**handle
}

fn main() {
    lend(&Gc::new(1));
}
