//! Resurrection and other side effects of finalizers: laws I1 to I9.

use refcycle::Gc;
use refcycle_tests::nodes::{Doomed, Edge, Fin, Plain};
use refcycle_tests::{alive, collected, full, law, log, settle, take_log};
use std::cell::RefCell;

thread_local!(static KEEP: RefCell<Vec<Edge>> = RefCell::default());

fn keep(edge: Edge) {
    KEEP.with_borrow_mut(|keep| keep.push(edge));
}

/// A loop whose finalizer stores a handle to itself.
fn saves_itself(name: &'static str) -> Gc<Fin> {
    let node = Fin::with(name, |me| keep(me.edge(0)));
    node.link(node.clone());
    node
}

#[test]
fn i1_resurrection_happens_once_per_object() {
    law(|| {
        drop(saves_itself("a"));
        assert_eq!(alive(), 1);
        let result = full();
        assert_eq!((result.collected, result.resurrected, result.finalized), (0, 1, 1));
        let kept = KEEP.take();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].name(), "a");
        drop(kept);
        let result = full();
        assert_eq!((result.collected, result.resurrected, result.finalized), (1, 0, 0));
        assert!(KEEP.take().is_empty());
        assert_eq!(take_log(), ["fin a", "drop a"]);
    });
}

#[test]
fn i2_resurrection_is_transitive() {
    law(|| {
        let laz = Fin::with("laz", |laz| keep(laz.edge(0).edge(0)));
        let cargo = Plain::new("cargo");
        laz.link(cargo.clone());
        cargo.link(laz.clone());
        cargo.link(cargo.clone());
        let address = Gc::as_ptr(&cargo);
        drop((laz, cargo));
        let result = full();
        assert_eq!((result.collected, result.resurrected), (0, 2));
        let laz = KEEP.take().pop().unwrap();
        assert_eq!(laz.name(), "laz");
        let Edge::Plain(cargo) = laz.edge(0) else { panic!("the edge has changed") };
        assert_eq!(Gc::as_ptr(&cargo), address);
        assert_eq!(cargo.edge(1).name(), "cargo");
        assert_eq!(Gc::strong_count(&cargo), 3);
        drop((laz, cargo));
        assert_eq!(collected(), 2);
        assert_eq!(take_log(), ["fin laz", "drop laz", "drop cargo"]);
    });
}

#[test]
fn i3_what_the_resurrected_does_not_reach_dies() {
    law(|| {
        let saved = saves_itself("saved");
        let lost = Plain::looped("lost");
        lost.link(saved.clone());
        drop((saved, lost));
        let result = full();
        assert_eq!((result.collected, result.resurrected), (1, 1));
        assert_eq!(take_log(), ["fin saved", "drop lost"]);
        KEEP.take();
        assert_eq!(collected(), 1);
    });
}

#[test]
fn i4_a_doomed_object_can_be_resurrected_by_a_finalizer_elsewhere() {
    law(|| {
        let fin = Fin::with("fin", |me| keep(me.edge(0)));
        let doomed = Doomed::new("doomed");
        fin.link(doomed.clone());
        doomed.link(fin.clone());
        drop((fin, doomed));
        let result = full();
        assert_eq!((result.collected, result.resurrected), (0, 2));
        let kept = KEEP.take().pop().unwrap();
        assert_eq!(kept.name(), "doomed");
        assert_eq!(kept.edge(0).name(), "fin");
        drop(kept);
        assert_eq!(collected(), 2);
        assert_eq!(take_log(), ["fin fin", "drop doomed", "drop fin"]);
    });
}

#[test]
fn i5_what_a_finalizer_stores_may_change_afterwards() {
    law(|| {
        drop(saves_itself("a"));
        settle();
        let kept = KEEP.take().pop().unwrap();
        kept.unlink();
        kept.link(Plain::new("b"));
        assert_eq!(collected(), 0);
        drop(kept);
        assert_eq!(take_log(), ["fin a", "drop a", "drop b"]);
    });
}

#[test]
fn i6_a_finalizer_may_save_another_object() {
    law(|| {
        let n = Fin::with("n", |n| keep(n.edge(0)));
        let (m, x) = (Plain::new("m"), Plain::looped("x"));
        n.link(m.clone());
        m.link(n.clone());
        m.link(x.clone());
        drop((n, m, x));
        assert_eq!(collected(), 0);
        let m = KEEP.take().pop().unwrap();
        assert_eq!(m.edge(0).edge(0).name(), "m");
        assert_eq!(m.edge(1).name(), "x");
        drop(m);
        assert_eq!(collected(), 3);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn i7_a_finalizer_may_store_a_handle_and_take_it_back() {
    law(|| {
        let node = Fin::with("a", |me| {
            keep(me.edge(0));
            KEEP.take();
        });
        node.link(node.clone());
        drop(node);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["fin a", "drop a"]);
    });
}

#[test]
fn i8_a_later_finalizer_may_undo_a_resurrection() {
    law(|| {
        let first = Fin::with("1", |me| keep(me.edge(0)));
        let second = Fin::with("2", |_| drop(KEEP.take()));
        first.link(second.clone());
        second.link(first.clone());
        // Candidates in the order of their drops.
        drop(first);
        drop(second);
        let result = full();
        assert_eq!((result.collected, result.resurrected, result.finalized), (2, 0, 2));
        assert_eq!(take_log()[..2], ["fin 1", "fin 2"]);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn i9_a_finalizer_may_cut_off_what_dies_by_counting() {
    law(|| {
        let g = Fin::with("g", |g| {
            let mut edges = g.edges.borrow_mut();
            let f = edges.pop();
            drop(edges);
            drop(f);
            log("end");
        });
        g.link(g.clone());
        g.link(Plain::new("f"));
        drop(g);
        let result = full();
        assert_eq!(result.collected, 1);
        assert_eq!(take_log(), ["fin g", "drop f", "end", "drop g"]);
    });
}

#[test]
fn i10_a_finalizer_may_make_new_garbage() {
    law(|| {
        let node = Fin::with("a", |_| drop(Plain::looped("b")));
        node.link(node.clone());
        drop(node);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["fin a", "drop a"]);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop b"]);
    });
}

#[test]
fn i11_a_finalizer_may_hang_a_new_object_into_the_garbage() {
    law(|| {
        let node = Fin::with("a", |me| {
            let new = Plain::new("new");
            new.link(me.edge(0));
            me.link(new);
        });
        node.link(node.clone());
        drop(node);
        // The new object was not there when the garbage was found. It holds `a` up, so both are left
        // for the next collection, or die now: but they die.
        let first = full();
        let second = full();
        assert_eq!(first.collected + second.collected + second.freed_in_finalizers, 2);
        assert_eq!(alive(), 0);
    });
}
