//! A crate in which nothing is called `refcycle`: that it compiles is the test.

use cycles::{Finalize, Gc, Trace};

/// All that a derive can write, under another name.
#[derive(Trace, Debug)]
#[trace(crate = cycles, finalize)]
pub struct Node<T: Trace + 'static> {
    value: T,
    next: Option<Gc<Node<T>>>,
}

impl<T: Trace> Finalize for Node<T> {
    fn finalize(&self) {}
}

/// One of them.
pub fn node() -> Gc<Node<u8>> {
    let last = Gc::new(Node { value: 1, next: None });
    Gc::new(Node { value: 0, next: Some(last) })
}
