//! A node that owns itself: law G1.

use refcycle::Gc;
use refcycle_tests::nodes::{Both, Doomed, Fin};
use refcycle_tests::{collected, law, take_log};

#[test]
fn g1_a_loop_with_a_finalizer() {
    law(|| {
        let node = Fin::new("a");
        let weak = Gc::downgrade(&node);
        node.link(node.clone());
        drop(node);
        assert!(weak.upgrade().is_some(), "nothing has happened yet");
        assert!(take_log().is_empty());
        collected();
        assert_eq!(take_log(), ["fin a", "drop a"]);
        assert!(weak.upgrade().is_none());
        assert_eq!(collected(), 0);
        assert!(take_log().is_empty());
    });
}

#[test]
fn g1_a_loop_with_a_destructor() {
    law(|| {
        let node = Doomed::new("a");
        let weak = Gc::downgrade(&node);
        node.link(node.clone());
        drop(node);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop a"]);
        assert!(weak.upgrade().is_none());
        assert_eq!(collected(), 0);
    });
}

#[test]
fn g1_a_loop_with_both() {
    law(|| {
        let node = Both::new("a", |_| (), |_| ());
        node.link(node.clone());
        drop(node);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["fin a", "drop a"]);
        assert_eq!(collected(), 0);
    });
}

#[test]
fn g1_a_loop_that_was_cut_dies_by_counting() {
    law(|| {
        let node = Fin::new("a");
        node.link(node.clone());
        node.unlink();
        drop(node);
        assert_eq!(take_log(), ["fin a", "drop a"]);
        assert_eq!(collected(), 0);
    });
}
