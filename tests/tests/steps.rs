//! Full collections in steps: what one step may do, and that nothing is lost or freed too early whatever
//! the program does between two steps.
//!
//! A step of one unit looks at one object. The programs here are run once for each number of steps that
//! can come before the moment when they act, so that every moment of a collection is met.

use refcycle::{
    Gc, Policy, Trace, Tracer, collect, collect_young, facts, live, pause, set_policy, stats,
};
use refcycle_tests::nodes::{Edge, Fin, Plain};
use refcycle_tests::{Probe, alive, caught, collected, in_thread, law, log, settle, take_log};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A full collection is always due, and each allocation does one step of one unit. No young ones.
fn one_by_one() -> Policy {
    Policy::default().with_young(1_000_000).with_full(1).with_growth(0.0).with_step(1)
}

/// Has a step done.
fn tick() {
    drop(Gc::new(RefCell::new(None::<Gc<Plain>>)));
}

fn ticks(n: usize) {
    for _ in 0..n {
        tick();
    }
}

/// Goes on until a full collection has come to its end, if there is anything to collect.
fn to_the_end() {
    let before = stats().full_collections;
    for _ in 0..1_000 {
        tick();
        if stats().full_collections > before {
            return;
        }
    }
}

/// Makes a candidate of a node, an old one if the node is.
fn touch<T>(node: &Gc<T>) {
    drop(node.clone());
}

fn touch_all<T, const N: usize>(nodes: [&Gc<T>; N]) {
    nodes.into_iter().for_each(touch);
}

/// Goes on until the node has been looked at.
#[track_caller]
fn until_looked_at(node: &Traced) {
    let before = node.times.get();
    for _ in 0..10_000 {
        if node.times.get() > before {
            return;
        }
        tick();
    }
    panic!("nobody looks");
}

/// Runs a law for each number of steps up to `n` before the moment in question.
fn at_each_moment(n: usize, body: impl Fn(usize) + Copy + Send + 'static) {
    for moment in 0..n {
        law(move || body(moment));
    }
}

/// The collector is switched off, and has nothing left to find.
#[track_caller]
fn all_is_gone() {
    set_policy(Policy::OFF);
    settle();
    assert_eq!(alive(), 0, "something has been lost");
}

/// Counts how often it is traced, and panics in it if it is told to.
struct Traced {
    edges: RefCell<Vec<Gc<Traced>>>,
    times: Cell<u32>,
    panics: Cell<bool>,
    probe: Probe,
}

// SAFETY: reports the handles that the value owns, each once; the rest of what it does is a number.
unsafe impl Trace for Traced {
    type Facts = facts::All;

    fn trace(&self, tracer: &mut Tracer) {
        self.probe.check();
        self.times.set(self.times.get() + 1);
        assert!(!self.panics.get(), "on purpose");
        tracer.field("edges", &self.edges);
    }
}

impl Traced {
    fn new() -> Gc<Traced> {
        Gc::new(Traced {
            edges: RefCell::default(),
            times: Cell::new(0),
            panics: Cell::new(false),
            probe: Probe::silent(),
        })
    }

    fn link(&self, to: Gc<Traced>) {
        self.edges.borrow_mut().push(to);
    }
}

/// Old nodes that nobody holds but the caller.
fn old_nodes<const N: usize>() -> [Gc<Traced>; N] {
    let nodes = std::array::from_fn(|_| Traced::new());
    nodes.iter().for_each(touch);
    settle();
    nodes
}

#[test]
fn a_step_looks_at_one_object() {
    law(|| {
        let nodes: [_; 10] = old_nodes();
        nodes.iter().for_each(touch);
        set_policy(one_by_one());
        let seen = || nodes.iter().map(|node| node.times.get()).sum::<u32>();
        let mut before = seen();
        let end = stats().full_collections + 1;
        while stats().full_collections < end {
            tick();
            assert!(seen() <= before + 1, "{} objects in one step", seen() - before);
            before = seen();
        }
        assert!(before >= 10);
        drop(nodes);
        all_is_gone();
    });
}

#[test]
fn a_longer_step_looks_at_no_more_than_it_says() {
    law(|| {
        let nodes: [_; 100] = old_nodes();
        nodes.iter().for_each(touch);
        set_policy(one_by_one().with_step(10));
        let seen = || nodes.iter().map(|node| node.times.get()).sum::<u32>();
        let mut before = seen();
        let mut most = 0;
        let end = stats().full_collections + 1;
        while stats().full_collections < end {
            tick();
            most = most.max(seen() - before);
            before = seen();
        }
        assert!((5..=10).contains(&most), "{most} objects in one step");
        drop(nodes);
        all_is_gone();
    });
}

