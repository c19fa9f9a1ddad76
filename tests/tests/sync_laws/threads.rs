//! Laws about several threads: L2, O, P1, and where the end of an object happens.

use super::shared::flavor::{collected, full, law};
use super::shared::nodes::{Doomed, Edge, Fin, Plain};
use crate::support::{Probe, alive, lock, log, take_log};
use refcycle::Trace;
use refcycle::sync::{Gc, Policy, Weak, collect, collect_young, live, set_policy, stats};
use refcycle_tests::SHRINK;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Collects every few milliseconds in another thread until dropped.
struct Collector {
    stop: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<usize>>,
}

impl Collector {
    fn every(pause: Duration) -> Collector {
        let stop = Arc::<AtomicBool>::default();
        let seen = stop.clone();
        let thread = thread::spawn(move || {
            let mut collections = 0;
            while !seen.load(SeqCst) {
                let result = if collections % 3 == 0 { collect_young() } else { collect() };
                assert!(!result.refused);
                collections += 1;
                thread::sleep(pause);
            }
            collections
        });
        Collector { stop, thread: Some(thread) }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.stop.store(true, SeqCst);
        let collections = self.thread.take().map(thread::JoinHandle::join);
        if !thread::panicking() {
            assert!(matches!(collections, Some(Ok(1..))), "it did not collect: {collections:?}");
        }
    }
}

#[derive(Trace)]
struct Nested {
    inner: Option<Gc<Nested>>,
    back: Mutex<Option<Gc<Nested>>>,
    #[trace(skip)]
    probe: Probe,
}

impl Drop for Nested {
    fn drop(&mut self) {
        self.probe.check();
        thread::yield_now();
    }
}

fn nested(depth: usize) -> Gc<Nested> {
    let new = |inner| Gc::new(Nested { inner, back: Mutex::default(), probe: Probe::new("") });
    (1..depth).fold(new(None), |inner, _| new(Some(inner)))
}

#[test]
fn l2_chains_in_two_threads() {
    law(|| {
        set_policy(Policy::default().with_young(500));
        let end = Instant::now() + Duration::from_secs(1);
        let work = move || {
            let mut rounds = 0;
            while Instant::now() < end || rounds == 0 {
                let chain = nested(60 * 2 / SHRINK.min(10));
                if rounds % 3 == 0 {
                    let inner = chain.inner.clone().expect("not the last");
                    *lock(&inner.back) = Some(chain.clone());
                }
                drop(chain);
                rounds += 1;
            }
        };
        let threads = [(); 2].map(|()| thread::spawn(work));
        for thread in threads {
            thread.join().unwrap();
        }
        full();
        assert_eq!(alive(), 0, "as many destructions as constructions");
    });
}

/// A map of weak values, and a lock around it.
type Cache = Mutex<BTreeMap<u32, Weak<Plain>>>;

fn get_or_insert(cache: &Cache, key: u32, new: Gc<Plain>) -> Gc<Plain> {
    let mut cache = lock(cache);
    if let Some(found) = cache.get(&key).and_then(Weak::upgrade) {
        return found;
    }
    cache.insert(key, Gc::downgrade(&new));
    new
}

#[test]
fn o1_a_weak_cache_never_gives_what_is_dead() {
    law(|| {
        let collector = Collector::every(Duration::from_millis(1));
        let cache = Cache::default();
        for _ in 0..50_000 / SHRINK {
            let value = get_or_insert(&cache, 10, Plain::looped("value"));
            assert_eq!(value.name(), "value");
            let again = lock(&cache)[&10].upgrade().expect("it is held");
            assert!(Gc::ptr_eq(&value, &again));
            drop((value, again));
            take_log();
        }
        for _ in 0..50_000 / SHRINK {
            let value = Plain::looped("value");
            lock(&cache).insert(10, Gc::downgrade(&value));
            let removed = lock(&cache).remove(&10).expect("it was inserted");
            assert!(Gc::ptr_eq(&removed.upgrade().expect("it is held"), &value));
            take_log();
        }
        drop(collector);
    });
}

