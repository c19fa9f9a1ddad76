//! What the types promise of their memory and at compile time.

#![expect(dead_code, reason = "some probes are there only to be dropped")]

use refcycle::{Collected, Gc, PauseGuard, Policy, Stats, Trace, Watch, Weak, unsize};
use refcycle_tests::nodes::Plain;
use refcycle_tests::{Probe, alive, balance, collected, law};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};
use std::any::Any;
use std::cell::RefCell;
use std::fmt::Debug;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

assert_eq_size!(Gc<Plain>, usize);
assert_eq_size!(Option<Gc<Plain>>, usize);
assert_eq_size!(Option<Gc<u8>>, usize);
assert_eq_size!(Option<Option<Gc<()>>>, Option<Option<Rc<()>>>);
assert_eq_size!(Gc<dyn Any>, [usize; 2]);
assert_eq_size!(Option<Gc<dyn Any>>, [usize; 2]);
assert_eq_size!(Gc<[u8]>, [usize; 2]);
assert_eq_size!(Gc<str>, [usize; 2]);

assert_not_impl_any!(Gc<u8>: Send, Sync);
assert_not_impl_any!(Gc<Plain>: Send, Sync);
assert_not_impl_any!(Gc<dyn Any>: Send, Sync);
assert_not_impl_any!(Gc<str>: Send, Sync);
assert_not_impl_any!(Weak<u8>: Send, Sync);
assert_not_impl_any!(Watch<u8>: Send, Sync);
assert_not_impl_any!(PauseGuard: Send, Sync);

// As for `Rc`, whatever it points at.
assert_impl_all!(Gc<std::marker::PhantomPinned>: Unpin);
assert_impl_all!(Weak<std::marker::PhantomPinned>: Unpin);
assert_impl_all!(Gc<u8>: UnwindSafe, RefUnwindSafe);
assert_impl_all!(Gc<Plain>: Clone, Debug);
assert_impl_all!(Gc<str>: Clone, Debug, Ord, std::hash::Hash, UnwindSafe, Unpin);

assert_impl_all!(Collected: Copy, Debug, Default, Eq);
assert_impl_all!(Stats: Copy, Debug);
assert_impl_all!(Policy: Copy, Debug, Default, PartialEq, Send, Sync);

// A handle and a weak one are fields like others; a `Trace` object can be one.
assert_impl_all!(Gc<Plain>: Trace);
assert_impl_all!(Weak<Plain>: Trace);
assert_impl_all!(Watch<Plain>: Trace);
assert_impl_all!(Gc<dyn Any>: Trace);
assert_impl_all!(Gc<[Gc<Plain>]>: Trace);

/// The size of the block of an object that `make` makes.
fn block<T: ?Sized + 'static>(make: impl FnOnce() -> Gc<T>) -> isize {
    // A registry of objects, if there is one, has room for more from now on.
    let _another = Gc::new(());
    let before = balance();
    let handle = make();
    let block = balance() - before;
    assert_eq!(block.blocks, 1, "one block");
    drop(handle);
    block.bytes
}

#[test]
fn the_header_has_sixteen_bytes() {
    law(|| {
        assert_eq!(block(|| Gc::new(1_u64)), 24);
        assert_eq!(block(|| Gc::new([0_u64; 10])), 96);
        assert_eq!(block(|| Gc::new(RefCell::new(None::<Gc<u8>>))), 16 + 16);
        assert_eq!(block(|| Gc::new(())), 16);
    });
}

#[test]
fn a_slice_has_a_length_besides() {
    law(|| {
        let numbers: &[u64] = &[1, 2, 3];
        assert_eq!(block(|| Gc::<[u64]>::from(numbers)), 24 + 24);
        assert_eq!(block(|| Gc::<str>::from("12345678")), 24 + 8);
    });
}

#[test]
fn a_side_cell_is_made_for_the_first_weak_handle_and_goes_with_the_last() {
    law(|| {
        let node = Gc::new(1_u64);
        let before = balance();
        let weak = Gc::downgrade(&node);
        assert_eq!((balance() - before).blocks, 1);
        let more = [weak.clone(), Gc::downgrade(&node)];
        assert_eq!((balance() - before).blocks, 1);
        drop((weak, more));
        assert_eq!((balance() - before).blocks, 0);
    });
}

