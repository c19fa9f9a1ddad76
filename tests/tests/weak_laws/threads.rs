//! Weak containers that threads share: law O.

use super::shared::flavor::{full, law};
use super::shared::nodes::Plain;
use crate::support::{Probe, lock};
use refcycle::Trace;
use refcycle::sync::weak::{WeakKeyMap, WeakSet, WeakValueMap};
use refcycle::sync::{Gc, collect};
use refcycle_tests::SHRINK;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

static_assertions::assert_impl_all!(WeakKeyMap<u8, u8>: Send, Sync);
static_assertions::assert_impl_all!(WeakValueMap<u8, u8>: Send, Sync);
static_assertions::assert_impl_all!(WeakSet<u8>: Send, Sync);
static_assertions::assert_impl_all!(refcycle::sync::weak::DeathHook: Send, Sync);
static_assertions::assert_not_impl_any!(WeakKeyMap<u8, Cell<u8>>: Send, Sync);
static_assertions::assert_not_impl_any!(WeakKeyMap<Cell<u8>, u8>: Send, Sync);
static_assertions::assert_not_impl_any!(WeakValueMap<Cell<u8>, u8>: Send, Sync);
static_assertions::assert_not_impl_any!(WeakValueMap<u8, Cell<u8>>: Send, Sync);
static_assertions::assert_not_impl_any!(WeakSet<Cell<u8>>: Send, Sync);
static_assertions::assert_not_impl_any!(refcycle::weak::WeakKeyMap<u8, u8>: Send, Sync);
static_assertions::assert_not_impl_any!(refcycle::weak::WeakValueMap<u8, u8>: Send, Sync);
static_assertions::assert_not_impl_any!(refcycle::weak::WeakSet<u8>: Send, Sync);
static_assertions::assert_not_impl_any!(refcycle::weak::DeathHook: Send, Sync);

const STEPS: usize = if cfg!(miri) { 50 } else { 20_000 };

/// Runs `f` while another thread collects all the time.
fn beside_a_collector(f: impl FnOnce()) {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(SeqCst) {
                collect();
                thread::sleep(Duration::from_micros(50));
            }
        });
        // Also if `f` panics, or the scope would wait for ever.
        let stop = Stop(&stop);
        f();
        drop(stop);
    });
}

/// Stops the collector when it goes.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

#[test]
fn o1_get_or_insert_and_remove() {
    law(|| {
        let map = WeakValueMap::new();
        beside_a_collector(|| {
            for _ in 0..100_000 / SHRINK {
                let node = map.get_or_insert_with(10, || Plain::looped(""));
                node.name();
                assert!(Gc::ptr_eq(&map.get(&10).expect("it is held"), &node));
            }
            for _ in 0..100_000 / SHRINK {
                let node = Plain::looped("");
                map.insert(10, &node);
                assert!(Gc::ptr_eq(&map.remove(&10).expect("it is held"), &node));
            }
        });
    });
}

#[test]
fn o2_len_is_one_while_one_is_held() {
    law(|| {
        let map = WeakValueMap::new();
        beside_a_collector(|| {
            for _ in 0..200_000 / SHRINK {
                let node = Plain::looped("");
                map.insert(10, &node);
                assert_eq!(map.len(), 1);
            }
        });
    });
}

#[test]
fn several_threads_use_one_map_and_one_set() {
    law(|| {
        let map = Arc::new(WeakValueMap::new());
        let set = Arc::new(WeakSet::new());
        beside_a_collector(|| {
            thread::scope(|scope| {
                for thread in 0..3_usize {
                    let (map, set) = (map.clone(), set.clone());
                    scope.spawn(move || {
                        for i in 0..STEPS {
                            let key = (i * 7 + thread) % 10;
                            let node = map.get_or_insert_with(key, || Plain::new(""));
                            node.name();
                            set.insert(&node);
                            assert!(set.contains(&node));
                            if i % 16 == 0 {
                                for value in map.values().chain(set.iter()) {
                                    value.name();
                                }
                            }
                            if i % 64 == 0 {
                                map.clear();
                            }
                        }
                    });
                }
            });
        });
        assert_eq!((map.len(), set.len()), (0, 0));
    });
}

/// Refers to its key.
#[derive(Trace)]
struct Back<K: 'static>(Gc<K>, #[trace(skip)] Probe);

