//! User code of a collection may wait for other threads, and they for it: nothing of the library's is
//! locked meanwhile. A law that never ends ends the process (`support::run`).

use super::shared::flavor::{collected, full, law};
use super::shared::nodes::{Doomed, Fin, Plain};
use crate::support::{lock, take_log};
use refcycle::Trace;
use refcycle::sync::{Gc, Policy, collect, collect_young, set_policy};
use std::sync::{Arc, Barrier, Mutex, RwLock, mpsc};
use std::thread;

/// Joins a thread that does what a thread may want of the collector.
fn join_one_that_collects() {
    thread::spawn(|| {
        drop(Plain::looped(""));
        assert!(!collect().refused);
        assert!(!collect_young().refused);
        let before = set_policy(Policy::OFF);
        set_policy(before);
        let _numbers = (refcycle::sync::live(), refcycle::sync::stats());
    })
    .join()
    .unwrap();
}

#[test]
fn a_drop_joins_a_thread_that_collects() {
    law(|| {
        let node = Doomed::with("a", |_| join_one_that_collects());
        node.link(node.clone());
        node.link(Plain::looped("b"));
        drop(node);
        assert_eq!(collected(), 3 - 1);
        assert_eq!(take_log(), ["drop a", "drop b"]);
        // And on the counting path.
        drop(Doomed::with("c", |_| join_one_that_collects()));
    });
}

#[test]
fn a_finalizer_joins_a_thread_that_collects() {
    law(|| {
        let node = Fin::with("a", |_| join_one_that_collects());
        node.link(node.clone());
        drop(node);
        assert_eq!(collected(), 1);
        drop(Fin::with("c", |_| join_one_that_collects()));
    });
}

#[test]
fn a_callback_joins_a_thread_that_collects() {
    law(|| {
        let node = Plain::looped("");
        let watch = Gc::watch(&node, join_one_that_collects);
        drop(node);
        assert_eq!(collected(), 1);
        drop(watch);
    });
}

#[test]
fn a_drop_in_an_automatic_collection_joins_a_thread_that_collects() {
    law(|| {
        let node = Doomed::with("a", |_| join_one_that_collects());
        node.link(node.clone());
        drop(node);
        set_policy(Policy::default().with_young(10));
        let kept: Vec<_> = (0..5_000).map(|_| Plain::new("")).collect();
        assert_eq!(take_log(), ["drop a"]);
        drop(kept);
    });
}

#[test]
fn a_drop_wants_a_lock_that_one_who_collects_holds() {
    law(|| {
        for _ in 0..20 {
            let users = Arc::new(Mutex::new(0));
            let start = Arc::new(Barrier::new(2));
            let node = Doomed::with("", {
                let (users, start) = (users.clone(), start.clone());
                move |_| {
                    start.wait();
                    *lock(&users) += 1;
                }
            });
            node.link(node.clone());
            drop(node);
            let other = thread::spawn({
                let users = users.clone();
                move || {
                    let mut guard = lock(&users);
                    // The other one is in its drop from here on, and wants this lock.
                    start.wait();
                    drop(Plain::looped(""));
                    assert!(!collect().refused);
                    *guard += 1;
                }
            });
            full();
            other.join().unwrap();
            assert_eq!(*lock(&users), 2);
        }
    });
}

#[test]
fn two_drops_wait_for_each_other() {
    law(|| {
        let start = Arc::new(Barrier::new(2));
        let threads = [(); 2].map(|()| {
            let start = start.clone();
            thread::spawn(move || {
                let meet = start.clone();
                let node = Doomed::with("", move |_| {
                    meet.wait();
                });
                node.link(node.clone());
                drop(node);
                // Whose collection finds it is open: each finds one at least if it alone collects.
                start.wait();
                collect()
            })
        });
        // If one collection found both, its drops would wait for a partner that never comes: help out.
        let (done, finished) = mpsc::channel();
        let joiner = thread::spawn(move || {
            let results = threads.map(|thread| thread.join().unwrap());
            done.send(()).unwrap();
            results
        });
        let mut helped = 0;
        while finished.recv_timeout(std::time::Duration::from_millis(300)).is_err() {
            let start = start.clone();
            thread::spawn(move || start.wait());
            helped += 1;
            assert!(helped < 10, "nobody comes");
        }
        let [one, other] = joiner.join().unwrap();
        assert_eq!(one.collected + other.collected, 2);
    });
}

#[derive(Trace)]
struct Cell(Mutex<Option<Gc<Cell>>>, RwLock<Option<Gc<Cell>>>);

#[test]
fn a_collection_goes_past_what_is_locked() {
    law(|| {
        let cell = Gc::new(Cell(Mutex::default(), RwLock::default()));
        *lock(&cell.0) = Some(cell.clone());
        *cell.1.write().unwrap() = Some(cell.clone());
        drop(cell.clone());
        let (locked, wait) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let holder = thread::spawn({
            let cell = cell.clone();
            move || {
                let guards = (lock(&cell.0), cell.1.write().unwrap());
                locked.send(()).unwrap();
                released.recv().unwrap();
                drop(guards);
            }
        });
        wait.recv().unwrap();
        assert_eq!(collected(), 0, "nobody is waited for");
        release.send(()).unwrap();
        holder.join().unwrap();
        // The thread that collects may hold the locks itself.
        let guards = (lock(&cell.0), cell.1.read().unwrap());
        assert_eq!(collected(), 0);
        drop(guards);
        drop(cell);
        assert_eq!(collected(), 1);
    });
}

#[test]
fn locks_of_garbage_are_free_in_its_finalizers_and_drops() {
    law(|| {
        let node = Fin::with("a", |a| {
            assert!(a.edges.try_lock().is_ok());
            assert!(a.edge(1).edges.try_lock().is_ok());
        });
        let doomed = Doomed::with("b", |b| assert!(b.edges.try_lock().is_ok()));
        doomed.link(node.clone());
        node.link(node.clone());
        node.link(doomed);
        drop(node);
        assert_eq!(collected(), 2);
    });
}
