//! `Trace` for the standard library's types: what each reports, and what is known of it beforehand.

mod containers;
mod facts;
mod opaque;

use refcycle::{Gc, Live, Policy, Trace, collect, live, set_policy};
use std::cell::{Cell, RefCell};
use std::io;
use std::sync::{Mutex, RwLock};

/// Turns automatic collection off, empties the heap of this thread and says what is left in it.
fn baseline() -> Live {
    set_policy(Policy::OFF);
    let _ = collect();
    live()
}

#[derive(Trace)]
struct Node {
    edges: RefCell<Vec<Gc<Node>>>,
    reference: Cell<Option<&'static Gc<Node>>>,
    guarded: Mutex<Option<Gc<Node>>>,
    shared: RwLock<Option<Gc<Node>>>,
}

impl Node {
    fn new() -> Gc<Node> {
        Gc::new(Node {
            edges: RefCell::default(),
            reference: Cell::default(),
            guarded: Mutex::default(),
            shared: RwLock::default(),
        })
    }
}

/// A reader and writer of nothing that owns a handle.
#[derive(Trace)]
struct Device<T: 'static>(Gc<T>);

impl<T> io::Read for Device<T> {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

impl<T> io::Write for Device<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
