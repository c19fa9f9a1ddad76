//! A container that the derive cannot see through: slots in memory of its own, reached by a raw pointer.
//!
//! `#[derive(Trace)]` is right for almost every type. A type that owns handles behind a raw pointer has
//! to say itself where they are, and keep the four promises of [`Trace`].

use refcycle::{Gc, Trace, Tracer, collect, facts, live};
use std::cell::{Cell, RefCell};
use std::slice;

/// A stack that grows in place: at most `CAPACITY` elements in one block of memory.
struct Stack<T> {
    block: *mut [Option<T>],
    len: Cell<usize>,
}

const CAPACITY: usize = 16;

impl<T> Stack<T> {
    fn new() -> Stack<T> {
        let block: Box<[Option<T>]> = (0..CAPACITY).map(|_| None).collect();
        Stack { block: Box::into_raw(block), len: Cell::new(0) }
    }

    /// Adds an element, or gives it back where there is no room.
    fn push(&self, value: T) -> Result<(), T> {
        let len = self.len.get();
        if len == CAPACITY {
            return Err(value);
        }
        // SAFETY: `len` is in the block.
        let slot = unsafe { self.slots().add(len) };
        // SAFETY: the block is ours, and nobody has a reference to this slot: `top` and `trace` lend only
        // those below `len`.
        unsafe { slot.write(Some(value)) };
        self.len.set(len + 1);
        Ok(())
    }

    fn slots(&self) -> *mut Option<T> {
        self.block.cast()
    }

    /// The element on top.
    fn top(&self) -> Option<&T> {
        let at = self.len.get().checked_sub(1)?;
        // SAFETY: `at` is in the block.
        let slot = unsafe { self.slots().add(at) };
        // SAFETY: it is initialized, and is not written to while the stack is borrowed.
        unsafe { &*slot }.as_ref()
    }
}

impl<T> Drop for Stack<T> {
    fn drop(&mut self) {
        // SAFETY: `new` made the pointer from a box, and this is the only place that takes it back.
        drop(unsafe { Box::from_raw(self.block) });
    }
}

// SAFETY:
// 1. The block is owned by this stack alone, each slot holds at most one value, and each is passed on
//    once.
// 2. Nothing but `push` changes the block, and that is other code.
// 3. Reading the slots makes, moves and drops nothing, and nobody borrows them mutably: `push` writes
//    to a slot that is not yet counted and runs no other code while it does.
// 4. `Mutable<Option<T>>` would do for the elements; `All` also says that there is a `Drop`.
unsafe impl<T: Trace> Trace for Stack<T> {
    type Facts = facts::All;

    fn trace(&self, tracer: &mut Tracer) {
        // SAFETY: the first `len` slots are in the block, initialized, and not written to (3).
        let slots = unsafe { slice::from_raw_parts(self.slots(), self.len.get()) };
        for value in slots.iter().flatten() {
            tracer.field("block", value);
        }
    }
}

#[derive(Trace)]
struct Task {
    name: &'static str,
    waiting: Stack<Gc<Task>>,
    parent: RefCell<Option<Gc<Task>>>,
}

fn task(name: &'static str) -> Gc<Task> {
    Gc::new(Task { name, waiting: Stack::new(), parent: RefCell::default() })
}

fn main() {
    let root = task("root");
    for name in ["compile", "test", "ship"] {
        let child = task(name);
        *child.parent.borrow_mut() = Some(root.clone());
        assert!(root.waiting.push(child).is_ok());
    }
    let top = root.waiting.top().expect("three were pushed");
    assert_eq!(top.name, "ship");
    assert!(top.parent.borrow().as_ref().is_some_and(|parent| Gc::ptr_eq(parent, &root)));

    // The collector sees the handles in the block: it keeps what they lead to …
    collect();
    assert_eq!(live().objects, 4);
    assert_eq!(root.waiting.top().map(|task| task.name), Some("ship"));

    // … and frees the ring that they close.
    drop(root);
    assert_eq!(live().objects, 4);
    assert_eq!(collect().collected, 4);
    assert_eq!(live().objects, 0);

    let full: Stack<u8> = Stack::new();
    assert!((0..CAPACITY).all(|_| full.push(1).is_ok()) && full.push(2) == Err(2));
    println!("the collector found its way through a raw pointer");
}
