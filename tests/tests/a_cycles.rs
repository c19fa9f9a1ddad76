//! Cycles and counts: laws A1 to A12.

#![expect(dead_code, reason = "some probes are there only to be dropped")]

use refcycle::{Collected, Gc, Policy, Trace, collect, set_policy, unsize};
use refcycle_tests::nodes::{Doomed, Fin, Plain};
use refcycle_tests::{
    Probe, alive, balance, collected, full, law, law_that_leaks, settle, take_log,
};
use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

#[test]
fn a1_a_loop_lives_until_it_is_collected() {
    law(|| {
        drop(Plain::looped("a"));
        assert_eq!(alive(), 1, "counting alone does not free a loop");
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop a"]);
        assert_eq!(collected(), 0);
    });
}

#[test]
fn a1_the_result_tells_the_whole_story() {
    law(|| {
        drop(Plain::looped("a"));
        let Collected {
            collected,
            freed_in_finalizers,
            resurrected,
            finalized,
            visited,
            refused,
            ..
        } = collect();
        assert_eq!((collected, freed_in_finalizers, resurrected, finalized), (1, 0, 0, 0));
        assert!(visited >= 1);
        assert!(!refused);
        let nothing = collect();
        assert_eq!(nothing.collected, 0);
        assert!(!nothing.refused);
    });
}

#[derive(Trace)]
struct InMaps {
    hash: RefCell<HashMap<u32, Gc<InMaps>>>,
    tree: RefCell<BTreeMap<String, Vec<Gc<InMaps>>>>,
    #[trace(skip)]
    _probe: Probe,
}

#[test]
fn a2_an_edge_inside_a_map_is_an_edge() {
    law(|| {
        let node = || {
            Gc::new(InMaps {
                hash: RefCell::default(),
                tree: RefCell::default(),
                _probe: Probe::new("m"),
            })
        };
        let by_value = node();
        by_value.hash.borrow_mut().insert(1, by_value.clone());
        drop(by_value);
        let deep = node();
        deep.tree.borrow_mut().insert("k".to_owned(), vec![deep.clone(), deep.clone()]);
        drop(deep);
        assert_eq!(alive(), 2);
        assert_eq!(collected(), 2);
        assert_eq!(alive(), 0);
    });
}

