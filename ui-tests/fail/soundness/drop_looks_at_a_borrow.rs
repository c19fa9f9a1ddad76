// The value may be dropped by a collection after `text` is gone.

use refcycle::{Gc, Trace};

#[derive(Trace)]
struct Printer<'a>(&'a String);

impl Drop for Printer<'_> {
    fn drop(&mut self) {
        println!("{}", self.0);
    }
}

fn main() {
    let handle;
    let text = String::from("text");
    handle = Gc::new(Printer(&text));
    drop(handle);
}
