//! Weak values: law M.

use super::flavor::{collected, full, law};
use super::nodes::{Doomed, Plain};
use super::{Gc, Policy, WeakKeyMap, WeakValueMap, set_policy};
use crate::support::{Probe, lock, log, take_log};
use refcycle::Trace;
use refcycle_tests::caught;
use std::sync::{Arc, Mutex};

#[test]
fn m1_entries_are_there_as_long_as_their_objects() {
    law(|| {
        let map = WeakValueMap::new();
        let mut nodes: Vec<_> = (0..10).map(|_| Plain::new("")).collect();
        for (i, node) in nodes.iter().enumerate() {
            assert!(map.insert(i, node).is_none());
        }
        assert_eq!(map.len(), 10);
        for (i, node) in nodes.iter().enumerate() {
            assert!(Gc::ptr_eq(&map.get(&i).unwrap(), node));
            assert_eq!(Gc::weak_count(node), 1);
        }
        assert!(map.get(&10).is_none() && !map.contains_key(&10));
        drop(nodes.pop());
        assert_eq!(map.len(), 9);
        assert!(map.get(&9).is_none() && !map.contains_key(&9) && map.remove(&9).is_none());
        assert_eq!(map.iter().map(|(key, _)| key).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        drop(nodes);
        assert!(map.is_empty() && map.iter().next().is_none());
    });
}

#[test]
fn m1_insert_replaces_and_remove_gives() {
    law(|| {
        let map = WeakValueMap::new();
        let (a, b) = (Plain::new("a"), Plain::new("b"));
        assert!(map.insert("key".to_owned(), &a).is_none());
        let old = map.insert("key".to_owned(), &b).expect("an entry was there");
        assert!(Gc::ptr_eq(&old, &a));
        drop((old, a));
        assert_eq!((take_log(), map.len()), (vec!["drop a".to_owned()], 1));
        assert!(Gc::ptr_eq(&map.get("key").unwrap(), &b));
        let gone = map.remove("key").expect("an entry is there");
        assert!(Gc::ptr_eq(&gone, &b) && map.is_empty() && map.remove("key").is_none());
        assert_eq!(Gc::weak_count(&b), 0);
        drop((gone, b));
        take_log();
    });
}

#[test]
fn m3_len_never_grows_while_loops_die_by_themselves() {
    for young in 1..100 {
        law(move || {
            set_policy(Policy::default().with_young(young));
            let map = WeakValueMap::new();
            let mut before = 20;
            for i in 0..20 {
                map.insert(i, &Plain::looped(""));
            }
            assert!(map.len() <= 20);
            for _ in 0..20 {
                drop(Plain::looped(""));
                let now = map.len();
                assert!(now <= before);
                before = now;
            }
            set_policy(Policy::OFF);
            full();
            assert_eq!(map.len(), 0);
        });
    }
}

#[test]
fn m5_an_eq_that_changes_the_map() {
    /// All keys have one hash, and comparing two does something.
    #[derive(Trace)]
    struct Key(u32, #[trace(skip)] Arc<Mutex<Vec<Gc<Plain>>>>);
    impl PartialEq for Key {
        fn eq(&self, other: &Key) -> bool {
            drop(lock(&self.1).pop());
            drop(lock(&other.1).pop());
            self.0 == other.0
        }
    }
    impl Eq for Key {}
    impl std::hash::Hash for Key {
        fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
    }
    law(|| {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let map = WeakValueMap::new();
        let nodes: Vec<_> = (0..4).map(|_| Plain::new("")).collect();
        for (i, node) in (0..).zip(&nodes) {
            map.insert(Key(i, Arc::default()), node);
        }
        *lock(&kept) = nodes;
        // Each comparison lets go of the last object. So half of the entries are removed by hand, …
        let mut removed = Vec::new();
        for i in 0.. {
            if lock(&kept).len() <= i as usize {
                break;
            }
            removed.extend(map.remove(&Key(i, kept.clone())));
        }
        assert_eq!((removed.len(), map.len()), (2, 0));
        // … and their objects are alive.
        assert!(removed.iter().zip(&*lock(&kept)).all(|(one, other)| Gc::ptr_eq(one, other)));
    });
}

#[test]
fn m5_an_eq_that_puts_an_equal_key_there() {
    type Act = Box<dyn FnOnce() + Send + Sync>;
    #[derive(Trace)]
    struct Key(u32, #[trace(skip)] Mutex<Option<Act>>);
    impl PartialEq for Key {
        fn eq(&self, other: &Key) -> bool {
            for key in [self, other] {
                let act = lock(&key.1).take();
                if let Some(act) = act {
                    act();
                }
            }
            self.0 == other.0
        }
    }
    impl Eq for Key {}
    impl std::hash::Hash for Key {
        fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
    }
    thread_local! {
        static MAP: WeakValueMap<Key, Plain> = WeakValueMap::new();
    }
    fn inserts() -> Mutex<Option<Act>> {
        Mutex::new(Some(Box::new(|| {
            let node = Plain::looped("");
            MAP.with(|map| map.insert(Key(2, Mutex::default()), &node));
        })))
    }
    law(|| {
        MAP.with(|map| {
            let node = Plain::new("");
            map.insert(Key(1, Mutex::default()), &node);
            // An equal one is put there while it is compared with another, and is replaced.
            let old = map.insert(Key(2, inserts()), &node);
            assert!(old.is_some_and(|old| !Gc::ptr_eq(&old, &node)));
            assert_eq!(map.len(), 2);
            assert!(map.remove(&Key(2, Mutex::default())).is_some());
            // … and is given, if there is to be one only.
            let there = map.get_or_insert_with(Key(2, inserts()), || node.clone());
            assert!(!Gc::ptr_eq(&there, &node));
            assert_eq!(map.len(), 2);
            drop(there);
            assert_eq!((collected(), map.len()), (2, 1));
        });
    });
}

/// A key that does something when it is dropped, without the map being in use then.
#[derive(Trace)]
struct Acts(u32, #[trace(skip)] Box<dyn Fn() + Send + Sync>);

impl PartialEq for Acts {
    fn eq(&self, other: &Acts) -> bool {
        self.0 == other.0
    }
}

impl Eq for Acts {}

impl std::hash::Hash for Acts {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Drop for Acts {
    fn drop(&mut self) {
        (self.1)();
    }
}

#[test]
fn keys_go_with_their_entries_and_may_use_the_map() {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    thread_local! {
        static MAP: WeakValueMap<Acts, Plain> = WeakValueMap::new();
    }
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    law(|| {
        DROPS.store(0, SeqCst);
        MAP.with(|map| {
            let look = || {
                DROPS.fetch_add(1, SeqCst);
                MAP.with(|map| {
                    let _ = (map.len(), map.is_empty(), map.values().count());
                    map.retain(|_, _| true);
                    let node = Plain::new("");
                    map.insert(Acts(99, Box::new(|| ())), &node);
                    map.remove(&Acts(99, Box::new(|| ())));
                });
            };
            let key = |i| Acts(i, Box::new(look));
            let node = Plain::new("");
            map.insert(key(0), &node);
            map.insert(key(0), &node);
            assert_eq!(DROPS.load(SeqCst), 1, "replaced");
            let _ = map.remove(&Acts(0, Box::new(|| ())));
            assert_eq!(DROPS.load(SeqCst), 2, "removed");
            map.insert(key(1), &node);
            map.retain(|_, _| false);
            assert_eq!(DROPS.load(SeqCst), 3, "not retained");
            map.insert(key(2), &node);
            map.clear();
            assert_eq!(DROPS.load(SeqCst), 4, "cleared");
            map.insert(key(3), &node);
            drop(node);
            assert_eq!(DROPS.load(SeqCst), 5, "dead");
            map.insert(key(4), &Plain::looped(""));
            assert_eq!(collected(), 1);
            assert_eq!(DROPS.load(SeqCst), 6, "collected");
        });
    });
}

#[test]
fn no_method_sees_what_is_dying() {
    law(|| {
        for cyclic in [false, true] {
            let map = Arc::new(WeakValueMap::new());
            let node = Doomed::with("a", {
                let map = Arc::downgrade(&map);
                move |_| {
                    let map: Arc<WeakValueMap<u32, Doomed>> = map.upgrade().unwrap();
                    assert!(map.is_empty() && map.iter().next().is_none());
                    assert!(map.get(&1).is_none() && !map.contains_key(&1));
                    // An entry in its place, in the meantime.
                    let other = Doomed::new("b");
                    assert!(map.insert(1, &other).is_none());
                    assert_eq!(map.len(), 1);
                    assert!(Gc::ptr_eq(&map.remove(&1).unwrap(), &other));
                    // … or one that is made because there is none.
                    let made = map.get_or_insert_with(1, || Doomed::new("c"));
                    assert!(Gc::ptr_eq(&map.get(&1).unwrap(), &made));
                    map.insert(2, &other);
                }
            });
            if cyclic {
                node.link(node.clone());
            }
            // A watch that is newer than the entry is called before it is removed.
            map.insert(1, &node);
            let watch = Gc::watch(&node, {
                let map = map.clone();
                move || log(format!("{}", map.len()))
            });
            assert_eq!(map.len(), 1);
            drop(node);
            full();
            assert_eq!(map.len(), 0);
            assert_eq!(take_log(), ["drop a", "drop c", "drop b", "0"]);
            drop(watch);
        }
    });
}

#[test]
fn a_value_given_away_is_no_longer_there() {
    law(|| {
        let map = Arc::new(WeakValueMap::new());
        let node = Plain::new("");
        map.insert(1, &node);
        let watch = Gc::watch(&node, {
            let map = map.clone();
            move || log(format!("{}", map.len()))
        });
        drop(Gc::try_unwrap(node));
        assert_eq!(take_log(), ["0"]);
        assert!(map.is_empty());
        drop(watch);
    });
}

#[test]
fn handles_in_keys_are_traced() {
    #[derive(Trace)]
    struct Owner {
        map: WeakValueMap<Key, Plain>,
        probe: Probe0,
    }
    #[derive(Trace)]
    struct Probe0(#[trace(skip)] Probe);
    #[derive(Trace)]
    struct Key(Gc<Owner>);
    impl PartialEq for Key {
        fn eq(&self, other: &Key) -> bool {
            Gc::ptr_eq(&self.0, &other.0)
        }
    }
    impl Eq for Key {}
    impl std::hash::Hash for Key {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            Gc::as_ptr(&self.0).hash(state);
        }
    }
    law(|| {
        let value = Plain::new("");
        let owner = Gc::new(Owner { map: WeakValueMap::new(), probe: Probe0(Probe::new("owner")) });
        owner.probe.0.check();
        owner.map.insert(Key(owner.clone()), &value);
        assert_eq!(owner.map.len(), 1);
        drop(owner);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop owner"]);
    });
}

#[test]
fn get_or_insert_makes_one_where_there_is_none() {
    law(|| {
        let map = WeakValueMap::new();
        let a = map.get_or_insert_with(1, || Plain::new("a"));
        let b = map.get_or_insert_with(1, || unreachable!("there is one"));
        assert!(Gc::ptr_eq(&a, &b));
        drop((a, b));
        assert!(map.is_empty());
        // One that is put there while the value is made wins.
        let other = Plain::new("other");
        let won = map.get_or_insert_with(1, || {
            map.insert(1, &other);
            Plain::new("late")
        });
        assert!(Gc::ptr_eq(&won, &other));
        assert_eq!(take_log(), ["drop a", "drop late"]);
        drop((won, other));
        take_log();
    });
}

#[test]
fn a_map_that_dies_first_leaves_nothing_behind() {
    #[derive(Trace)]
    struct Probe0(#[trace(skip)] Probe);
    impl PartialEq for Probe0 {
        fn eq(&self, _: &Probe0) -> bool {
            self.0.check();
            true
        }
    }
    impl Eq for Probe0 {}
    impl std::hash::Hash for Probe0 {
        fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
    }
    law(|| {
        let node = Plain::new("a");
        let map = WeakValueMap::new();
        let probe = Probe0(Probe::new("key"));
        map.insert(probe, &node);
        drop(map);
        assert_eq!(take_log(), ["drop key"]);
        assert_eq!(Gc::weak_count(&node), 0);
        drop(node);
        take_log();
    });
}

#[test]
fn against_a_map_that_holds_its_values() {
    law(|| {
        let map = WeakValueMap::new();
        let mut oracle = std::collections::BTreeMap::new();
        let mut state = 7_u64;
        for _ in 0..refcycle_tests_size() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let key = (state >> 40) as u32 % 100;
            match (state >> 33) % 4 {
                0 | 1 => {
                    let node = Plain::new("");
                    let old = map.insert(key, &node);
                    let before = oracle.insert(key, node);
                    assert_eq!(old.is_some(), before.is_some());
                }
                2 => drop(oracle.remove(&key)),
                _ => assert_eq!(map.remove(&key).is_some(), oracle.remove(&key).is_some()),
            }
            assert_eq!(map.len(), oracle.len());
            let found = map.get(&key);
            assert_eq!(found.as_ref().map(Gc::as_ptr), oracle.get(&key).map(Gc::as_ptr));
        }
        let mut left: Vec<_> = map.iter().map(|(key, _)| key).collect();
        left.sort_unstable();
        assert!(left.iter().eq(oracle.keys()));
    });
}

/// Steps of the random program.
fn refcycle_tests_size() -> usize {
    if cfg!(miri) { 300 } else { 20_000 }
}

/// An `Eq` that puts something else there each time it is asked.
#[test]
fn m5_an_eq_that_always_puts_another_key_there() {
    /// The number; does it put something there?
    #[derive(Trace)]
    struct Key(u32, bool);
    thread_local! {
        static MAP: WeakValueMap<Key, Plain> = WeakValueMap::new();
        static NODE: std::cell::RefCell<Option<Gc<Plain>>> = const { std::cell::RefCell::new(None) };
        static NEXT: std::cell::Cell<u32> = const { std::cell::Cell::new(2) };
    }
    impl PartialEq for Key {
        fn eq(&self, other: &Key) -> bool {
            if self.1 || other.1 {
                let key = NEXT.replace(NEXT.get() + 1);
                assert!(key < 100, "it goes on for ever");
                let node = NODE.with_borrow(Clone::clone).unwrap();
                MAP.with(|map| map.insert(Key(key, false), &node));
            }
            self.0 == other.0
        }
    }
    impl Eq for Key {}
    impl std::hash::Hash for Key {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    law(|| {
        let (node, other) = (Plain::new(""), Plain::new(""));
        NODE.set(Some(node.clone()));
        MAP.with(|map| {
            assert!(map.insert(Key(1, true), &node).is_none());
            let old = map.insert(Key(1, false), &other);
            assert!(Gc::ptr_eq(&old.unwrap(), &node));
            assert!(Gc::ptr_eq(&map.get(&Key(1, false)).unwrap(), &other));
            assert_eq!(map.len(), 2);
        });
        NODE.take();
    });
}

/// What a panic of a key's drop, or of a closure's, leaves behind.
#[test]
fn a_drop_that_panics_loses_no_handle() {
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    /// Equal to all others; its drop panics once if it is armed.
    #[derive(Clone, Trace)]
    struct Key(#[trace(skip)] Arc<AtomicBool>);
    impl PartialEq for Key {
        fn eq(&self, _: &Key) -> bool {
            true
        }
    }
    impl Eq for Key {}
    impl std::hash::Hash for Key {
        fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
    }
    impl Drop for Key {
        fn drop(&mut self) {
            assert!(!self.0.swap(false, SeqCst), "key");
        }
    }
    law(|| {
        let arms = Arc::new(AtomicBool::new(false));
        let (map, node) = (WeakValueMap::new(), Plain::new(""));
        let other = Plain::new("");
        map.insert(Key(arms.clone()), &node);
        arms.store(true, SeqCst);
        assert_eq!(caught(|| drop(map.insert(Key(arms.clone()), &other))), "key");
        assert_eq!((Gc::strong_count(&node), Gc::weak_count(&node)), (1, 0));
        map.insert(Key(arms.clone()), &node);
        for closure_too in [false, true] {
            arms.store(true, SeqCst);
            let key = if closure_too { Key(Arc::default()) } else { Key(arms.clone()) };
            let captured = closure_too.then(|| Key(arms.clone()));
            let payload = caught(|| {
                drop(map.get_or_insert_with(key, || {
                    drop(captured);
                    unreachable!("it is there")
                }));
            });
            assert_eq!(payload, "key");
            assert_eq!((Gc::strong_count(&node), Gc::weak_count(&node)), (1, 1));
        }
        let keyed = WeakKeyMap::new();
        keyed.insert(&node, 7);
        let value = keyed.get(&node).unwrap();
        arms.store(true, SeqCst);
        let captured = Key(arms.clone());
        let payload = caught(|| {
            drop(keyed.get_or_insert_with(&node, || {
                drop(captured);
                8
            }));
        });
        assert_eq!((payload.as_str(), Gc::strong_count(&value)), ("key", 2));
        map.clear();
        drop((map, keyed));
    });
}
