//! Statistics: laws C3 and C4, and what else the counters promise.
//!
//! C1, C2 and C5, and C3 and C4 once more, speak of hooks and logs: see `events`.

use refcycle::{Gc, collect, collect_young, live, stats};
use refcycle_tests::nodes::{Fin, Plain};
use refcycle_tests::{full, in_thread, law, settle};
use std::cell::RefCell;

thread_local!(static KEEP: RefCell<Vec<Gc<Fin>>> = RefCell::default());

#[test]
fn c3_a_collection_tells_what_it_found() {
    law(|| {
        drop(Plain::looped("a"));
        assert_eq!(full().collected, 1);
        assert_eq!(full().collected, 0);
    });
}

#[test]
fn c4_each_collection_is_counted_once_in_its_kind() {
    law(|| {
        drop(Plain::looped("a"));
        let before = stats();
        let _ = collect_young();
        let young = stats();
        assert_eq!(young.young_collections, before.young_collections + 1);
        assert_eq!(young.full_collections, before.full_collections);
        settle();
        let full = stats();
        assert_eq!(full.young_collections, young.young_collections);
        assert_eq!(full.full_collections, young.full_collections + 1);
    });
}

#[test]
fn c4_totals_are_the_sums_of_the_results() {
    law(|| {
        let start = stats();
        let saved = Fin::new("saved");
        let me = Gc::downgrade(&saved);
        saved.on_finalize.set(Some(Box::new(move |_| {
            KEEP.with_borrow_mut(|keep| keep.push(me.upgrade().unwrap()));
        })));
        saved.link(saved.clone());
        let severed = Fin::with("severed", |node: &Fin| node.unlink());
        severed.link(severed.clone());
        drop((saved, severed, Plain::looped("plain")));
        let first = collect();
        assert_eq!(first.collected, 1);
        assert_eq!(first.freed_in_finalizers, 1);
        assert_eq!(first.resurrected, 1);
        assert_eq!(first.finalized, 2);
        KEEP.take();
        let second = collect();
        assert_eq!((second.collected, second.finalized), (1, 0));
        let end = stats();
        assert_eq!(end.collected - start.collected, 2);
        assert_eq!(end.freed_in_finalizers - start.freed_in_finalizers, 1);
        assert_eq!(end.resurrected - start.resurrected, 1);
        assert_eq!(end.finalized - start.finalized, 2);
        assert_eq!(end.visited - start.visited, (first.visited + second.visited) as u64);
    });
}

#[test]
fn a_refused_collection_is_not_counted() {
    law(|| {
        let node = Fin::with("a", |_| {
            let before = stats();
            assert!(collect().refused);
            assert_eq!(stats().full_collections, before.full_collections);
        });
        node.link(node.clone());
        drop(node);
        let before = stats();
        assert_eq!(collect().collected, 1);
        assert_eq!(stats().full_collections, before.full_collections + 1);
    });
}

#[test]
fn live_comes_back_to_where_it_was() {
    law(|| {
        assert_eq!(live().objects, 0);
        assert_eq!(live().bytes, 0);
        let nodes: Vec<_> = (0..10).map(|_| Plain::looped("")).collect();
        assert_eq!(live().objects, 10);
        drop(nodes);
        assert_eq!(live().objects, 10, "garbage is still there");
        settle();
        assert_eq!(live().objects, 0);
        assert_eq!(live().bytes, 0);
    });
}

#[test]
fn each_thread_has_its_own() {
    law(|| {
        let node = Plain::looped("a");
        in_thread(|| {
            assert_eq!(live().objects, 0);
            drop(Plain::looped("b"));
            assert_eq!(collect().collected, 1);
        });
        assert_eq!(live().objects, 1);
        assert_eq!(stats().collected, 0);
        node.unlink();
    });
}
