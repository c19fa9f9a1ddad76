//! `#[trace(crate = …)]` takes any path, and then the name `refcycle` means nothing.

mod vendored {
    pub extern crate refcycle as cycles;
    pub use cycles as again;
}

#[derive(vendored::cycles::Trace)]
#[trace(crate = crate::vendored::again)]
struct Node(Option<vendored::cycles::Gc<Node>>);

mod inner {
    use super::vendored::cycles as short;

    #[derive(short::Trace)]
    #[trace(crate = short)]
    pub struct Leaf(pub u8);
}

fn main() {
    let node = vendored::cycles::Gc::new(Node(None));
    assert!(node.0.is_none());
    assert_eq!(vendored::cycles::Gc::new(inner::Leaf(3)).0, 3);
    // A crate that knows the library under another name only.
    drop(refcycle_ui_renamed::node());
}
