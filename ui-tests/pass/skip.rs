//! What is skipped need not be `Trace`, and its handles count as held from outside.

use refcycle::{Gc, Trace, collect};
use std::cell::{RefCell, UnsafeCell};
use std::mem::{ManuallyDrop, MaybeUninit};

struct Foreign;

union Number {
    int: u32,
    float: f32,
}

#[derive(Trace)]
struct Node {
    #[trace(skip)]
    me: RefCell<Option<Gc<Node>>>,
    #[trace(skip)]
    foreign: Foreign,
    #[trace(skip)]
    number: Number,
}

#[derive(Trace)]
enum Odd<T> {
    Uninit(#[trace(skip)] MaybeUninit<T>),
    Manual {
        #[trace(skip)]
        value: ManuallyDrop<T>,
    },
    Cell(#[trace(skip)] UnsafeCell<T>, u8),
    Pointer(#[trace(skip)] *const T),
}

fn traced<T: Trace>(_: &T) {}

fn main() {
    let node = Node { me: RefCell::new(None), foreign: Foreign, number: Number { int: 0 } };
    let node = Gc::new(node);
    *node.me.borrow_mut() = Some(node.clone());
    let weak = Gc::downgrade(&node);
    drop(node);
    assert_eq!(collect().collected, 0);

    let node = weak.upgrade().unwrap();
    let Foreign = node.foreign;
    assert_eq!(unsafe { node.number.float }, 0.0);
    let me = node.me.take();
    drop(node);
    drop(me);
    assert!(weak.upgrade().is_none());

    traced(&Odd::<Foreign>::Uninit(MaybeUninit::uninit()));
    traced(&Odd::Manual { value: ManuallyDrop::new(Foreign) });
    traced(&Odd::Cell(UnsafeCell::new(Foreign), 0));
    traced(&Odd::<Foreign>::Pointer(std::ptr::null()));
}
