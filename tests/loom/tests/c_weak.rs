//! Upgrades of weak handles against a verdict.
//!
//! Invariant: no false `None` (what an upgrade was refused for dies, with all that dies at that
//! instant), no zombie (what was upgraded lives, and all that it leads to).
//!
//! Executions / seconds with two preemptions: c_weak 8224 / 1.4, c_weak_drops 8770 / 1.6, c_weak2
//! 55102 / 7.9, c_weak2_drops 175222 / 25.0, c_weak3 21722 / 2.7, c_weak3_drops 36260 / 5.8,
//! c_two_parts 4664 / 0.8, c_unique 164 / 0.0, c_last_weak 5276 / 0.7, c_new_cyclic 217 / 0.0;
//! with every record a suspect 7956 / 1.2, 8790 / 1.0, 51674 / 9.2, 170474 / 22.1, 20157 / 2.4,
//! 36624 / 4.5, 4653 / 0.9, 164 / 0.0, 5276 / 0.7, 217 / 0.0.
#![cfg(loom)]

use refcycle::sync::{Gc, Weak, collect};
use refcycle_loom::{Lock, Node, World, model, pair, spawn};

/// One end of a cycle is upgraded.
fn one<const DROPS: bool>(world: &World, make: fn(&World) -> Gc<Node<DROPS>>) {
    let (a, b) = (make(world), make(world));
    pair(&a, &b);
    let weak = Gc::downgrade(&a);
    drop((a, b));
    let mutator = spawn(move || match weak.upgrade() {
        Some(a) => a.check(),
        None => assert!(weak.upgrade().is_none(), "None, then Some"),
    });
    collect();
    mutator.join().unwrap();
}

#[test]
fn c_weak() {
    model("c_weak", |world| one(world, World::node));
}

#[test]
fn c_weak_drops() {
    model("c_weak_drops", |world| one(world, World::dropper));
}

/// Both ends of a cycle are upgraded.
fn two<const DROPS: bool>(world: &World, make: fn(&World) -> Gc<Node<DROPS>>) {
    let (a, b) = (make(world), make(world));
    pair(&a, &b);
    let (weak_a, weak_b) = (Gc::downgrade(&a), Gc::downgrade(&b));
    drop((a, b));
    let mutator = spawn(move || {
        let a = weak_a.upgrade();
        let b = weak_b.upgrade();
        if let Some(a) = &a {
            a.check();
            assert!(b.is_some(), "what a living object leads to is dead");
        }
        if let Some(b) = &b {
            b.check();
        }
        if a.is_none() {
            assert!(b.is_none(), "None, then Some of what leads there");
        }
        // Dropped when the collector is done: `neighbour` has a drop.
        (a, b)
    });
    collect();
    drop(mutator.join().unwrap());
}

#[test]
fn c_weak2() {
    model("c_weak2", |world| two(world, World::node));
}

#[test]
fn c_weak2_drops() {
    model("c_weak2_drops", |world| two(world, World::dropper));
}

/// One end is upgraded, and the other reached from there.
fn neighbour<const DROPS: bool>(world: &World, make: fn(&World) -> Gc<Node<DROPS>>) {
    let (a, b) = (make(world), make(world));
    pair(&a, &b);
    let weak = Gc::downgrade(&a);
    drop((a, b));
    let mutator = spawn(move || {
        let Some(a) = weak.upgrade() else { return };
        let b = a.get();
        drop(a);
        if let Some(b) = b {
            b.check();
        }
    });
    collect();
    mutator.join().unwrap();
}

#[test]
fn c_weak3() {
    model("c_weak3", |world| neighbour(world, World::node));
}

#[test]
fn c_weak3_drops() {
    model("c_weak3_drops", |world| neighbour(world, World::dropper));
}

/// Of two separate loops one is upgraded: the other goes on to die.
#[test]
fn c_two_parts() {
    model("c_two_parts", |world| {
        let (a, b) = (world.node(), world.node());
        a.link(&a);
        b.link(&b);
        let weak = (Gc::downgrade(&a), Gc::downgrade(&b));
        drop((a, b));
        let mutator = spawn(move || {
            if let Some(a) = weak.0.upgrade() {
                a.check();
            }
        });
        collect();
        mutator.join().unwrap();
    });
}

/// The only handle goes while a weak one is upgraded.
#[test]
fn c_unique() {
    model("c_unique", |world| {
        let a = world.node();
        let weak = Gc::downgrade(&a);
        let mutator = spawn(move || match weak.upgrade() {
            Some(a) => a.check(),
            None => assert!(weak.upgrade().is_none(), "None, then Some"),
        });
        drop(a);
        mutator.join().unwrap();
    });
}

/// Weak handles are cloned, upgraded and dropped while the only handle goes.
#[test]
fn c_last_weak() {
    model("c_last_weak", |world| {
        let a = world.node();
        let weak = Gc::downgrade(&a);
        let other = weak.clone();
        let mutators = [weak, other].map(|weak| spawn(move || drop(weak.upgrade())));
        drop(a);
        for mutator in mutators {
            mutator.join().unwrap();
        }
    });
}

/// A weak handle that was passed on before the value was there.
#[test]
fn c_new_cyclic() {
    model("c_new_cyclic", |world| {
        let slot = loom::sync::Arc::new(Lock::new(None::<Weak<Node>>));
        let published = slot.clone();
        let mutator = spawn(move || {
            let weak = published.try_lock().and_then(|mut slot| slot.take());
            if let Some(a) = weak.and_then(|weak| weak.upgrade()) {
                a.check();
            }
        });
        let a = Gc::new_cyclic(|me| {
            *slot.lock() = Some(me.clone());
            let mut value = world.value(None);
            // loom counts no making as a write.
            value.probe.write();
            value
        });
        a.check();
        drop(a);
        mutator.join().unwrap();
        slot.lock().take();
    });
}
