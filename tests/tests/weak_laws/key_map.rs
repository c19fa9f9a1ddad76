//! Weak keys: law M, and values that refer to their keys.

use super::flavor::{collected, full, law};
use super::nodes::{Doomed, Edge, Fin, Plain};
use super::{Gc, WeakKeyMap};
use crate::support::{Probe, alive, lock, log, take_log};
use refcycle::Trace;
use std::sync::{Arc, Mutex};

/// A value with edges. It logs "drop NAME".
#[derive(Trace)]
struct Value {
    #[trace(skip)]
    probe: Probe,
    edges: Mutex<Vec<Edge>>,
}

impl Value {
    fn new(name: &'static str) -> Value {
        Value { probe: Probe::new(name), edges: Mutex::default() }
    }

    fn to(name: &'static str, edge: impl Into<Edge>) -> Value {
        Value { probe: Probe::new(name), edges: Mutex::new(vec![edge.into()]) }
    }
}

#[test]
fn m1_entries_are_there_as_long_as_their_keys() {
    law(|| {
        let map = WeakKeyMap::new();
        let mut keys: Vec<_> = (0..10).map(|_| Plain::new("")).collect();
        for (i, key) in keys.iter().enumerate() {
            assert!(!map.contains_key(key) && map.get(key).is_none() && map.remove(key).is_none());
            assert!(map.insert(key, i).is_none());
            assert_eq!(Gc::weak_count(key), 1);
        }
        assert_eq!(map.len(), 10);
        for (i, key) in keys.iter().enumerate() {
            assert_eq!(*map.get(key).unwrap(), i);
        }
        drop(keys.pop());
        assert_eq!(map.len(), 9);
        assert_eq!(
            map.iter().map(|(_, value)| *value).collect::<Vec<_>>(),
            [0, 1, 2, 3, 4, 5, 6, 7, 8]
        );
        assert_eq!(map.insert(&keys[0], 100).as_deref(), Some(&0));
        assert_eq!(map.remove(&keys[0]).as_deref(), Some(&100));
        assert_eq!((map.len(), Gc::weak_count(&keys[0])), (8, 0));
        map.retain(|_, value| **value % 2 == 0);
        assert_eq!(map.len(), 4);
        drop(keys);
        assert!(map.is_empty() && map.iter().next().is_none());
    });
}

#[test]
fn m2_an_open_iterator_holds_one_entry_at_most() {
    law(|| {
        let map = WeakKeyMap::new();
        for i in 0..20 {
            map.insert(&Plain::looped(""), i);
        }
        let mut iter = map.iter();
        let held = iter.next();
        assert_eq!((collected(), map.len()), (19, 1));
        drop(held);
        assert!(iter.next().is_none());
        full();
        assert_eq!(map.len(), 0);
    });
}

#[test]
fn m8_an_entry_whose_key_refers_to_its_value_goes_at_once() {
    law(|| {
        let map = WeakKeyMap::new();
        let (key, value) = (Plain::new("key"), Plain::new("value"));
        key.link(value.clone());
        map.insert(&key, value.clone());
        drop((key, value));
        assert!(map.is_empty());
        assert_eq!(take_log(), ["drop key", "drop value"]);
    });
}

#[test]
fn a_value_goes_right_after_its_key() {
    for cyclic in [false, true] {
        law(move || {
            let map = WeakKeyMap::new();
            let key = if cyclic { Plain::looped("key") } else { Plain::new("key") };
            map.insert(&key, Value::new("value"));
            let watch = Gc::watch(&key, || log("watch"));
            drop(key);
            full();
            assert_eq!(take_log(), ["drop key", "drop value", "watch"]);
            assert!(map.is_empty());
            drop(watch);
        });
    }
}

