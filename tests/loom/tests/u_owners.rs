//! Weak-key maps in objects: values that lead to their map, and keys that live.
//!
//! Invariant: a value lives as long as both its map and its key can be reached; who has both gets it whole,
//! whatever a collection believes of one of them; what the map's owner takes with it goes once.
//!
//! Executions / seconds with one preemption: u_key_dies 21903 / 3.9, u_key_cut_off 11615 / 2.6, u_get 7638 / 2.1, u_insert
//! 104 / 0.0, u_clear 11067 / 2.4, u_remove 111923 / 22.8, u_two_maps 7597 / 1.9; with two u_get 198710 / 68, u_key_cut_off
//! 904728 / 369, u_clear 2523534 / 346, beside other work. The others were not run to their end with two.
#![cfg(loom)]

use refcycle::facts::{Facts, TypeFacts};
use refcycle::sync::weak::WeakKeyMap;
use refcycle::sync::{Gc, collect};
use refcycle::{Trace, Tracer};
use refcycle_loom::{Probe, World, model, model_within, spawn};

/// Owns a map.
struct Owner {
    probe: Probe,
    map: WeakKeyMap<u64, Back>,
}

/// A value that leads to the map's owner.
struct Back {
    probe: Probe,
    owner: Option<Gc<Owner>>,
}

enum Plain {}

impl TypeFacts for Plain {
    const L0: Facts = Facts { owns: true, mutates: true, drops: false };
    const L1: Facts = Self::L0;
    const L2: Facts = Self::L0;
}

// SAFETY: the map is the owner's alone and is traced once (1), always (2), without other code (3, 4).
unsafe impl Trace for Owner {
    type Facts = Plain;

    fn trace(&self, tracer: &mut Tracer) {
        self.probe.check();
        self.map.trace(tracer);
    }
}

// SAFETY: the handle is the value's alone and is reported once (1), always (2), without other code (3, 4).
unsafe impl Trace for Back {
    type Facts = Plain;

    fn trace(&self, tracer: &mut Tracer) {
        self.probe.check();
        self.owner.trace(tracer);
    }
}

// SAFETY: loom checks who looks at the probe when.
unsafe impl Send for Owner {}
// SAFETY: as above.
unsafe impl Sync for Owner {}
// SAFETY: as above.
unsafe impl Send for Back {}
// SAFETY: as above.
unsafe impl Sync for Back {}

/// An owner, number 0, with a key's value, number 1, that leads back to it.
fn owner(world: &World, key: &Gc<u64>) -> Gc<Owner> {
    let owner = Gc::new(Owner { probe: world.probe(), map: WeakKeyMap::new() });
    owner.map.insert(key, Back { probe: world.probe(), owner: Some(owner.clone()) });
    owner
}

/// Collects, and says that owner and value are gone, while the key is not.
fn all_gone(world: &World, key: &Gc<u64>) {
    collect();
    assert_eq!((world.drops(0), world.drops(1)), (1, 1), "a cycle through a map is not found");
    assert_eq!((Gc::strong_count(key), Gc::weak_count(key)), (1, 0));
}

/// Somebody gets a value by the last handle of the owner, which goes, and keeps the value.
#[test]
fn u_get() {
    model("u_get", |world| {
        let key = Gc::new(7);
        let owner = owner(world, &key);
        let other = (owner.clone(), key.clone());
        let mutator = spawn(move || {
            let (owner, key) = other;
            let value = owner.map.get(&key).expect("both ends are held");
            drop(owner);
            value.probe.check();
            value.owner.as_ref().expect("it leads there").probe.check();
        });
        drop(owner);
        collect();
        mutator.join().unwrap();
        all_gone(world, &key);
    });
}

/// The owner is garbage; the key, which is none, dies meanwhile.
#[test]
fn u_key_dies() {
    model_within(1, "u_key_dies", |world| {
        let key = Gc::new(7);
        drop(owner(world, &key));
        let mutator = spawn(move || drop(key));
        collect();
        mutator.join().unwrap();
        assert_eq!((world.drops(0), world.drops(1)), (1, 1));
    });
}

/// The key gives its own ties up for exclusive access, while the owner is collected.
#[test]
fn u_key_cut_off() {
    model_within(1, "u_key_cut_off", |world| {
        let mut key = Gc::new(7);
        drop(owner(world, &key));
        let mutator = spawn(move || {
            *Gc::make_mut(&mut key) += 1;
            assert_eq!(*key, 8);
        });
        collect();
        mutator.join().unwrap();
        assert_eq!((world.drops(0), world.drops(1)), (1, 1));
    });
}

/// A value is put there, and the handle of the owner goes, while a collection looks.
#[test]
fn u_insert() {
    model_within(1, "u_insert", |world| {
        let key = Gc::new(7);
        let owner = Gc::new(Owner { probe: world.probe(), map: WeakKeyMap::new() });
        let probe = world.probe();
        let other = (owner.clone(), key.clone());
        let mutator = spawn(move || {
            let (owner, key) = other;
            owner.map.insert(&key, Back { probe, owner: Some(owner.clone()) });
            owner.probe.check();
            assert!(owner.map.contains_key(&key));
        });
        drop(owner);
        collect();
        mutator.join().unwrap();
        all_gone(world, &key);
    });
}

/// Somebody changes the map by the last handle of its owner, while a collection looks.
fn change(world: &World, change: impl FnOnce(Gc<Owner>, Gc<u64>) + 'static) {
    let key = Gc::new(7);
    let owner = owner(world, &key);
    let other = (owner.clone(), key.clone());
    let mutator = spawn(move || {
        let (owner, key) = other;
        change(owner, key);
    });
    drop(owner);
    collect();
    mutator.join().unwrap();
    all_gone(world, &key);
}

#[test]
fn u_clear() {
    model_within(1, "u_clear", |world| {
        change(world, |owner, _| {
            owner.map.clear();
            owner.probe.check();
        });
    });
}

#[test]
fn u_remove() {
    model_within(1, "u_remove", |world| {
        change(world, |owner, key| {
            let value = owner.map.remove(&key).expect("it is there");
            // By the value one comes to the owner.
            drop(owner);
            value.probe.check();
            value.owner.as_ref().expect("it leads there").probe.check();
        });
    });
}

/// Two owners have a value for one key, and each value leads to the other owner; both are collected while the key is
/// asked for one of them.
#[test]
fn u_two_maps() {
    model_within(1, "u_two_maps", |world| {
        let key = Gc::new(7);
        let first = owner(world, &key);
        let second = Gc::new(Owner { probe: world.probe(), map: WeakKeyMap::new() });
        second.map.insert(&key, Back { probe: world.probe(), owner: Some(first.clone()) });
        let other = (first.clone(), key.clone());
        let mutator = spawn(move || {
            let (first, key) = other;
            first.map.get(&key).expect("both ends are held").probe.check();
        });
        drop((first, second));
        collect();
        mutator.join().unwrap();
        all_gone(world, &key);
        assert_eq!((world.drops(2), world.drops(3)), (1, 1));
    });
}
