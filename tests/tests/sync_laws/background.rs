//! The background collector, and pauses: who collects, when, and how it ends.

use super::shared::flavor::{full, law};
use crate::support::{Probe, lock};
use refcycle::Trace;
use refcycle::sync::{
    CollectorHandle, Gc, Policy, collect, live, pause, policy, set_policy, spawn_collector, stats,
};
use refcycle_tests::{caught, panic_payload};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Called with the name of the thread that drops the value.
type OnDrop = Box<dyn FnOnce(&str) + Send + Sync>;

#[derive(Trace)]
struct Node {
    next: Mutex<Option<Gc<Node>>>,
    #[trace(skip)]
    on_drop: Option<OnDrop>,
    #[trace(skip)]
    _probe: Probe,
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(call) = self.on_drop.take() {
            call(thread::current().name().unwrap_or(""));
        }
    }
}

/// A cycle of one that nothing leads to any more.
fn abandon(on_drop: Option<OnDrop>) {
    let node = Gc::new(Node { next: Mutex::default(), on_drop, _probe: Probe::new("") });
    *lock(&node.next) = Some(node.clone());
}

/// Waits until it is so.
#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    const PATIENCE: Duration = Duration::from_mins(1);
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "has not come to pass: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

const YOUNG: usize = 100;
const COLLECTOR: &str = "refcycle collector";

fn start() -> CollectorHandle {
    spawn_collector(Policy::default().with_young(YOUNG))
}

#[test]
fn what_threads_abandon_is_dropped_by_the_background_collector() {
    law(|| {
        let collector = start();
        assert_eq!(policy().young, YOUNG, "the policy is set");
        let dropped = Arc::new(AtomicUsize::new(0));
        for round in 1..=20 {
            for _ in 0..YOUNG {
                let count = dropped.clone();
                abandon(Some(Box::new(move |thread| {
                    assert_eq!(thread, COLLECTOR);
                    count.fetch_add(1, SeqCst);
                })));
            }
            wait_until("the round is collected", || {
                abandon(None);
                dropped.load(SeqCst) == round * YOUNG
            });
        }
        collector.stop();
    });
}

#[test]
fn after_its_end_threads_collect_again() {
    law(|| {
        drop(start());
        let this = "a thread that allocates";
        let dropped = Arc::new(AtomicUsize::new(0));
        let its = dropped.clone();
        let work = move || {
            for _ in 0..3 * YOUNG {
                let count = its.clone();
                abandon(Some(Box::new(move |thread| {
                    count.fetch_add(usize::from(thread == this), SeqCst);
                })));
            }
        };
        thread::Builder::new().name(this.to_owned()).spawn(work).unwrap().join().unwrap();
        assert!(dropped.load(SeqCst) >= YOUNG, "{dropped:?}");
    });
}

#[test]
fn there_is_one_at_a_time() {
    law(|| {
        let first = start();
        let message = caught(|| spawn_collector(Policy::OFF));
        assert!(message.contains("there is a background collector already"), "{message}");
        assert_eq!(policy().young, YOUNG, "what failed has set no policy");
        assert!(policy().automatic);
        first.stop();
        start().stop();
    });
}

#[test]
fn a_policy_that_is_none_starts_nothing() {
    law(|| {
        let before = policy();
        let message = caught(|| spawn_collector(Policy::default().with_growth(-1.0)));
        assert!(message.contains("growth"), "{message}");
        assert_eq!(policy(), before);
        drop(start());
    });
}

#[test]
fn it_goes_on_after_a_panic_which_its_end_gives() {
    law(|| {
        let collector = start();
        let panicked = Arc::new(AtomicUsize::new(0));
        for number in 0..2 {
            let count = panicked.clone();
            abandon(Some(Box::new(move |_| {
                count.fetch_add(1, SeqCst);
                // A payload without a message is not heard.
                std::panic::resume_unwind(Box::new(number));
            })));
            wait_until("the panic", || {
                abandon(None);
                panicked.load(SeqCst) == number + 1
            });
        }
        let payload = panic_payload(|| collector.stop()).expect("panics with the first");
        assert_eq!(payload.downcast_ref::<usize>(), Some(&0));
    });
}

#[test]
fn a_panic_is_forgotten_when_the_handle_is_dropped() {
    law(|| {
        let collector = start();
        let (sender, receiver) = mpsc::channel();
        let sender = Mutex::new(sender);
        abandon(Some(Box::new(move |_| {
            lock(&sender).send(()).unwrap();
            std::panic::resume_unwind(Box::new(1));
        })));
        wait_until("the panic", || {
            abandon(None);
            receiver.try_recv().is_ok()
        });
        drop(collector);
    });
}

