//! Exclusive access, with weak handles, and to what waits in a candidate buffer.

use super::flavor::{collected, full, law};
use super::nodes::Plain;
use super::{Gc, Trace};
use crate::support::{Probe, alive, lock, log, take_log};
use std::sync::Mutex;

/// A value that can be copied.
#[derive(Clone, Debug, Trace)]
struct Value {
    number: u32,
    edges: Vec<Gc<Plain>>,
    #[trace(skip)]
    probe: Probe,
}

fn value(number: u32) -> Gc<Value> {
    Gc::new(Value { number, edges: Vec::new(), probe: Probe::new("") })
}

#[test]
fn get_mut_needs_the_only_handle() {
    law(|| {
        let mut a = value(1);
        Gc::get_mut(&mut a).expect("the only handle").number = 2;
        let b = a.clone();
        assert!(Gc::get_mut(&mut a).is_none());
        drop(b);
        Gc::get_mut(&mut a).expect("the only handle again").number += 1;
        assert_eq!(a.number, 3);
        a.probe.check();
    });
}

#[test]
fn get_mut_wants_no_weak_handle() {
    law(|| {
        let mut a = value(1);
        let weak = Gc::downgrade(&a);
        assert!(Gc::get_mut(&mut a).is_none());
        assert!(weak.upgrade().is_some());
        drop(weak);
        assert!(Gc::get_mut(&mut a).is_some());
    });
}

#[test]
fn a_candidate_can_be_had_exclusively_and_is_found_later() {
    law(|| {
        let mut a = value(1);
        drop(a.clone());
        let tail = Plain::looped("tail");
        Gc::get_mut(&mut a).expect("a candidate").edges.push(tail.clone());
        assert_eq!(collected(), 0);
        Gc::get_mut(&mut a).expect("it has survived").number = 5;
        drop(a.clone());
        drop(tail);
        assert_eq!(collected(), 0);
        assert_eq!(a.edges[0].name(), "tail");
        drop(a);
        assert_eq!(collected(), 1);
    });
}

#[test]
fn a_cycle_made_through_exclusive_access_is_found() {
    #[derive(Trace)]
    struct Ring {
        next: Option<Gc<Ring>>,
        entry: Mutex<Option<Gc<Ring>>>,
        #[trace(skip)]
        _probe: Probe,
    }
    law(|| {
        let new = || Gc::new(Ring { next: None, entry: Mutex::default(), _probe: Probe::new("") });
        let (mut a, b) = (new(), new());
        drop(a.clone());
        Gc::get_mut(&mut a).expect("the only handle").next = Some(b.clone());
        *lock(&b.entry) = Some(a.clone());
        assert!(a.next.as_ref().is_some_and(|next| Gc::ptr_eq(next, &b)));
        drop(b);
        assert_eq!(collected(), 0);
        drop(a);
        assert_eq!(collected(), 2);
    });
}

#[test]
fn try_unwrap_cuts_weak_handles_off() {
    law(|| {
        let a = value(1);
        let weak = Gc::downgrade(&a);
        let watch = Gc::watch(&a, || log("callback"));
        let b = a.clone();
        let Err(a) = Gc::try_unwrap(a) else { panic!("there are two handles") };
        assert!(take_log().is_empty() && weak.upgrade().is_some());
        drop(b);
        let inner = Gc::try_unwrap(a).expect("the only handle");
        assert!(weak.upgrade().is_none() && watch.upgrade().is_none());
        assert_eq!(take_log(), ["callback"]);
        assert_eq!((inner.number, alive()), (1, 1));
        inner.probe.check();
        // A candidate was unwrapped: nothing is left of it for the collector.
        assert_eq!(full().visited, 0);
        drop(weak);
    });
}

#[test]
fn into_inner_and_unwrap_or_clone() {
    law(|| {
        let a = value(1);
        let b = a.clone();
        assert!(Gc::into_inner(a).is_none());
        assert_eq!(Gc::into_inner(b).map(|value| value.number), Some(1));
        let a = value(2);
        let b = a.clone();
        assert_eq!(Gc::unwrap_or_clone(a).number, 2);
        assert_eq!(alive(), 1);
        assert_eq!(Gc::unwrap_or_clone(b).number, 2);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn make_mut_copies_what_is_shared() {
    law(|| {
        let mut a = value(1);
        let b = a.clone();
        Gc::make_mut(&mut a).number = 2;
        assert_eq!((a.number, b.number), (2, 1));
        assert!(!Gc::ptr_eq(&a, &b));
        let before = Gc::as_ptr(&a).addr();
        Gc::make_mut(&mut a).number = 3;
        assert_eq!((Gc::as_ptr(&a).addr(), a.number), (before, 3));
    });
}

#[test]
fn make_mut_cuts_weak_handles_off() {
    law(|| {
        let mut a = value(1);
        let weak = Gc::downgrade(&a);
        let watch = Gc::watch(&a, || log("callback"));
        Gc::make_mut(&mut a).number = 2;
        assert!(weak.upgrade().is_none() && watch.upgrade().is_none());
        assert_eq!(take_log(), ["callback"]);
        let new = Gc::downgrade(&a);
        assert_eq!(new.upgrade().map(|a| a.number), Some(2));
        assert!(!weak.ptr_eq(&new));
        assert_eq!((Gc::weak_count(&a), Gc::strong_count(&a), alive()), (1, 1, 1));
    });
}

#[test]
fn make_mut_of_a_haunted_candidate_is_still_collected() {
    #[derive(Clone, Trace)]
    struct Ring(std::sync::Arc<()>, Vec<Gc<Cell>>);
    #[derive(Trace)]
    struct Cell(Mutex<Option<Gc<Ring>>>, #[trace(skip)] Probe);
    law(|| {
        let mut ring = Gc::new(Ring(std::sync::Arc::new(()), Vec::new()));
        drop(ring.clone());
        let weak = Gc::downgrade(&ring);
        let cell = Gc::new(Cell(Mutex::default(), Probe::new("cell")));
        Gc::make_mut(&mut ring).1.push(cell.clone());
        assert!(weak.upgrade().is_none());
        cell.1.check();
        *lock(&cell.0) = Some(ring.clone());
        assert_eq!(ring.1.len() + std::sync::Arc::strong_count(&ring.0), 2);
        drop((ring, cell));
        assert_eq!(collected(), 2);
        assert_eq!(take_log(), ["drop cell"]);
    });
}
