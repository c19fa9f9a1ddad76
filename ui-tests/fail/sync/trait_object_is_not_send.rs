use refcycle::sync::Gc;
use refcycle::{pointee, unsize};

trait Speak {}
pointee!(dyn Speak);
impl Speak for u8 {}

fn main() {
    let object = unsize!(Gc::new(1_u8) => dyn Speak);
    std::thread::spawn(move || drop(object));
}
