// Were there a `Gc` of what lives shorter, `make_mut` could put a short borrow where the collector looks
// for a long one.

use refcycle::{Gc, Trace};

#[derive(Trace, Clone)]
struct Lent<'a>(&'a str);

fn main() {
    let mut handle: Gc<Lent<'_>> = Gc::new(Lent("for ever"));
    let text = String::from("text");
    Gc::make_mut(&mut handle).0 = &text;
}
