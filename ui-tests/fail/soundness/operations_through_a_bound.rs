use refcycle::Flavor;
use std::ptr::NonNull;

fn count<F: Flavor>(anything: NonNull<()>) {
    F::retain(anything)
}

fn main() {
    count::<refcycle::Local>(NonNull::dangling());
}
