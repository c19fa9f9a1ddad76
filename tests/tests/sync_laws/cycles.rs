//! Cycles and counts: laws A, G, and what B and C say of collections by hand.

use super::flavor::{collected, full, law};
use super::nodes::{Doomed, Edge, Fin, Plain};
use super::{Gc, Trace, Weak, collect, collect_young, live, stats};
use crate::support::{Probe, alive, lock, log, take_log};
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, RwLock};

#[test]
fn a1_a_loop() {
    law(|| {
        let weak = Gc::downgrade(&Plain::looped("a"));
        assert!(take_log().is_empty(), "not destroyed yet");
        assert!(weak.upgrade().is_some());
        // The upgrade just dropped left it where it was.
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop a"]);
        assert!(weak.upgrade().is_none());
        assert_eq!(collected(), 0);
    });
}

#[derive(Trace)]
struct Mapped {
    map: Mutex<HashMap<String, Gc<Mapped>>>,
    #[trace(skip)]
    _probe: Probe,
}

#[test]
fn a2_a_loop_through_a_map() {
    law(|| {
        let node = Gc::new(Mapped { map: Mutex::default(), _probe: Probe::new("map") });
        lock(&node.map).insert("me".into(), node.clone());
        drop(node);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop map"]);
    });
}

#[derive(Trace)]
struct Fixed(Gc<Plain>, Gc<Late>);

#[derive(Trace)]
struct Late {
    owner: OnceLock<Gc<Fixed>>,
    readers: RwLock<Vec<Gc<Fixed>>>,
}

#[test]
fn a3_an_immutable_owner() {
    law(|| {
        let late = Gc::new(Late { owner: OnceLock::new(), readers: RwLock::default() });
        let fixed = Gc::new(Fixed(Plain::new("tail"), late.clone()));
        assert!(late.owner.set(fixed.clone()).is_ok());
        late.readers.write().unwrap().push(fixed.clone());
        drop((late, fixed));
        assert_eq!(alive(), 1);
        assert_eq!(collected(), 3);
        assert_eq!(take_log(), ["drop tail"]);
    });
}

#[test]
fn a4_a_pair() {
    law(|| {
        let (a, b) = (Plain::new("a"), Plain::new("b"));
        a.link(b.clone());
        b.link(a.clone());
        drop((a, b));
        assert_eq!(collected(), 2);
    });
}

#[test]
fn a5_a_ring_with_a_handle_on_one() {
    law(|| {
        let nodes = ["0", "1", "2"].map(Plain::new);
        for (i, node) in nodes.iter().enumerate() {
            node.link(nodes[(i + 1) % 3].clone());
        }
        let kept = nodes[0].clone();
        drop(nodes);
        assert_eq!(collected(), 0);
        assert_eq!(kept.edge(0).edge(0).name(), "2");
        assert_eq!(collected(), 0, "and nothing has changed");
        drop(kept);
        assert_eq!(collected(), 3);
    });
}

#[test]
fn a6_the_tail_of_a_loop() {
    law(|| {
        let (a, b, c) = (Plain::looped("a"), Plain::new("b"), Plain::new("c"));
        b.link(c);
        a.link(b);
        drop(a);
        assert_eq!(collected(), 3);
        assert_eq!(take_log().len(), 3);
    });
}

#[test]
fn a8_no_cycle_dies_at_once() {
    law(|| {
        let node = Plain::new("a");
        node.link(Plain::new("b"));
        drop(node);
        assert_eq!(take_log(), ["drop a", "drop b"]);
        assert_eq!(collected(), 0);
    });
}

#[test]
fn a8_a_node_that_lost_a_handle_dies_at_once_as_well() {
    law(|| {
        let node = Plain::new("a");
        drop(node.clone());
        drop(node);
        assert_eq!(take_log(), ["drop a"]);
        assert_eq!(full().visited, 0);
    });
}

/// A callback object of the user's, which the collector can see into.
#[derive(Trace)]
struct Method {
    me: Mutex<Option<Gc<Object>>>,
}

#[derive(Trace)]
struct Object {
    method: Mutex<Option<Box<Method>>>,
}

