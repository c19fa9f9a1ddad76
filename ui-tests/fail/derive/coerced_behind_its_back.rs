// An attribute macro that runs after the derive turns a `u8` into a `Box<u8>`, and a reference to the one
// turns into a reference to the other where nobody looks.

use refcycle::Trace;

type Before = u8;
type After = Box<u8>;

#[derive(Trace)]
#[refcycle_ui_swap::swap(Before, After)]
struct Node(Before);

fn main() {
    drop(Node(Box::new(1)));
}
