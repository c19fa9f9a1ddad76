//! The associated functions of `Rc`.

use super::{Probe, Speak};
use refcycle::{Gc as Rc, Trace, Weak, unsize};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ffi::{CStr, OsStr};
use std::path::Path;
use std::ptr;

#[test]
fn new() {
    let five = Rc::new(5);
    assert_eq!(*five, 5);
    let cell = Rc::new(Cell::new(5));
    let same = cell.clone();
    cell.set(20);
    assert_eq!(same.get(), 20);
}

#[test]
fn new_cyclic() {
    #[derive(Trace)]
    struct Gadget {
        me: Weak<Gadget>,
        number: u8,
    }

    let gadget = Rc::new_cyclic(|me| {
        assert!(me.upgrade().is_none(), "there is no value yet");
        assert_eq!((me.strong_count(), me.weak_count()), (0, 0));
        Gadget { me: me.clone(), number: 7 }
    });
    assert_eq!((Rc::strong_count(&gadget), Rc::weak_count(&gadget)), (1, 1));
    let me = gadget.me.upgrade().expect("is alive");
    assert!(Rc::ptr_eq(&me, &gadget));
    assert_eq!(me.number, 7);
}

#[test]
fn new_cyclic_with_children() {
    #[derive(Trace)]
    struct Parent {
        children: RefCell<Vec<Rc<Child>>>,
    }

    #[derive(Trace)]
    struct Child {
        parent: Weak<Parent>,
    }

    let parent = Rc::new_cyclic(|me: &Weak<Parent>| Parent {
        children: RefCell::new(vec![Rc::new(Child { parent: me.clone() })]),
    });
    parent.children.borrow_mut().push(Rc::new(Child { parent: Rc::downgrade(&parent) }));
    for child in parent.children.borrow().iter() {
        assert!(child.parent.upgrade().is_some_and(|found| Rc::ptr_eq(&found, &parent)));
    }
    assert_eq!((Rc::strong_count(&parent), Rc::weak_count(&parent)), (1, 2));
}

#[test]
fn new_uninit() {
    let mut five = Rc::<u32>::new_uninit();
    Rc::get_mut(&mut five).expect("is the only handle").write(5);
    // SAFETY: it was written.
    let five = unsafe { five.assume_init() };
    assert_eq!(*five, 5);
}

/// What was never made is never dropped, what was made is.
#[test]
fn assume_init() {
    let (probe, drops) = Probe::new();
    drop(Rc::<Probe>::new_uninit());
    assert_eq!(drops.get(), 0);

    let mut made = Rc::<Probe>::new_uninit();
    Rc::get_mut(&mut made).expect("is the only handle").write(probe);
    // SAFETY: it was written.
    let made = unsafe { made.assume_init() };
    assert_eq!(drops.get(), 0);
    drop(made);
    assert_eq!(drops.get(), 1);
}

#[test]
fn new_zeroed() {
    let zero = Rc::<u32>::new_zeroed();
    // SAFETY: zero is a number.
    let zero = unsafe { zero.assume_init() };
    assert_eq!(*zero, 0);
}

#[test]
fn new_uninit_slice() {
    let mut values = Rc::<[u32]>::new_uninit_slice(3);
    for (place, number) in Rc::get_mut(&mut values).expect("is the only handle").iter_mut().zip(1..)
    {
        place.write(number);
    }
    // SAFETY: all three were written.
    let values = unsafe { values.assume_init() };
    assert_eq!(*values, [1, 2, 3]);
}

#[test]
fn assume_init_of_a_slice() {
    let (probe, drops) = Probe::new();
    drop(Rc::<[Probe]>::new_uninit_slice(2));
    assert_eq!(drops.get(), 0);

    let mut made = Rc::<[Probe]>::new_uninit_slice(1);
    Rc::get_mut(&mut made).expect("is the only handle")[0].write(probe);
    // SAFETY: the one element was written.
    drop(unsafe { made.assume_init() });
    assert_eq!(drops.get(), 1);

    // SAFETY: there is no element.
    let empty = unsafe { Rc::<[u64]>::new_uninit_slice(0).assume_init() };
    assert!(empty.is_empty());
}

#[test]
fn new_zeroed_slice() {
    let values = Rc::<[u32]>::new_zeroed_slice(3);
    // SAFETY: zero is a number.
    let values = unsafe { values.assume_init() };
    assert_eq!(*values, [0, 0, 0]);
}

#[test]
fn pin() {
    let pinned = Rc::pin(5);
    assert_eq!(*pinned, 5);
    let again = pinned.clone();
    assert!(ptr::eq(&raw const *pinned, &raw const *again));
}

#[test]
fn try_unwrap() {
    assert_eq!(Rc::try_unwrap(Rc::new(3)), Ok(3));

    let shared = Rc::new(4);
    let _other = shared.clone();
    assert_eq!(*Rc::try_unwrap(shared).unwrap_err(), 4);

    let watched = Rc::new(5);
    let weak = Rc::downgrade(&watched);
    assert_eq!(Rc::try_unwrap(watched), Ok(5));
    assert!(weak.upgrade().is_none());
}

