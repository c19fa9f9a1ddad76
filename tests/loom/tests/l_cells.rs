//! `GcCell`: the edge-moving attack, and loads, through cells that need no lock of the user's.
//!
//! Invariant: as for locks (`a_clone`, `b_move`): the edges that a check relies on are all there at one
//! instant, and what was loaded lives. Two that exchange the same content do not both succeed.
//!
//! Executions / seconds with two preemptions: l_load 5700 / 0.8, l_move 947 / 0.1, l_hide 943 /
//! 0.1, l_swap 20654 / 2.4, l_exchange 6872 / 0.8; with every record a suspect 7415 / 1.4, 1020 /
//! 0.1, 939 / 0.1, 20985 / 2.3, 6980 / 1.4.
#![cfg(loom)]

use refcycle::sync::{Gc, GcCell, collect};
use refcycle::{Trace, Tracer};
use refcycle_loom::{NodeFacts, Probe, World, model, spawn};

struct Node {
    probe: Probe,
    next: GcCell<Node>,
    hidden: GcCell<Node>,
}

// SAFETY: the cells pass their content on; they can change.
unsafe impl Trace for Node {
    type Facts = NodeFacts<false>;

    fn trace(&self, tracer: &mut Tracer) {
        self.probe.check();
        self.next.trace(tracer);
        self.hidden.trace(tracer);
    }
}

// SAFETY: loom checks who looks at the canary when.
unsafe impl Send for Node {}
// SAFETY: as above.
unsafe impl Sync for Node {}

fn node(world: &World) -> Gc<Node> {
    let probe = world.probe();
    Gc::new(Node { probe, next: GcCell::default(), hidden: GcCell::default() })
}

/// Two nodes with an edge to each other; both are candidates.
fn pair(world: &World) -> (Gc<Node>, Gc<Node>) {
    let (x, y) = (node(world), node(world));
    x.next.store(Some(y.clone()));
    y.next.store(Some(x.clone()));
    drop(y.clone());
    drop(x.clone());
    (x, y)
}

/// A handle is loaded from a cell, and the one that led there is dropped.
#[test]
fn l_load() {
    model("l_load", |world| {
        let (x, y) = pair(world);
        drop(y);
        let mutator = spawn(move || {
            let y = x.next.load();
            drop(x);
            y.unwrap().probe.check();
        });
        collect();
        mutator.join().unwrap();
    });
}

/// The last outside handle moves around between the cells of the cycle: no count changes.
#[test]
fn l_move() {
    model("l_move", |world| {
        let (x, y) = pair(world);
        let mutator = spawn(move || {
            y.hidden.store(Some(x));
            let x = y.hidden.take().unwrap();
            x.hidden.store(Some(y));
            x.probe.check();
        });
        collect();
        mutator.join().unwrap();
    });
}

/// The same from the middle on: the handle is in the cell that the collector looks into first.
#[test]
fn l_hide() {
    model("l_hide", |world| {
        let (x, y) = pair(world);
        y.hidden.store(Some(x));
        let mutator = spawn(move || {
            let x = y.hidden.take().unwrap();
            x.hidden.store(Some(y));
            x.probe.check();
        });
        collect();
        mutator.join().unwrap();
    });
}

/// Contents are swapped between the cells of two objects.
#[test]
fn l_swap() {
    model("l_swap", |world| {
        let (x, y) = pair(world);
        drop(x);
        let mutator = spawn(move || {
            let x = y.next.swap(None).unwrap();
            let back = x.next.swap(Some(x.clone())).unwrap();
            x.probe.check();
            drop(y);
            back.probe.check();
            drop(x);
            back.probe.check();
        });
        collect();
        mutator.join().unwrap();
    });
}

/// Two fill the same empty cell, while a third collects: one of them succeeds.
#[test]
fn l_exchange() {
    model("l_exchange", |world| {
        let x = node(world);
        x.next.store(Some(x.clone()));
        let fill = |x: Gc<Node>| {
            move || {
                let new = Some(x.clone());
                if x.hidden.compare_exchange(None, new).is_ok() {
                    let mine = x.hidden.compare_exchange(Some(&x), None);
                    assert!(mine.is_ok(), "another has filled it, too");
                }
                x.probe.check();
            }
        };
        let mutators = [spawn(fill(x.clone())), spawn(fill(x))];
        collect();
        for mutator in mutators {
            mutator.join().unwrap();
        }
    });
}