#[test]
fn without_a_limit_it_is_one_step() {
    law(|| {
        let nodes: [_; 100] = old_nodes();
        nodes.iter().for_each(touch);
        let before = stats().full_collections;
        set_policy(one_by_one().with_step(usize::MAX));
        tick();
        assert_eq!(stats().full_collections, before + 1);
        drop(nodes);
    });
}

#[test]
fn a_limit_taken_away_ends_it_with_the_next_step() {
    law(|| {
        let nodes: [_; 100] = old_nodes();
        nodes.iter().for_each(touch);
        let before = stats().full_collections;
        set_policy(one_by_one());
        ticks(10);
        assert_eq!(stats().full_collections, before);
        set_policy(one_by_one().with_step(usize::MAX));
        tick();
        assert_eq!(stats().full_collections, before + 1);
        drop(nodes);
    });
}

#[test]
fn a_step_of_zero_is_refused() {
    law(|| {
        let message = caught(|| set_policy(Policy::default().with_step(0)));
        assert!(message.contains("step"), "{message}");
    });
}

#[test]
fn what_is_garbage_when_it_begins_is_gone_when_it_ends() {
    at_each_moment(40, |moment| {
        let [a, b, c] = old_nodes();
        let live: [_; 5] = old_nodes();
        a.link(b.clone());
        b.link(c.clone());
        c.link(a.clone());
        b.link(live[0].clone());
        set_policy(Policy::OFF);
        drop((a, b, c));
        set_policy(one_by_one());
        ticks(moment);
        // Whatever lives may change.
        live[1].link(live[2].clone());
        let taken = live[0].clone();
        live[3].link(taken);
        to_the_end();
        assert!(alive() == 5, "{} at moment {moment}", alive());
        drop(live);
        all_is_gone();
    });
}

#[test]
fn what_becomes_garbage_meanwhile_is_found_by_the_next() {
    at_each_moment(40, |moment| {
        let [a, b, c] = old_nodes();
        a.link(b.clone());
        b.link(c.clone());
        c.link(a.clone());
        touch(&a);
        set_policy(one_by_one());
        ticks(moment);
        drop((a, b, c));
        to_the_end();
        to_the_end();
        assert_eq!(alive(), 0, "at moment {moment}");
    });
}

