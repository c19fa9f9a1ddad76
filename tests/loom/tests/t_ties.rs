//! Ties: the values of weak-key maps.
//!
//! Invariant: what is got out of a tie lives; a tie goes with its key, and not before; a cycle through ties is
//! found as any other is.
//!
//! Executions / seconds with two preemptions, some of them beside other work: t_first 1344 / 0.3,
//! t_first_collect 9743 / 1.6, t_get 49043 / 7.4, t_weak 67860 / 10.0, t_iter 89030 / 12.1, t_clear 56732 / 6.7,
//! t_clear_death 68 / 0.0, t_remove 273 / 0.0, t_clear_live 33135 / 4.0, t_two 15993 / 8.0, t_insert_clear 67 /
//! 0.0, t_unwrap 572 / 0.1, t_node 39500 / 6.0, t_node_first 7723 / 1.3, t_make_mut 142534 / 17.4, t_two_keys
//! 130305 / 45; t_weak_drops, with one preemption, 3162 / 3.0 (with two, 996569 / 605, but that its key went
//! before its value). With every record a suspect 1344 / 0.5, 11009 / 5.3, 62999 / 30, 70678 / 50, 90672 / 45,
//! 33534 / 12, 68 / 0.1, 273 / 0.1, 13688 / 4.7, 15993 / 7.2, 67 / 0.1, 572 / 0.3, 38231 / 32, 8610 / 5.8, 77391 /
//! 56, 126943 / 126; 3074 / 1.5.
#![cfg(loom)]

use refcycle::facts::{Facts, TypeFacts};
use refcycle::sync::weak::WeakKeyMap;
use refcycle::sync::{Gc, Weak, collect};
use refcycle::{Trace, Tracer};
use refcycle_loom::{Node, Probe, World, model, model_within, spawn};
use std::sync::Arc;

/// A value that leads to a key. DROPS: as for [`Node`].
struct Note<K: Send + Sync + 'static, const DROPS: bool = false> {
    probe: Probe,
    key: Option<Gc<K>>,
}

enum NoteFacts<const DROPS: bool> {}

impl<const DROPS: bool> TypeFacts for NoteFacts<DROPS> {
    const L0: Facts = Facts { owns: true, mutates: true, drops: DROPS };
    const L1: Facts = Self::L0;
    const L2: Facts = Self::L0;
}

// SAFETY: the handle belongs to the note alone and is reported once (1), always (2), without other code (3);
// the value's own `Drop` looks at none (4).
unsafe impl<K: Send + Sync, const DROPS: bool> Trace for Note<K, DROPS> {
    type Facts = NoteFacts<DROPS>;

    fn trace(&self, tracer: &mut Tracer) {
        self.probe.check();
        self.key.trace(tracer);
    }
}

// SAFETY: loom checks who looks at the probe when.
unsafe impl<K: Send + Sync, const DROPS: bool> Send for Note<K, DROPS> {}
// SAFETY: as above.
unsafe impl<K: Send + Sync, const DROPS: bool> Sync for Note<K, DROPS> {}

/// A key whose type owns nothing and needs no drop.
type Leaf = u64;
type Notes<K, const DROPS: bool = false> = Arc<WeakKeyMap<K, Note<K, DROPS>>>;

fn notes<K: Send + Sync, const DROPS: bool>() -> Notes<K, DROPS> {
    Arc::new(WeakKeyMap::new())
}

impl<K: Send + Sync, const DROPS: bool> Note<K, DROPS> {
    fn new(world: &World, key: Option<&Gc<K>>) -> Note<K, DROPS> {
        Note { probe: world.probe(), key: key.cloned() }
    }
}

/// Looks at a value, and at where it leads.
fn look<K: Send + Sync, const DROPS: bool>(note: &Gc<Note<K, DROPS>>) {
    note.probe.check();
    if let Some(key) = &note.key {
        // Says that the block is there.
        assert!(Gc::strong_count(key) > 0);
    }
}

/// A leaf and a value that leads to it, which nothing else leads to; the leaf is a candidate.
fn cycle<const DROPS: bool>(world: &World, map: &Notes<Leaf, DROPS>) -> Weak<Leaf> {
    let key = Gc::new(7);
    map.insert(&key, Note::new(world, Some(&key)));
    Gc::downgrade(&key)
}

/// The first tie of a leaf that leads back, while another handle of the leaf goes.
#[test]
fn t_first() {
    model("t_first", |world| {
        let map = notes();
        let key = Gc::new(7);
        let other = key.clone();
        let mutator = spawn(move || drop(other));
        map.insert(&key, Note::<Leaf>::new(world, Some(&key)));
        drop(key);
        mutator.join().unwrap();
        collect();
        assert_eq!(world.drops(0), 1, "a cycle through a tie is not found");
    });
}

