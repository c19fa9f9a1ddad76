//! Exclusive access: `get_mut`, `make_mut`, `try_unwrap`, `into_inner`, and what the collector may see
//! of a value that is lent out mutably.

#![expect(dead_code, reason = "some probes are there only to be dropped")]

use refcycle::{Gc, Policy, Trace, live, set_policy, stats};
use refcycle_tests::nodes::{Edge, Fin, Plain};
use refcycle_tests::{Probe, alive, collected, full, law, log, settle, take_log};
use std::cell::{Cell, RefCell};

/// Nothing in it can change but through `&mut`.
#[derive(Clone, Trace)]
struct Fixed {
    number: u32,
    edges: Vec<Gc<Fixed>>,
    #[trace(skip)]
    probe: Probe,
}

fn fixed(number: u32) -> Gc<Fixed> {
    Gc::new(Fixed { number, edges: Vec::new(), probe: Probe::silent() })
}

#[derive(Clone, Trace)]
struct Cyclic {
    number: u32,
    edges: RefCell<Vec<Gc<Cyclic>>>,
    #[trace(skip)]
    _probe: Probe,
}

fn cyclic(number: u32) -> Gc<Cyclic> {
    Gc::new(Cyclic { number, edges: RefCell::default(), _probe: Probe::silent() })
}

#[test]
fn a_sole_handle_gives_mutable_access() {
    law(|| {
        let mut node = fixed(1);
        Gc::get_mut(&mut node).unwrap().number = 2;
        assert_eq!(node.number, 2);
        let other = node.clone();
        assert!(Gc::get_mut(&mut node).is_none());
        drop(other);
        assert!(Gc::get_mut(&mut node).is_some(), "also when it is a candidate");
    });
}

#[test]
fn a_candidate_is_unique_if_its_handle_is() {
    law(|| {
        let node = fixed(1);
        drop(node.clone());
        assert_eq!(stats().young_candidates, 1);
        let mut node = node;
        assert!(Gc::get_mut(&mut node).is_some());
        assert_eq!(stats().young_candidates, 0, "it has left the buffer");
        drop(node.clone());
        let Ok(node) = Gc::try_unwrap(node).map(Gc::new) else { panic!("unique") };
        drop(node.clone());
        let mut node = node;
        let address = Gc::as_ptr(&node);
        assert_eq!(Gc::make_mut(&mut node).number, 1);
        assert_eq!(Gc::as_ptr(&node), address, "nothing was cloned");
        drop(node.clone());
        assert_eq!(Gc::into_inner(node).unwrap().number, 1);
        assert_eq!(alive(), 0);
        assert_eq!(full().visited, 0, "no entry is left behind");
    });
}

#[test]
fn an_old_candidate_is_unique_if_its_handle_is() {
    law(|| {
        let mut nodes: Vec<_> = (0..3).map(cyclic).collect();
        settle();
        drop(nodes.clone());
        let _ = refcycle::collect_young();
        assert!(Gc::get_mut(&mut nodes[1]).is_some());
        assert!(Gc::try_unwrap(nodes.remove(1)).is_ok());
        assert_eq!(collected(), 0);
        assert_eq!(nodes.len(), 2);
    });
}

#[test]
fn weak_handles_refuse_get_mut_and_are_cut_off_by_the_others() {
    law(|| {
        let mut node = fixed(1);
        let weak = Gc::downgrade(&node);
        assert!(Gc::get_mut(&mut node).is_none());
        Gc::make_mut(&mut node).number = 2;
        assert!(weak.upgrade().is_none(), "make_mut cuts weak handles off");
        assert_eq!(Gc::weak_count(&node), 0);
        assert!(Gc::get_mut(&mut node).is_some());

        let weak = Gc::downgrade(&node);
        let value = Gc::try_unwrap(node).unwrap_or_else(|_| panic!("weak handles do not matter"));
        assert!(weak.upgrade().is_none());
        assert_eq!(value.number, 2);

        let node = Gc::new(value);
        let weak = Gc::downgrade(&node);
        assert!(Gc::into_inner(node).is_some());
        assert!(weak.upgrade().is_none());
        assert_eq!(alive(), 0);
    });
}

