use refcycle::Gc;
use std::any::Any;

fn main() {
    let any: Gc<dyn Any> = Gc::new(1_u8);
    drop(any);
}
