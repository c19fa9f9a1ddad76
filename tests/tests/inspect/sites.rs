//! Where objects were made.

use refcycle::{Gc, Weak, inspect};
use refcycle_tests::law;
use std::mem::MaybeUninit;

/// The lines of this file in which the objects were made, in their order.
fn lines() -> Vec<u32> {
    let mut lines = Vec::new();
    inspect::for_each_object(|object| {
        let site = object.site().expect("it is recorded");
        assert_eq!(site.file(), file!());
        lines.push(site.line());
    });
    lines
}

#[test]
fn each_way_to_make_an_object_has_the_place_of_its_call() {
    law(|| {
        let first = line!() + 1;
        let _new = Gc::new(1_u8);
        let _from: Gc<u8> = Gc::from(1);
        let _pin = Gc::pin(1_u8);
        let _cyclic = Gc::new_cyclic(|_: &Weak<u8>| 1);
        let _text: Gc<str> = Gc::from("text");
        let _owned: Gc<str> = Gc::from("text".to_owned());
        let _slice: Gc<[u8]> = Gc::from(&[1_u8, 2][..]);
        let _vec: Gc<[u8]> = Gc::from(vec![1_u8, 2]);
        let _array: Gc<[u8]> = Gc::from([1_u8, 2]);
        let _boxed: Gc<u8> = Gc::from(Box::new(1));
        let _default: Gc<u8> = Gc::default();
        let _path: Gc<std::path::Path> = Gc::from(std::path::Path::new("x"));
        let expected: Vec<u32> = (first..first + 12).collect();
        assert_eq!(lines(), expected);
    });
}

#[test]
fn a_value_that_came_later_has_the_place_where_it_came() {
    law(|| {
        let mut memory: Gc<MaybeUninit<u8>> = Gc::<u8>::new_uninit();
        Gc::get_mut(&mut memory).unwrap().write(1);
        // SAFETY: it was just written.
        let (full, line) = (unsafe { memory.assume_init() }, line!());
        assert_eq!((*full, lines()), (1, vec![line]));
    });
}

#[test]
fn a_copy_has_the_place_of_the_call_that_made_it() {
    law(|| {
        let mut one = Gc::new(1_u8);
        let other = one.clone();
        let line = line!() + 1;
        *Gc::make_mut(&mut one) = 2;
        assert_eq!((lines()[1], *other), (line, 1));
    });
}
