use refcycle::Gc;
use std::cell::Cell;

fn main() {
    let handle: Gc<Cell<&'static str>> = Gc::new(Cell::new("for ever"));
    let text = String::from("text");
    handle.set(&text);
    drop(text);
    println!("{}", handle.get());
}