#[test]
fn into_inner() {
    assert_eq!(Rc::into_inner(Rc::new(3)), Some(3));

    let (probe, drops) = Probe::new();
    let one = Rc::new(probe);
    let two = one.clone();
    assert!(Rc::into_inner(two).is_none());
    let probe = Rc::into_inner(one).expect("is the last handle");
    assert_eq!(drops.get(), 0);
    drop(probe);
    assert_eq!(drops.get(), 1);
}

#[test]
fn unwrap_or_clone() {
    let text = String::from("test");
    let place = text.as_ptr();

    let shared = Rc::new(text);
    let other = shared.clone();
    let copy = Rc::unwrap_or_clone(shared);
    assert_eq!(copy, "test");
    assert!(!ptr::eq(place, copy.as_ptr()), "is cloned while there is another handle");
    let moved = Rc::unwrap_or_clone(other);
    assert!(ptr::eq(place, moved.as_ptr()), "is moved out by the last one");
}

#[test]
fn into_raw() {
    let text = Rc::new(String::from("hello"));
    let raw = Rc::into_raw(text);
    // SAFETY: the handle that `raw` stands for keeps the value.
    assert_eq!(unsafe { &*raw }, "hello");
    // SAFETY: `raw` stands for one handle, which is taken back.
    drop(unsafe { Rc::from_raw(raw) });
}

#[test]
fn from_raw() {
    let (probe, drops) = Probe::new();
    let raw = Rc::into_raw(Rc::new(probe));
    assert_eq!(drops.get(), 0);
    // SAFETY: `raw` stands for one handle, which is taken back.
    let back = unsafe { Rc::from_raw(raw) };
    assert_eq!(Rc::strong_count(&back), 1);
    drop(back);
    assert_eq!(drops.get(), 1);
}

#[test]
fn from_raw_of_what_is_unsized() {
    let text: Rc<str> = Rc::from("foo");
    let raw = Rc::into_raw(text.clone());
    // SAFETY: `raw` stands for one handle, which is taken back.
    let back = unsafe { Rc::from_raw(raw) };
    assert_eq!((&*back, &*text), ("foo", "foo"));
    assert_eq!(Rc::strong_count(&text), 2);

    let speaker: Rc<dyn Speak> = unsize!(Rc::new(123) => dyn Speak);
    let raw = Rc::into_raw(speaker.clone());
    // SAFETY: `raw` stands for one handle, which is taken back.
    let back = unsafe { Rc::from_raw(raw) };
    assert_eq!(back.speak(), "number 123");
    assert!(Rc::ptr_eq(&back, &speaker));
}

/// A slice's pointer becomes an array's where the length is right.
#[test]
fn from_raw_of_another_type_of_the_same_layout() {
    let slice: Rc<[u32]> = unsize!(Rc::new([1_u32, 2, 3]) => [u32]);
    let raw = Rc::into_raw(slice).cast::<[u32; 3]>();
    // SAFETY: `raw` stands for one handle of an object that was made as this very array.
    let array = unsafe { Rc::from_raw(raw) };
    assert_eq!(*array, [1, 2, 3]);
}

#[test]
fn increment_strong_count() {
    let raw = Rc::into_raw(Rc::new(5));
    // SAFETY: `raw` stands for a handle.
    unsafe { Rc::increment_strong_count(raw) };
    // SAFETY: it stands for two by now, and one is taken back.
    let five = unsafe { Rc::from_raw(raw) };
    assert_eq!(Rc::strong_count(&five), 2);
    // SAFETY: the other one.
    drop(unsafe { Rc::from_raw(raw) });
    assert_eq!(Rc::strong_count(&five), 1);
}

#[test]
fn decrement_strong_count() {
    let (probe, drops) = Probe::new();
    let probe = Rc::new(probe);
    let raw = Rc::into_raw(probe.clone());
    assert_eq!(Rc::strong_count(&probe), 2);
    // SAFETY: `raw` stands for one handle, which is given up.
    unsafe { Rc::decrement_strong_count(raw) };
    assert_eq!(Rc::strong_count(&probe), 1);

    let raw = Rc::into_raw(probe);
    assert_eq!(drops.get(), 0);
    // SAFETY: `raw` stands for the last handle, which is given up.
    unsafe { Rc::decrement_strong_count(raw) };
    assert_eq!(drops.get(), 1);
}

#[test]
fn as_ptr() {
    let one = Rc::new(0);
    let two = one.clone();
    assert_eq!(Rc::as_ptr(&one), Rc::as_ptr(&two));
    assert!(ptr::eq(Rc::as_ptr(&one), &raw const *one));
}

#[test]
fn downgrade() {
    let five = Rc::new(5);
    let weak = Rc::downgrade(&five);
    assert!(weak.upgrade().is_some_and(|same| Rc::ptr_eq(&same, &five)));
}

#[test]
fn weak_count() {
    let five = Rc::new(5);
    assert_eq!(Rc::weak_count(&five), 0);
    let weak = Rc::downgrade(&five);
    assert_eq!(Rc::weak_count(&five), 1);
    let copy = weak.clone();
    assert_eq!(Rc::weak_count(&five), 2);
    drop((weak, copy));
    assert_eq!(Rc::weak_count(&five), 0);
    let _again = Rc::downgrade(&five);
    assert_eq!(Rc::weak_count(&five), 1);
}

