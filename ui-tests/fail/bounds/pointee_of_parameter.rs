use refcycle::{Gc, Pointee};

fn lend<T: Pointee + 'static>(handle: &Gc<T>) -> &T {
    handle
}

fn not_lent<T: 'static>(handle: &Gc<T>) -> &T {
    lend(handle)
}

fn main() {
    not_lent(&Gc::new(1));
}
