//! Looking at a heap that other threads change.

use crate::alone;
use refcycle::Trace;
use refcycle::sync::weak::WeakKeyMap;
use refcycle::sync::{Gc, collect, inspect};
use refcycle_tests::SHRINK;
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

#[derive(Trace)]
struct Node {
    next: Mutex<Vec<Gc<Node>>>,
    text: Box<u64>,
    #[trace(skip)]
    alive: Arc<AtomicIsize>,
}

const TEXT: u64 = 0x7E87_7E87;

fn node(alive: &Arc<AtomicIsize>) -> Gc<Node> {
    alive.fetch_add(1, SeqCst);
    Gc::new(Node { next: Mutex::default(), text: Box::new(TEXT), alive: Arc::clone(alive) })
}

impl Drop for Node {
    fn drop(&mut self) {
        assert_eq!(*self.text, TEXT);
        *self.text = 0;
        self.alive.fetch_sub(1, SeqCst);
    }
}

/// Makes, links, lends and drops, so that objects die in each way there is.
fn churn(alive: &Arc<AtomicIsize>, rounds: usize) {
    for round in 0..rounds {
        let (a, mut b) = (node(alive), node(alive));
        a.next.lock().unwrap().push(node(alive));
        if let Some(value) = Gc::get_mut(&mut b) {
            // Whoever looked at it now would see it.
            *value.text = 0;
            thread::yield_now();
            *value.text = TEXT;
        }
        a.next.lock().unwrap().push(b.clone());
        if round % 2 == 0 {
            b.next.lock().unwrap().push(a.clone());
        }
        let weak = Gc::downgrade(&b);
        let moved = a.next.lock().unwrap().pop();
        b.next.lock().unwrap().extend(moved);
        drop(a);
        if let Ok(value) = Gc::try_unwrap(b) {
            assert_eq!(*value.text, TEXT);
        }
        drop(weak.upgrade());
        if round % 64 == 0 {
            collect();
        }
    }
}

#[test]
fn looking_while_others_work_harms_nobody() {
    alone(|| {
        let alive = Arc::new(AtomicIsize::new(0));
        let done = Arc::new(AtomicBool::new(false));
        let rounds = 4_000 / SHRINK;
        let workers: Vec<_> = (0..3)
            .map(|_| {
                let alive = Arc::clone(&alive);
                thread::spawn(move || churn(&alive, rounds.max(8)))
            })
            .collect();
        let looker = {
            let done = Arc::clone(&done);
            thread::spawn(move || {
                let mut looks = 0_usize;
                while !done.load(SeqCst) || looks == 0 {
                    let picture = inspect::snapshot();
                    assert!(picture.nodes().all(|node| node.type_name().ends_with("Node")));
                    for found in inspect::objects_of::<Node>() {
                        assert_eq!(*found.text, TEXT);
                        for reference in inspect::referents(&found) {
                            let target = reference.into_object().downcast::<Node>().unwrap();
                            assert_eq!(*target.text, TEXT);
                        }
                    }
                    inspect::for_each_object(|object| assert!(object.strong_count() > 0));
                    if looks.is_multiple_of(16) {
                        inspect::freeze();
                        inspect::unfreeze();
                        let _ = inspect::detect().len();
                    }
                    looks += 1;
                }
                looks
            })
        };
        for worker in workers {
            worker.join().unwrap();
        }
        done.store(true, SeqCst);
        assert!(looker.join().unwrap() > 0);
        while collect().collected > 0 {}
        assert_eq!(alive.load(SeqCst), 0);
    });
}

#[test]
fn a_last_handle_that_goes_during_a_look_is_dropped_by_the_looker() {
    /// Lets the other thread drop the last handle while it is traced.
    struct Trap {
        armed: AtomicBool,
        barriers: Arc<[Barrier; 2]>,
        dropped_by: Arc<Mutex<Option<thread::ThreadId>>>,
    }

    // SAFETY: it reports nothing. (It waits for another thread, which nothing but this test may do.)
    unsafe impl Trace for Trap {
        type Facts = refcycle::facts::All;

        fn trace(&self, _: &mut refcycle::Tracer) {
            if self.armed.swap(false, SeqCst) {
                for barrier in &*self.barriers {
                    barrier.wait();
                }
            }
        }
    }

    impl Drop for Trap {
        fn drop(&mut self) {
            *self.dropped_by.lock().unwrap() = Some(thread::current().id());
        }
    }

    alone(|| {
        let dropped_by = Arc::new(Mutex::new(None));
        let barriers = Arc::new([Barrier::new(2), Barrier::new(2)]);
        let trap = Gc::new(Trap {
            armed: AtomicBool::new(true),
            barriers: Arc::clone(&barriers),
            dropped_by: Arc::clone(&dropped_by),
        });
        let other = thread::spawn(move || {
            barriers[0].wait();
            drop(trap);
            barriers[1].wait();
        });
        assert_eq!(inspect::snapshot().len(), 1);
        other.join().unwrap();
        assert_eq!(*dropped_by.lock().unwrap(), Some(thread::current().id()));
    });
}

#[test]
fn erased_handles_may_go_to_other_threads() {
    fn is_send_and_sync<T: Send + Sync>(_: &T) {}
    alone(|| {
        let owner = Gc::new((Gc::new(1_u8), 2_u8));
        let reference = inspect::referents(&owner).pop().unwrap();
        is_send_and_sync(&reference);
        drop(owner);
        thread::spawn(move || drop(reference)).join().unwrap();
    });
}

#[test]
fn a_leak_of_another_thread_is_found() {
    alone(|| {
        let guard = inspect::LeakGuard::new();
        let leaked = thread::spawn(|| Gc::new(1_u16)).join().unwrap();
        let message = refcycle_tests::caught(|| guard.check());
        assert!(message.contains("1 of type `u16`"), "{message}");
        drop(leaked);
        refcycle::assert_no_leaks!(sync {
            thread::spawn(|| drop(Gc::new(1_u16))).join().unwrap();
        });
    });
}

#[test]
fn a_loan_is_over_when_another_handle_has_gone() {
    alone(|| {
        let leaf = Gc::new(1_u8);
        let mut owner = Gc::new((leaf.clone(), Mutex::new(None::<Gc<u8>>)));
        assert!(Gc::get_mut(&mut owner).is_some());
        assert!(inspect::referrers(&leaf).is_empty());
        drop(owner.clone());
        assert_eq!(inspect::referrers(&leaf).len(), 1);
    });
}

/// It has an entry in a buffer already: with a second one, the first would outlive the block.
#[test]
fn a_candidate_that_was_frozen_becomes_a_key() {
    alone(|| {
        let alive = Arc::new(AtomicIsize::new(0));
        let notes = WeakKeyMap::new();
        let key = node(&alive);
        drop(key.clone());
        inspect::freeze();
        notes.insert(&key, 7_u8);
        assert_eq!(refcycle::sync::stats().old_candidates, 0, "it is noted twice");
        drop(key);
        inspect::unfreeze();
        collect();
        assert_eq!((alive.load(SeqCst), notes.len()), (0, 0));
    });
}