#[test]
fn a_kid_that_was_never_a_candidate_is_found_with_its_parent() {
    law(|| {
        let [parent] = old_nodes();
        let kid = Traced::new();
        kid.link(parent.clone());
        parent.link(kid);
        drop(parent);
        set_policy(one_by_one());
        to_the_end();
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a_young_object_that_it_has_entered_may_lose_handles() {
    at_each_moment(30, |moment| {
        let [old] = old_nodes();
        let kid = Traced::new();
        old.link(kid.clone());
        touch(&old);
        set_policy(one_by_one());
        ticks(moment);
        kid.link(kid.clone());
        drop(kid);
        ticks(moment % 5);
        let _ = collect_young();
        drop(old);
        to_the_end();
        to_the_end();
        assert_eq!(alive(), 0, "at moment {moment} {:?}", stats());
    });
}

#[test]
fn young_candidates_are_seeds() {
    law(|| {
        // The old one of the ring is no candidate: it was moved.
        let [old, other] = old_nodes();
        let young = Traced::new();
        old.link(young.clone());
        young.link(old);
        touch(&other);
        drop(young);
        assert_eq!((stats().young_candidates, stats().old_candidates), (1, 1));
        set_policy(one_by_one());
        to_the_end();
        assert_eq!(alive(), 1);
        drop(other);
    });
}

#[test]
fn an_object_may_die_at_any_moment() {
    at_each_moment(60, |moment| {
        let nodes: [_; 6] = old_nodes();
        let before = stats().full_collections;
        for pair in nodes.windows(2) {
            pair[0].link(pair[1].clone());
        }
        nodes.iter().for_each(touch);
        set_policy(one_by_one());
        ticks(moment);
        let [first, rest @ ..] = nodes;
        // All but the first are held by edges alone, the last of which goes with the first.
        drop(rest);
        ticks(3);
        drop(first);
        assert_eq!(alive(), 0);
        to_the_end();
        let has_ended = stats().full_collections > before;
        assert!(has_ended || moment == 0, "it does not come to its end");
        all_is_gone();
    });
}

#[test]
fn an_object_may_be_lent_out_at_any_moment() {
    at_each_moment(40, |moment| {
        let [mut a, mut b, mut c] = old_nodes();
        touch_all([&a, &b, &c]);
        set_policy(one_by_one());
        ticks(moment);
        // While it lasts the value may be in any state.
        let value = Gc::get_mut(&mut a).unwrap();
        value.panics.set(true);
        ticks(30);
        value.panics.set(false);
        let value = Gc::get_mut(&mut b).unwrap();
        value.link(a);
        let value = Gc::try_unwrap(b).ok().unwrap();
        value.panics.set(true);
        ticks(30);
        let _value = Gc::get_mut(&mut c).unwrap();
        drop(value);
        ticks(30);
        drop(c);
        all_is_gone();
    });
}

#[test]
fn an_immutable_object_that_was_changed_can_be_part_of_a_cycle() {
    #[derive(Trace)]
    struct Fixed {
        edges: Vec<Gc<Plain>>,
        holder: Vec<Gc<RefCell<Vec<Gc<Fixed>>>>>,
        #[trace(skip)]
        _probe: Probe,
    }
    at_each_moment(30, |moment| {
        let leaf = Gc::new(1_u8);
        let mut fixed =
            Gc::new(Fixed { edges: Vec::new(), holder: Vec::new(), _probe: Probe::silent() });
        touch(&fixed);
        assert_eq!(collect_young().visited, 1);
        set_policy(one_by_one());
        ticks(moment);
        let holder = Gc::new(RefCell::new(Vec::new()));
        Gc::get_mut(&mut fixed).unwrap().holder.push(holder.clone());
        assert!(fixed.edges.is_empty());
        holder.borrow_mut().push(fixed);
        drop((holder, leaf));
        ticks(30);
        all_is_gone();
    });
}

#[test]
fn a_candidate_met_on_the_way_stays_one() {
    law(|| {
        // At the end there is a ring z2 → z → w → c → z2. The first two are looked at before they have
        // edges; c loses its last handle after that, and is then met from w.
        let [z2, z, w, c] = old_nodes();
        w.link(c.clone());
        touch_all([&z2, &z, &w]);
        set_policy(one_by_one());
        close_the_ring(z2, z, w, c);
    });
}

#[test]
fn a_seed_is_touched_from_the_first_look_at_any_other() {
    law(|| {
        // The same, with c among the candidates of the beginning.
        let [z2, z, w, c] = old_nodes();
        w.link(c.clone());
        touch_all([&z2, &z, &w, &c]);
        set_policy(one_by_one());
        close_the_ring(z2, z, w, c);
    });
}

/// When the first two have been looked at, moves the handles so that z2 → z → w → c → z2, and drops the
/// last one of c.
fn close_the_ring(z2: Gc<Traced>, z: Gc<Traced>, w: Gc<Traced>, c: Gc<Traced>) {
    let late = w.times.get();
    until_looked_at(&z);
    assert_eq!(w.times.get(), late, "w was to be looked at later");
    z.link(w);
    z2.link(z);
    c.link(z2);
    drop(c);
    to_the_end();
    all_is_gone();
}

#[test]
fn a_touched_suspect_stays_a_candidate() {
    at_each_moment(40, |moment| {
        // `node` looks like garbage: the edge from `cell` that was counted is taken out. Then it is held by
        // `other` alone, which it holds, and which has long been found alive.
        let [other, cell, node] = old_nodes();
        touch_all([&other, &cell]);
        cell.link(node);
        let late = other.times.get();
        set_policy(one_by_one());
        until_looked_at(&cell);
        assert_eq!(other.times.get(), late + 1);
        let node = cell.edges.borrow_mut().pop().unwrap();
        ticks(moment);
        other.link(node.clone());
        node.link(other);
        drop(node);
        to_the_end();
        drop(cell);
        all_is_gone();
    });
}

#[test]
fn a_structure_taken_out_and_put_back_is_no_garbage() {
    at_each_moment(60, |moment| {
        let nodes: [_; 8] = old_nodes();
        let [root, rest @ ..] = nodes;
        let root_edges = || root.edges.borrow_mut().pop();
        touch(&root);
        for pair in rest.windows(2) {
            pair[0].link(pair[1].clone());
        }
        root.link(rest[0].clone());
        drop(rest);
        set_policy(one_by_one());
        for round in 0..6 {
            ticks(moment % 13 + round);
            let taken = root_edges().unwrap();
            ticks(moment % 7);
            root.link(taken);
        }
        ticks(moment);
        assert_eq!(alive(), 8);
        drop(root);
        all_is_gone();
    });
}

#[test]
fn a_suspect_that_is_held_lives() {
    at_each_moment(40, |moment| {
        let [cell, node] = old_nodes();
        touch(&cell);
        cell.link(node);
        set_policy(one_by_one());
        until_looked_at(&cell);
        ticks(moment % 8);
        // Its edge has been counted, and is where nobody looks.
        let node = cell.edges.borrow_mut().pop().unwrap();
        ticks(moment);
        node.probe.check();
        to_the_end();
        node.probe.check();
        cell.link(node);
        assert_eq!(alive(), 2);
        drop(cell);
        all_is_gone();
    });
}

#[test]
fn a_collection_by_hand_gives_up_what_was_begun() {
    at_each_moment(60, |moment| {
        let live: [_; 4] = old_nodes();
        let [a, b] = old_nodes();
        a.link(b.clone());
        b.link(a.clone());
        live.iter().for_each(touch);
        drop((a, b));
        set_policy(one_by_one());
        ticks(moment);
        let found = collected();
        assert!(found == 2 || alive() == 4, "found {found} at moment {moment}");
        assert_eq!(alive(), 4);
        assert_eq!((stats().young_candidates, stats().old_candidates), (0, 0));
        drop(live);
        all_is_gone();
    });
}

#[test]
fn young_collections_go_on_meanwhile() {
    at_each_moment(40, |moment| {
        let [a, b] = old_nodes();
        a.link(b.clone());
        b.link(a.clone());
        drop((a, b));
        let old = Plain::silent();
        touch(&old);
        settle();
        touch(&old);
        set_policy(one_by_one());
        ticks(moment);
        let young = Plain::looped("young");
        young.link(old.clone());
        drop(young);
        let held = Plain::new("held");
        held.link(Plain::looped("kept"));
        touch(&held);
        let _ = collect_young();
        assert_eq!(take_log(), ["drop young"]);
        drop(Plain::looped("young"));
        to_the_end();
        held.edge(0).unlink();
        drop((held, old));
        all_is_gone();
    });
}

#[test]
fn a_panic_in_trace_gives_it_up() {
    at_each_moment(30, |moment| {
        let [a, b, c] = old_nodes();
        a.link(b.clone());
        b.link(a.clone());
        let panicking = Rc::new(Cell::new(false));
        touch_all([&a, &b, &c]);
        drop((a, b));
        set_policy(one_by_one());
        ticks(moment);
        c.panics.set(true);
        let before = c.times.get();
        for _ in 0..100 {
            if c.times.get() > before {
                panicking.set(true);
                break;
            }
            if let Some(payload) = refcycle_tests::panic_payload(tick) {
                assert_eq!(*payload.downcast::<&str>().unwrap(), "on purpose");
            }
        }
        c.panics.set(false);
        assert!(panicking.get() || alive() == 1);
        // Nothing is lost: the next one finds it.
        touch(&c);
        to_the_end();
        to_the_end();
        assert_eq!(alive(), 1, "at moment {moment}");
        drop(c);
    });
}

#[test]
fn a_thread_may_end_in_the_middle() {
    at_each_moment(30, |moment| {
        in_thread(move || {
            let [a, b, c] = old_nodes();
            a.link(b.clone());
            b.link(a.clone());
            touch_all([&a, &b, &c]);
            drop((a, b));
            set_policy(one_by_one());
            ticks(moment);
        });
    });
}

#[test]
fn a_pause_stops_it_and_lets_it_go_on() {
    law(|| {
        let [a, b, c] = old_nodes();
        a.link(b.clone());
        b.link(a.clone());
        touch_all([&a, &b, &c]);
        drop((a, b));
        set_policy(one_by_one());
        ticks(4);
        let looks = c.times.get();
        let guard = pause();
        ticks(50);
        assert_eq!((c.times.get(), alive()), (looks, 3));
        touch(&c);
        drop(guard);
        to_the_end();
        assert_eq!(alive(), 1);
        drop(c);
    });
}

#[test]
fn switched_off_in_the_middle_it_goes_on_when_it_is_on_again() {
    law(|| {
        let [a, b, c] = old_nodes();
        a.link(b.clone());
        b.link(a.clone());
        touch_all([&a, &b, &c]);
        drop((a, b));
        set_policy(one_by_one());
        ticks(4);
        set_policy(Policy::OFF);
        let looks = c.times.get();
        ticks(50);
        touch(&c);
        assert_eq!((c.times.get(), alive()), (looks, 3));
        set_policy(one_by_one());
        to_the_end();
        assert_eq!(alive(), 1);
        drop(c);
    });
}

#[test]
fn finalizers_and_callbacks_of_what_it_finds_may_do_anything() {
    law(|| {
        let node = Fin::with("a", |node| {
            assert!(collect().refused);
            node.unlink();
            for _ in 0..10 {
                tick();
            }
            log("finalized");
        });
        node.link(node.clone());
        let kept = Plain::looped("b");
        node.link(kept.clone());
        let _watch = Gc::watch(&kept, || {
            for _ in 0..10 {
                tick();
            }
            log("called");
        });
        touch_all([&kept]);
        touch(&node);
        settle();
        drop((node, kept));
        set_policy(one_by_one());
        to_the_end();
        to_the_end();
        let log = take_log();
        assert_eq!(log, ["fin a", "finalized", "drop a", "drop b", "called"]);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a_young_collection_that_meets_too_much_leaves_it_to_a_full_one() {
    law(|| {
        // Built by moves alone, so never looked at.
        let mut head = Traced::new();
        for _ in 0..1000 {
            let node = Traced::new();
            node.link(head);
            head = node;
        }
        let end = head.clone();
        let policy = Policy::default().with_young(5).with_full(1).with_growth(0.0).with_step(30);
        touch(&head);
        set_policy(policy);
        let looks = || {
            let mut looks = 0;
            let mut node = Some(end.clone());
            while let Some(next) = node {
                looks += next.times.get();
                node = next.edges.borrow().first().cloned();
            }
            looks
        };
        drop((Traced::new(), Traced::looped()));
        let before = looks();
        tick();
        assert!(looks() - before <= 40, "{} looks in one step", looks() - before);
        // What it could not look at is not forgotten.
        let last = {
            let mut node = end.clone();
            loop {
                let next = node.edges.borrow().first().cloned();
                let Some(next) = next else { break node };
                node = next;
            }
        };
        last.link(end);
        drop((last, head));
        to_the_end();
        to_the_end();
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a_candidate_that_a_young_collection_leaves_out_is_not_forgotten() {
    law(|| {
        let wide = Plain::silent();
        for n in 0..200 {
            wide.edges.borrow_mut().push(Edge::Leaf(Gc::new(n)));
        }
        touch(&wide);
        drop(Plain::looped("left out"));
        set_policy(Policy::default().with_young(1).with_full(1_000_000).with_step(30));
        tick();
        set_policy(Policy::OFF);
        assert_eq!(stats().young_collections, 1);
        assert_eq!((stats().young_candidates, stats().old_candidates), (0, 2));
        assert_eq!(collected(), 1);
        drop(wide);
        all_is_gone();
    });
}

#[test]
fn candidates_that_are_too_many_wait_for_the_next_young_collection() {
    at_each_moment(40, |moment| {
        let policy = Policy::default().with_young(1).with_full(1_000).with_step(1);
        let nodes: [_; 20] = std::array::from_fn(|_| Traced::new());
        for (node, next) in nodes.iter().zip(nodes.iter().cycle().skip(1)) {
            node.link(next.clone());
        }
        nodes.iter().rev().for_each(touch);
        set_policy(policy);
        ticks(moment);
        assert_eq!(alive(), 20);
        drop(nodes);
        ticks(moment);
        all_is_gone();
    });
}

impl Traced {
    fn looped() -> Gc<Traced> {
        let node = Traced::new();
        node.link(node.clone());
        node
    }
}

#[test]
fn it_ends_although_the_program_builds_ahead_of_it() {
    law(|| {
        let head = Plain::silent();
        let mut last = head.clone();
        touch(&head);
        settle();
        touch(&head);
        set_policy(Policy::default().with_full(100).with_step(50));
        let before = stats().full_collections;
        let mut made = 0;
        while stats().full_collections == before {
            // The end of the list grows by moves, and each node has ten edges.
            let node = Plain::silent();
            for _ in 0..10 {
                node.link(head.clone());
            }
            let next = node.clone();
            last.link(node);
            last = next;
            made += 1;
            assert!(made < 20_000, "it never ends");
        }
        drop((head, last));
        set_policy(Policy::OFF);
        settle();
        assert_eq!(live().objects, 0);
    });
}
