//! The derive writes no `Drop`: fields can be moved out of a value, and a `Drop` of the user's own does
//! not clash with anything.

use refcycle::{Gc, Trace};

#[derive(Trace)]
struct Pair {
    left: Gc<u8>,
    right: String,
}

#[derive(Trace)]
enum Choice {
    One(Gc<u8>),
    Two { text: String },
}

#[derive(Trace)]
struct Dropped(Gc<u8>);

impl Drop for Dropped {
    fn drop(&mut self) {
        assert_eq!(*self.0, 3);
    }
}

#[derive(Trace)]
struct Generic<T: Clone>(T)
where
    Vec<T>: Clone;

impl<T: Clone> Drop for Generic<T>
where
    Vec<T>: Clone,
{
    fn drop(&mut self) {}
}

fn main() {
    let Pair { left, right } = Pair { left: Gc::new(1), right: "two".into() };
    assert_eq!((*left, right.as_str()), (1, "two"));
    match (Choice::Two { text: right }) {
        Choice::One(edge) => drop(edge),
        Choice::Two { text } => assert_eq!(text, "two"),
    }
    drop(Choice::One(left));
    drop(Gc::new(Dropped(Gc::new(3))));
    drop(Gc::new(Generic(Gc::new(4))));
}
