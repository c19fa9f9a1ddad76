//! Weak containers that threads share: law O.

use super::shared::flavor::law;
use super::shared::nodes::Plain;
use refcycle::sync::weak::{WeakSet, WeakValueMap};
use refcycle::sync::{Gc, collect};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

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
            for _ in 0..STEPS {
                let node = map.get_or_insert_with(10, || Plain::looped(""));
                node.name();
                assert!(Gc::ptr_eq(&map.get(&10).expect("it is held"), &node));
            }
            for _ in 0..STEPS {
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
            for _ in 0..STEPS {
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
