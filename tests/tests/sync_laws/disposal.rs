//! How garbage is disposed of: the order, and what a `Drop` may do to the others meanwhile.

use super::flavor::{collected, full, law};
use super::nodes::{Both, Doomed, Edge, Fin, Plain, pair};
use super::{Gc, Watch, Weak, live};
use crate::support::{alive, lock, log, take_log};
use refcycle_tests::caught;
use std::cell::RefCell;
use std::sync::{Arc, Mutex};

thread_local!(static STASH: RefCell<Vec<Edge>> = RefCell::default());

fn stash(edge: Edge) {
    STASH.with_borrow_mut(|stash| stash.push(edge));
}

fn stashed() -> Vec<Edge> {
    STASH.take()
}

#[test]
fn finalizers_then_doomed_then_plain_then_callbacks() {
    law(|| {
        let plain = Plain::new("plain");
        let doomed = Doomed::new("doomed");
        let fin = Fin::new("fin");
        let both = Both::new("both", |_| (), |_| ());
        let watch = Gc::watch(&plain, || log("callback"));
        // A ring: plain, fin, doomed, both.
        plain.link(fin.clone());
        fin.link(doomed.clone());
        doomed.link(both.clone());
        both.link(plain.clone());
        drop(plain);
        drop((doomed, fin, both));
        assert_eq!(collected(), 4);
        let log = take_log();
        let (fins, rest) = log.split_at(2);
        let (doomed, rest) = rest.split_at(2);
        let (plain, rest) = rest.split_at(2);
        let sorted = |part: &[String]| {
            let mut part = part.to_vec();
            part.sort();
            part
        };
        assert_eq!(sorted(fins), ["fin both", "fin fin"]);
        assert_eq!(sorted(doomed), ["drop both", "drop doomed"]);
        assert_eq!(sorted(plain), ["drop fin", "drop plain"]);
        assert_eq!(rest, ["callback"]);
        drop(watch);
    });
}

#[test]
fn the_order_is_that_of_the_walk() {
    law(|| {
        let nodes = [Plain::new("0"), Plain::new("1"), Plain::new("2"), Plain::new("3")];
        for (i, node) in nodes.iter().enumerate() {
            node.link(nodes[(i + 1) % 4].clone());
        }
        let [first, rest @ ..] = nodes;
        // The first to lose a handle is the first candidate, and all others are reached from it.
        drop(first);
        drop(rest);
        let run = || {
            full();
            take_log()
        };
        let once = run();
        assert_eq!(once.len(), 4);
        assert_eq!(once[0], "drop 0");
    });
}

