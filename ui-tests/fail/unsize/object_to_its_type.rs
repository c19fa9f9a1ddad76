use refcycle::{Gc, unsize};
use std::any::Any;

fn main() {
    let any: Gc<dyn Any> = unsize!(Gc::new(1_u8) => dyn Any);
    let number: Gc<u8> = unsize!(any => u8);
    drop(number);
}
