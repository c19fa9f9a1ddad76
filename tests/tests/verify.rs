//! The verify mode: a hand-written `Trace` that breaks its contract is found out before it does harm.
//!
//! It is on in debug builds. Without it a release build does what a broken contract of an `unsafe`
//! trait allows, so these tests are not run there.

#![cfg(debug_assertions)]

use refcycle::{Gc, Policy, Trace, Tracer, collect, facts, live, set_policy};
use refcycle_tests::{Probe, alive, caught, collected, law, settle};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What a [`Liar`] reports.
#[derive(Clone, Copy, PartialEq)]
enum Lie {
    Nothing,
    Truth,
    Twice,
    Foreign,
}

struct Liar {
    lie: Cell<Lie>,
    next: RefCell<Option<Gc<Liar>>>,
    foreign: RefCell<Option<Rc<Gc<Liar>>>>,
    probe: Probe,
}

// SAFETY: none; that it breaks rule 1 is what is tested, and the verify mode finds out before any
// object is touched.
unsafe impl Trace for Liar {
    type Facts = facts::All;

    fn trace(&self, tracer: &mut Tracer) {
        self.probe.check();
        if self.lie.get() != Lie::Nothing {
            tracer.field("next", &*self.next.borrow());
        }
        if self.lie.get() == Lie::Twice {
            tracer.field("again", &*self.next.borrow());
        }
        if self.lie.get() == Lie::Foreign
            && let Some(foreign) = &*self.foreign.borrow()
        {
            tracer.field("foreign", &**foreign);
        }
    }
}

fn liar(lie: Lie) -> Gc<Liar> {
    Gc::new(Liar {
        lie: Cell::new(lie),
        next: RefCell::default(),
        foreign: RefCell::default(),
        probe: Probe::silent(),
    })
}

/// A ring of two, of which the first lies; both can be reached from outside.
fn ring(lie: Lie) -> (Gc<Liar>, Gc<Liar>) {
    let (a, b) = (liar(lie), liar(Lie::Truth));
    *a.next.borrow_mut() = Some(b.clone());
    *b.next.borrow_mut() = Some(a.clone());
    drop((a.clone(), b.clone()));
    (a, b)
}

#[test]
fn telling_the_truth_is_fine() {
    law(|| {
        drop(ring(Lie::Truth));
        assert_eq!(collected(), 2);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn one_handle_reported_twice() {
    law(|| {
        let (a, b) = ring(Lie::Twice);
        for _ in 0..3 {
            let message = caught(collect);
            assert!(message.contains("Liar"), "names the type: {message}");
            assert!(message.contains("`next`") && message.contains("`again`"), "{message}");
            // Everything is intact.
            a.probe.check();
            b.probe.check();
            assert_eq!((Gc::strong_count(&a), Gc::strong_count(&b)), (2, 2));
        }
        // Told the truth, the next collection does its work.
        a.lie.set(Lie::Truth);
        assert_eq!(collected(), 0);
        drop((a, b));
        assert_eq!(collected(), 2);
        assert_eq!(alive(), 0);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn a_handle_that_two_objects_report() {
    law(|| {
        let (a, b) = ring(Lie::Foreign);
        b.lie.set(Lie::Foreign);
        let kept = liar(Lie::Truth);
        let shared = Rc::new(kept.clone());
        for node in [&a, &b] {
            *node.foreign.borrow_mut() = Some(shared.clone());
        }
        drop(shared);
        let message = caught(collect);
        assert!(message.contains("Liar") && message.contains("`foreign`"), "{message}");
        kept.probe.check();
        assert_eq!(Gc::strong_count(&kept), 2);
        a.lie.set(Lie::Truth);
        b.lie.set(Lie::Truth);
        drop((a, b));
        assert_eq!(collected(), 2);
        assert_eq!(Gc::strong_count(&kept), 1);
    });
}

#[test]
fn reporting_too_little_is_a_leak_and_no_error() {
    law(|| {
        let (a, b) = ring(Lie::Nothing);
        let watch = Gc::downgrade(&a);
        drop((a, b));
        assert_eq!(collected(), 0);
        assert_eq!(alive(), 2);
        watch.upgrade().unwrap().lie.set(Lie::Truth);
        assert_eq!(collected(), 2);
    });
}

#[test]
fn an_automatic_collection_finds_it_as_well() {
    law(|| {
        let (a, b) = ring(Lie::Twice);
        set_policy(Policy::default().with_young(1).with_full(1).with_growth(0.0));
        let message = caught(|| drop((liar(Lie::Truth), liar(Lie::Truth), liar(Lie::Truth))));
        assert!(message.contains("Liar"), "{message}");
        set_policy(Policy::OFF);
        a.lie.set(Lie::Truth);
        b.probe.check();
        settle();
        drop((a, b));
        assert_eq!(collected(), 2);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a_collection_after_a_lie_starts_afresh() {
    law(|| {
        let (a, b) = ring(Lie::Twice);
        caught(collect);
        // Counting is not disturbed.
        a.next.take();
        b.next.take();
        drop((a, b));
        assert_eq!(alive(), 0);
        assert_eq!(collected(), 0);
    });
}