#[test]
fn make_mut_clones_what_is_shared() {
    law(|| {
        let mut one = fixed(1);
        one.probe.check();
        let two = one.clone();
        Gc::make_mut(&mut one).number = 3;
        assert_eq!((one.number, two.number), (3, 1));
        assert!(!Gc::ptr_eq(&one, &two));
        assert_eq!((Gc::strong_count(&one), Gc::strong_count(&two)), (1, 1));
        assert_eq!(alive(), 2);
    });
}

#[test]
fn make_mut_of_a_member_of_a_cycle_takes_the_handle_out() {
    law(|| {
        let mut node = cyclic(1);
        node.edges.borrow_mut().push(node.clone());
        Gc::make_mut(&mut node).number = 2;
        // The clone owns an edge to the original, whose only other owner is itself.
        assert_eq!(node.edges.borrow()[0].number, 1);
        assert_eq!(alive(), 2);
        assert_eq!(collected(), 0);
        drop(node);
        assert_eq!(collected(), 1);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn try_unwrap_fails_with_the_handle_back() {
    law(|| {
        let node = fixed(1);
        let other = node.clone();
        let node = Gc::try_unwrap(node).err().unwrap();
        assert!(Gc::ptr_eq(&node, &other));
        assert_eq!(Gc::strong_count(&node), 2);
        assert!(Gc::into_inner(node).is_none());
        assert!(Gc::into_inner(other).is_some());
        let shared = fixed(2);
        assert_eq!(Gc::unwrap_or_clone(shared.clone()).number, 2);
        assert_eq!(Gc::strong_count(&shared), 1);
        assert_eq!(Gc::unwrap_or_clone(shared).number, 2);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a_loop_cannot_be_unwrapped_until_it_is_cut() {
    law(|| {
        let node = cyclic(1);
        node.edges.borrow_mut().push(node.clone());
        let node = Gc::try_unwrap(node).err().unwrap();
        node.edges.take();
        assert!(Gc::try_unwrap(node).is_ok());
        assert_eq!(live().objects, 0);
        assert_eq!(full().visited, 0);
    });
}

#[test]
fn a_collection_does_not_look_at_what_is_lent_out_mutably() {
    law(|| {
        let mut node = fixed(0);
        let kept = fixed(7);
        Gc::get_mut(&mut node).unwrap().edges = (0..20).map(fixed).chain([kept.clone()]).collect();
        // Make them all candidates, and old ones.
        for edge in &node.edges {
            drop(edge.clone());
        }
        drop(node.clone());
        let _ = refcycle::collect_young();
        drop(node.clone());
        let mut rounds = 0;
        let edges = &mut Gc::get_mut(&mut node).unwrap().edges;
        edges.sort_by(|a, b| {
            // The elements are somewhere between the vector and the sort's own buffer.
            drop((a.clone(), b.clone()));
            assert_eq!(collected(), 0);
            rounds += 1;
            b.number.cmp(&a.number)
        });
        assert!(rounds > 10);
        edges.retain(|edge| {
            drop(edge.clone());
            assert_eq!(collected(), 0);
            edge.number % 2 == 0
        });
        edges.dedup_by(|a, b| {
            assert_eq!(collected(), 0);
            a.number == b.number
        });
        assert!(node.edges.is_sorted_by(|a, b| a.number >= b.number));
        assert_eq!(node.edges.len(), 10);
        assert_eq!(kept.number, 7);
        assert_eq!(Gc::strong_count(&kept), 1);
    });
}

#[test]
fn automatic_collections_do_not_look_there_either() {
    law(|| {
        set_policy(Policy::default().with_young(1).with_full(1).with_growth(0.0));
        let mut node = fixed(0);
        Gc::get_mut(&mut node).unwrap().edges = (0..20).map(fixed).collect();
        drop(node.clone());
        Gc::make_mut(&mut node).edges.sort_by(|a, b| {
            drop(a.clone());
            drop(cyclic(1));
            let garbage = cyclic(2);
            garbage.edges.borrow_mut().push(garbage.clone());
            b.number.cmp(&a.number)
        });
        assert_eq!(node.edges.len(), 20);
        for (i, edge) in node.edges.iter().enumerate() {
            assert_eq!((edge.number, Gc::strong_count(edge)), (19 - i as u32, 1));
        }
    });
}

#[test]
fn a_mutably_borrowed_cell_is_opaque() {
    law(|| {
        let node = cyclic(0);
        let inner = cyclic(1);
        node.edges.borrow_mut().push(inner.clone());
        inner.edges.borrow_mut().push(inner.clone());
        drop(inner);
        drop(node.clone());
        let mut edges = node.edges.borrow_mut();
        // Handles of a borrowed cell count as held from outside.
        assert_eq!(collected(), 0);
        edges.sort_by(|a, b| {
            assert_eq!(collected(), 0);
            a.number.cmp(&b.number)
        });
        assert_eq!(edges[0].number, 1);
        edges.clear();
        drop(edges);
        assert_eq!(collected(), 1);
        drop(node);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn an_immutable_object_that_the_collector_let_go_can_close_a_cycle_later() {
    // The collector never looks again at an object of a type without cells that leads nowhere;
    // mutable access must take that back.
    #[derive(Trace)]
    struct Closer {
        back: Vec<Gc<RefCell<Option<Gc<Closer>>>>>,
        #[trace(skip)]
        _probe: Probe,
    }

    type Access = fn(Gc<Closer>, Gc<RefCell<Option<Gc<Closer>>>>) -> Gc<Closer>;
    let get_mut: Access = |mut closer, back| {
        Gc::get_mut(&mut closer).unwrap().back.push(back);
        closer
    };
    let unwrap: Access = |closer, back| {
        let mut value = Gc::try_unwrap(closer).unwrap_or_else(|_| panic!("unique"));
        value.back.push(back);
        Gc::new(value)
    };
    for access in [get_mut, unwrap] {
        law(move || {
            let closer = Gc::new(Closer { back: Vec::new(), _probe: Probe::silent() });
            for _ in 0..3 {
                drop(closer.clone());
                settle();
            }
            let back = Gc::new(RefCell::new(None));
            let closer = access(closer, back.clone());
            *back.borrow_mut() = Some(closer.clone());
            drop(back);
            drop(closer);
            assert_eq!(alive(), 1);
            assert_eq!(collected(), 2);
            assert_eq!(alive(), 0);
        });
    }
}

#[test]
fn a_parent_that_the_collector_let_go_sees_its_child_change() {
    #[derive(Trace)]
    struct Parent(Gc<Child>, #[trace(skip)] Probe);

    #[derive(Trace)]
    struct Child(Option<Gc<RefCell<Option<Gc<Parent>>>>>);

    law(|| {
        let mut parent = Gc::new(Parent(Gc::new(Child(None)), Probe::silent()));
        for _ in 0..3 {
            drop((parent.clone(), parent.0.clone()));
            settle();
        }
        let back = Gc::new(RefCell::new(None));
        let child = &mut Gc::get_mut(&mut parent).unwrap().0;
        Gc::get_mut(child).unwrap().0 = Some(back.clone());
        *back.borrow_mut() = Some(parent.clone());
        drop((back, parent));
        assert_eq!(alive(), 1);
        assert_eq!(collected(), 3);
        assert_eq!(alive(), 0);
    });
}

thread_local!(static KEEP: RefCell<Vec<Plain>> = RefCell::default());

#[test]
fn a_finalizer_may_take_exclusive_access_to_garbage() {
    law(|| {
        let node = Fin::with("f", |f| {
            let Edge::Plain(mut plain) = f.edges.borrow_mut().pop().unwrap() else {
                unreachable!()
            };
            assert!(Gc::get_mut(&mut plain).is_some(), "the only handle");
            let Ok(value) = Gc::try_unwrap(plain) else { panic!("the only handle") };
            KEEP.with_borrow_mut(|keep| keep.push(value));
        });
        node.link(node.clone());
        let plain = Plain::new("p");
        plain.link(node.clone());
        node.link(plain);
        drop(node);
        // The moved value holds the node up from outside.
        let result = full();
        assert_eq!((result.collected, result.finalized), (0, 1));
        assert_eq!((result.resurrected, result.freed_in_finalizers), (2, 0), "both live on");
        assert_eq!(take_log(), ["fin f"]);
        let value = KEEP.take().pop().unwrap();
        assert_eq!((value.name(), value.edge(0).name()), ("p", "f"));
        drop(value);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop p", "drop f"]);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn a_finalizer_may_change_garbage_through_exclusive_access() {
    law(|| {
        let node = Fin::with("f", |f| {
            let edge = f.edges.borrow_mut().pop().unwrap();
            let Edge::Plain(mut plain) = edge else { unreachable!() };
            let value = Gc::get_mut(&mut plain).expect("the only handle");
            value.edges.get_mut().clear();
            f.link(plain);
        });
        node.link(node.clone());
        let plain = Plain::new("p");
        plain.link(Plain::new("q"));
        node.link(plain);
        drop(node);
        let first = full();
        let second = full();
        assert_eq!(first.finalized, 1);
        assert!(second.collected <= 1);
        assert_eq!(alive(), 0);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn an_object_whose_finalizer_runs_gives_no_exclusive_access() {
    // Somebody else would have `&mut` to what the finalizer has `&` to.
    for cyclic in [false, true] {
        law(move || {
            let node = Fin::new("f");
            let weak = Gc::downgrade(&node);
            node.on_finalize.set(Some(Box::new(move |f| {
                let mut me = match f.edges.borrow_mut().pop() {
                    Some(Edge::Fin(me)) => me,
                    _ => weak.upgrade().unwrap(),
                };
                drop(weak);
                assert!(Gc::get_mut(&mut me).is_none());
                let Err(me) = Gc::try_unwrap(me) else { panic!("moved out of its finalizer") };
                assert_eq!(me.name(), f.name());
                assert!(Gc::into_inner(me).is_none());
                f.name();
            })));
            if cyclic {
                node.link(node.clone());
            }
            drop(node);
            settle();
            assert_eq!(take_log(), ["fin f", "drop f"]);
        });
    }
}

#[test]
fn a_drop_of_garbage_has_no_exclusive_access_to_it() {
    use refcycle_tests::nodes::Doomed;
    law(|| {
        let a = Doomed::with("a", |a| {
            let Edge::Plain(mut plain) = a.edges.borrow_mut().pop().unwrap() else {
                unreachable!()
            };
            assert!(Gc::get_mut(&mut plain).is_none(), "the collector holds it as well");
            let Err(plain) = Gc::try_unwrap(plain) else { panic!("the collector's own is taken") };
            log(format!("sees {}", plain.name()));
        });
        a.link(a.clone());
        a.link(Plain::new("p"));
        drop(a);
        assert_eq!(collected(), 2);
        assert_eq!(take_log(), ["drop a", "sees p", "drop p"]);
    });
}

#[test]
fn cells_can_be_emptied_and_refilled_between_collections() {
    #[derive(Trace)]
    struct Slot(Cell<Option<Gc<Slot>>>, #[trace(skip)] Probe);

    law(|| {
        let a = Gc::new(Slot(Cell::new(None), Probe::silent()));
        a.0.set(Some(a.clone()));
        for _ in 0..3 {
            let edge = a.0.take();
            drop(edge.clone());
            assert_eq!(collected(), 0);
            a.0.set(edge);
            assert_eq!(collected(), 0);
        }
        drop(a);
        assert_eq!(collected(), 1);
        assert_eq!(alive(), 0);
    });
}
