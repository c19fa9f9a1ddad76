//! Looking at a heap (feature `inspect`) that others change.
//!
//! Invariant: no value is looked at that is lent mutably, is not there yet or not any more; a handle that is
//! given counts as any other; who looks leaves everything as it was.
//!
//! Executions / seconds with two preemptions: x_show 147 / 0.0, x_show_weak 617 / 0.1, x_drop 757 / 0.1, x_objects
//! 984 / 0.1, x_upgrade 3872 / 1.2, x_new 73 / 0.0, x_get_mut 1301 / 0.2, x_get_mut_objects 1606 / 0.2,
//! x_get_mut_clone 227 / 0.0, x_get_mut_edge 4116 / 0.7, x_make_mut 1137 / 0.1, x_unwrap 1991 / 0.3, x_garbage
//! 3120 / 0.3, x_garbage_drops 3825 / 0.4, x_garbage2 169960 / 23.8, x_referents 1037 / 0.3, x_referrers 10217 /
//! 1.4, x_freeze 62841 / 8.6, x_freeze_collect 130 / 0.0, x_freeze_tie 1 / 0.0, x_ties 304 / 0.1; with every record
//! a suspect the same, but x_garbage 3146 / 1.1, x_garbage_drops 3930 / 0.6, x_garbage2 169986 / 61.
#![cfg(all(loom, feature = "inspect"))]

use refcycle::sync::weak::WeakKeyMap;
use refcycle::sync::{Gc, collect, inspect};
use refcycle::{Trace, Tracer};
use refcycle_loom::{Node, Probe, World, model, pair, spawn};

/// Looks at all nodes by handles from nowhere.
fn look_at_nodes<const DROPS: bool>() {
    for node in inspect::objects_of::<Node<DROPS>>() {
        node.check();
    }
}

/// The last handle goes while all headers are looked at.
#[test]
fn x_show() {
    model("x_show", |world| {
        let a = world.node();
        let mutator = spawn(move || drop(a));
        inspect::for_each_object(|object| assert_eq!(object.weak_count(), 0));
        mutator.join().unwrap();
    });
}

/// The last handle, and a weak one, go while all headers are looked at.
#[test]
fn x_show_weak() {
    model("x_show_weak", |world| {
        let a = world.node();
        let weak = Gc::downgrade(&a);
        let mutator = spawn(move || {
            drop(a);
            drop(weak);
        });
        inspect::for_each_object(|object| assert!(object.weak_count() <= 1));
        mutator.join().unwrap();
    });
}

/// The last handle goes while all values are looked at.
#[test]
fn x_drop() {
    model("x_drop", |world| {
        let a = world.node();
        let mutator = spawn(move || {
            a.check();
            drop(a);
        });
        let seen = inspect::snapshot().len();
        assert!(seen <= 1);
        mutator.join().unwrap();
        assert_eq!(world.drops(0), 1, "the value is still there");
    });
}

/// The last handle goes while somebody gets one from nowhere.
#[test]
fn x_objects() {
    model("x_objects", |world| {
        let a = world.node();
        let mutator = spawn(move || drop(a));
        look_at_nodes::<false>();
        mutator.join().unwrap();
        assert_eq!(world.drops(0), 1, "the value is still there");
    });
}

/// The same while a weak handle is upgraded: its `None` is final.
#[test]
fn x_upgrade() {
    model("x_upgrade", |world| {
        let a = world.node();
        let weak = Gc::downgrade(&a);
        let mutator = spawn(move || {
            drop(a);
            match weak.upgrade() {
                Some(a) => a.check(),
                None => assert!(weak.upgrade().is_none(), "None, then Some"),
            }
        });
        look_at_nodes::<false>();
        mutator.join().unwrap();
        assert_eq!(world.drops(0), 1, "the value is still there");
    });
}

