//! Memory that becomes a value while others hold it: the collector and the counts go by one type.

use refcycle::{Gc, Trace};
use refcycle_tests::{collected, law};
use std::cell::RefCell;
use std::mem::MaybeUninit;

#[derive(Trace)]
struct Node<T: 'static> {
    next: RefCell<Option<Gc<Node<T>>>>,
    #[trace(skip)]
    _of: Option<T>,
}

impl<T> Node<T> {
    fn new() -> Node<T> {
        Node { next: RefCell::new(None), _of: None }
    }
}

/// Owns a handle, and is covariant in `T`.
#[derive(Trace)]
struct Tagged<T: 'static> {
    next: RefCell<Option<Gc<Node<u8>>>>,
    #[trace(skip)]
    _tag: Option<T>,
}

#[test]
fn a_sole_handle_makes_the_object_one_of_the_type() {
    law(|| {
        let mut memory = Gc::<Node<u8>>::new_uninit();
        Gc::get_mut(&mut memory).expect("sole").write(Node::new());
        // SAFETY: it was just written.
        let node = unsafe { memory.assume_init() };
        *node.next.borrow_mut() = Some(node.clone());
        drop(node);
        assert_eq!(collected(), 1);
    });
}

#[test]
fn a_raw_weak_handle_of_the_memory_outlives_the_value() {
    law(|| {
        let mut memory = Gc::<String>::new_uninit();
        Gc::get_mut(&mut memory).expect("sole").write(String::new());
        let raw = Gc::downgrade(&memory).into_raw();
        // SAFETY: it was written above.
        let text = unsafe { memory.assume_init() };
        assert_eq!(*text, "");
        drop(text);
        // SAFETY: it came from `into_raw`, and is given back once.
        let weak = unsafe { refcycle::Weak::from_raw(raw) };
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn handles_of_one_memory_under_two_types_keep_their_entry_straight() {
    law(|| {
        type Short = Tagged<for<'a> fn(&'a ())>;
        type Long = Tagged<fn(&'static ())>;
        let mut memory = Gc::<Short>::new_uninit();
        let value = Tagged { next: RefCell::new(None), _tag: None };
        Gc::get_mut(&mut memory).expect("sole").write(value);
        let second: Gc<MaybeUninit<Long>> = memory.clone();
        // SAFETY: it was written above.
        let first = unsafe { memory.assume_init() };
        drop(first.clone());
        // SAFETY: as above; the types differ by a lifetime alone.
        let second = unsafe { second.assume_init() };
        *second.next.borrow_mut() = Some(Gc::new(Node::new()));
        drop(second);
        drop(first);
        assert_eq!(collected(), 0);
    });
}

#[test]
fn a_handle_that_stays_memory_may_do_to_it_what_it_likes() {
    law(|| {
        let mut memory = Gc::<Node<u8>>::new_uninit();
        Gc::get_mut(&mut memory).expect("sole").write(Node::new());
        // SAFETY: it was just written.
        drop(unsafe { memory.clone().assume_init() });
        drop(memory.clone());
        let content = Gc::get_mut(&mut memory).expect("sole again");
        // SAFETY: it was written above, and is not used as a `Node` afterwards.
        unsafe { content.assume_init_drop() };
        *content = MaybeUninit::uninit();
        let holder = Gc::new(RefCell::new(Some(memory)));
        drop(holder.clone());
        assert_eq!(collected(), 0);
        let weak = holder.borrow().as_ref().map(Gc::downgrade);
        drop(holder);
        assert!(weak.is_some_and(|weak| weak.upgrade().is_none()));
    });
}

#[test]
fn the_last_handle_drops_the_value_of_shared_memory() {
    law(|| {
        let mut memory = Gc::<String>::new_uninit();
        Gc::get_mut(&mut memory).expect("sole").write(String::from("dropped, or the law leaks"));
        let other = memory.clone();
        // SAFETY: it was written above.
        let text = unsafe { memory.assume_init() };
        drop(other);
        drop(text);
    });
}