#[test]
fn a9_a_method_that_knows_its_object() {
    law(|| {
        let object = Gc::new(Object { method: Mutex::default() });
        let method = Method { me: Mutex::new(Some(object.clone())) };
        *lock(&object.method) = Some(Box::new(method));
        drop(object);
        assert_eq!(collected(), 1);
    });
}

#[test]
fn a12_collect_works_while_automatic_collection_is_off() {
    law(|| {
        assert!(!super::policy().automatic);
        drop(Plain::looped("a"));
        assert_eq!(collected(), 1);
    });
}

#[test]
fn b6_what_has_aged_is_not_young_garbage() {
    law(|| {
        let node = Plain::looped("a");
        drop(node.clone());
        assert_eq!(collected(), 0);
        drop(node.clone());
        assert_eq!(collected(), 0);
        drop(node);
        assert_eq!(collect_young().collected, 0);
        assert_eq!(alive(), 1);
        assert_eq!(collected(), 1);
    });
}

#[test]
fn b6_what_is_young_is() {
    law(|| {
        drop(Plain::looped("a"));
        assert_eq!(collect_young().collected, 1);
    });
}

#[test]
fn b10_the_gauge_of_live_objects() {
    law(|| {
        let before = live();
        let node = Plain::new("a");
        assert_eq!(live().objects, before.objects + 1);
        assert!(live().bytes > before.bytes);
        drop(node);
        assert_eq!(live(), before);
        let leaf = Gc::new(1_u64);
        assert_eq!(live(), before, "leaves do not count");
        drop(leaf);
    });
}

#[test]
fn b11_a_collection_inside_a_collection_is_refused() {
    law(|| {
        let inner = |log_as: &'static str| {
            let result = collect();
            assert!(result.refused && collect_young().refused);
            assert_eq!((result.collected, result.visited), (0, 0));
            log(log_as);
        };
        let node = Fin::with("a", move |_| inner("in the finalizer"));
        node.link(node.clone());
        let doomed = Doomed::with("b", move |_| inner("in the drop"));
        doomed.link(doomed.clone());
        let watch = Gc::watch(&node, move || inner("in the callback"));
        drop((node, doomed));
        assert_eq!(collected(), 2);
        let mut log = take_log();
        log.retain(|line| line.starts_with("in the "));
        assert_eq!(log, ["in the finalizer", "in the drop", "in the callback"]);
        drop(watch);
    });
}

#[test]
fn b11_a_collection_inside_a_drop_by_counting_collects() {
    law(|| {
        drop(Plain::looped("loop"));
        drop(Doomed::with("a", |_| assert_eq!(collected(), 1)));
        assert_eq!(take_log(), ["drop a", "drop loop"]);
    });
}

#[test]
fn c_statistics_add_up() {
    law(|| {
        let before = stats();
        drop(Plain::looped("a"));
        assert_eq!(stats().young_candidates, before.young_candidates + 1);
        assert_eq!(collect_young().collected, 1);
        assert_eq!(collected(), 0);
        let after = stats();
        assert_eq!(after.young_collections, before.young_collections + 1);
        assert_eq!(after.full_collections, before.full_collections + 1);
        assert_eq!(after.collected, before.collected + 1);
        assert_eq!(after.visited, before.visited + 1);
        assert_eq!((after.young_candidates, after.old_candidates), (0, 0));
        assert_eq!(stats(), after, "reading changes nothing");
    });
}

#[test]
fn g1_a_loop_dies_once() {
    law(|| {
        let node = Fin::with("a", |_| ());
        node.link(node.clone());
        let weak: Weak<Fin> = Gc::downgrade(&node);
        drop(node);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["fin a", "drop a"]);
        assert!(weak.upgrade().is_none());
        assert_eq!(full().visited, 0);
        assert!(take_log().is_empty());
    });
}

#[test]
fn two_edges_to_the_same_node_count_twice() {
    law(|| {
        let (a, b) = (Plain::new("a"), Plain::new("b"));
        a.link(b.clone());
        a.link(b.clone());
        b.link(a.clone());
        drop(a);
        assert_eq!(collected(), 0);
        let Edge::Plain(again) = b.edge(0) else { unreachable!() };
        again.unlink();
        drop((again, b));
        assert_eq!(collected(), 0, "no cycle is left: counting frees both");
        assert_eq!(alive(), 0);
    });
}
