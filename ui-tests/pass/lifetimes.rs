//! A type that borrows is `Trace`; it goes into a `Gc` where the borrow is for ever.

use refcycle::{Gc, Trace};

#[derive(Trace)]
struct Lent<'a, 'b: 'a, T: ?Sized + 'b> {
    text: &'a str,
    value: &'b T,
    both: Option<&'a &'b T>,
    call: fn(&'a str) -> u8,
    object: Box<dyn Borrows<'b> + 'a>,
    inner: Option<Inner<'b>>,
}

#[derive(Trace)]
enum Inner<'a> {
    Borrowed(&'a str),
    Owned(String),
}

trait Borrows<'a>: Trace {}

impl<'a> Borrows<'a> for Inner<'a> {}

fn traced<T: Trace>(_: &T) {}

fn main() {
    let text = String::from("text");
    traced(&Inner::Borrowed(&text));
    traced(&Lent::<str> {
        text: &text,
        value: "value",
        both: None,
        call: |_| 1,
        object: Box::new(Inner::Borrowed("object")),
        inner: None,
    });
    let forever = Gc::new(Inner::Borrowed("for ever"));
    assert!(matches!(*forever, Inner::Borrowed(text) if text.len() == 8));
    assert!(matches!(*Gc::new(Inner::Owned(text)), Inner::Owned(_)));
}
