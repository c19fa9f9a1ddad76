//! The global allocator of all test binaries: counts what the threads of one law have allocated.
//!
//! Tests run in parallel, so each thread books to a ledger of its own law, if it has one. It knows
//! nothing of refcycle.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ops::Sub;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering::Relaxed};

/// What is allocated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Blocks.
    pub blocks: isize,
    /// Bytes in them.
    pub bytes: isize,
}

impl Sub for Balance {
    type Output = Balance;

    fn sub(self, before: Balance) -> Balance {
        Balance { blocks: self.blocks - before.blocks, bytes: self.bytes - before.bytes }
    }
}

/// The account of one law.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    blocks: AtomicIsize,
    bytes: AtomicIsize,
}

thread_local! {
    static OWN: Cell<*const Ledger> = const { Cell::new(ptr::null()) };
}

impl Ledger {
    pub(crate) fn balance(&self) -> Balance {
        Balance { blocks: self.blocks.load(Relaxed), bytes: self.bytes.load(Relaxed) }
    }

    /// From now on this thread books to `ledger`, until its end. Somebody else must keep the ledger
    /// until this thread has been joined.
    pub(crate) fn open(ledger: &Arc<Ledger>) {
        OWN.set(Arc::as_ptr(ledger));
    }

    /// Takes away what was booked by mistake.
    pub(crate) fn correct(mistake: Balance) {
        book(-mistake.blocks, -mistake.bytes);
    }

    /// The ledger that this thread books to. That thread must outlive those that it is given to.
    pub(crate) fn current() -> Current {
        Current(OWN.get().expose_provenance())
    }

    /// This thread books to no ledger.
    pub(crate) fn close() {
        OWN.set(ptr::null());
    }
}

/// A ledger on its way to another thread of the law.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Current(usize);

impl Current {
    /// As [`Ledger::open`].
    pub(crate) fn open_here(self) {
        OWN.set(ptr::with_exposed_provenance(self.0));
    }
}

/// What the threads of this law have allocated by now; nothing outside a law.
pub fn balance() -> Balance {
    // SAFETY: the pointer is null, or the ledger is kept until this thread is joined (`open`).
    unsafe { OWN.get().as_ref() }.map(Ledger::balance).unwrap_or_default()
}

fn book(blocks: isize, bytes: isize) {
    // SAFETY: the pointer is null, or the ledger is kept until this thread is joined (`open`).
    if let Some(ledger) = unsafe { OWN.get().as_ref() } {
        ledger.blocks.fetch_add(blocks, Relaxed);
        ledger.bytes.fetch_add(bytes, Relaxed);
    }
}

#[derive(Debug)]
struct Counting;

// SAFETY: everything is passed on to `System`; booking neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        book(1, layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        book(1, layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        book(-1, -(layout.size() as isize));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        book(0, size as isize - layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;