/// An object is made while values are looked at.
#[test]
fn x_new() {
    model("x_new", |world| {
        let probe = world.probe();
        let mutator = spawn(move || drop(Gc::new(Fresh::new(probe))));
        for object in inspect::objects_of::<Fresh>() {
            object.0.check();
        }
        drop(inspect::snapshot());
        mutator.join().unwrap();
    });
}

/// A value that is written when it is made.
struct Fresh(Probe);

impl Fresh {
    fn new(mut probe: Probe) -> Fresh {
        // loom counts no making as a write.
        probe.write();
        Fresh(probe)
    }
}

// SAFETY: there are no handles (1-4).
unsafe impl Trace for Fresh {
    type Facts = refcycle::facts::Leaf;

    fn trace(&self, _: &mut Tracer) {
        self.0.check();
    }
}

// SAFETY: loom checks who looks at the probe when.
unsafe impl Send for Fresh {}
// SAFETY: as above.
unsafe impl Sync for Fresh {}

impl Clone for Fresh {
    fn clone(&self) -> Fresh {
        self.0.check();
        Fresh::new(self.0.another())
    }
}

/// The only handle lends its value out mutably while values are looked at.
#[test]
fn x_get_mut() {
    model("x_get_mut", |world| {
        let mut a = world.node();
        let mutator = spawn(move || {
            if let Some(value) = Gc::get_mut(&mut a) {
                value.probe.write();
            }
            a.check();
        });
        drop(inspect::snapshot());
        mutator.join().unwrap();
    });
}

/// The same while somebody gets a handle from nowhere.
#[test]
fn x_get_mut_objects() {
    model("x_get_mut_objects", |world| {
        let mut a = world.node();
        let mutator = spawn(move || {
            if let Some(value) = Gc::get_mut(&mut a) {
                value.probe.write();
            }
            a.check();
        });
        look_at_nodes::<false>();
        mutator.join().unwrap();
    });
}

/// After the loan there is a second handle: which says nothing to who sees no more than the count.
#[test]
fn x_get_mut_clone() {
    model("x_get_mut_clone", |world| {
        let mut a = world.node();
        let mutator = spawn(move || {
            if let Some(value) = Gc::get_mut(&mut a) {
                value.probe.write();
            }
            (a.clone(), a)
        });
        drop(inspect::snapshot());
        drop(mutator.join().unwrap());
    });
}

/// What is lent mutably is in a cell, taken out for that and put back.
#[test]
fn x_get_mut_edge() {
    model("x_get_mut_edge", |world| {
        let (a, b) = (world.node(), world.node());
        a.link(&b);
        drop(b);
        let its = a.clone();
        let mutator = spawn(move || {
            let Some(mut b) = its.take() else { return };
            if let Some(value) = Gc::get_mut(&mut b) {
                value.probe.write();
            }
            if let Some(mut cell) = its.cell.try_lock() {
                cell[0] = Some(b);
            }
        });
        drop(inspect::snapshot());
        mutator.join().unwrap();
    });
}

/// A copy is made for the loan; nobody but the registry knows it.
#[test]
fn x_make_mut() {
    model("x_make_mut", |world| {
        let a = Gc::new(Fresh::new(world.probe()));
        let mut b = a.clone();
        let mutator = spawn(move || Gc::make_mut(&mut b).0.write());
        for object in inspect::objects_of::<Fresh>() {
            object.0.check();
        }
        mutator.join().unwrap();
        drop(a);
    });
}

/// The value is taken out while values are looked at.
#[test]
fn x_unwrap() {
    model("x_unwrap", |world| {
        let a = world.node();
        let weak = Gc::downgrade(&a);
        let mutator = spawn(move || {
            if let Ok(mut value) = Gc::try_unwrap(a) {
                value.probe.write();
            }
        });
        drop(inspect::snapshot());
        mutator.join().unwrap();
        assert!(weak.upgrade().is_none());
    });
}