/// The same, and a collection follows at once. If the other handle's drop has seen no tie, and lasts until
/// after that, the cycle may stay undiscovered: until a handle of it goes again.
#[test]
fn t_first_collect() {
    model("t_first_collect", |world| {
        let map = notes();
        let key = Gc::new(7);
        let weak = Gc::downgrade(&key);
        let other = key.clone();
        let mutator = spawn(move || drop(other));
        map.insert(&key, Note::<Leaf>::new(world, Some(&key)));
        drop(key);
        collect();
        mutator.join().unwrap();
        drop(weak.upgrade());
        collect();
        assert_eq!(world.drops(0), 1, "a cycle through a tie is not found");
    });
}

/// A leaf's value is got by the last handle from outside, which goes, while a collection looks at both.
#[test]
fn t_get() {
    model("t_get", |world| {
        let map = notes::<Leaf, false>();
        let key = Gc::new(7);
        map.insert(&key, Note::new(world, Some(&key)));
        let its = map.clone();
        let mutator = spawn(move || {
            let value = its.get(&key);
            drop(key);
            look(&value.unwrap());
        });
        collect();
        mutator.join().unwrap();
        collect();
        assert_eq!(world.drops(0), 1, "a cycle through a tie is not found");
    });
}

/// The value is got by a weak handle of a leaf that seems to be garbage.
#[test]
fn t_weak() {
    model("t_weak", |world| {
        let map = notes::<Leaf, false>();
        let weak = cycle(world, &map);
        let its = map.clone();
        let mutator = spawn(move || {
            let Some(key) = weak.upgrade() else { return };
            let value = its.get(&key).expect("a living key has lost its value");
            drop(key);
            look(&value);
        });
        collect();
        mutator.join().unwrap();
        collect();
        assert_eq!(world.drops(0), 1, "a cycle through a tie is not found");
    });
}

/// The same where values may be seen dead, and die before their keys.
#[test]
fn t_weak_drops() {
    model_within(1, "t_weak_drops", |world| {
        let map = notes::<Leaf, true>();
        let weak = cycle(world, &map);
        let its = map.clone();
        let mutator = spawn(move || {
            let key = weak.upgrade()?;
            // The value may be dead already, as the first of the two.
            let value = its.get(&key)?;
            value.probe.check();
            Some((key, value))
        });
        collect();
        drop(mutator.join().unwrap());
        collect();
        assert_eq!(world.drops(0), 1, "a cycle through a tie is not found");
    });
}

/// All that an iteration meets is there.
#[test]
fn t_iter() {
    model("t_iter", |world| {
        let map = notes::<Leaf, false>();
        let _weak = cycle(world, &map);
        let its = map.clone();
        let mutator = spawn(move || {
            for (key, value) in its.iter() {
                drop(key);
                look(&value);
            }
        });
        collect();
        mutator.join().unwrap();
    });
}

/// The map is cleared while its entry is found to be garbage.
#[test]
fn t_clear() {
    model("t_clear", |world| {
        let map = notes::<Leaf, false>();
        let weak = cycle(world, &map);
        let mutator = spawn(move || map.clear());
        collect();
        mutator.join().unwrap();
        assert_eq!(world.drops(0), 1, "the map's value is still there");
        drop(weak);
    });
}

/// The map goes while the last handle of the key does, by counting.
#[test]
fn t_clear_death() {
    model("t_clear_death", |world| {
        let map = notes::<Leaf, false>();
        let key = Gc::new(7);
        map.insert(&key, Note::new(world, None));
        let mutator = spawn(move || drop(map));
        drop(key);
        mutator.join().unwrap();
        assert_eq!(world.drops(0), 1, "nothing leads to the value");
    });
}

/// A value is got by one thread while another removes it.
#[test]
fn t_remove() {
    model("t_remove", |world| {
        let map = notes::<Leaf, false>();
        let key = Gc::new(7);
        map.insert(&key, Note::new(world, None));
        let (its, its_key) = (map.clone(), key.clone());
        let mutator = spawn(move || {
            if let Some(value) = its.get(&its_key) {
                look(&value);
            }
        });
        let value = map.remove(&key).unwrap();
        look(&value);
        drop(value);
        mutator.join().unwrap();
        assert_eq!(world.drops(0), 1, "nothing leads to the value");
        assert!(map.is_empty());
    });
}

/// The same by clearing, while a collection finds that the key is alive.
#[test]
fn t_clear_live() {
    model("t_clear_live", |world| {
        let map = notes::<Leaf, false>();
        let key = Gc::new(7);
        map.insert(&key, Note::new(world, Some(&key)));
        let mutator = spawn(move || map.clear());
        collect();
        mutator.join().unwrap();
        assert_eq!(world.drops(0), 1, "nothing leads to the value");
        drop(key);
    });
}

