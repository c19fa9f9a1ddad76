//! What is so for one thread alone: collections in steps, and the end of the thread.

use crate::Heard;
use refcycle::{
    CollectHook, CollectPhase, CollectScope, Gc, Policy, Trace, Tracer, collect, collect_young,
    facts, on_collect, set_policy, stats,
};
use refcycle_tests::nodes::Plain;
use refcycle_tests::{caught, in_thread, law, law_untouched};
use static_assertions::assert_not_impl_any;
use std::cell::{Cell, RefCell};
use std::mem::forget;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

assert_not_impl_any!(CollectHook: Send, Sync);
assert_not_impl_any!(refcycle::CollectHistory: Send, Sync);

/// A full collection is always due, and each allocation does one step of one unit. No young ones.
fn one_by_one() -> Policy {
    Policy::default().with_young(1_000_000).with_full(1).with_growth(0.0).with_step(1)
}

/// Does as it is told when it is traced.
struct Traced {
    me: RefCell<Option<Gc<Traced>>>,
    orders: Rc<Cell<Orders>>,
}

#[derive(Clone, Copy)]
enum Orders {
    None,
    Panic,
    Sleep(Duration),
}

// SAFETY: reports the handle that the value owns, once.
unsafe impl Trace for Traced {
    type Facts = facts::All;

    fn trace(&self, tracer: &mut Tracer) {
        match self.orders.get() {
            Orders::None => {}
            Orders::Panic => panic!("on purpose"),
            Orders::Sleep(time) => sleep(time),
        }
        tracer.field("me", &self.me);
    }
}

impl Traced {
    /// An old one that leads to itself.
    fn looped() -> (Gc<Traced>, Rc<Cell<Orders>>) {
        let orders = Rc::new(Cell::new(Orders::None));
        let traced = Gc::new(Traced { me: RefCell::default(), orders: Rc::clone(&orders) });
        *traced.me.borrow_mut() = Some(traced.clone());
        drop(traced.clone());
        collect_young();
        (traced, orders)
    }
}

/// Has a step done.
fn tick() {
    drop(Gc::new(RefCell::new(None::<Gc<Plain>>)));
}

/// Old garbage, and a step of a collection that will find it.
fn begin_steps() {
    let nodes = [Plain::looped("a"), Plain::looped("b"), Plain::looped("c")];
    drop(nodes.clone());
    collect_young();
    drop(nodes);
    set_policy(one_by_one());
    tick();
}

/// Goes on until a full collection has come to its end.
#[track_caller]
fn to_the_end() {
    let before = stats().full_collections;
    for _ in 0..1_000 {
        tick();
        if stats().full_collections > before {
            set_policy(Policy::OFF);
            return;
        }
    }
    panic!("it never ends");
}

#[test]
fn a_collection_in_steps_is_told_when_it_begins_and_when_it_is_done() {
    law(|| {
        let heard = Heard::default();
        let _hook = on_collect(heard.hook(""));
        begin_steps();
        let events = heard.take();
        let stepwise: Vec<_> = events.iter().filter(|(_, event)| event.is_stepwise).collect();
        let [(_, start)] = stepwise[..] else { panic!("not one start: {events:?}") };
        assert_eq!(start.phase, CollectPhase::Start);
        assert_eq!((start.scope, start.candidates), (CollectScope::Full, 3));
        assert!(start.is_automatic && !start.is_shared);
        tick();
        assert!(heard.take().is_empty(), "it is not done");
        to_the_end();
        let events = heard.take();
        let [(_, stop)] = events[..] else { panic!("not one stop: {events:?}") };
        assert_eq!(stop.phase, CollectPhase::Stop);
        assert!(stop.is_automatic && stop.is_stepwise && stop.is_complete);
        assert_eq!((stop.scope, stop.candidates), (CollectScope::Full, 3));
        assert_eq!((stop.outcome.collected, stop.outcome.visited), (3, 3));
        assert!(stop.freed_bytes > 0 && stop.freed_bytes.is_multiple_of(3));
        assert!(stop.steps > 3, "{}", stop.steps);
        assert!(Duration::ZERO < stop.pause && stop.pause < stop.time);
        assert_eq!(stop.live.objects, 0);
    });
}

