//! The last field may have no size: by its type, or by a parameter.

use refcycle::{Finalize, Gc, Trace, Tracer, unsize};
use std::fmt::Debug;

#[derive(Trace)]
#[trace(finalize)]
struct Tail<T: ?Sized> {
    edge: Gc<u8>,
    tail: T,
}

impl<T: ?Sized> Finalize for Tail<T> {
    fn finalize(&self) {}
}

#[derive(Trace)]
struct Boxed<T: ?Sized>(Box<Tail<T>>);

#[derive(Trace)]
struct Slice(u8, [Gc<u8>]);

#[derive(Trace)]
struct Text(str);

trait Shown: Trace + Debug {}
impl<T: Trace + Debug> Shown for T {}

#[derive(Trace)]
struct Object(u8, dyn Shown);

#[derive(Trace)]
struct OwnsAll(Box<Slice>, Box<Text>, Box<Object>);

fn traced(value: &dyn Trace, _: Option<&mut Tracer>) -> usize {
    size_of_val(value)
}

fn main() {
    let boxed = Boxed::<[u8]>(Box::new(Tail { edge: Gc::new(0), tail: [1, 2, 3] }));
    assert_eq!(boxed.0.tail.len(), 3);
    assert_ne!(traced(&boxed, None), 0);
    let tail: Gc<Tail<[u8]>> = unsize!(Gc::new(Tail { edge: Gc::new(0), tail: [1] }) => Tail<[u8]>);
    assert_eq!(*Gc::as_ptr(&tail).cast::<Gc<u8>>().is_null().to_string(), *"false");
    assert!(std::mem::needs_drop::<OwnsAll>());
}