#[test]
fn its_end_waits_for_the_user_code_that_it_runs() {
    law(|| {
        let collector = start();
        let (begun, has_begun) = mpsc::channel();
        let ended = Arc::new(AtomicUsize::new(0));
        let (its, begun) = (ended.clone(), Mutex::new(begun));
        abandon(Some(Box::new(move |_| {
            lock(&begun).send(()).unwrap();
            thread::sleep(Duration::from_millis(50));
            its.fetch_add(1, SeqCst);
        })));
        wait_until("the drop begins", || {
            abandon(None);
            has_begun.try_recv().is_ok()
        });
        drop(collector);
        assert_eq!(ended.load(SeqCst), 1);
    });
}

#[test]
fn a_handle_that_is_garbage_itself_ends_the_thread() {
    law(|| {
        let handle = Mutex::new(Some(start()));
        let ended = Arc::new(AtomicUsize::new(0));
        let its = ended.clone();
        abandon(Some(Box::new(move |thread| {
            assert_eq!(thread, COLLECTOR);
            drop(lock(&handle).take());
            its.fetch_add(1, SeqCst);
        })));
        wait_until("it is collected", || {
            abandon(None);
            ended.load(SeqCst) == 1
        });
        // It is no more, so there can be another.
        wait_until("the end", || panic_payload(|| drop(start())).is_none());
    });
}

#[test]
fn a_collector_that_is_stuck_is_helped() {
    law(|| {
        let collector = start();
        let (go_on, wait) = mpsc::channel::<()>();
        let stuck = Arc::new(AtomicUsize::new(0));
        let (its, wait) = (stuck.clone(), Mutex::new(wait));
        abandon(Some(Box::new(move |thread| {
            its.store(1 + usize::from(thread == COLLECTOR), SeqCst);
            let _ = lock(&wait).recv();
        })));
        wait_until("it is stuck", || {
            abandon(None);
            stuck.load(SeqCst) != 0
        });
        assert_eq!(stuck.load(SeqCst), 2, "on the background thread");
        for _ in 0..100 * YOUNG {
            abandon(None);
        }
        assert!(live().objects < 50 * YOUNG, "memory is not bounded: {}", live().objects);
        go_on.send(()).unwrap();
        drop(collector);
    });
}

#[test]
fn a_pause_keeps_threads_from_collecting() {
    law(|| {
        set_policy(Policy::default().with_young(YOUNG));
        let collections = || stats().young_collections + stats().full_collections;
        let outer = pause();
        let inner = pause();
        let before = collections();
        let work = || (0..30 * YOUNG).for_each(|_| abandon(None));
        thread::spawn(work).join().unwrap();
        work();
        // It may end on another thread.
        thread::spawn(move || drop(outer)).join().unwrap();
        work();
        assert_eq!(collections(), before);
        assert_eq!(full().collected, 90 * YOUNG, "by hand it works");
        drop(inner);
        work();
        assert!(collections() > before + 1);
    });
}

#[test]
fn a_pause_keeps_the_background_collector_from_collecting() {
    law(|| {
        let collector = start();
        let paused = pause();
        let before = stats();
        (0..30 * YOUNG).for_each(|_| abandon(None));
        thread::sleep(Duration::from_millis(20));
        assert_eq!(stats().young_collections, before.young_collections);
        drop(paused);
        wait_until("the end of the pause wakes it", || {
            stats().young_collections > before.young_collections
        });
        collector.stop();
        collect();
    });
}

#[test]
fn it_stops_although_drops_make_more_and_more_garbage() {
    /// Each that is dropped abandons another, as long as `goes_on`.
    fn respawn(goes_on: Arc<AtomicUsize>) {
        abandon(Some(Box::new(move |_| {
            if goes_on.load(SeqCst) == 1 {
                respawn(goes_on);
            }
        })));
    }
    law(|| {
        let collector = spawn_collector(Policy::default().with_young(1));
        let goes_on = Arc::new(AtomicUsize::new(1));
        respawn(goes_on.clone());
        let before = stats().young_collections;
        wait_until("it collects", || {
            abandon(None);
            stats().young_collections > before + 10
        });
        collector.stop();
        goes_on.store(0, SeqCst);
    });
}

#[test]
fn threads_do_not_outrun_the_collector() {
    for background in [false, true] {
        law(move || {
            set_policy(Policy::default());
            let collector = background.then(|| spawn_collector(Policy::default()));
            let work = || (0..500_000 / refcycle_tests::SHRINK).map(|_| abandon(None)).count();
            let threads = [(); 4].map(|()| thread::spawn(work));
            let mut most = 0;
            while !threads.iter().all(thread::JoinHandle::is_finished) {
                most = most.max(live().objects);
                thread::sleep(Duration::from_millis(1));
            }
            for thread in threads {
                thread.join().unwrap();
            }
            drop(collector);
            assert!(most < 1_200_000, "{most} objects at once");
        });
    }
}