#[test]
fn a_collection_in_steps_that_frees_nothing_is_told_as_well() {
    law(|| {
        let heard = Heard::default();
        let nodes = [Plain::looped("a"), Plain::looped("b")];
        drop(nodes.clone());
        collect_young();
        let _hook = on_collect(heard.hook(""));
        set_policy(one_by_one());
        to_the_end();
        let (start, stop) = heard.one();
        assert_eq!((start.candidates, stop.candidates), (2, 2));
        assert!(stop.is_complete && stop.outcome.collected == 0 && stop.outcome.visited == 2);
        for node in nodes {
            node.unlink();
        }
    });
}

#[test]
fn a_trace_that_panics_in_a_step_makes_the_collection_incomplete() {
    law(|| {
        let (bad, orders) = Traced::looped();
        let heard = Heard::default();
        let _hook = on_collect(heard.hook(""));
        drop(bad);
        orders.set(Orders::Panic);
        set_policy(one_by_one());
        let message = caught(|| {
            for _ in 0..10 {
                tick();
            }
        });
        assert!(message.contains("on purpose"), "{message}");
        assert_eq!(heard.0.lock().unwrap().len(), 1, "it is still to be given up");
        orders.set(Orders::None);
        for _ in 0..100 {
            tick();
        }
        let events = heard.take();
        let [(_, start), (_, stop), ..] = events[..] else { panic!("{events:?}") };
        assert!(start.phase == CollectPhase::Start && start.is_stepwise);
        assert!(stop.phase == CollectPhase::Stop && stop.is_stepwise && !stop.is_complete);
        set_policy(Policy::OFF);
        assert_eq!(collect().collected, 1);
    });
}

#[test]
fn the_pause_of_steps_is_the_longest_of_them() {
    law(|| {
        const NAP: Duration = Duration::from_millis(20);
        let (slow, orders) = Traced::looped();
        let heard = Heard::default();
        let _hook = on_collect(heard.hook(""));
        drop(slow);
        set_policy(one_by_one());
        tick();
        orders.set(Orders::Sleep(NAP));
        while heard.0.lock().unwrap().len() < 2 {
            let begun = Instant::now();
            tick();
            if begun.elapsed() >= NAP {
                // Others that come later are shorter.
                orders.set(Orders::None);
            }
        }
        set_policy(Policy::OFF);
        let (_, stop) = heard.one();
        assert_eq!(stop.outcome.collected, 1);
        assert!(NAP <= stop.pause && stop.pause < stop.time, "{stop:?}");
    });
}

#[test]
fn the_program_between_two_steps_is_no_pause() {
    law(|| {
        const NAP: Duration = Duration::from_millis(100);
        let heard = Heard::default();
        let _hook = on_collect(heard.hook(""));
        begin_steps();
        sleep(NAP);
        to_the_end();
        let (_, stop) = heard.take().pop().unwrap();
        assert!(stop.is_stepwise && stop.time < NAP, "{:?}", stop.time);
    });
}

#[test]
fn steps_that_a_call_makes_superfluous_stop_before_it_starts() {
    law(|| {
        let heard = Heard::default();
        let _hook = on_collect(heard.hook(""));
        begin_steps();
        set_policy(Policy::OFF);
        heard.take();
        assert_eq!(collect().collected, 3);
        let events = heard.take();
        let [(_, given_up), (_, start), (_, stop)] = events[..] else { panic!("{events:?}") };
        assert_eq!(given_up.phase, CollectPhase::Stop);
        assert!(given_up.is_stepwise && !given_up.is_complete);
        assert_eq!((given_up.outcome.collected, given_up.freed_bytes), (0, 0));
        assert_eq!(start.phase, CollectPhase::Start);
        assert!(!start.is_stepwise && start.candidates == 3);
        assert!(stop.is_complete && stop.outcome.collected == 3);
    });
}

#[test]
fn a_hook_that_comes_between_two_steps_hears_of_the_next_collection() {
    law(|| {
        begin_steps();
        let heard = Heard::default();
        let hook = on_collect(heard.hook("alone"));
        to_the_end();
        assert!(heard.take().is_empty(), "nobody had heard of its start");
        drop(hook);

        let _first = on_collect(heard.hook("first"));
        begin_steps();
        heard.take();
        let _second = on_collect(heard.hook("second"));
        to_the_end();
        assert_eq!(heard.phases(), [("first", CollectPhase::Stop)]);
    });
}

