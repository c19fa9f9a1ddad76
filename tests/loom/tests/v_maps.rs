//! Maps and sets that hold their objects weakly.
//!
//! Invariant: what is equal is there once; an entry goes with its object, and no other one in its place;
//! nothing that is given is dead.
//!
//! Executions / seconds with two preemptions: v_two 748 / 0.1, v_death 767 / 0.2, v_collected 7881 / 1.6, v_insert
//! 4033 / 1.3, v_clear 56 / 0.0, v_set 30329 / 5.4, v_set_death 964 / 0.2, v_set_clear 88 / 0.0; with every record
//! a suspect the same, but v_collected 7695 / 3.4.
#![cfg(loom)]

use refcycle::sync::Gc;
use refcycle::sync::weak::{WeakSet, WeakValueMap};
use refcycle_loom::{Node, World, model, spawn, spawn_collector};
use std::sync::Arc;

type Map = Arc<WeakValueMap<u8, Node>>;

/// The node that the map has for 1.
fn node(map: &Map, world: &World) -> Gc<Node> {
    map.get_or_insert_with(1, || world.node())
}

/// Two want the same value, which is not there yet: they get the same.
#[test]
fn v_two() {
    model("v_two", |world| {
        let map = Map::default();
        let (its, its_world) = (map.clone(), world.clone());
        let mutator = spawn(move || node(&its, &its_world));
        let mine = node(&map, world);
        let other = mutator.join().unwrap();
        assert!(Gc::ptr_eq(&mine, &other), "the same key has two values");
        mine.check();
        drop((mine, other));
        assert!(map.is_empty());
    });
}

/// The value is wanted while it dies by counting.
#[test]
fn v_death() {
    model("v_death", |world| {
        let map = Map::default();
        let old = node(&map, world);
        let mutator = spawn(move || drop(old));
        let mine = node(&map, world);
        mine.check();
        mutator.join().unwrap();
        let again = map.get(&1).expect("the entry has gone with another object");
        assert!(Gc::ptr_eq(&mine, &again));
        assert_eq!(map.len(), 1);
        drop((mine, again));
        assert!(map.is_empty());
    });
}

/// The same, by a collection.
#[test]
fn v_collected() {
    model("v_collected", |world| {
        let map = Map::default();
        let old = node(&map, world);
        old.link(&old);
        drop(old);
        let mutator = spawn_collector();
        let mine = node(&map, world);
        mine.check();
        mutator.join().unwrap();
        let again = map.get(&1).expect("the entry has gone with another object");
        assert!(Gc::ptr_eq(&mine, &again));
        mine.cell.lock()[0].take();
    });
}

/// One puts an object there while another one looks twice.
#[test]
fn v_insert() {
    model("v_insert", |world| {
        let map = Map::default();
        let (a, b) = (world.node(), world.node());
        let (its, its_a) = (map.clone(), a.clone());
        let mutator = spawn(move || drop(its.insert(1, &its_a)));
        drop(map.insert(1, &b));
        assert!(map.get(&1).is_some(), "what was just put there is gone");
        mutator.join().unwrap();
        assert_eq!(map.len(), 1, "the same key is there twice");
        drop((a, b));
        assert!(map.is_empty());
    });
}

/// Everything is taken out while an object is put in, and dies.
#[test]
fn v_clear() {
    model("v_clear", |world| {
        let map = Map::default();
        let its = map.clone();
        let a = world.node();
        let mutator = spawn(move || {
            its.insert(1, &a);
            drop(a);
        });
        map.clear();
        mutator.join().unwrap();
        assert!(map.is_empty() && map.get(&1).is_none());
    });
}

/// Two put the same object into a set: for one of them it is new.
#[test]
fn v_set() {
    model("v_set", |world| {
        let set = Arc::new(WeakSet::new());
        let a = world.node();
        let (its, its_a) = (set.clone(), a.clone());
        let mutator = spawn(move || its.insert(&its_a));
        let mine = set.insert(&a);
        let other = mutator.join().unwrap();
        assert!(mine != other, "it is new for both, or for none");
        assert!(set.contains(&a) && set.len() == 1);
        drop(a);
        assert!(set.is_empty());
    });
}

/// One object of a set dies while another comes, in its place perhaps.
#[test]
fn v_set_death() {
    model("v_set_death", |world| {
        let set = Arc::new(WeakSet::new());
        let (a, b) = (world.node(), world.node());
        set.insert(&a);
        let mutator = spawn(move || drop(a));
        assert!(set.insert(&b));
        for object in &*set {
            object.check();
        }
        mutator.join().unwrap();
        assert!(set.contains(&b) && set.len() == 1);
    });
}

/// The same, and the set is cleared before: the entry that comes has the place of the one that went.
#[test]
fn v_set_clear() {
    model("v_set_clear", |world| {
        let set = Arc::new(WeakSet::new());
        let (a, b) = (world.node(), world.node());
        set.insert(&a);
        let mutator = spawn(move || drop(a));
        set.clear();
        assert!(set.insert(&b));
        mutator.join().unwrap();
        assert!(set.contains(&b) && set.len() == 1, "the entry has gone with another object");
    });
}
