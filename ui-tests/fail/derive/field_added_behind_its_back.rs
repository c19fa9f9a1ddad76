// An attribute macro that runs after the derive adds a field.

use refcycle::Trace;

#[derive(Trace)]
#[refcycle_ui_swap::grow(second: u8)]
struct Node {
    first: u8,
}

fn main() {
    drop(Node { first: 1, second: 2 });
}
