//! `Gc` and `Weak` beside `std::rc` and `std::sync::Arc`: a use of each sort of item.

use super::flavor::{collected, law};
use super::nodes::Plain;
use super::{Flavor, Gc, Portable, Trace, Weak};
use crate::support::{Probe, lock, take_log};
use refcycle::unsize;
use std::any::Any;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::mem::ManuallyDrop;
use std::sync::Mutex;

/// A trait of one's own.
trait Speak: Portable {
    fn speak(&self) -> String;
}
refcycle::pointee!(dyn Speak);

impl Speak for i32 {
    fn speak(&self) -> String {
        format!("number {self}")
    }
}

#[derive(Trace)]
struct Speaker {
    others: Mutex<Vec<Gc<dyn Speak>>>,
    #[trace(skip)]
    _probe: Probe,
}

impl Speak for Speaker {
    fn speak(&self) -> String {
        lock(&self.others).len().to_string()
    }
}

#[test]
fn slices_and_text() {
    law(|| {
        let numbers: Gc<[u32]> = Gc::from([1, 2, 3]);
        assert_eq!(numbers.iter().sum::<u32>(), 6);
        let text: Gc<str> = Gc::from("text");
        assert_eq!((&*text, text.len()), ("text", 4));
        let nodes: Gc<[Gc<Plain>]> = ["a", "b"].into_iter().map(Plain::new).collect();
        assert_eq!(nodes[1].name(), "b");
        drop(nodes.clone());
        drop(nodes);
        assert_eq!(take_log(), ["drop a", "drop b"]);
        let empty: Gc<[Gc<Plain>]> = Gc::default();
        assert!(empty.is_empty());
        let mut copied: Gc<[u32]> = numbers.clone();
        Gc::make_mut(&mut copied)[0] = 9;
        assert_eq!((numbers[0], copied[0]), (1, 9));
    });
}

#[derive(Trace)]
struct InSlice {
    all: Mutex<Option<Gc<[InSlice]>>>,
    #[trace(skip)]
    _probe: Probe,
}