/// Two give the same key a value: there is one entry, and one value is left.
#[test]
fn t_two() {
    model("t_two", |world| {
        let map = notes::<Leaf, false>();
        let key = Gc::new(7);
        // Who makes the side cell is another model's affair.
        let _weak = Gc::downgrade(&key);
        let (its, its_key) = (map.clone(), key.clone());
        let note = Note::new(world, None);
        let mutator = spawn(move || {
            if let Some(old) = its.insert(&its_key, note) {
                look(&old);
            }
        });
        drop(map.insert(&key, Note::new(world, None)));
        mutator.join().unwrap();
        assert_eq!((map.len(), world.drops(0) + world.drops(1)), (1, 1));
        drop(key);
        assert_eq!((map.len(), world.drops(0) + world.drops(1)), (0, 2));
    });
}

/// The map is cleared while an entry is made: nothing of that entry stays behind.
#[test]
fn t_insert_clear() {
    model("t_insert_clear", |world| {
        let map = notes::<Leaf, false>();
        let key = Gc::new(7);
        let its = map.clone();
        let mutator = spawn(move || its.clear());
        drop(map.insert(&key, Note::new(world, None)));
        mutator.join().unwrap();
        let there = map.len();
        assert_eq!((Gc::weak_count(&key), world.drops(0)), (there, 1 - there));
        assert_eq!(map.contains_key(&key), there == 1);
        drop(key);
        assert!(map.is_empty());
    });
}

/// The key's value is taken out, which cuts it off, while the key is upgraded: an upgraded key has its value.
#[test]
fn t_unwrap() {
    model("t_unwrap", |world| {
        let map = notes::<Leaf, false>();
        let key = Gc::new(7);
        let weak = Gc::downgrade(&key);
        map.insert(&key, Note::new(world, None));
        let its = map.clone();
        let mutator = spawn(move || {
            if let Some(key) = weak.upgrade() {
                look(&its.get(&key).expect("a living key has lost its value"));
            }
        });
        drop(Gc::try_unwrap(key));
        mutator.join().unwrap();
        assert_eq!((map.len(), world.drops(0)), (0, 1));
    });
}

/// The key is a node that leads to itself, and so does its value; it is upgraded while it is found to be
/// garbage.
#[test]
fn t_node() {
    model("t_node", |world| {
        let map = Arc::new(WeakKeyMap::<Node, Node>::new());
        let key = world.node();
        map.insert(&key, world.value(Some(key.clone())));
        let weak = Gc::downgrade(&key);
        drop(key);
        let its = map.clone();
        let mutator = spawn(move || {
            let Some(key) = weak.upgrade() else { return };
            let value = its.get(&key).expect("a living key has lost its value");
            drop(key);
            value.check();
            value.fixed.as_ref().unwrap().check();
        });
        collect();
        mutator.join().unwrap();
        collect();
        assert_eq!((world.drops(0), world.drops(1)), (1, 1), "a cycle is not found");
    });
}

/// A node's first tie, which leads back, while another handle of the node goes and a collection runs.
#[test]
fn t_node_first() {
    model("t_node_first", |world| {
        let map = Arc::new(WeakKeyMap::<Node, Node>::new());
        let key = world.node();
        let other = key.clone();
        let mutator = spawn(move || {
            other.check();
            drop(other);
        });
        map.insert(&key, world.value(Some(key.clone())));
        drop(key);
        collect();
        mutator.join().unwrap();
        collect();
        assert_eq!((world.drops(0), world.drops(1)), (1, 1), "a cycle is not found");
    });
}

/// A key that is lent mutably by its only handle, and loses its value with that, while a collection looks at
/// it.
#[test]
fn t_make_mut() {
    model("t_make_mut", |world| {
        let map = Arc::new(WeakKeyMap::<Leaf, Node>::new());
        let mut key = Gc::new(7);
        drop(map.insert(&key, world.value(None)));
        let mutator = spawn(move || {
            *Gc::make_mut(&mut key) += 1;
            assert_eq!(*key, 8);
        });
        collect();
        mutator.join().unwrap();
        assert_eq!((map.len(), world.drops(0)), (0, 1), "the key has lost its value");
    });
}

/// Two keys, whose values lead to the other key; one is upgraded, and the other reached from there.
#[test]
fn t_two_keys() {
    model("t_two_keys", |world| {
        let map = notes::<Leaf, false>();
        let (a, b) = (Gc::new(1), Gc::new(2));
        map.insert(&a, Note::new(world, Some(&b)));
        map.insert(&b, Note::new(world, Some(&a)));
        let weak = Gc::downgrade(&a);
        drop((a, b));
        let its = map.clone();
        let mutator = spawn(move || {
            let Some(a) = weak.upgrade() else { return };
            let first = its.get(&a).expect("a living key has lost its value");
            drop(a);
            look(&first);
        });
        collect();
        mutator.join().unwrap();
        collect();
        assert_eq!((world.drops(0), world.drops(1)), (1, 1), "a cycle is not found");
    });
}