#[test]
fn a_value_that_refers_to_its_key_does_not_keep_it() {
    law(|| {
        let map = WeakKeyMap::new();
        for _ in 0..3 {
            let key = Plain::new("key");
            map.insert(&key, Value::to("value", key.clone()));
            assert_eq!(collected(), 0);
            map.get(&key).unwrap().probe.check();
            assert_eq!(map.len(), 1);
            drop(key);
            assert_eq!((collected(), map.len()), (2, 0));
            take_log();
        }
    });
}

#[test]
fn neither_does_one_that_refers_to_it_through_a_chain() {
    law(|| {
        let map = WeakKeyMap::new();
        let chain: Vec<_> = (0..10).map(|_| Plain::new("")).collect();
        for pair in chain.windows(2) {
            pair[0].link(pair[1].clone());
        }
        map.insert(&chain[9], Value::to("", chain[0].clone()));
        // Held at one place of the chain, all of it is.
        let held = chain[5].clone();
        drop(chain);
        assert_eq!((collected(), map.len()), (0, 1));
        drop(held);
        assert_eq!((collected(), map.len()), (11, 0));
    });
}

#[test]
fn neither_through_several_maps() {
    law(|| {
        let maps = [WeakKeyMap::new(), WeakKeyMap::new(), WeakKeyMap::new()];
        let keys: Vec<_> = (0..7).map(|_| Plain::new("")).collect();
        for i in 0..7 {
            maps[i % 3].insert(&keys[i], Value::to("", keys[(i + 1) % 7].clone()));
            // A second value for the same key, from another map.
            maps[(i + 1) % 3].insert(&keys[i], Value::to("", keys[(i + 3) % 7].clone()));
        }
        let held = keys[3].clone();
        drop(keys);
        assert_eq!(collected(), 0);
        assert_eq!(maps.iter().map(WeakKeyMap::len).sum::<usize>(), 14);
        drop(held);
        assert_eq!(collected(), 7 + 14);
        assert!(maps.iter().all(WeakKeyMap::is_empty));
    });
}

/// Keys that could be part of no cycle, were there no maps: such that need a drop, and such that do not.
#[test]
fn keys_that_own_nothing() {
    #[derive(Trace)]
    struct Back<K: 'static>(Gc<K>, #[trace(skip)] Probe);

    fn check<K: Trace + Clone + Send + Sync + 'static>(value: &K) {
        let map = WeakKeyMap::new();
        let new = || Gc::new(value.clone());
        let add = |key: &Gc<K>| map.insert(key, Back(key.clone(), Probe::new("")));
        // No collection in between.
        let key = new();
        add(&key);
        drop(key);
        assert_eq!((collected(), map.len()), (2, 0));
        // Some collections in between.
        let key = new();
        add(&key);
        for _ in 0..3 {
            assert_eq!(collected(), 0);
            map.get(&key).unwrap().1.check();
        }
        drop(key);
        assert_eq!((collected(), map.len()), (2, 0));
        // An entry that comes late, and one that goes and comes back.
        let key = new();
        full();
        add(&key);
        full();
        map.remove(&key);
        full();
        add(&key);
        full();
        drop(key);
        assert_eq!((collected(), map.len()), (2, 0));
        // No entry is left, with and without a collection before the end.
        for collects in [false, true] {
            let mut key = new();
            add(&key);
            drop(key.clone());
            map.clear();
            if collects {
                full();
            }
            assert!(Gc::get_mut(&mut key).is_some());
            drop(key.clone());
            drop(key);
            let key = new();
            add(&key);
            drop(map.remove(&key));
            drop(key);
        }
        assert_eq!(collected(), 0);
    }
    law(|| {
        check(&7_u64);
        check(&());
        check(&String::from("key"));
        assert_eq!(alive(), 0);
    });
}

#[test]
fn immutable_objects_on_the_way() {
    #[derive(Trace)]
    struct Frozen(Gc<u64>);
    law(|| {
        let map = WeakKeyMap::new();
        let key = Gc::new(7);
        let frozen = Gc::new(Frozen(key.clone()));
        drop(frozen.clone());
        // They lead to nothing that could be part of a cycle, so far.
        full();
        map.insert(&key, frozen.clone());
        drop(key);
        assert_eq!(collected(), 0);
        drop(frozen);
        assert_eq!((collected(), map.len()), (3, 0));
    });
}

