// An attribute macro that runs after the derive turns a `Box<u8>` into an `Rc<u8>`. Both are `Trace`.

use refcycle::Trace;
use std::rc::Rc;

#[derive(Trace)]
#[refcycle_ui_swap::swap(Box, Rc)]
struct Node(Box<u8>);

fn main() {
    drop(Node(Rc::new(1)));
}