/// Keys that come and go in cells that all threads see, whose values refer to them.
fn several_threads_use_one_key_map<K: Trace + Send + Sync + 'static>(
    new: impl Fn() -> K + Send + Sync + 'static,
) {
    law(move || {
        let maps = [WeakKeyMap::new(), WeakKeyMap::new()];
        let keys: Vec<_> = (0..4).map(|_| Mutex::new(Gc::new(new()))).collect();
        let key = |i: usize| keys[i % 4].lock().unwrap().clone();
        beside_a_collector(|| {
            thread::scope(|scope| {
                for thread in 0..3_usize {
                    let (maps, keys, key, new) = (&maps, &keys, &key, &new);
                    scope.spawn(move || {
                        for i in thread..STEPS / 4 + thread {
                            let (one, other) = (key(i), key(i + 1));
                            for map in maps {
                                let made = map.get_or_insert_with(&one, || {
                                    Back(other.clone(), Probe::new(""))
                                });
                                made.1.check();
                                let value = Back(one.clone(), Probe::new(""));
                                if let Some(old) = map.insert(&one, value) {
                                    old.1.check();
                                }
                            }
                            for (key, value) in &maps[i % 2] {
                                value.1.check();
                                drop((key, value));
                            }
                            match i % 8 {
                                0 => drop(std::mem::replace(
                                    &mut *keys[i % 3].lock().unwrap(),
                                    Gc::new(new()),
                                )),
                                3 => drop(maps[0].remove(&other)),
                                5 => maps[1].clear(),
                                6 => maps[1].retain(|_, value| !Gc::ptr_eq(&value.0, &one)),
                                _ => {}
                            }
                        }
                    });
                }
            });
        });
        drop(keys);
        collect();
        collect();
        assert!(maps.iter().all(WeakKeyMap::is_empty));
        drop(maps);
    });
}

#[test]
fn several_threads_use_one_map_of_nodes() {
    several_threads_use_one_key_map(|| Mutex::new(Vec::<Gc<Plain>>::new()));
}

#[test]
fn several_threads_use_one_map_of_leaves() {
    several_threads_use_one_key_map(|| 7_u64);
    several_threads_use_one_key_map(|| String::from("key"));
}

/// Two threads that put the same thing in at the same time put it in once.
#[test]
fn what_is_put_in_by_two_is_there_once() {
    law(|| {
        let turns: Vec<_> =
            (0..STEPS / 4).map(|_| (Plain::new(""), WeakValueMap::new(), WeakSet::new())).collect();
        let start = AtomicUsize::new(0);
        // Both come to each turn at about the same time.
        let put_all = || {
            let mut new = Vec::new();
            for (turn, (node, map, set)) in turns.iter().enumerate() {
                start.fetch_add(1, SeqCst);
                let mut spins = 0;
                while start.load(SeqCst) < 2 * (turn + 1) {
                    // The other one may be waiting for this core.
                    if spins < 1_000 {
                        std::hint::spin_loop();
                    } else {
                        thread::yield_now();
                    }
                    spins += 1;
                }
                new.push(usize::from(set.insert(node)));
                map.insert(1, node);
            }
            new
        };
        let (one, other) = thread::scope(|scope| {
            let [one, other] = [scope.spawn(put_all), scope.spawn(put_all)];
            (one.join().expect("no panic"), other.join().expect("no panic"))
        });
        for ((node, map, set), (one, other)) in turns.iter().zip(one.into_iter().zip(other)) {
            assert_eq!((one + other, set.len(), map.len()), (1, 1, 1));
            assert!(set.remove(node) && !set.contains(node));
            assert!(map.remove(&1).is_some() && map.get(&1).is_none());
        }
    });
}

/// The owner of a map is locked by another thread when the collector locks its suspects: what the map has for dead keys
/// is garbage all the same, and what is not found now is found later.
#[test]
fn a_map_that_cannot_be_looked_into_keeps_nothing() {
    /// Lets the other thread come in when it is traced for the second time.
    struct Gate(AtomicUsize, Barrier, Barrier);
    // SAFETY: reports nothing, and owns nothing (1-4).
    unsafe impl Trace for Gate {
        type Facts = refcycle::facts::Leaf;
        fn trace(&self, _: &mut refcycle::Tracer) {
            if self.0.fetch_add(1, SeqCst) == 1 {
                self.1.wait();
                self.2.wait();
            }
        }
    }
    #[derive(Trace)]
    struct Key(Mutex<Option<Gc<Value>>>);
    #[derive(Trace)]
    struct Value(Gc<Key>);
    #[derive(Trace)]
    struct Owner {
        gate: Opens,
        me: Mutex<Option<Gc<Owner>>>,
        map: WeakKeyMap<Key, Value>,
    }
    struct Opens(Arc<Gate>);
    // SAFETY: as above.
    unsafe impl Trace for Opens {
        type Facts = refcycle::facts::Leaf;
        fn trace(&self, tracer: &mut refcycle::Tracer) {
            Gate::trace(&self.0, tracer);
        }
    }
    law(|| {
        let gate = Arc::new(Gate(AtomicUsize::new(0), Barrier::new(2), Barrier::new(2)));
        let owner = Gc::new(Owner {
            gate: Opens(gate.clone()),
            me: Mutex::default(),
            map: WeakKeyMap::new(),
        });
        *lock(&owner.me) = Some(owner.clone());
        let key = Gc::new(Key(Mutex::default()));
        owner.map.insert(&key, Value(key.clone()));
        let weak = Gc::downgrade(&owner);
        let collected = Barrier::new(2);
        let saved = thread::scope(|scope| {
            let other = scope.spawn(|| {
                gate.1.wait();
                let owner = weak.upgrade().expect("no verdict has been reached");
                let locked = lock(&owner.me);
                gate.2.wait();
                collected.wait();
                drop(locked);
                owner
            });
            drop((owner, key));
            full();
            collected.wait();
            other.join().expect("no panic")
        });
        full();
        assert_eq!(saved.map.len(), 0);
        drop(lock(&saved.me).take());
    });
}
