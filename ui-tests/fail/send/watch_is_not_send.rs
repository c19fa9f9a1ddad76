use refcycle::{Gc, Watch};

fn send<T: Send>() {}

fn main() {
    drop(Gc::new(1));
    send::<Watch<u8>>();
}