#[test]
fn a_slice_that_owns_itself() {
    law(|| {
        let new = |name| InSlice { all: Mutex::default(), _probe: Probe::new(name) };
        let slice: Gc<[InSlice]> = Gc::from(vec![new("0"), new("1")]);
        *lock(&slice[1].all) = Some(slice.clone());
        let weak = Gc::downgrade(&slice);
        drop(slice);
        assert_eq!(weak.upgrade().map(|slice| slice.len()), Some(2));
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop 0", "drop 1"]);
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn trait_objects() {
    law(|| {
        let number = Gc::new(7);
        let weak = Gc::downgrade(&number);
        let speak: Gc<dyn Speak> = unsize!(number => dyn Speak);
        assert_eq!(speak.speak(), "number 7");
        let weak: Weak<dyn Speak> = unsize!(weak => dyn Speak);
        assert_eq!(weak.upgrade().map(|it| it.speak()), Some("number 7".into()));
        let speaker = Gc::new(Speaker { others: Mutex::default(), _probe: Probe::new("speaker") });
        let object: Gc<dyn Speak> = unsize!(speaker.clone() => dyn Speak);
        lock(&speaker.others).extend([object, speak]);
        assert_eq!(speaker.speak(), "2");
        drop(speaker);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop speaker"]);
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn downcast() {
    law(|| {
        let any: Gc<dyn Any> = unsize!(Gc::new(5_u8) => dyn Any);
        let Err(any) = any.downcast::<u16>() else { panic!("it is none") };
        assert_eq!(any.downcast::<u8>().map(|five| *five).ok(), Some(5));
    });
}

#[derive(Trace)]
struct Knows {
    me: Weak<Knows>,
    number: u32,
}

#[test]
fn new_cyclic() {
    law(|| {
        let node = Gc::new_cyclic(|me| {
            assert!(me.upgrade().is_none());
            assert_eq!(me.strong_count(), 0);
            Knows { me: me.clone(), number: 3 }
        });
        assert_eq!(node.me.upgrade().map(|me| me.number), Some(3));
        assert_eq!((Gc::strong_count(&node), Gc::weak_count(&node)), (1, 1));
    });
}

#[test]
fn raw_handles() {
    law(|| {
        let node = Plain::new("a");
        let weak = Gc::downgrade(&node);
        let raw = Gc::into_raw(node);
        // SAFETY: a handle was made raw, and is taken back once; each increment has its decrement.
        assert_eq!(unsafe { &*raw }.name(), "a");
        // SAFETY: as above.
        unsafe { Gc::<Plain>::increment_strong_count(raw) };
        assert_eq!(weak.strong_count(), 2);
        // SAFETY: as above.
        unsafe { Gc::<Plain>::decrement_strong_count(raw) };
        // SAFETY: as above.
        let node: Gc<Plain> = unsafe { Gc::from_raw(raw) };
        assert_eq!(Gc::strong_count(&node), 1);
        assert_eq!(Gc::as_ptr(&node), raw);
    });
}

#[test]
fn raw_weak_handles_also_after_death() {
    law(|| {
        let node = Plain::new("a");
        let raw = Gc::downgrade(&node).into_raw();
        assert_eq!(Gc::weak_count(&node), 1);
        // SAFETY: made raw once, taken back once.
        let weak: Weak<Plain> = unsafe { Weak::from_raw(raw) };
        assert!(Gc::ptr_eq(&weak.upgrade().unwrap(), &node));
        let raw = weak.into_raw();
        drop(node);
        // SAFETY: as above.
        let weak: Weak<Plain> = unsafe { Weak::from_raw(raw) };
        assert!(weak.upgrade().is_none());
        let raw = weak.clone().into_raw();
        // SAFETY: as above.
        drop::<Weak<Plain>>(unsafe { Weak::from_raw(raw) });
        drop(weak);
        let raw = Weak::<Plain>::new().into_raw();
        // SAFETY: as above.
        assert!(unsafe { Weak::<Plain>::from_raw(raw) }.upgrade().is_none());
    });
}

#[test]
fn uninit() {
    law(|| {
        let mut slot = Gc::<u64>::new_uninit();
        Gc::get_mut(&mut slot).expect("the only handle").write(8);
        // SAFETY: it was just written.
        let eight = unsafe { slot.assume_init() };
        assert_eq!(*eight, 8);
        let mut slots = Gc::<[Gc<Plain>]>::new_uninit_slice(2);
        for slot in Gc::get_mut(&mut slots).expect("the only handle") {
            slot.write(Plain::looped("a"));
        }
        // SAFETY: all were written.
        let nodes = unsafe { slots.assume_init() };
        assert_eq!(nodes[1].name(), "a");
        drop(nodes);
        assert_eq!(collected(), 2);
        drop(Gc::<Plain>::new_uninit());
    });
}

#[test]
fn values_are_compared_hashed_and_shown_by_content() {
    law(|| {
        let (a, b) = (Gc::new(1), Gc::new(2));
        assert!(a < b && a != b && a == Gc::new(1));
        let set: BTreeSet<Gc<i32>> = [b.clone(), a.clone(), b.clone()].into();
        assert_eq!(set.iter().map(|it| **it).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(format!("{a:?} {a}"), "1 1");
        assert_ne!(format!("{a:p}"), format!("{b:p}"));
        assert_eq!(format!("{:?}", Weak::<u8>::new()), "(Weak)");
        let shown: &dyn Debug = &Plain::looped("a");
        assert!(format!("{shown:?}").contains("<cycle>"), "{shown:?}");
    });
}

#[test]
fn conversions() {
    law(|| {
        assert_eq!(*Gc::<u8>::default(), 0);
        assert_eq!(*Gc::from(3_u8), 3);
        assert_eq!(*Gc::<u8>::from(Box::new(3_u8)), 3);
        assert_eq!(&*Gc::<str>::from(String::from("abc")), "abc");
        let pinned = Gc::pin(4_u8);
        assert_eq!(*pinned.clone(), 4);
        let five = Gc::new(5);
        let borrowed: &u8 = std::borrow::Borrow::borrow(&five);
        assert_eq!(*borrowed, 5);
    });
}

#[test]
fn a_leaked_handle_keeps_its_object() {
    fn handles<T: ?Sized>(of: &refcycle::ptr::Gc<T, Flavor>) -> usize {
        Gc::strong_count(of)
    }
    law(|| {
        let node = Plain::looped("a");
        let mut leaked = ManuallyDrop::new(node.clone());
        drop(node);
        assert_eq!(collected(), 0);
        assert_eq!((leaked.name(), handles(&leaked)), ("a", 2));
        // SAFETY: dropped once, not used again.
        unsafe { ManuallyDrop::drop(&mut leaked) };
        assert_eq!(collected(), 1);
    });
}