#[test]
fn a_map_that_goes_first_drops_its_values() {
    law(|| {
        let key = Plain::new("key");
        let map = WeakKeyMap::new();
        map.insert(&key, Value::new("value"));
        let kept = WeakKeyMap::new();
        kept.insert(&key, 7);
        drop(map);
        assert_eq!(take_log(), ["drop value"]);
        assert_eq!((Gc::weak_count(&key), *kept.get(&key).unwrap()), (1, 7));
    });
}

/// Owns a map.
#[derive(Trace)]
struct Owner {
    #[trace(skip)]
    probe: Probe,
    map: WeakKeyMap<Plain, ToOwner>,
    edges: Mutex<Vec<Gc<Plain>>>,
}

#[derive(Trace)]
struct ToOwner(Option<Gc<Owner>>, Option<Edge>, #[trace(skip)] Probe);

impl Owner {
    fn new() -> Gc<Owner> {
        Gc::new(Owner {
            probe: Probe::new("owner"),
            map: WeakKeyMap::new(),
            edges: Mutex::default(),
        })
    }
}

#[test]
fn garbage_that_owns_a_map_with_its_keys_and_values() {
    law(|| {
        let owner = Owner::new();
        for _ in 0..3 {
            let key = Plain::new("");
            owner.map.insert(
                &key,
                ToOwner(Some(owner.clone()), Some(key.clone().into()), Probe::new("")),
            );
            lock(&owner.edges).push(key);
        }
        owner.probe.check();
        drop(owner);
        assert_eq!(collected(), 7);
        assert_eq!(take_log(), ["drop owner"]);
    });
}

#[test]
fn garbage_that_owns_a_map_whose_keys_live() {
    law(|| {
        let key = Plain::new("");
        let owner = Owner::new();
        lock(&owner.edges).push(key.clone());
        // A loop through something else.
        let looped = Plain::new("");
        looped.link(looped.clone());
        owner.map.insert(&key, ToOwner(None, Some(looped.into()), Probe::new("value")));
        drop(owner);
        assert_eq!(take_log(), ["drop owner", "drop value"]);
        assert_eq!(Gc::weak_count(&key), 0);
        assert_eq!(collected(), 1);
    });
}

#[test]
fn a_value_that_refers_to_its_map_does_not_keep_it() {
    law(|| {
        let keys = [Plain::new(""), Plain::new(""), Plain::new("")];
        let owner = Owner::new();
        for key in &keys {
            let value = ToOwner(Some(owner.clone()), Some(key.clone().into()), Probe::new("value"));
            owner.map.insert(key, value);
        }
        full();
        assert_eq!(owner.map.len(), 3);
        owner.map.get(&keys[1]).unwrap().2.check();
        drop(owner);
        assert_eq!(collected(), 4);
        let mut dropped = take_log();
        dropped.sort();
        assert_eq!(dropped, ["drop owner", "drop value", "drop value", "drop value"]);
        for key in &keys {
            assert_eq!(key.name(), "");
            assert_eq!((Gc::strong_count(key), Gc::weak_count(key)), (1, 0));
        }
    });
}

#[test]
fn neither_do_two_that_refer_to_each_others_maps() {
    law(|| {
        let keys = [Plain::new(""), Plain::new("")];
        let owners = [Owner::new(), Owner::new()];
        for (i, key) in keys.iter().enumerate() {
            let other = owners[1 - i].clone();
            owners[i].map.insert(key, ToOwner(Some(other), None, Probe::new("value")));
        }
        let [first, second] = owners;
        drop(first);
        full();
        assert_eq!((take_log().len(), second.map.len()), (0, 1));
        let through = second.map.get(&keys[1]).unwrap().0.clone().unwrap();
        assert!(through.map.contains_key(&keys[0]));
        drop((through, second));
        assert_eq!(collected(), 4);
    });
}

/// Half of what keeps a value is gone, but somebody has a handle of it.
#[test]
fn a_value_that_is_held_keeps_what_it_refers_to() {
    law(|| {
        let key = Plain::new("");
        let owner = Owner::new();
        owner.map.insert(&key, ToOwner(Some(owner.clone()), None, Probe::new("value")));
        let value = owner.map.get(&key).unwrap();
        drop(owner);
        full();
        assert!(
            value.0.as_ref().unwrap().map.get(&key).is_some_and(|same| Gc::ptr_eq(&same, &value))
        );
        // The key's part is not needed for that.
        drop(key);
        full();
        value.2.check();
        assert!(value.0.as_ref().unwrap().map.is_empty());
        drop(value);
        full();
        assert_eq!(take_log(), ["drop owner", "drop value"]);
    });
}

#[test]
fn a_key_that_only_the_owner_of_its_map_has() {
    law(|| {
        let owner = Owner::new();
        let key = Plain::new("key");
        lock(&owner.edges).push(key.clone());
        owner.map.insert(
            &key,
            ToOwner(Some(owner.clone()), Some(key.clone().into()), Probe::new("value")),
        );
        drop(key);
        full();
        assert_eq!((take_log().len(), owner.map.len()), (0, 1));
        drop(owner);
        assert_eq!(collected(), 3);
    });
}

/// A drop that finds its own map, and a key that lives.
#[test]
fn a_value_that_dies_with_its_map_is_not_given_by_it() {
    #[derive(Trace)]
    struct Asks {
        map: WeakKeyMap<Plain, ToAsker>,
        key: Gc<Plain>,
    }
    #[derive(Trace)]
    struct ToAsker(
        Gc<Asks>,
        #[expect(dead_code, reason = "logs its drop")]
        #[trace(skip)]
        Probe,
    );
    impl Drop for ToAsker {
        fn drop(&mut self) {
            assert!(Gc::try_deref(&self.0).is_none_or(|asks| asks.map.get(&asks.key).is_none()));
        }
    }
    impl Drop for Asks {
        fn drop(&mut self) {
            let seen = (self.map.get(&self.key).is_some(), self.map.iter().count());
            assert_eq!(seen, (false, 0));
            self.map.clear();
            log("asked");
        }
    }
    law(|| {
        let key = Plain::new("");
        let asks = Gc::new(Asks { map: WeakKeyMap::new(), key: key.clone() });
        asks.map.insert(&key, ToAsker(asks.clone(), Probe::new("value")));
        drop(asks);
        full();
        assert_eq!(take_log(), ["asked", "drop value"]);
        assert_eq!((Gc::strong_count(&key), Gc::weak_count(&key)), (1, 0));
    });
}

/// A drop saves the map, but not the values, which are dropped with it.
#[test]
fn a_map_that_a_drop_saves_gives_no_dead_value() {
    type Map = WeakKeyMap<Plain, ToGhost>;
    #[derive(Trace)]
    struct Ghost(Mutex<Option<Map>>);
    #[derive(Trace)]
    struct ToGhost(Gc<Ghost>);
    thread_local!(static SAVED: std::cell::RefCell<Option<Map>> = const { std::cell::RefCell::new(None) });
    impl Drop for Ghost {
        fn drop(&mut self) {
            SAVED.set(lock(&self.0).take());
        }
    }
    impl Drop for ToGhost {
        fn drop(&mut self) {
            log(if Gc::is_dead(&self.0) { "value, with its map" } else { "value" });
        }
    }
    law(|| {
        let key = Plain::new("");
        let ghost = Gc::new(Ghost(Mutex::new(Some(WeakKeyMap::new()))));
        lock(&ghost.0).as_ref().unwrap().insert(&key, ToGhost(ghost.clone()));
        drop(ghost);
        full();
        assert_eq!(take_log(), ["value, with its map"]);
        let map = SAVED.take().unwrap();
        assert!(map.get(&key).is_none() && map.iter().next().is_none());
        assert!(map.remove(&key).is_none());
        assert!(map.is_empty());
    });
}

/// Who saves the owner of a map saves its values.
#[test]
fn a_map_that_a_finalizer_saves_has_its_values_still() {
    #[derive(Trace)]
    #[trace(finalize)]
    struct Saves {
        map: WeakKeyMap<u64, Value>,
        me: Mutex<Option<Gc<Saves>>>,
    }
    impl refcycle::Finalize for Saves {
        fn finalize(&self) {
            log("saved");
            let me = lock(&self.me).clone();
            SAVES.with(|saves| *saves.borrow_mut() = me);
        }
    }
    thread_local! {
        static SAVES: std::cell::RefCell<Option<Gc<Saves>>> = const { std::cell::RefCell::new(None) };
    }
    law(|| {
        let key = Gc::new(7_u64);
        let saves = Gc::new(Saves { map: WeakKeyMap::new(), me: Mutex::default() });
        *lock(&saves.me) = Some(saves.clone());
        saves.map.insert(&key, Value::new("value"));
        drop(saves);
        assert_eq!((collected(), take_log()), (0, vec!["saved".to_owned()]));
        let saves = SAVES.with(|saves| saves.borrow_mut().take()).unwrap();
        saves.map.get(&key).unwrap().probe.check();
        drop(saves);
        assert_eq!(collected(), 2);
        assert_eq!(take_log(), ["drop value"]);
    });
}

#[test]
fn values_whose_drop_uses_the_map() {
    #[derive(Trace)]
    struct Acts(bool);
    thread_local! {
        static MAP: WeakKeyMap<Plain, Acts> = WeakKeyMap::new();
    }
    impl Drop for Acts {
        fn drop(&mut self) {
            if self.0 {
                MAP.with(|map| {
                    let _ = (map.is_empty(), map.len(), map.iter().count());
                    map.retain(|_, _| true);
                    let key = Plain::new("");
                    map.insert(&key, Acts(false));
                    assert!(map.remove(&key).is_some());
                    map.insert(&key, Acts(false));
                    log("used");
                });
            }
        }
    }
    law(|| {
        MAP.with(|map| {
            for how in 0..7 {
                let key = Plain::new("");
                map.insert(&key, Acts(true));
                match how {
                    0 => drop(map.remove(&key)),
                    1 => drop(map.insert(&key, Acts(false))),
                    2 => map.clear(),
                    3 => map.retain(|_, _| false),
                    4 => {
                        key.link(key.clone());
                        drop(key);
                        full();
                    }
                    5 => drop(Gc::try_unwrap(key)),
                    _ => drop(key),
                }
                assert_eq!(take_log(), ["used"], "{how}");
                // The one that replaced it is there until its key goes.
                assert_eq!(map.len(), usize::from(how == 1));
            }
        });
    });
}

#[test]
fn a_finalizer_that_saves_a_key_saves_its_entry() {
    law(|| {
        let saved: Arc<Mutex<Option<Edge>>> = Arc::default();
        let map = WeakKeyMap::new();
        let key = Fin::with("key", {
            let saved = saved.clone();
            move |me| *lock(&saved) = Some(me.edge(0))
        });
        key.link(key.clone());
        map.insert(&key, Value::to("value", key.clone()));
        drop(key);
        assert_eq!(full().resurrected, 2);
        assert_eq!(map.len(), 1);
        let Some(Edge::Fin(key)) = lock(&saved).take() else { unreachable!() };
        map.get(&key).unwrap().probe.check();
        drop(key);
        assert_eq!((collected(), map.len()), (2, 0));
        assert_eq!(take_log(), ["fin key", "drop key", "drop value"]);
    });
}

#[test]
fn a_doomed_key_has_no_value_from_its_drop_on() {
    law(|| {
        let map: Arc<WeakKeyMap<Doomed, Value>> = Arc::default();
        let key = Doomed::with("key", {
            let map = Arc::downgrade(&map);
            move |me| {
                let map = map.upgrade().unwrap();
                let Edge::Doomed(me) = me.edge(0) else { unreachable!() };
                assert!(map.get(&me).is_none() && !map.contains_key(&me) && map.is_empty());
                assert!(map.insert(&me, Value::new("refused")).is_none());
                assert!(map.remove(&me).is_none() && map.iter().next().is_none());
            }
        });
        key.link(key.clone());
        map.insert(&key, Value::to("value", key.clone()));
        drop(key);
        assert_eq!(collected(), 2);
        assert_eq!(take_log(), ["drop key", "drop refused", "drop value"]);
    });
}

#[test]
fn a_drop_may_save_a_value_and_its_key() {
    law(|| {
        let map: Arc<WeakKeyMap<Plain, Value>> = Arc::default();
        let saved: Arc<Mutex<Option<Gc<Value>>>> = Arc::default();
        let key = Plain::new("key");
        let doomed = Doomed::with("doomed", {
            let (map, saved) = (map.clone(), saved.clone());
            move |me| {
                let Edge::Plain(key) = me.edge(0) else { unreachable!() };
                *lock(&saved) = map.get(&key);
            }
        });
        doomed.link(key.clone());
        key.link(doomed.clone());
        map.insert(&key, Value::to("value", key.clone()));
        drop((key, doomed));
        assert_eq!(full().resurrected, 2);
        assert_eq!(take_log(), ["drop doomed"]);
        let value = lock(&saved).take().unwrap();
        let Edge::Plain(key) = lock(&value.edges)[0].clone() else { unreachable!() };
        assert!(Gc::ptr_eq(&map.get(&key).unwrap(), &value));
        drop((key, value));
        assert_eq!((collected(), map.len()), (2, 0));
        assert_eq!(take_log(), ["drop key", "drop value"]);
    });
}

#[test]
fn giving_a_key_away_counts_as_death() {
    law(|| {
        let map = WeakKeyMap::new();
        let key = Plain::new("key");
        map.insert(&key, Value::new("value"));
        let key = Gc::try_unwrap(key).expect("the only handle");
        assert_eq!((take_log(), map.len()), (vec!["drop value".to_owned()], 0));
        drop(key);
        let mut key = Gc::new(String::from("leaf"));
        let map = WeakKeyMap::new();
        map.insert(&key, Value::new("value"));
        Gc::make_mut(&mut key).push('!');
        assert_eq!(
            (take_log(), map.len()),
            (vec!["drop key".to_owned(), "drop value".to_owned()], 0)
        );
        drop(key.clone());
        drop(key);
    });
}

#[test]
fn a_value_may_outlive_its_key_and_its_entry() {
    law(|| {
        let map = WeakKeyMap::new();
        let key = Plain::new("key");
        map.insert(&key, Value::new("value"));
        let value = map.get(&key).unwrap();
        drop(key);
        assert!(map.is_empty());
        value.probe.check();
        assert_eq!(take_log(), ["drop key"]);
        drop(value);
        assert_eq!(take_log(), ["drop value"]);
    });
}

#[test]
fn get_or_insert_makes_one_where_there_is_none() {
    law(|| {
        let map = WeakKeyMap::new();
        let key = Plain::new("");
        assert_eq!(*map.get_or_insert_with(&key, || 1), 1);
        assert_eq!(*map.get_or_insert_with(&key, || unreachable!("there is one")), 1);
        let other = Plain::new("");
        let won = map.get_or_insert_with(&other, || {
            map.insert(&other, 2);
            3
        });
        assert_eq!((*won, map.len()), (2, 2));
    });
}

#[test]
fn a_chain_through_a_map_needs_no_stack() {
    law(|| {
        let links = if cfg!(miri) { 300 } else { 100_000 };
        let map = WeakKeyMap::new();
        let mut key = Plain::new("");
        for _ in 0..links {
            let next = Plain::new("");
            map.insert(&next, Value::to("", key));
            key = next;
        }
        assert_eq!(map.len(), links);
        drop(key);
        assert_eq!(map.len(), 0);
    });
}

#[test]
fn one_key_in_many_maps() {
    law(|| {
        let maps: Vec<_> = (0..100).map(|_| WeakKeyMap::new()).collect();
        let key = Plain::new("");
        for (i, map) in maps.iter().enumerate().rev() {
            map.insert(&key, (i, Edge::from(key.clone())));
        }
        let half: Vec<_> = maps.into_iter().enumerate().filter(|(i, _)| i % 2 == 0).collect();
        for (i, map) in &half {
            assert_eq!(map.get(&key).unwrap().0, *i);
        }
        drop(key);
        assert_eq!(collected(), 51);
        assert!(half.iter().all(|(_, map)| map.is_empty()));
    });
}

#[test]
fn a_doomed_value_is_not_given_once_it_is_condemned() {
    #[derive(Trace)]
    struct DoomedValue(Edge);
    impl Drop for DoomedValue {
        fn drop(&mut self) {
            log("drop value");
        }
    }
    law(|| {
        let map: Arc<WeakKeyMap<Plain, DoomedValue>> = Arc::default();
        let key = Plain::new("key");
        let doomed = Doomed::with("doomed", {
            let map = Arc::downgrade(&map);
            move |me| {
                let map = map.upgrade().unwrap();
                let Edge::Plain(key) = me.edge(0) else { unreachable!() };
                assert!(map.get(&key).is_none() && map.iter().next().is_none());
            }
        });
        doomed.link(key.clone());
        key.link(doomed.clone());
        let value = DoomedValue(key.clone().into());
        assert_eq!(value.0.name(), "key");
        map.insert(&key, value);
        drop((key, doomed));
        assert_eq!(collected(), 3);
        assert_eq!(take_log(), ["drop doomed", "drop value", "drop key"]);
    });
}

/// A key that owns nothing and loses its last entry while it is garbage.
#[test]
fn a_finalizer_that_clears_the_map_of_a_leaf() {
    use std::sync::OnceLock;

    #[derive(Trace)]
    #[trace(finalize)]
    struct Holder {
        key: Gc<u64>,
        me: OnceLock<Gc<Holder>>,
        #[trace(skip)]
        map: Arc<WeakKeyMap<u64, Gc<Holder>>>,
        #[trace(skip)]
        saved: Option<Arc<Mutex<Option<Gc<u64>>>>>,
    }
    impl refcycle::Finalize for Holder {
        fn finalize(&self) {
            self.map.clear();
            if let Some(saved) = &self.saved {
                *lock(saved) = Some(self.key.clone());
            }
        }
    }
    law(|| {
        for saves in [false, true] {
            let saved: Arc<Mutex<Option<Gc<u64>>>> = Arc::default();
            let map: Arc<WeakKeyMap<u64, Gc<Holder>>> = Arc::default();
            let key = Gc::new(7);
            let holder = Gc::new(Holder {
                key: key.clone(),
                me: OnceLock::new(),
                map: map.clone(),
                saved: saves.then(|| saved.clone()),
            });
            assert!(holder.me.set(holder.clone()).is_ok());
            map.insert(&key, holder.clone());
            drop((key, holder));
            full();
            let key = lock(&saved).take();
            assert_eq!(key.is_some(), saves);
            if let Some(mut key) = key {
                assert!(Gc::get_mut(&mut key).is_some(), "nobody else holds it");
                drop(key.clone());
            }
            assert!(map.is_empty());
        }
    });
}