#[test]
fn strong_count() {
    let five = Rc::new(5);
    assert_eq!(Rc::strong_count(&five), 1);
    let other = five.clone();
    assert_eq!(Rc::strong_count(&five), 2);
    let weak = Rc::downgrade(&five);
    assert_eq!(Rc::strong_count(&five), 2);
    let upgraded = weak.upgrade();
    assert_eq!(Rc::strong_count(&five), 3);
    drop((other, upgraded));
    assert_eq!(Rc::strong_count(&five), 1);
}

#[test]
fn get_mut() {
    let mut number = Rc::new(3);
    *Rc::get_mut(&mut number).expect("is the only handle") = 4;
    assert_eq!(*number, 4);

    let other = number.clone();
    assert!(Rc::get_mut(&mut number).is_none());
    drop(other);
    assert!(Rc::get_mut(&mut number).is_some());

    let weak = Rc::downgrade(&number);
    assert!(Rc::get_mut(&mut number).is_none());
    drop(weak);
    assert!(Rc::get_mut(&mut number).is_some());
}

#[test]
fn get_mut_of_what_is_unsized() {
    let mut slice: Rc<[i32]> = Rc::from([1, 2]);
    Rc::get_mut(&mut slice).expect("is the only handle")[0] = 5;
    assert_eq!(*slice, [5, 2]);

    let mut text: Rc<str> = Rc::from("loud");
    Rc::get_mut(&mut text).expect("is the only handle").make_ascii_uppercase();
    assert_eq!(&*text, "LOUD");
}

#[test]
fn ptr_eq() {
    let five = Rc::new(5);
    assert!(Rc::ptr_eq(&five, &five.clone()));
    assert!(!Rc::ptr_eq(&five, &Rc::new(5)));
}

#[test]
fn make_mut() {
    let mut data = Rc::new(5);
    let place = Rc::as_ptr(&data);
    *Rc::make_mut(&mut data) += 1;
    assert_eq!(Rc::as_ptr(&data), place, "is not cloned while there is one handle");

    let mut other = data.clone();
    *Rc::make_mut(&mut data) += 1;
    assert_ne!(Rc::as_ptr(&data), place, "is cloned while there is another");
    *Rc::make_mut(&mut data) += 1;
    *Rc::make_mut(&mut other) *= 2;
    assert_eq!((*data, *other), (8, 12));
}

#[test]
fn make_mut_cuts_weak_handles_off() {
    let mut data = Rc::new(75);
    let weak = Rc::downgrade(&data);
    assert_eq!(weak.upgrade().as_deref(), Some(&75));

    *Rc::make_mut(&mut data) += 1;
    assert_eq!(*data, 76);
    assert!(weak.upgrade().is_none());
    assert_eq!((Rc::strong_count(&data), Rc::weak_count(&data)), (1, 0));
}

#[test]
fn make_mut_of_what_is_unsized() {
    let mut numbers: Rc<[i32]> = Rc::from([1, 2]);
    let before = numbers.clone();
    Rc::make_mut(&mut numbers)[0] = 7;
    assert_eq!((&*numbers, &*before), (&[7, 2][..], &[1, 2][..]));
    Rc::make_mut(&mut numbers)[1] = 8;
    assert_eq!(*numbers, [7, 8]);

    let mut text: Rc<str> = Rc::from("loud");
    let before = text.clone();
    Rc::make_mut(&mut text).make_ascii_uppercase();
    assert_eq!((&*text, &*before), ("LOUD", "loud"));
}

#[test]
fn downcast() {
    let any: Rc<dyn Any> = unsize!(Rc::new(String::from("text")) => dyn Any);
    let other = any.clone();
    let any = any.downcast::<i8>().expect_err("is a string");
    let text: Rc<String> = any.downcast().expect("is a string");
    assert_eq!(*text, "text");
    assert_eq!(Rc::strong_count(&text), 2);
    drop(other);
    assert_eq!(Rc::strong_count(&text), 1);
}

#[test]
fn make_mut_of_text() {
    let mut text: Rc<CStr> = Rc::from(c"text");
    let other = text.clone();
    let _: &mut CStr = Rc::make_mut(&mut text);
    assert_eq!((&*text, &*other), (c"text", c"text"));
    assert!(!Rc::ptr_eq(&text, &other));

    let mut text: Rc<OsStr> = Rc::from(OsStr::new("loud"));
    let other = text.clone();
    Rc::make_mut(&mut text).make_ascii_uppercase();
    assert_eq!((text.to_str(), other.to_str()), (Some("LOUD"), Some("loud")));

    let mut path: Rc<Path> = Rc::from(Path::new("a/b"));
    let other = path.clone();
    Rc::make_mut(&mut path).as_mut_os_str().make_ascii_uppercase();
    assert_eq!((path.to_str(), other.to_str()), (Some("A/B"), Some("a/b")));
}
