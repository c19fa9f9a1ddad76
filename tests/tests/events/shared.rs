//! What is so for objects that threads share.

use crate::{Heard, alone};
use refcycle::CollectPhase::{Start, Stop};
use refcycle::sync::{
    CollectHistory, CollectHook, Gc, Policy, collect, on_collect, set_policy, spawn_collector,
};
use refcycle::{CollectEvent, Trace};
use static_assertions::assert_impl_all;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

assert_impl_all!(CollectHook: Send, Sync);
assert_impl_all!(CollectHistory: Send, Sync);
assert_impl_all!(CollectEvent: Send, Sync, Copy);

#[derive(Trace)]
struct Node(Mutex<Option<Gc<Node>>>);

impl Node {
    fn looped() -> Gc<Node> {
        let node = Gc::new(Node(Mutex::default()));
        *node.0.lock().unwrap() = Some(node.clone());
        node
    }
}

#[test]
fn collections_of_any_thread_are_heard_on_that_thread() {
    alone(|| {
        let heard = Heard::default();
        let note = heard.hook("");
        let here = thread::current().id();
        let _hook = on_collect(move |event| {
            assert_ne!(thread::current().id(), here);
            note(event);
        });
        thread::spawn(|| {
            drop(Node::looped());
            collect();
            refcycle::collect();
        })
        .join()
        .unwrap();
        let (_, stop) = heard.one();
        assert_eq!(stop.outcome.collected, 1);
    });
}

#[test]
fn a_hook_may_wait_for_another_thread_that_collects() {
    static IS_NESTED: AtomicBool = AtomicBool::new(false);
    alone(|| {
        let heard = Heard::default();
        let note = heard.hook("");
        let _hook = on_collect(move |event| {
            note(event);
            if !IS_NESTED.swap(true, SeqCst) {
                drop(Node::looped());
                let other = thread::spawn(collect).join().unwrap();
                assert_eq!((other.collected, other.refused), (1, false));
                IS_NESTED.store(false, SeqCst);
            }
        });
        assert_eq!(collect().collected, 0);
        let both = [Start, Start, Stop];
        let phases: Vec<_> = heard.phases().into_iter().map(|(_, phase)| phase).collect();
        assert_eq!(phases, [both, [Stop, Start, Stop]].concat());
    });
}

#[test]
fn so_may_a_hook_of_a_collection_that_an_allocation_starts() {
    alone(|| {
        let heard = Heard::default();
        let (note, me) = (heard.hook(""), thread::current().id());
        let _hook = on_collect(move |event| {
            note(event);
            if thread::current().id() == me {
                assert!(!thread::spawn(collect).join().unwrap().refused);
            }
        });
        drop(Node::looped());
        let policy = Policy::default().with_young(1);
        set_policy(policy);
        let allocated = Gc::new(Node(Mutex::default()));
        set_policy(Policy::OFF);
        assert!(heard.take().iter().any(|(_, event)| event.is_automatic));
        drop(allocated);
    });
}

#[test]
fn a_hook_may_be_dropped_on_another_thread() {
    alone(|| {
        let heard = Heard::default();
        let hook = on_collect(heard.hook(""));
        thread::spawn(move || drop(hook)).join().unwrap();
        collect();
        assert!(heard.take().is_empty());
    });
}

#[test]
fn the_background_collector_is_heard_and_its_panics_are_kept() {
    alone(|| {
        let heard = Heard::default();
        let note = heard.hook("");
        let hook = on_collect(move |event| {
            // Should that one fall behind, others collect as well.
            if thread::current().name() == Some("refcycle collector") {
                note(event);
                assert!(event.phase == Start, "on purpose");
            }
        });
        let collector = spawn_collector(Policy::default().with_young(10));
        let begun = Instant::now();
        while heard.0.lock().unwrap().len() < 2 {
            drop(Node::looped());
            assert!(begun.elapsed() < Duration::from_mins(1), "it does not collect");
            thread::yield_now();
        }
        let message = refcycle_tests::caught(|| collector.stop());
        assert!(message.contains("on purpose"), "{message}");
        drop(hook);
        set_policy(Policy::OFF);
        let events = heard.take();
        assert!(events.iter().all(|(_, event)| event.is_automatic && event.is_shared));
    });
}

#[test]
fn a_hook_of_one_flavour_may_collect_in_the_other() {
    alone(|| {
        let heard = Heard::default();
        let _shared = on_collect({
            let note = heard.hook("shared");
            move |event| {
                note(event);
                refcycle::collect();
            }
        });
        let _local = refcycle::on_collect({
            let note = heard.hook("local");
            move |event| {
                note(event);
                assert!(collect().refused);
            }
        });
        collect();
        let one = [("shared", Start), ("local", Start), ("local", Stop)];
        let other = [("shared", Stop), ("local", Start), ("local", Stop)];
        assert_eq!(heard.phases(), [one, other].concat());
    });
}