#[test]
fn a_condemned_sibling_cannot_be_looked_at() {
    law(|| {
        let a = Doomed::with("a", |a| {
            let Edge::Doomed(b) = a.edge(0) else { unreachable!() };
            assert!(Gc::is_dead(&b));
            assert!(Gc::try_deref(&b).is_none());
            assert_eq!(format!("{b:?}"), "<dead>");
            let message = caught(|| b.name());
            assert!(message.contains("Doomed"), "the message names the type: {message}");
            log("checked");
        });
        let b = Doomed::new("b");
        pair(&a.clone().into(), &b.clone().into());
        drop((a, b));
        assert_eq!(collected(), 2);
        let log = take_log();
        assert_eq!(log.len(), 3, "{log:?}");
        assert!(log.contains(&"checked".to_owned()));
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn both_siblings_see_each_other_dead_whoever_is_first() {
    law(|| {
        let look = |me: &Doomed| {
            let Edge::Doomed(other) = me.edge(0) else { unreachable!() };
            log(format!("dead: {}", Gc::is_dead(&other)));
        };
        let (a, b) = (Doomed::with("a", look), Doomed::with("b", look));
        pair(&a.clone().into(), &b.clone().into());
        drop((a, b));
        assert_eq!(collected(), 2);
        assert_eq!(take_log().iter().filter(|line| *line == "dead: true").count(), 2);
    });
}

#[test]
fn a_plain_sibling_can_be_looked_at() {
    law(|| {
        let a = Doomed::with("a", |a| {
            let Edge::Plain(b) = a.edge(0) else { unreachable!() };
            assert!(!Gc::is_dead(&b));
            assert!(Gc::try_deref(&b).is_some());
            log(format!("sees {}", b.name()));
            assert_eq!(b.edge(1).name(), "c");
        });
        let (b, c) = (Plain::new("b"), Plain::new("c"));
        a.link(b.clone());
        b.link(a.clone());
        b.link(c);
        drop((a, b));
        assert_eq!(collected(), 3);
        assert_eq!(take_log(), ["drop a", "sees b", "drop b", "drop c"]);
    });
}

#[test]
fn a_handle_dropped_by_its_last_owner_sees_no_dead_value() {
    // On the counting path nothing is condemned: what an object owns is intact in its `Drop`.
    law(|| {
        let a = Doomed::with("a", |a| log(format!("sees {}", a.edge(0).name())));
        a.link(Doomed::new("b"));
        drop(a);
        assert_eq!(take_log(), ["drop a", "sees b", "drop b"]);
    });
}

#[test]
fn a_stashed_handle_of_a_condemned_object_is_a_husk() {
    law(|| {
        let a = Doomed::with("a", |a| stash(a.edge(0)));
        let b = Doomed::new("b");
        pair(&a.clone().into(), &b.clone().into());
        drop((a, b));
        assert_eq!(collected(), 2);
        assert_eq!(alive(), 0, "both values are gone");
        assert_eq!(live().objects, 1, "the memory of one is not");
        let Some(Edge::Doomed(husk)) = stashed().pop() else { unreachable!() };
        assert!(Gc::is_dead(&husk));
        assert!(Gc::try_deref(&husk).is_none());
        assert!(caught(|| husk.name()).contains("Doomed"));
        assert_eq!(Gc::strong_count(&husk), 1);
        let another = husk.clone();
        assert!(Gc::ptr_eq(&husk, &another));
        assert_eq!(Gc::strong_count(&husk), 2);
        // A husk cannot be unwrapped, borrowed or revived.
        drop(another);
        let mut husk = husk;
        assert!(Gc::get_mut(&mut husk).is_none());
        let Err(husk) = Gc::try_unwrap(husk) else { panic!("there is no value in it") };
        let weak = Gc::downgrade(&husk);
        assert!(weak.upgrade().is_none());
        assert_eq!(weak.strong_count(), 0);
        let watch = Gc::watch(&husk, || log("never"));
        assert!(watch.upgrade().is_none());
        // It is no candidate and is not walked into.
        drop(husk.clone());
        assert_eq!(full().visited, 0);
        take_log();
        drop(husk);
        assert!(take_log().is_empty());
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn into_inner_of_a_husk_gives_nothing() {
    law(|| {
        let a = Doomed::with("a", |a| {
            stash(a.edge(0));
            stash(a.edge(0));
        });
        let b = Doomed::new("b");
        pair(&a.clone().into(), &b.clone().into());
        drop((a, b));
        assert_eq!(collected(), 2);
        for husk in stashed() {
            let Edge::Doomed(husk) = husk else { unreachable!() };
            assert!(Gc::into_inner(husk).is_none());
        }
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn a_husk_in_a_live_object_does_no_harm() {
    law(|| {
        let a = Doomed::with("a", |a| stash(a.edge(0)));
        let b = Doomed::new("b");
        pair(&a.clone().into(), &b.clone().into());
        drop((a, b));
        full();
        let holder = Plain::looped("holder");
        holder.link(stashed().pop().unwrap());
        assert_eq!(collected(), 0);
        drop(holder);
        assert_eq!(collected(), 1);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn a_drop_may_stash_a_handle_of_its_own_object() {
    law(|| {
        let a = Doomed::with("a", |a| stash(a.edge(0)));
        a.link(a.clone());
        drop(a);
        assert_eq!(collected(), 1);
        let husk = stashed().pop().unwrap();
        let Edge::Doomed(husk) = husk else { unreachable!() };
        assert!(Gc::is_dead(&husk));
        drop(husk);
        assert_eq!(take_log(), ["drop a"]);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn a_drop_may_rescue_a_plain_object() {
    law(|| {
        let a = Doomed::with("a", |a| stash(a.edge(0)));
        let (b, c) = (Plain::new("b"), Plain::new("c"));
        a.link(b.clone());
        b.link(a.clone());
        b.link(c.clone());
        c.link(b.clone());
        let weak = Gc::downgrade(&c);
        drop((a, b, c));
        let result = full();
        assert_eq!((result.collected, result.resurrected), (1, 2));
        assert_eq!(take_log(), ["drop a"]);
        let b = stashed().pop().unwrap();
        assert_eq!(b.name(), "b");
        let c = weak.upgrade().expect("what a rescued object holds is rescued with it");
        assert!(Gc::ptr_eq(
            &c,
            &match b.edge(1) {
                Edge::Plain(c) => c,
                _ => unreachable!(),
            }
        ));
        let Edge::Doomed(husk) = b.edge(0) else { unreachable!() };
        assert!(Gc::is_dead(&husk), "its edge to the condemned one leads to a husk");
        drop((b, c, husk));
        assert_eq!(collected(), 2);
        assert_eq!(take_log().len(), 2);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn a_drop_may_move_an_edge_into_a_live_object() {
    law(|| {
        let root = Plain::new("root");
        let weak = Gc::downgrade(&root);
        let a = Doomed::with("a", move |a| {
            let edge = lock(&a.edges).pop().unwrap();
            weak.upgrade().unwrap().link(edge);
        });
        let b = Plain::new("b");
        a.link(a.clone());
        a.link(b.clone());
        drop((a, b));
        let result = full();
        assert_eq!((result.collected, result.resurrected), (1, 1));
        assert_eq!(root.edge(0).name(), "b");
        drop(root);
        assert_eq!(take_log(), ["drop a", "drop root", "drop b"]);
    });
}

#[test]
fn a_weak_handle_to_a_plain_object_upgrades_during_the_drops() {
    law(|| {
        let b = Plain::new("b");
        let weak = Gc::downgrade(&b);
        let a = Doomed::with("a", {
            let weak = weak.clone();
            move |_| log(format!("upgrades to {}", weak.upgrade().unwrap().name()))
        });
        pair(&a.clone().into(), &b.clone().into());
        drop((a, b));
        assert_eq!(collected(), 2);
        assert_eq!(take_log(), ["drop a", "upgrades to b", "drop b"]);
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn a_weak_handle_may_rescue_a_plain_object() {
    law(|| {
        let b = Plain::new("b");
        let weak = Gc::downgrade(&b);
        let a = Doomed::with("a", {
            let weak = weak.clone();
            move |_| stash(weak.upgrade().unwrap().into())
        });
        pair(&a.clone().into(), &b.clone().into());
        drop((a, b));
        let result = full();
        assert_eq!((result.collected, result.resurrected), (1, 1));
        assert!(weak.upgrade().is_some());
        let rescued = stashed();
        assert_eq!(rescued[0].name(), "b");
        drop(rescued);
        assert_eq!(take_log(), ["drop a", "drop b"], "it leads to a husk, counting does the rest");
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn a_weak_handle_to_a_condemned_object_does_not_upgrade() {
    law(|| {
        let cell: Arc<Mutex<Weak<Doomed>>> = Arc::default();
        let [a, b] = ["a", "b"].map(|name| {
            let cell = cell.clone();
            Doomed::with(name, move |_| assert!(lock(&cell).upgrade().is_none()))
        });
        let weak = Gc::downgrade(&b);
        *lock(&cell) = weak.clone();
        pair(&a.clone().into(), &b.clone().into());
        drop((a, b));
        assert_eq!(collected(), 2);
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn a_watch_made_by_a_drop_calls_back() {
    thread_local!(static WATCHES: RefCell<Vec<Watch<Plain>>> = RefCell::default());

    law(|| {
        let a = Doomed::with("a", |a| {
            let Edge::Plain(b) = a.edge(0) else { unreachable!() };
            let watch = Gc::watch(&b, || log("callback"));
            WATCHES.with_borrow_mut(|watches| watches.push(watch));
        });
        let b = Plain::new("b");
        pair(&a.clone().into(), &b.clone().into());
        drop((a, b));
        assert_eq!(collected(), 2);
        assert_eq!(take_log(), ["drop a", "drop b", "callback"]);
        drop(WATCHES.take());
    });
}

#[test]
fn once_none_never_some() {
    law(|| {
        let saved = Plain::new("saved");
        let weak = Gc::downgrade(&saved);
        // Asks at every stage: the answers must be a run of Some, then a run of None.
        let ask = {
            let weak = weak.clone();
            move || log(if weak.upgrade().is_some() { "some" } else { "none" })
        };
        let fin = Fin::with("f", {
            let ask = ask.clone();
            move |_| ask()
        });
        let first = Doomed::with("1", {
            let ask = ask.clone();
            move |me| {
                ask();
                stash(me.edge(0));
            }
        });
        let second = Doomed::with("2", {
            let ask = ask.clone();
            move |_| {
                ask();
                drop(stashed());
                ask();
            }
        });
        first.link(saved.clone());
        first.link(second.clone());
        second.link(fin.clone());
        fin.link(first.clone());
        saved.link(first.clone());
        let watch = Gc::watch(&saved, ask);
        drop((first, second, fin, saved));
        full();
        drop(stashed());
        full();
        let answers: Vec<_> =
            take_log().into_iter().filter(|line| line == "some" || line == "none").collect();
        assert_eq!(answers.len(), 5);
        assert!(answers.is_sorted_by(|a, b| a >= b), "{answers:?}");
        assert!(weak.upgrade().is_none());
        drop(watch);
    });
}

#[test]
fn a_drop_may_allocate_link_and_drop() {
    law(|| {
        let a = Doomed::with("a", |a| {
            let new = Plain::new("new");
            new.link(a.edge(0));
            drop(new);
            a.link(Plain::new("own"));
            a.unlink();
        });
        a.link(a.clone());
        drop(a);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop a", "drop new", "drop own"]);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn what_only_garbage_held_dies_by_counting_if_it_is_old() {
    law(|| {
        let old = Plain::new("old");
        drop(old.clone());
        full();
        let node = Doomed::with("a", |a| log(format!("sees {}", a.edge(1).name())));
        node.link(node.clone());
        node.link(old.clone());
        drop((node, old));
        // A young collection does not enter the old one.
        assert_eq!(super::collect_young().collected, 1);
        assert_eq!(take_log(), ["drop a", "sees old", "drop old"]);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn large_garbage_is_disposed_of_like_small() {
    law(|| {
        let n = 10_000;
        let nodes: Vec<_> = (0..n).map(|_| Plain::new("")).collect();
        for (i, node) in nodes.iter().enumerate() {
            node.link(nodes[(i + 1) % n].clone());
            node.link(nodes[(i * 7 + 3) % n].clone());
        }
        let doomed = Doomed::with("d", |d| stash(d.edge(0)));
        doomed.link(Plain::new("kept"));
        nodes[0].link(doomed);
        drop(nodes);
        assert_eq!(collected(), n + 1);
        assert_eq!(alive(), 1);
        assert_eq!(stashed()[0].name(), "kept");
        assert_eq!(live().objects, 0);
    });
}
