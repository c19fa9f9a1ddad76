//! Every kind of struct and enum.

use refcycle::{Gc, Trace};

#[derive(Trace)]
struct Unit;

#[derive(Trace)]
struct EmptyTuple();

#[derive(Trace)]
struct EmptyBraces {}

#[derive(Trace)]
struct Newtype(Gc<u8>);

#[derive(Trace)]
#[repr(C, align(64))]
struct Aligned {
    one: u8,
    two: Gc<u8>,
}

#[derive(Trace)]
enum Never {}

#[derive(Trace)]
#[repr(u8)]
enum Plain {
    One = 1,
    Two = 1 << 1,
}

#[derive(Trace)]
#[non_exhaustive]
enum Mixed {
    Unit,
    Tuple(u8, Gc<u8>),
    Braces { never: Option<Never>, tuple: (u8, [Gc<u8>; 2]) },
    EmptyTuple(),
    EmptyBraces {},
}

#[derive(Trace)]
#[repr(packed)]
struct Packed(#[trace(skip)] u8, #[trace(skip)] u64);

fn main() {
    #[derive(Trace)]
    struct Local<T>(T);

    let one = Gc::new(1);
    drop(Gc::new((Unit, EmptyTuple(), EmptyBraces {}, Newtype(one.clone()))));
    let aligned = Gc::new(Aligned { one: 1, two: one.clone() });
    assert_eq!(*aligned.two, aligned.one);
    assert_eq!(Gc::as_ptr(&aligned) as usize % 64, 0);
    drop(Gc::new([Plain::One, Plain::Two]));
    drop(Gc::new([
        Mixed::Unit,
        Mixed::Tuple(1, one.clone()),
        Mixed::Braces { never: None, tuple: (1, [one.clone(), one]) },
        Mixed::EmptyTuple(),
        Mixed::EmptyBraces {},
    ]));
    let Packed(small, large) = Packed(1, 2);
    assert_eq!(*Gc::new(Local(u64::from(small) + large)).0.to_string(), *"3");
}