#[derive(Trace)]
struct Tuple(Gc<List>, #[trace(skip)] Probe);

#[derive(Trace)]
struct List(RefCell<Vec<Gc<Tuple>>>, #[trace(skip)] Probe);

#[test]
fn a3_a_cycle_may_go_through_an_immutable_node() {
    law(|| {
        let list = Gc::new(List(RefCell::default(), Probe::new("list")));
        let tuple = Gc::new(Tuple(list.clone(), Probe::new("tuple")));
        // Looked at while it still is acyclic: nothing may be concluded from that.
        settle();
        list.0.borrow_mut().push(tuple.clone());
        drop((list, tuple));
        assert_eq!(alive(), 2);
        assert_eq!(collected(), 2);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a3_a_node_that_was_written_once_may_close_a_cycle() {
    #[derive(Trace)]
    struct Once(OnceCell<Gc<Once>>, #[trace(skip)] Probe);

    law(|| {
        let a = Gc::new(Once(OnceCell::new(), Probe::new("a")));
        let b = Gc::new(Once(OnceCell::from(a.clone()), Probe::new("b")));
        drop(b.clone());
        settle();
        assert!(a.0.set(b.clone()).is_ok());
        drop((a, b));
        assert_eq!(collected(), 2);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a4_two_nodes_with_an_edge_each() {
    law(|| {
        let (a, b) = (Plain::new("a"), Plain::new("b"));
        a.link(b.clone());
        b.link(a.clone());
        drop((a, b));
        assert_eq!(collected(), 2);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a4_nodes_of_every_kind_in_one_cycle() {
    law(|| {
        let (plain, doomed, fin) = (Plain::new("p"), Doomed::new("d"), Fin::new("f"));
        plain.link(doomed.clone());
        doomed.link(fin.clone());
        fin.link(plain.clone());
        drop((plain, doomed, fin));
        let result = full();
        assert_eq!((result.collected, result.finalized), (3, 1));
        let mut log = take_log();
        assert_eq!(log.remove(0), "fin f", "finalizers come first");
        assert_eq!(log.remove(0), "drop d", "then the values with a Drop of their own");
        log.sort();
        assert_eq!(log, ["drop f", "drop p"]);
    });
}

#[test]
fn a5_one_handle_keeps_a_whole_ring() {
    law(|| {
        let ring = [Plain::new("0"), Plain::new("1"), Plain::new("2")];
        for (i, node) in ring.iter().enumerate() {
            node.link(ring[(i + 1) % 3].clone());
        }
        let [kept, one, two] = ring;
        drop((one, two));
        assert_eq!(collected(), 0);
        assert_eq!(kept.edge(0).name(), "1");
        assert_eq!(kept.edge(0).edge(0).name(), "2");
        assert_eq!(kept.edge(0).edge(0).edge(0).name(), "0");
        assert_eq!(Gc::strong_count(&kept), 2);
        drop(kept);
        assert_eq!(collected(), 3);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a6_what_hangs_off_the_garbage_counts() {
    law(|| {
        let (a, b, c) = (Plain::looped("a"), Plain::new("b"), Plain::new("c"));
        a.link(b.clone());
        b.link(c.clone());
        drop((a, b, c));
        assert_eq!(collected(), 3);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a6_what_is_also_held_from_outside_survives() {
    law(|| {
        let (a, b, c) = (Plain::looped("a"), Plain::new("b"), Plain::new("c"));
        a.link(b.clone());
        b.link(c.clone());
        drop((a, c));
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop a"]);
        assert_eq!(b.edge(0).name(), "c");
        assert_eq!(Gc::strong_count(&b), 1);
        drop(b);
        assert_eq!(take_log(), ["drop b", "drop c"]);
    });
}

#[test]
fn a7_two_edges_to_one_node_are_two() {
    law(|| {
        let (a, b) = (Plain::new("a"), Plain::new("b"));
        for _ in 0..3 {
            a.link(b.clone());
            b.link(a.clone());
        }
        a.link(a.clone());
        let kept = b.clone();
        drop((a, b));
        assert_eq!(collected(), 0);
        assert_eq!(Gc::strong_count(&kept), 4);
        drop(kept);
        assert_eq!(collected(), 2);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a8_an_acyclic_node_dies_there_and_then() {
    law(|| {
        let a = Doomed::new("a");
        let b = Plain::new("b");
        a.link(b.clone());
        drop(b);
        assert!(take_log().is_empty());
        drop(a);
        assert_eq!(take_log(), ["drop a", "drop b"]);
        assert_eq!(collected(), 0);
    });
}

#[test]
fn a8_a_node_that_lost_a_handle_before_its_last_dies_there_and_then() {
    law(|| {
        let a = Plain::new("a");
        // A candidate now.
        drop(a.clone());
        drop(a);
        assert_eq!(take_log(), ["drop a"]);
        assert_eq!(collected(), 0);
    });
}

trait Callback: Trace {
    fn call(&self) -> &'static str;
}
refcycle::pointee!(dyn Callback);

#[derive(Trace)]
struct Method {
    receiver: Gc<Button>,
}

#[derive(Trace)]
struct Button {
    name: &'static str,
    callback: RefCell<Option<Box<dyn Callback>>>,
    shared: RefCell<Option<Gc<dyn Callback>>>,
    #[trace(skip)]
    _probe: Probe,
}

impl Callback for Method {
    fn call(&self) -> &'static str {
        self.receiver.name
    }
}

fn button(name: &'static str) -> Gc<Button> {
    Gc::new(Button {
        name,
        callback: RefCell::default(),
        shared: RefCell::default(),
        _probe: Probe::new(name),
    })
}

#[test]
fn a9_an_edge_through_a_boxed_object_is_an_edge() {
    law(|| {
        let a = button("a");
        *a.callback.borrow_mut() = Some(Box::new(Method { receiver: a.clone() }));
        assert_eq!(a.callback.borrow().as_ref().unwrap().call(), "a");
        drop(a);
        assert_eq!(alive(), 1);
        assert_eq!(collected(), 1);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a9_an_edge_through_a_trait_object_is_an_edge() {
    law(|| {
        let a = button("a");
        let method: Gc<dyn Callback> =
            unsize!(Gc::new(Method { receiver: a.clone() }) => dyn Callback);
        assert_eq!(method.call(), "a");
        *a.shared.borrow_mut() = Some(method);
        drop(a);
        assert_eq!(alive(), 1);
        assert_eq!(collected(), 2);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a10_slices_and_any_are_looked_into() {
    #[derive(Trace)]
    struct Holder(
        RefCell<Option<Gc<[Gc<Holder>]>>>,
        RefCell<Option<Gc<dyn Any>>>,
        #[trace(skip)] Probe,
    );

    law(|| {
        let holder = Gc::new(Holder(RefCell::default(), RefCell::default(), Probe::new("h")));
        let slice: Gc<[Gc<Holder>]> = Gc::from(vec![holder.clone(), holder.clone()]);
        *holder.0.borrow_mut() = Some(slice);
        drop(holder);
        assert_eq!(collected(), 2);
        assert_eq!(alive(), 0);

        let holder = Gc::new(Holder(RefCell::default(), RefCell::default(), Probe::new("h")));
        *holder.1.borrow_mut() = Some(unsize!(holder.clone() => dyn Any));
        drop(holder);
        assert_eq!(alive(), 1);
        assert_eq!(collected(), 1);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a12_collect_works_with_automatic_collection_off() {
    law(|| {
        assert_eq!(set_policy(Policy::OFF), Policy::OFF);
        drop(Plain::looped("a"));
        assert_eq!(collected(), 1);
    });
}

#[test]
fn an_edge_through_shared_memory_is_not_seen_and_leaks() {
    #[derive(Trace)]
    struct Hidden(RefCell<Option<Rc<Gc<Hidden>>>>);

    law_that_leaks(|| {
        let before = balance();
        let node = Gc::new(Hidden(RefCell::default()));
        *node.0.borrow_mut() = Some(Rc::new(node.clone()));
        drop(node);
        assert_eq!(collected(), 0);
        assert!((balance() - before).blocks > 0);
    });
}

#[test]
fn a_skipped_edge_is_not_seen_and_leaks() {
    #[derive(Trace)]
    struct Skipper(#[trace(skip)] RefCell<Option<Gc<Skipper>>>, u8);

    law_that_leaks(|| {
        let node = Gc::new(Skipper(RefCell::default(), 0));
        *node.0.borrow_mut() = Some(node.clone());
        assert_eq!(node.1, 0);
        drop(node);
        assert_eq!(collected(), 0);
    });
}

#[test]
fn a_handle_in_untraced_memory_counts_as_external() {
    law(|| {
        let a = Plain::looped("a");
        let boxed: Box<dyn Fn() -> &'static str> = Box::new(move || a.name());
        assert_eq!(collected(), 0);
        assert_eq!(boxed(), "a");
        drop(boxed);
        assert_eq!(collected(), 1);
    });
}
