// Three mistakes, three messages.

use refcycle::Trace;

#[derive(Trace)]
#[trace(skip, final)]
struct Node(#[trace(skip = 1)] u8);

fn main() {
    drop(refcycle::Gc::new(Node(1)));
}
