//! The functions and traits of `Weak`.

use super::{Probe, Speak};
use refcycle::{Gc as Rc, Trace, Weak, unsize};
use std::cell::RefCell;
use std::ptr;

#[test]
fn new() {
    static EMPTY_IN_A_CONSTANT: fn() -> Weak<i64> = || const { Weak::new() };

    let empty: Weak<i64> = Weak::new();
    assert!(empty.upgrade().is_none());
    assert!(EMPTY_IN_A_CONSTANT().upgrade().is_none());
}

#[test]
fn upgrade() {
    let five = Rc::new(5);
    let weak = Rc::downgrade(&five);
    let strong = weak.upgrade();
    assert!(strong.is_some());
    drop((strong, five));
    assert!(weak.upgrade().is_none());
}

#[test]
fn upgrade_of_what_is_unsized() {
    let slice: Rc<[i32]> = Rc::from([1, 2, 3]);
    let weak = Rc::downgrade(&slice);
    assert_eq!(weak.upgrade().as_deref(), Some(&[1, 2, 3][..]));
    drop(slice);
    assert!(weak.upgrade().is_none());

    let speaker: Rc<dyn Speak> = unsize!(Rc::new(1) => dyn Speak);
    let weak: Weak<dyn Speak> = Rc::downgrade(&speaker);
    assert_eq!(weak.upgrade().expect("is alive").speak(), "number 1");
    drop(speaker);
    assert!(weak.upgrade().is_none());
}

/// An object that owns a weak handle to itself dies by counting.
#[test]
fn a_weak_handle_to_the_owner_itself_keeps_nothing() {
    #[derive(Trace)]
    struct Selfish(RefCell<Option<Weak<Selfish>>>, Probe);

    let (probe, drops) = Probe::new();
    let selfish = Rc::new(Selfish(RefCell::new(None), probe));
    *selfish.0.borrow_mut() = Some(Rc::downgrade(&selfish));
    drop(selfish);
    assert_eq!(drops.get(), 1);
}

#[test]
fn strong_count() {
    assert_eq!(Weak::<i32>::new().strong_count(), 0);
    let five = Rc::new(5);
    let weak = Rc::downgrade(&five);
    assert_eq!(weak.strong_count(), 1);
    let other = five.clone();
    assert_eq!(weak.strong_count(), 2);
    drop((five, other));
    assert_eq!(weak.strong_count(), 0);
}

#[test]
fn weak_count() {
    assert_eq!(Weak::<i32>::new().weak_count(), 0);
    let five = Rc::new(5);
    let weak = Rc::downgrade(&five);
    assert_eq!(weak.weak_count(), 1);
    let _other = weak.clone();
    assert_eq!(weak.weak_count(), 2);
    drop(five);
    assert_eq!(weak.weak_count(), 0, "is zero when there is no handle");
}

#[test]
fn ptr_eq() {
    let five = Rc::new(5);
    let weak = Rc::downgrade(&five);
    assert!(weak.ptr_eq(&Rc::downgrade(&five)));
    assert!(!weak.ptr_eq(&Rc::downgrade(&Rc::new(5))));
    assert!(!weak.ptr_eq(&Weak::new()));
    assert!(Weak::<i32>::new().ptr_eq(&Weak::new()));
    let other = weak.clone();
    drop(five);
    assert!(weak.ptr_eq(&other), "also when the object is gone");
}

#[test]
fn as_ptr() {
    let text = Rc::new(String::from("hello"));
    let weak = Rc::downgrade(&text);
    assert!(ptr::eq(&raw const *text, weak.as_ptr()));
    // SAFETY: the handle keeps the value.
    assert_eq!(unsafe { &*weak.as_ptr() }, "hello");
}

#[test]
fn into_raw() {
    let text = Rc::new(String::from("hello"));
    let raw = Rc::downgrade(&text).into_raw();
    assert_eq!(Rc::weak_count(&text), 1);
    // SAFETY: the handle keeps the value.
    assert_eq!(unsafe { &*raw }, "hello");
    // SAFETY: `raw` stands for one weak handle, which is taken back.
    drop(unsafe { Weak::from_raw(raw) });
    assert_eq!(Rc::weak_count(&text), 0);
}

#[test]
fn from_raw() {
    let text = Rc::new(String::from("hello"));
    let one = Rc::downgrade(&text).into_raw();
    let two = Rc::downgrade(&text).into_raw();
    assert_eq!(Rc::weak_count(&text), 2);
    // SAFETY: `one` stands for one weak handle, which is taken back.
    let weak = unsafe { Weak::from_raw(one) };
    assert_eq!(*weak.upgrade().expect("is alive"), "hello");
    drop(weak);
    assert_eq!(Rc::weak_count(&text), 1);
    drop(text);
    // SAFETY: `two` stands for one weak handle, which is taken back.
    assert!(unsafe { Weak::from_raw(two) }.upgrade().is_none());
}

#[test]
fn from_raw_of_an_empty_one() {
    let raw = Weak::<String>::new().into_raw();
    // SAFETY: `raw` stands for one weak handle, which is taken back.
    assert!(unsafe { Weak::from_raw(raw) }.upgrade().is_none());
}

#[test]
fn from_raw_of_what_is_unsized() {
    let text: Rc<str> = Rc::from("foo");
    let raw = Rc::downgrade(&text).into_raw();
    // SAFETY: `raw` stands for one weak handle, which is taken back.
    let weak = unsafe { Weak::from_raw(raw) };
    assert!(weak.upgrade().is_some_and(|same| Rc::ptr_eq(&same, &text)));

    let speaker: Rc<dyn Speak> = unsize!(Rc::new(123) => dyn Speak);
    let raw = Rc::downgrade(&speaker).into_raw();
    // SAFETY: `raw` stands for one weak handle, which is taken back.
    let weak = unsafe { Weak::from_raw(raw) };
    drop(text);
    assert_eq!(weak.upgrade().expect("is alive").speak(), "number 123");
    drop(speaker);
    assert!(weak.upgrade().is_none());
}

#[test]
fn clone() {
    let five = Rc::new(5);
    let weak = Rc::downgrade(&five);
    let copy = Weak::clone(&weak);
    drop(weak);
    assert!(copy.upgrade().is_some());
    assert!(Weak::<i32>::new().clone().upgrade().is_none());
}

#[test]
fn drop_destroys_nothing() {
    let (probe, drops) = Probe::new();
    let probe = Rc::new(probe);
    let weak = Rc::downgrade(&probe);
    let other = weak.clone();
    drop(weak);
    assert_eq!(drops.get(), 0);
    drop(probe);
    assert_eq!(drops.get(), 1);
    assert!(other.upgrade().is_none());
}

#[test]
fn default() {
    let empty: Weak<i64> = Weak::default();
    assert!(empty.upgrade().is_none());
}

#[test]
fn debug() {
    let five = Rc::new(5);
    assert_eq!(format!("{:?}", Rc::downgrade(&five)), "(Weak)");
    assert_eq!(format!("{:?}", Weak::<i32>::new()), "(Weak)");
}