/// Garbage is found and freed while somebody gets handles from nowhere.
fn garbage<const DROPS: bool>(world: &World, make: fn(&World) -> Gc<Node<DROPS>>) {
    let a = make(world);
    a.link(&a);
    drop(a);
    let mutator = spawn(|| {
        let nodes = inspect::objects_of::<Node<DROPS>>();
        for node in &nodes {
            node.check();
            if let Some(other) = node.get() {
                other.check();
            }
        }
        nodes
    });
    collect();
    for node in mutator.join().unwrap() {
        node.check();
    }
}

#[test]
fn x_garbage() {
    model("x_garbage", |world| garbage(world, World::node));
}

#[test]
fn x_garbage_drops() {
    model("x_garbage_drops", |world| garbage(world, World::dropper));
}

/// The same with two, of which one is asked what it leads to.
#[test]
fn x_garbage2() {
    model("x_garbage2", |world| {
        let (a, b) = (world.node(), world.node());
        pair(&a, &b);
        drop((a, b));
        let mutator = spawn(|| {
            let a = inspect::objects_of::<Node>().into_iter().next()?;
            let b = inspect::referents(&a).pop()?.into_object().downcast::<Node>().unwrap();
            drop(a);
            b.check();
            Some(b)
        });
        collect();
        if let Some(b) = mutator.join().unwrap() {
            b.check();
        }
    });
}

/// A handle is taken out of a cell and dropped while somebody asks what the cell leads to.
#[test]
fn x_referents() {
    model("x_referents", |world| {
        let (a, b) = (world.node(), world.node());
        a.link(&b);
        drop(b);
        let its = a.clone();
        let mutator = spawn(move || {
            let b = its.cell.lock()[0].take();
            drop(b);
        });
        for reference in inspect::referents(&a) {
            reference.into_object().downcast::<Node>().unwrap().check();
        }
        mutator.join().unwrap();
        assert_eq!(world.drops(1), 1, "the value is still there");
    });
}

/// The owner goes while somebody asks for it.
#[test]
fn x_referrers() {
    model("x_referrers", |world| {
        let (a, b) = (world.node(), world.node());
        a.link(&b);
        let mutator = spawn(move || drop(a));
        for reference in inspect::referrers(&b) {
            reference.into_object().downcast::<Node>().unwrap().check();
        }
        mutator.join().unwrap();
        assert_eq!(world.drops(0), 1, "the value is still there");
    });
}

/// All is frozen and thawed while the last handle of an object goes, and that of a cycle.
#[test]
fn x_freeze() {
    model("x_freeze", |world| {
        let (a, b) = (world.node(), world.node());
        b.link(&b);
        let mutator = spawn(move || drop((a, b)));
        inspect::freeze();
        inspect::unfreeze();
        mutator.join().unwrap();
        assert_eq!(world.drops(0), 1, "the value is still there");
    });
}

/// The same while a collection runs.
#[test]
fn x_freeze_collect() {
    model("x_freeze_collect", |world| {
        let a = world.node();
        a.link(&a);
        drop(a);
        let mutator = spawn(|| {
            inspect::freeze();
            inspect::unfreeze();
        });
        collect();
        mutator.join().unwrap();
    });
}

/// A candidate is frozen, and becomes a key: it is noted once.
#[test]
fn x_freeze_tie() {
    model("x_freeze_tie", |world| {
        let map = WeakKeyMap::<Node, Node>::new();
        let a = world.node();
        drop(a.clone());
        inspect::freeze();
        drop(map.insert(&a, world.value(None)));
        drop(a);
        drop(map);
        collect();
    });
}

/// The ties of a key are looked at while the map is cleared.
#[test]
fn x_ties() {
    model("x_ties", |world| {
        let map = WeakKeyMap::<Node, Node>::new();
        let a = world.node();
        drop(map.insert(&a, world.value(None)));
        let mutator = spawn(move || drop(map));
        for reference in inspect::referents(&a) {
            reference.into_object().downcast::<Node>().unwrap().check();
        }
        mutator.join().unwrap();
        assert_eq!(world.drops(1), 1, "the value is still there");
    });
}
