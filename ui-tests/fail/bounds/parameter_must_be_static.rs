use refcycle::{Gc, Trace};

#[derive(Trace)]
struct List<T> {
    value: T,
    next: Option<Gc<List<T>>>,
}

fn main() {}