#[test]
fn o2_what_is_held_stays_in_a_weak_cache() {
    law(|| {
        let collector = Collector::every(Duration::from_millis(1));
        let cache = Cache::default();
        for _ in 0..100_000 / SHRINK {
            let held = Plain::looped("");
            lock(&cache).insert(10, Gc::downgrade(&held));
            let len = lock(&cache).values().filter(|weak| weak.upgrade().is_some()).count();
            assert_eq!(len, 1);
        }
        drop(collector);
    });
}

#[test]
fn o5_reading_the_statistics_does_not_stop_collections() {
    law(|| {
        set_policy(Policy::default().with_young(1000));
        let before = stats();
        let mut most = 0;
        for _ in 0..200_000 / SHRINK {
            drop(Plain::looped(""));
            most = most.max(live().objects).max(stats().young_candidates);
        }
        let after = stats();
        assert!(after.young_collections > before.young_collections + 10 || SHRINK > 1, "{after:?}");
        assert!(most < 30_000, "{most} objects of garbage");
    });
}

#[test]
fn p1_garbage_of_a_thread_that_ended_is_found() {
    law(|| {
        thread::spawn(|| {
            drop(Plain::looped("young"));
            let old = Plain::looped("old");
            full();
            drop(old);
        })
        .join()
        .unwrap();
        full();
        let mut dropped = take_log();
        dropped.sort();
        assert_eq!(dropped, ["drop old", "drop young"]);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn p1_a_handle_in_a_thread_local_is_dropped_when_the_thread_ends() {
    thread_local!(static LATE: RefCell<Vec<Edge>> = RefCell::default());
    law(|| {
        for first in [false, true] {
            let thread = thread::spawn(move || {
                if first {
                    // Its destructor is registered before, or after, those of the library.
                    LATE.with_borrow(Vec::len);
                }
                let doomed = Doomed::with("cycle", |_| {
                    let new = Plain::looped("");
                    drop(new);
                });
                doomed.link(doomed.clone());
                let plain = Plain::new("single");
                LATE.with_borrow_mut(|late| late.extend([doomed.into(), plain.into()]));
            });
            thread.join().unwrap();
            assert_eq!(take_log(), ["drop single"]);
            assert_eq!(collected(), 1);
            assert_eq!(take_log(), ["drop cycle"]);
            assert_eq!(collected(), 1, "what its drop made");
        }
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn counters_outlive_their_threads() {
    law(|| {
        let nodes = thread::spawn(|| (0..100).map(|_| Plain::looped("")).collect::<Vec<_>>());
        let nodes = nodes.join().unwrap();
        assert_eq!(live().objects, 100);
        full();
        assert_eq!(live().objects, 100);
        // Freed by yet another thread.
        thread::spawn(move || drop(nodes)).join().unwrap();
        assert_eq!(collected(), 100);
        assert_eq!((live().objects, live().bytes), (0, 0));
    });
}

#[test]
fn the_last_handle_drops_the_value_on_its_own_thread() {
    law(|| {
        let thread_of_drop: Arc<Mutex<Option<thread::ThreadId>>> = Arc::default();
        let seen = thread_of_drop.clone();
        let node = Doomed::with("a", move |_| *lock(&seen) = Some(thread::current().id()));
        drop(node.clone());
        let thread = thread::spawn(move || {
            drop(node);
            assert_eq!(take_log(), ["drop a"], "by the next statement");
            thread::current().id()
        });
        let expected = thread.join().unwrap();
        assert_eq!(*lock(&thread_of_drop), Some(expected));
    });
}

#[test]
fn any_thread_collects_what_another_left() {
    law(|| {
        let thread_of_drop: Arc<Mutex<Option<thread::ThreadId>>> = Arc::default();
        let seen = thread_of_drop.clone();
        let node = Doomed::with("a", move |_| *lock(&seen) = Some(thread::current().id()));
        node.link(node.clone());
        drop(node);
        let thread = thread::spawn(|| {
            assert_eq!(collected(), 1);
            thread::current().id()
        });
        let expected = thread.join().unwrap();
        assert_eq!(*lock(&thread_of_drop), Some(expected));
    });
}

#[test]
fn a_dereference_needs_no_lock_that_a_collection_holds() {
    // While one thread is in a finalizer, the others go on: even with what is being examined.
    law(|| {
        let (enter, entered) = mpsc::channel();
        let (leave, left) = mpsc::channel::<()>();
        let cell: Arc<Mutex<Weak<Fin>>> = Arc::default();
        let node = Fin::with("a", {
            let left = Mutex::new(left);
            let enter = Mutex::new(enter);
            move |_| {
                lock(&enter).send(()).unwrap();
                lock(&left).recv().unwrap();
            }
        });
        node.link(node.clone());
        node.link(Plain::looped("b"));
        *lock(&cell) = Gc::downgrade(&node);
        drop(node);
        let collector = thread::spawn(collect);
        entered.recv().unwrap();
        // The finalizer runs. Nothing is decided yet: another thread saves the object.
        let saved = lock(&cell).upgrade().expect("no verdict has been reached");
        assert_eq!(saved.edge(1).name(), "b");
        saved.link(Plain::new("c"));
        drop(Plain::looped("other"));
        leave.send(()).unwrap();
        let result = collector.join().unwrap();
        assert_eq!((result.collected, result.finalized, result.resurrected), (0, 1, 2));
        assert_eq!(saved.edge(2).name(), "c");
        drop(saved);
        assert_eq!(collected(), 4);
    });
}

#[test]
fn another_thread_may_collect_while_user_code_of_a_collection_runs() {
    law(|| {
        let node = Fin::with("a", |_| {
            thread::spawn(|| {
                drop(Plain::looped("other"));
                assert_eq!(collected(), 1);
            })
            .join()
            .unwrap();
        });
        node.link(node.clone());
        drop(node);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["fin a", "drop other", "drop a"]);
    });
}

#[test]
fn a_finalizer_may_publish_to_another_thread() {
    law(|| {
        for _ in 0..200 / SHRINK.min(50) {
            let (send, receive) = mpsc::channel::<Edge>();
            let node = Fin::with("a", {
                let send = Mutex::new(send);
                move |me| lock(&send).send(me.edge(0)).unwrap()
            });
            node.link(node.clone());
            node.link(Plain::looped("tail"));
            drop(node);
            let reader = thread::spawn(move || {
                let saved = receive.recv().unwrap();
                assert_eq!((saved.name(), saved.edge(1).name()), ("a", "tail"));
                // It may go before the collector has looked again, or after.
                drop(saved);
            });
            full();
            reader.join().unwrap();
            full();
            assert_eq!((alive(), live().objects), (0, 0));
        }
    });
}

#[test]
fn upgrades_race_with_collections() {
    law(|| {
        let threads = 2;
        for round in 0..2_000 / SHRINK {
            let node = Plain::looped("a");
            node.link(Plain::new("b"));
            let weak = Gc::downgrade(&node);
            drop(node);
            let start = Arc::new(Barrier::new(threads + 1));
            let alive_once = Arc::new(AtomicUsize::new(0));
            let upgrading: Vec<_> = (0..threads)
                .map(|_| {
                    let (weak, start, alive_once) =
                        (weak.clone(), start.clone(), alive_once.clone());
                    thread::spawn(move || {
                        start.wait();
                        let mut before = true;
                        for _ in 0..10 {
                            let now = weak.upgrade();
                            assert!(before || now.is_none(), "None, then Some");
                            before = now.is_some();
                            if let Some(node) = now {
                                assert_eq!(node.edge(1).name(), "b");
                                alive_once.fetch_add(1, SeqCst);
                            }
                        }
                    })
                })
                .collect();
            start.wait();
            full();
            for thread in upgrading {
                thread.join().unwrap();
            }
            full();
            assert!(weak.upgrade().is_none(), "round {round}");
            assert_eq!(alive(), 0, "round {round}");
            take_log();
        }
    });
}

#[test]
fn edges_move_while_others_collect() {
    // The edge-moving attack: the one outside handle wanders between two locked cells.
    law(|| {
        let collector = Collector::every(Duration::ZERO);
        let (a, b) = (Plain::looped("a"), Plain::looped("b"));
        let wanderer = Plain::looped("wanderer");
        a.link(wanderer);
        for _ in 0..100_000 / SHRINK {
            for (from, to) in [(&a, &b), (&b, &a)] {
                let edge = lock(&from.edges).pop().expect("it is here");
                assert_eq!(edge.edge(0).name(), "wanderer");
                lock(&to.edges).push(edge);
            }
        }
        drop(collector);
        drop((a, b));
        assert_eq!(collected(), 3);
    });
}

#[test]
fn an_edge_that_is_swapped_while_others_collect_keeps_its_object() {
    law(|| {
        let collector = Collector::every(Duration::ZERO);
        let root = Plain::new("root");
        root.link(Plain::looped("0"));
        for _ in 0..100_000 / SHRINK {
            let new = Plain::looped("new");
            let old = std::mem::replace(&mut lock(&root.edges)[0], new.clone().into());
            drop(new);
            old.name();
            drop(old);
            root.edge(0).edge(0).name();
            take_log();
        }
        drop(collector);
        log("end");
    });
}

#[test]
fn exclusive_access_while_others_collect() {
    #[derive(Trace)]
    struct Counted {
        count: usize,
        edges: Vec<Gc<Plain>>,
        #[trace(skip)]
        probe: Probe,
    }
    law(|| {
        let collector = Collector::every(Duration::ZERO);
        let mut object = Gc::new(Counted { count: 0, edges: Vec::new(), probe: Probe::new("") });
        let rounds = 50_000 / SHRINK;
        for _ in 0..rounds {
            drop(object.clone());
            let inner = Gc::get_mut(&mut object).expect("the only handle");
            inner.count += 1;
            inner.edges = vec![Plain::looped(""), Plain::new("")];
            inner.probe.check();
        }
        assert_eq!(object.count, rounds);
        let inner = Gc::try_unwrap(object).unwrap_or_else(|_| panic!("the only handle"));
        assert_eq!(inner.edges.len(), 2);
        drop(collector);
    });
}

#[test]
fn threads_that_end_leave_no_memory_of_the_dead() {
    law(|| {
        let before = stats().young_candidates;
        for _ in 0..100 {
            let work = || {
                let (a, b) = (Plain::new(""), Plain::new(""));
                // Candidates, both; the last one's entry is taken back when it dies, the other's is not.
                drop((a.clone(), b.clone()));
                drop(a);
                drop(b);
            };
            thread::spawn(work).join().unwrap();
        }
        assert!(stats().young_candidates <= before + 1, "{:?}", stats());
    });
}

/// As `send_wrapper`'s: may be anywhere, and is looked at on its own thread alone.
struct Owned<T>(thread::ThreadId, T);

// SAFETY: the value is reached and dropped on its own thread.
unsafe impl<T> Send for Owned<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Owned<T> {}

// SAFETY: reports what the value reports, or nothing (1 to 5).
unsafe impl<T: Trace> Trace for Owned<T> {
    type Facts = refcycle::facts::All;

    fn trace(&self, tracer: &mut refcycle::Tracer) {
        if self.0 == thread::current().id() {
            self.1.trace(tracer);
        }
    }
}

#[test]
fn local_handles_are_nothing_to_the_shared_collector() {
    #[derive(Trace)]
    struct Local(RefCell<Option<refcycle::Gc<Local>>>);
    #[derive(Trace)]
    struct Shared {
        local: Owned<refcycle::Gc<Local>>,
        #[trace(skip)]
        probe: Probe,
    }

    law(|| {
        let me = thread::current().id();
        let locals = [(); 20].map(|()| refcycle::Gc::new(Local(RefCell::default())));
        let shared = locals.each_ref().map(|local| {
            let local = Owned(me, local.clone());
            Gc::new(Shared { local, probe: Probe::new("") })
        });
        // Candidates, all of them.
        for (local, shared) in locals.iter().zip(&shared) {
            drop((local.clone(), shared.clone()));
        }
        assert_eq!(collected(), 0);
        assert_eq!(refcycle::collect().visited, 20);
        for (local, shared) in locals.iter().zip(shared) {
            assert_eq!(refcycle::Gc::strong_count(local), 2);
            shared.probe.check();
            drop(shared);
            assert_eq!(refcycle::Gc::strong_count(local), 1);
        }
    });
}