#[derive(Debug, Trace)]
#[repr(align(64))]
struct Line(u8, RefCell<Option<Gc<Line>>>, #[trace(skip)] Probe);

#[derive(Debug, Trace)]
#[repr(align(4096))]
struct Page(u8, RefCell<Option<Gc<dyn Any>>>, #[trace(skip)] Probe);

fn aligned<T: ?Sized + 'static>(handle: &Gc<T>, align: usize) -> bool {
    Gc::as_ptr(handle).cast::<u8>().addr().is_multiple_of(align)
}

#[test]
fn over_aligned_values_are_aligned() {
    law(|| {
        let lines: Vec<_> =
            (0..10).map(|i| Gc::new(Line(i, RefCell::default(), Probe::silent()))).collect();
        let pages: Vec<_> =
            (0..10).map(|i| Gc::new(Page(i, RefCell::default(), Probe::silent()))).collect();
        for (i, (line, page)) in lines.iter().zip(&pages).enumerate() {
            assert!(aligned(line, 64) && aligned(page, 4096));
            assert_eq!((usize::from(line.0), usize::from(page.0)), (i, i));
            *line.1.borrow_mut() = Some(lines[(i + 1) % 10].clone());
            let next = pages[(i + 1) % 10].clone();
            *page.1.borrow_mut() = Some(unsize!(next => dyn Any));
        }
        let weak = Gc::downgrade(&pages[0]);
        assert!(aligned(&weak.upgrade().unwrap(), 4096));
        drop((lines, pages));
        assert_eq!(collected(), 20);
        assert_eq!(alive(), 0);
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn trait_objects_of_over_aligned_values() {
    law(|| {
        let page: Gc<dyn Any> =
            unsize!(Gc::new(Page(7, RefCell::default(), Probe::silent())) => dyn Any);
        assert!(aligned(&page, 4096));
        drop(page.clone());
        assert_eq!(collected(), 0);
        let page = page.downcast::<Line>().unwrap_err();
        let page = page.downcast::<Page>().unwrap();
        assert_eq!(page.0, 7);
        let value = Gc::try_unwrap(page).unwrap();
        assert_eq!(value.0, 7);
        drop(value);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn over_aligned_slices() {
    #[derive(Clone, Copy, Debug, Trace)]
    #[repr(align(64))]
    struct Wide(u8);

    law(|| {
        let wide: Gc<[Wide]> = Gc::from(&[Wide(1), Wide(2), Wide(3)][..]);
        assert!(aligned(&wide, 64));
        assert_eq!(wide.iter().map(|wide| wide.0).sum::<u8>(), 6);
        let empty: Gc<[Wide]> = Gc::from(&[][..]);
        assert!(aligned(&empty, 64) && empty.is_empty());
    });
}

#[test]
fn values_without_size() {
    #[derive(Trace)]
    struct Unit;

    impl Drop for Unit {
        fn drop(&mut self) {
            refcycle_tests::log("unit");
        }
    }

    #[derive(Trace)]
    #[repr(align(128))]
    struct Aligned;

    law(|| {
        let (one, two) = (Gc::new(Unit), Gc::new(Unit));
        assert!(!Gc::ptr_eq(&one, &two), "each is an object of its own");
        let weak = Gc::downgrade(&one);
        drop((one, two));
        assert_eq!(refcycle_tests::take_log(), ["unit", "unit"]);
        assert!(weak.upgrade().is_none());
        let empty = Gc::new(Aligned);
        assert!(aligned(&empty, 128));
        let any: Gc<dyn Any> = unsize!(empty => dyn Any);
        assert!(any.downcast::<Aligned>().is_ok());
        let units: Gc<[()]> = Gc::from(&[(); 5][..]);
        assert_eq!(units.len(), 5);
    });
}

#[test]
fn raw_pointers_lead_back() {
    law(|| {
        let page = Gc::new(Page(3, RefCell::default(), Probe::silent()));
        let raw = Gc::into_raw(page.clone());
        assert_eq!(raw, Gc::as_ptr(&page));
        assert_eq!(Gc::strong_count(&page), 2);
        // SAFETY: the pointer comes from `into_raw`, and its handle is turned back once.
        let again = unsafe { Gc::from_raw(raw) };
        assert!(Gc::ptr_eq(&again, &page));
        drop(again);
        // SAFETY: the pointer is that of a live object of this flavour.
        unsafe { Gc::increment_strong_count(Gc::as_ptr(&page)) };
        assert_eq!(Gc::strong_count(&page), 2);
        // SAFETY: one handle was added for it.
        unsafe { Gc::decrement_strong_count(Gc::as_ptr(&page)) };
        assert_eq!(Gc::strong_count(&page), 1);
    });
}
