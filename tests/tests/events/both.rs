//! What holds in both flavours.

use crate::Heard;
use refcycle::CollectPhase::{Start, Stop};
use refcycle::{CollectScope, Collected, Finalize, Live, Policy, Trace, Tracer, facts};
use refcycle_tests::caught;
use std::cell::RefCell;
use std::panic::panic_any;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

macro_rules! both_flavors {
    ($($(#[$meta:meta])* fn $test:ident() $body:block)+) => {
        mod local {
            use super::*;
            use refcycle::{Gc, collect, collect_history, collect_young, live, on_collect, set_policy, stats};

            const IS_SHARED: bool = false;
            nodes!(refcycle::CollectHook;);

            $($(#[$meta])*
            #[test]
            fn $test() {
                refcycle_tests::law(|| $body);
            })+
        }

        mod shared {
            use super::*;
            use refcycle::sync::{Gc, collect, collect_history, collect_young, live, on_collect, set_policy, stats};

            const IS_SHARED: bool = true;
            nodes!(refcycle::sync::CollectHook; Send);

            $($(#[$meta])*
            #[test]
            fn $test() {
                crate::alone(|| $body);
            })+
        }
    };
}

macro_rules! nodes {
    ($Hook:ty; $($Send:ident)?) => {
        /// A node with edges, and something to do in its finalizer.
        #[derive(Default, Trace)]
        #[trace(finalize)]
        struct Node {
            edges: Mutex<Vec<Gc<Node>>>,
            #[trace(skip)]
            on_finalize: Mutex<Option<Box<dyn FnOnce(&Node) $(+ $Send)?>>>,
        }

        impl Finalize for Node {
            fn finalize(&self) {
                let action = self.on_finalize.lock().unwrap().take();
                if let Some(action) = action {
                    action(self);
                }
            }
        }

        impl Node {
            /// A node that leads to itself.
            fn looped() -> Gc<Node> {
                let node = Gc::new(Node::default());
                node.edges.lock().unwrap().push(node.clone());
                node
            }

            /// One with a finalizer.
            fn with(action: impl FnOnce(&Node) $(+ $Send)? + 'static) -> Gc<Node> {
                let node = Node::looped();
                *node.on_finalize.lock().unwrap() = Some(Box::new(action));
                node
            }
        }

        /// Panics when it is traced, if it is told to.
        struct Bad {
            me: Mutex<Option<Gc<Bad>>>,
            is_armed: Arc<AtomicBool>,
        }

        // SAFETY: reports the handle that the value owns, once.
        unsafe impl Trace for Bad {
            type Facts = facts::All;

            fn trace(&self, tracer: &mut Tracer) {
                assert!(!self.is_armed.load(SeqCst), "on purpose");
                tracer.field("me", &self.me);
            }
        }

        /// Where a hook finds a hook.
        type Place = Arc<Mutex<Option<$Hook>>>;
    };
}

/// Every allocation collects.
fn always() -> Policy {
    Policy::default().with_young(1).with_full(1).with_growth(0.0).with_step(usize::MAX)
}

both_flavors! {
    fn c1_each_hook_is_called_at_the_start_and_at_the_stop_in_the_order_of_registration() {
        let heard = Heard::default();
        let hooks = (on_collect(heard.hook("one")), on_collect(heard.hook("two")));
        assert!(heard.phases().is_empty());
        collect();
        let both = [("one", Start), ("two", Start), ("one", Stop), ("two", Stop)];
        assert_eq!(heard.phases(), both);
        collect_young();
        assert_eq!(heard.phases(), both);
        drop(hooks.0);
        collect();
        assert_eq!(heard.phases(), [("two", Start), ("two", Stop)]);
        drop(hooks.1);
        collect();
        assert!(heard.phases().is_empty());
    }

    fn c2_every_call_tells_the_generation() {
        let heard = Heard::default();
        let _hook = on_collect(heard.hook(""));
        for (collect, scope) in [
            (collect as fn() -> Collected, CollectScope::Full),
            (collect_young, CollectScope::Young),
        ] {
            collect();
            let (start, stop) = heard.one();
            for event in [start, stop] {
                assert_eq!(event.scope, scope);
                assert_eq!(event.is_shared, IS_SHARED);
                assert!(!event.is_automatic && !event.is_stepwise);
            }
        }
    }

    fn c3_the_stop_tells_what_was_collected() {
        let heard = Heard::default();
        let _hook = on_collect(heard.hook(""));
        let kept = Node::looped();
        let before = live();
        drop(Node::looped());
        let with_garbage = live();
        let result = collect();
        let (start, stop) = heard.one();
        assert_eq!((start.outcome, start.freed_bytes, start.steps), (Collected::default(), 0, 0));
        assert_eq!((start.live, stop.live), (with_garbage, before));
        assert!(!start.is_complete && stop.is_complete);
        assert_eq!(stop.outcome, result);
        assert_eq!((result.collected, result.resurrected), (1, 0));
        assert!(stop.freed_bytes > 0);
        assert_eq!(stop.freed_bytes, with_garbage.bytes - before.bytes);

        collect();
        let (_, stop) = heard.one();
        assert_eq!((stop.outcome.collected, stop.freed_bytes), (0, 0));
        kept.edges.lock().unwrap().clear();
    }

    fn c4_statistics_at_the_stop_include_the_collection() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let its = Arc::clone(&seen);
        let _hook = on_collect(move |_| {
            let stats = stats();
            its.lock().unwrap().push((stats.young_collections, stats.full_collections));
        });
        let (young, full) = (stats().young_collections, stats().full_collections);
        collect();
        collect_young();
        let expected = [(young, full), (young, full + 1), (young, full + 1), (young + 1, full + 1)];
        assert_eq!(*seen.lock().unwrap(), expected);
    }

    fn c5_a_history_has_a_record_of_each_collection_and_none_without() {
        collect();
        let history = collect_history(3);
        assert_eq!((history.events(), history.last(), history.heard()), (Vec::new(), None, 0));
        let kept = Node::looped();
        let before = live();
        drop([Node::looped(), kept.clone()]);
        collect_young();
        drop(kept.clone());
        collect();
        let events = history.events();
        assert_eq!(events.len(), 2);
        assert!(events.iter().all(|event| event.phase == Stop));
        assert_eq!((events[0].scope, events[1].scope), (CollectScope::Young, CollectScope::Full));
        assert_eq!((events[0].outcome.collected, events[1].outcome.collected), (1, 0));
        assert_eq!((events[0].candidates, events[1].candidates), (2, 1));
        assert_eq!((events[0].live, events[1].live), (before, before));
        assert!(events.iter().all(|event| event.time > Duration::ZERO));
        assert_eq!((history.last(), history.heard()), (Some(events[1]), 2));
        // Nobody records what happens without a history.
        drop(history);
        kept.edges.lock().unwrap().clear();
        collect();
        let history = collect_history(3);
        assert_eq!((history.events(), history.heard()), (Vec::new(), 0));
    }

    fn a_history_keeps_the_last_collections() {
        let (history, none) = (collect_history(2), collect_history(0));
        collect_young();
        collect();
        collect_young();
        let scopes: Vec<_> = history.events().iter().map(|event| event.scope).collect();
        assert_eq!(scopes, [CollectScope::Full, CollectScope::Young]);
        assert_eq!((history.heard(), none.heard()), (3, 3));
        assert!(none.events().is_empty() && none.last().is_none());
        history.clear();
        assert!(history.events().is_empty());
        collect();
        assert_eq!((history.events().len(), history.heard()), (1, 4));
        assert!(format!("{history:?}").contains("CollectEvent"));
    }

    fn candidates_are_what_a_collection_starts_from() {
        let heard = Heard::default();
        let nodes = [Node::looped(), Node::looped(), Node::looped()];
        let _hook = on_collect(heard.hook(""));
        // They lost a handle, so they are candidates.
        drop(nodes.clone());
        collect_young();
        let (start, stop) = heard.one();
        assert_eq!((start.candidates, stop.candidates), (3, 3));
        assert_eq!(stop.outcome.visited, 3);
        drop(Node::looped());
        collect_young();
        let (start, stop) = heard.one();
        assert_eq!((start.candidates, stop.candidates, stop.outcome.collected), (1, 1, 1));
        for node in nodes {
            node.edges.lock().unwrap().clear();
        }
    }

    fn what_finalizers_do_is_told() {
        thread_local!(static KEPT: RefCell<Vec<Gc<Node>>> = const { RefCell::new(Vec::new()) });
        let heard = Heard::default();
        let _hook = on_collect(heard.hook(""));
        drop(Node::with(|node| {
            let me = node.edges.lock().unwrap()[0].clone();
            KEPT.with_borrow_mut(|kept| kept.push(me));
        }));
        drop(Node::with(|node| {
            let edges = std::mem::take(&mut *node.edges.lock().unwrap());
            drop(edges);
        }));
        drop(Node::looped());
        let result = collect();
        let (_, stop) = heard.one();
        assert_eq!(stop.outcome, result);
        let Collected { collected, freed_in_finalizers, resurrected, finalized, .. } = stop.outcome;
        assert_eq!((collected, freed_in_finalizers, resurrected, finalized), (1, 1, 1, 3));
        drop(KEPT.take());
        assert_eq!(collect().collected, 1);
    }

    fn the_pause_is_what_the_program_waits_for() {
        const NAP: Duration = Duration::from_millis(20);
        let heard = Heard::default();
        let note = heard.hook("");
        let _hook = on_collect(move |event| {
            note(event);
            // Not the collection's own time.
            sleep(20 * NAP);
        });
        drop(Node::with(|_| sleep(NAP)));
        collect();
        let (_, stop) = heard.one();
        assert!(stop.pause >= NAP && stop.pause < 20 * NAP, "{:?}", stop.pause);
        assert_eq!((stop.steps, stop.time), (1, stop.pause));
    }

    fn a_refused_collection_is_not_heard_of() {
        let heard = Heard::default();
        let _hook = on_collect(heard.hook(""));
        drop(Node::with(|_| assert!(collect().refused)));
        assert_eq!(collect().collected, 1);
        heard.one();
    }

    fn what_an_allocation_starts_is_automatic() {
        let heard = Heard::default();
        let _hook = on_collect(heard.hook(""));
        drop(Node::looped());
        set_policy(always());
        let _node = Gc::new(Node::default());
        set_policy(Policy::OFF);
        let events = heard.take();
        assert!(!events.is_empty());
        assert!(events.iter().all(|(_, event)| event.is_automatic && !event.is_stepwise));
        assert_eq!(events.iter().map(|(_, event)| event.outcome.collected).sum::<usize>(), 1);
    }

    fn a_hook_starts_no_collection() {
        let calls = Arc::new(AtomicUsize::new(0));
        let its = Arc::clone(&calls);
        let _hook = on_collect(move |_| {
            its.fetch_add(1, SeqCst);
            assert!(collect().refused && collect_young().refused);
            for _ in 0..10 {
                drop(Node::looped());
            }
        });
        collect();
        assert_eq!(calls.swap(0, SeqCst), 2);
        set_policy(always());
        drop(Node::looped());
        let collections = calls.load(SeqCst) / 2;
        assert!((1..4).contains(&collections), "{collections}");
        set_policy(Policy::OFF);
    }

    fn a_hook_sees_the_heap_before_and_after() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let its = Arc::clone(&seen);
        let node = Node::looped();
        let weak = Gc::downgrade(&node);
        let _hook = on_collect(move |_| {
            its.lock().unwrap().push((live().objects, weak.upgrade().is_some()));
        });
        drop(node);
        collect();
        assert_eq!(*seen.lock().unwrap(), [(1, true), (0, false)]);
    }

    fn what_a_hook_drops_at_the_start_is_found() {
        let heard = Heard::default();
        let _hook = on_collect(heard.hook(""));
        let node = Mutex::new(Some(Node::looped()));
        let _dropping = on_collect(move |_| drop(node.lock().unwrap().take()));
        assert_eq!(collect().collected, 1);
        let (start, stop) = heard.one();
        assert_eq!((start.candidates, stop.candidates), (0, 1), "waiting, and taken");
    }

    fn what_a_hook_owns_is_alive() {
        let node = Node::looped();
        let hook = on_collect(move |_| assert!(!Gc::is_dead(&node)));
        assert_eq!(collect().collected, 0);
        drop(hook);
        assert_eq!(collect().collected, 1);
    }

    fn a_hook_may_drop_itself() {
        for last in [Start, Stop] {
            let heard = Heard::default();
            let (place, note) = (Place::default(), heard.hook(""));
            let its = Arc::clone(&place);
            let witness = Arc::new(());
            let captured = Arc::clone(&witness);
            *place.lock().unwrap() = Some(on_collect(move |event| {
                note(event);
                if event.phase == last {
                    let me = its.lock().unwrap().take();
                    drop(me);
                }
                // The closure is still there.
                assert_eq!(Arc::strong_count(&captured), 2);
            }));
            collect();
            assert_eq!(heard.take().len(), if last == Start { 1 } else { 2 });
            assert_eq!(Arc::strong_count(&witness), 1);
            collect();
            assert!(heard.take().is_empty());
        }
    }

    fn a_hook_that_another_drops_is_not_called_any_more() {
        let heard = Heard::default();
        let place = Place::default();
        let its = Arc::clone(&place);
        let _first = on_collect(move |event| {
            if event.phase == Stop {
                let other = its.lock().unwrap().take();
                drop(other);
            }
        });
        *place.lock().unwrap() = Some(on_collect(heard.hook("second")));
        let _third = on_collect(heard.hook("third"));
        collect();
        assert_eq!(heard.phases(), [("second", Start), ("third", Start), ("third", Stop)]);
    }

    fn a_hook_hears_both_ends_or_neither() {
        let heard = Heard::default();
        let (place, note) = (Place::default(), heard.clone());
        let its = Arc::clone(&place);
        let first = on_collect(move |_| {
            its.lock().unwrap().get_or_insert_with(|| on_collect(note.hook("in a hook")));
        });
        let (late, note) = (Place::default(), heard.clone());
        let its = Arc::clone(&late);
        drop(Node::with(move |_| {
            *its.lock().unwrap() = Some(on_collect(note.hook("in a finalizer")));
        }));
        collect();
        assert!(place.lock().unwrap().is_some() && late.lock().unwrap().is_some());
        assert!(heard.phases().is_empty());
        collect();
        let expected = [
            ("in a hook", Start),
            ("in a finalizer", Start),
            ("in a hook", Stop),
            ("in a finalizer", Stop),
        ];
        assert_eq!(heard.phases(), expected);
        drop(first);
        drop((place.lock().unwrap().take(), late.lock().unwrap().take()));
    }

    fn what_a_hook_owns_goes_with_it() {
        let witness = Arc::new(());
        let captured = Arc::clone(&witness);
        let hook = on_collect(move |_| assert_eq!(Arc::strong_count(&captured), 2));
        collect();
        drop(hook);
        assert_eq!(Arc::strong_count(&witness), 1);
    }

    fn a_panic_of_a_hook_changes_nothing_and_is_resumed_last() {
        let heard = Heard::default();
        let _first = on_collect(|event| match event.phase {
            Start => panic!("at the start"),
            // Later panics are forgotten, so these must own nothing.
            Stop => panic_any(()),
        });
        let _second = on_collect(heard.hook(""));
        let done = Arc::new(AtomicUsize::new(0));
        let its = Arc::clone(&done);
        drop(Node::with(move |_| {
            its.fetch_add(1, SeqCst);
            panic_any(());
        }));
        assert_eq!(caught(collect), "at the start");
        let (_, stop) = heard.one();
        assert_eq!((stop.outcome.collected, stop.outcome.finalized), (1, 1));
        assert!(stop.is_complete);
        assert_eq!(done.load(SeqCst), 1);
        assert_eq!(live(), Live::default());
        assert_eq!(caught(collect_young), "at the start");
        heard.one();
    }

    fn a_panic_at_the_stop_is_resumed_from_the_allocation() {
        let _hook = on_collect(|event| assert!(event.phase == Start, "at the stop"));
        drop(Node::looped());
        set_policy(always());
        let message = caught(|| Gc::new(Node::default()));
        set_policy(Policy::OFF);
        assert!(message.contains("at the stop"), "{message}");
        assert_eq!(live().objects, 0);
    }

    fn a_panic_in_the_drop_of_a_hook_does_not_stop_the_others() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("a hook's drop");
            }
        }
        let heard = Heard::default();
        let place = Place::default();
        let (its, bomb) = (Arc::clone(&place), Bomb);
        *place.lock().unwrap() = Some(on_collect(move |_| {
            let _captured = &bomb;
            let me = its.lock().unwrap().take();
            drop(me);
        }));
        let _second = on_collect(heard.hook(""));
        assert_eq!(caught(collect), "a hook's drop");
        heard.one();
    }

    fn a_trace_that_panics_makes_the_collection_incomplete() {
        let heard = Heard::default();
        let _hook = on_collect(heard.hook(""));
        let is_armed = Arc::new(AtomicBool::new(true));
        let bad = Gc::new(Bad { me: Mutex::default(), is_armed: Arc::clone(&is_armed) });
        *bad.me.lock().unwrap() = Some(bad.clone());
        drop(bad);
        assert!(caught(collect).contains("on purpose"));
        let (_, stop) = heard.one();
        assert!(!stop.is_complete);
        assert_eq!((stop.candidates, stop.outcome, stop.freed_bytes), (1, Collected::default(), 0));
        is_armed.store(false, SeqCst);
        assert_eq!(collect().collected, 1);
        let (_, stop) = heard.one();
        assert!(stop.is_complete);
    }

    fn bytes_of_values_with_a_drop_count_once() {
        #[derive(Trace)]
        struct Plain(Mutex<Option<Gc<Dropping>>>, [u8; 50]);
        #[derive(Trace)]
        struct Dropping(Gc<Plain>);
        impl Drop for Dropping {
            fn drop(&mut self) {}
        }
        let heard = Heard::default();
        let _hook = on_collect(heard.hook(""));
        let plain = Gc::new(Plain(Mutex::default(), [0; 50]));
        *plain.0.lock().unwrap() = Some(Gc::new(Dropping(plain.clone())));
        let bytes = live().bytes;
        drop(plain);
        assert_eq!(collect().collected, 2);
        let (_, stop) = heard.one();
        assert_eq!((stop.freed_bytes, stop.live), (bytes, Live::default()));
    }
}