#[test]
fn a_hook_that_goes_between_two_steps_leaves_nothing_behind() {
    law(|| {
        let heard = Heard::default();
        let hook = on_collect(heard.hook("gone"));
        begin_steps();
        heard.take();
        drop(hook);
        assert_eq!(collect().collected, 3);
        // Registered after the steps were given up, and before others begin.
        begin_steps();
        let _hook = on_collect(heard.hook("late"));
        to_the_end();
        assert!(heard.take().is_empty());
    });
}

#[test]
fn hooks_of_steps_start_no_collection_and_may_panic() {
    law(|| {
        let heard = Heard::default();
        let note = heard.hook("");
        let _hook = on_collect(move |event| {
            note(event);
            assert!(collect().refused);
            tick();
            assert!(!event.is_stepwise, "on purpose");
        });
        let message = caught(begin_steps);
        assert!(message.contains("on purpose"));
        let message = caught(to_the_end);
        assert!(message.contains("on purpose"));
        set_policy(Policy::OFF);
        let last = heard.take().pop().unwrap().1;
        assert_eq!((last.phase, last.outcome.collected), (CollectPhase::Stop, 3));
    });
}

#[test]
fn the_end_of_the_thread_is_heard_by_a_hook_that_was_forgotten() {
    law(|| {
        let heard = Heard::default();
        let its = heard.clone();
        in_thread(move || {
            forget(on_collect(its.hook("")));
            set_policy(Policy::OFF);
            drop(Plain::looped("a"));
        });
        let events = heard.take();
        let [.., (_, stop)] = events[..] else { panic!("nothing was heard") };
        assert!(stop.is_automatic && stop.is_complete && stop.outcome.collected == 1);
        assert_eq!(Arc::strong_count(&heard.0), 1, "the hook has been dropped");
    });
}

#[test]
fn steps_that_the_end_of_the_thread_makes_superfluous_stop() {
    law(|| {
        let heard = Heard::default();
        let its = heard.clone();
        in_thread(move || {
            forget(on_collect(its.hook("")));
            begin_steps();
            its.take();
        });
        let (_, first) = heard.take()[0];
        assert!(first.phase == CollectPhase::Stop && first.is_stepwise && !first.is_complete);
    });
}

#[test]
fn steps_of_which_the_end_of_the_thread_finds_nothing_left_stop() {
    law(|| {
        let heard = Heard::default();
        let its = heard.clone();
        in_thread(move || {
            let node = Plain::new("a");
            drop(node.clone());
            collect_young();
            drop(node.clone());
            forget(on_collect(its.hook("")));
            set_policy(one_by_one());
            tick();
            set_policy(Policy::OFF);
            drop(node);
            let events = its.take();
            assert!(events.len() == 1 && events[0].1.is_stepwise, "{events:?}");
        });
        let (_, stop) = heard.take()[0];
        assert!(stop.phase == CollectPhase::Stop && stop.is_stepwise && !stop.is_complete);
    });
}

#[test]
fn a_hook_that_is_forgotten_is_dropped_where_nothing_else_happens() {
    law_untouched(|| {
        in_thread(|| {
            let owned = Box::new(1);
            forget(on_collect(move |_| assert_eq!(*owned, 1)));
        });
    });
}

#[test]
fn a_hook_that_comes_after_the_end_is_dropped() {
    struct Late(Heard);
    impl Drop for Late {
        fn drop(&mut self) {
            let hook = on_collect(self.0.hook(""));
            if collect().refused {
                assert_eq!(
                    Arc::strong_count(&self.0.0),
                    2,
                    "there is the test's own beside this one"
                );
            }
            drop(hook);
            forget(on_collect(self.0.hook("")));
        }
    }
    // Destructors of thread-locals run in the order of their first use, or in the opposite one.
    thread_local!(static LATE: RefCell<Option<Late>> = const { RefCell::new(None) });
    law(|| {
        for is_first in [true, false] {
            let heard = Heard::default();
            let its = heard.clone();
            in_thread(move || {
                if is_first {
                    LATE.set(Some(Late(its)));
                    tick();
                } else {
                    tick();
                    LATE.set(Some(Late(its)));
                }
            });
            assert_eq!(Arc::strong_count(&heard.0), 1);
        }
    });
}

#[test]
fn other_threads_are_not_heard() {
    law(|| {
        let heard = Heard::default();
        let _hook = on_collect(heard.hook(""));
        in_thread(|| {
            collect();
            refcycle::sync::collect();
        });
        assert!(heard.take().is_empty());
    });
}
