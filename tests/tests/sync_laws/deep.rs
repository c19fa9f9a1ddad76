//! Deep structures on a small stack: law L4.

use super::flavor::{collected, law};
use super::{Gc, Trace};
use crate::support::{Probe, alive, lock};
use refcycle_tests::SHRINK;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

const DEPTH: usize = 1_000_000 / SHRINK;

/// How many have been dropped.
static NEXT: AtomicUsize = AtomicUsize::new(0);
/// Head to tail, so far?
static IN_ORDER: AtomicBool = AtomicBool::new(true);

#[derive(Trace)]
struct Link {
    number: usize,
    next: Option<Gc<Link>>,
    back: Mutex<Option<Gc<Link>>>,
    #[trace(skip)]
    probe: Probe,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.probe.check();
        if NEXT.fetch_add(1, SeqCst) != self.number {
            IN_ORDER.store(false, SeqCst);
        }
    }
}

fn chain() -> (Gc<Link>, Gc<Link>) {
    NEXT.store(0, SeqCst);
    IN_ORDER.store(true, SeqCst);
    let link = |number, next| {
        Gc::new(Link { number, next, back: Mutex::default(), probe: Probe::new("") })
    };
    let last = link(DEPTH - 1, None);
    let first = (0..DEPTH - 1).rev().fold(last.clone(), |next, number| link(number, Some(next)));
    (first, last)
}

#[test]
fn l4_a_chain_dies_head_to_tail() {
    law(|| {
        let (first, last) = chain();
        drop(last);
        drop(first);
        assert_eq!(NEXT.load(SeqCst), DEPTH);
        assert!(IN_ORDER.load(SeqCst));
        assert_eq!(alive(), 0);
    });
}

#[test]
fn l4_a_long_ring_is_collected() {
    law(|| {
        let (first, last) = chain();
        *lock(&last.back) = Some(first.clone());
        drop(last);
        drop(first);
        assert_eq!(NEXT.load(SeqCst), 0);
        assert_eq!(collected(), DEPTH);
        assert_eq!(NEXT.load(SeqCst), DEPTH);
        assert_eq!(alive(), 0);
    });
}
