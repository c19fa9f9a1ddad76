//! Death hooks: law N.

use super::flavor::{collected, full, law};
use super::nodes::{Doomed, Fin, Plain};
use super::{DeathHook, Gc, fire_all, on_death};
use crate::support::{Probe, log, take_log};
use refcycle_tests::{balance, caught};

/// A hook that logs its name.
fn logs(node: &Gc<Plain>, name: &'static str) -> DeathHook {
    on_death(node, move || log(name))
}

#[test]
fn n1_fired_by_hand_it_calls_once() {
    law(|| {
        let node = Plain::new("a");
        let hook = logs(&node, "hook");
        assert!(hook.is_armed());
        assert!(hook.fire() && !hook.fire());
        assert!(!hook.is_armed() && hook.cancel().is_none());
        drop(node);
        assert_eq!(take_log(), ["hook", "drop a"]);
    });
}

#[test]
fn n1_cancelled_it_gives_the_callback_back() {
    law(|| {
        let node = Plain::new("a");
        let hook = logs(&node, "hook");
        let callback = hook.cancel().expect("was armed");
        assert!(!hook.is_armed() && hook.cancel().is_none() && !hook.fire());
        drop(node);
        assert_eq!(take_log(), ["drop a"]);
        callback();
        assert_eq!(take_log(), ["hook"]);
    });
}

#[test]
fn n1_the_death_of_the_object_calls_it() {
    for cyclic in [false, true] {
        law(move || {
            let node = if cyclic { Plain::looped("a") } else { Plain::new("a") };
            let weak = Gc::downgrade(&node);
            let hook = on_death(&node, move || log(format!("{}", weak.upgrade().is_none())));
            drop(node);
            full();
            assert_eq!(take_log(), ["drop a", "true"]);
            assert!(!hook.is_armed() && !hook.fire());
        });
    }
}

#[test]
fn n2_newest_first_whoever_keeps_the_hook() {
    for cyclic in [false, true] {
        law(move || {
            let node = if cyclic { Plain::looped("a") } else { Plain::new("a") };
            let hooks = ["1", "2", "3", "4", "5"].map(|name| logs(&node, name));
            assert!(hooks.iter().all(DeathHook::is_armed));
            let [f1, f2, f3, f4, f5] = hooks;
            drop((f1, f4));
            assert!(f5.cancel().is_some());
            assert!(f3.fire());
            assert_eq!(take_log(), ["3"]);
            drop(node);
            full();
            assert_eq!(take_log(), ["drop a", "4", "2", "1"]);
            assert!(!f2.is_armed());
        });
    }
}

#[test]
fn n2_one_that_fails_does_not_stop_the_others() {
    law(|| {
        let node = Plain::new("a");
        logs(&node, "1");
        on_death(&node, || panic!("two fails"));
        logs(&node, "3");
        assert_eq!(caught(|| drop(node)), "two fails");
        assert_eq!(take_log(), ["drop a", "3", "1"]);
    });
}

#[test]
fn n3_what_it_captured_goes_with_it() {
    law(|| {
        for how in 0..3 {
            let node = Plain::new("a");
            let probe = Probe::new("captured");
            let hook = on_death(&node, move || probe.check());
            match how {
                0 => assert!(hook.fire()),
                1 => drop(hook.cancel()),
                _ => drop(node),
            }
            assert_eq!(take_log().last().unwrap(), "drop captured");
        }
        take_log();
    });
}

#[test]
fn n3_its_own_memory_goes_with_it() {
    const OBJECTS: isize = if cfg!(miri) { 20 } else { 200 };
    /// Makes so many objects with a hook and has each end in this way.
    fn many(end: fn(DeathHook, Gc<Plain>)) {
        let kept = Plain::new("");
        for i in 0..OBJECTS {
            let node = if i % 2 == 0 { Plain::new("") } else { Plain::looped("") };
            let captured = [i; 100];
            end(on_death(&node, move || assert_eq!(captured[1], i)), node);
            full();
            // Not only what the object takes with it.
            drop(on_death(&kept, || ()).cancel());
        }
    }
    let ends: [fn(DeathHook, Gc<Plain>); 4] = [
        // The object dies: unknown to whoever has the hook, or not.
        |hook, node| drop((hook, node)),
        |hook, node| {
            drop(node);
            full();
            assert!(!hook.is_armed());
        },
        // The hook ends first.
        |hook, node| {
            assert!(hook.fire());
            drop((hook, node));
        },
        |hook, node| {
            assert!(hook.cancel().is_some());
            drop((hook, node));
        },
    ];
    for end in ends {
        // No other law runs meanwhile, and what this one allocates is counted.
        law(move || {
            // Tables of the heap may have become larger, but not by a block for each hook.
            let left = refcycle_tests::leftover(move || {
                many(end);
                let before = balance();
                many(end);
                let more = balance() - before;
                assert!(more.blocks < OBJECTS / 2, "hooks pile up: {more:?}");
            });
            assert!(left.blocks < OBJECTS / 2, "hooks are left: {left:?}");
        });
    }
}

#[test]
fn n3_a_hook_that_is_garbage_itself_calls() {
    use std::sync::{Mutex, OnceLock};

    #[derive(refcycle::Trace)]
    struct Owner {
        me: OnceLock<Gc<Owner>>,
        hook: Mutex<Option<DeathHook>>,
    }
    law(|| {
        let owner = Gc::new(Owner { me: OnceLock::new(), hook: Mutex::default() });
        assert!(owner.me.set(owner.clone()).is_ok());
        *owner.hook.lock().unwrap() = Some(on_death(&owner, || log("hook")));
        drop(owner);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["hook"]);
    });
}

/// Hooks of all objects, those of the newest first; one that panics does not stop the others, and one that is added
/// meanwhile comes next.
#[test]
fn n4_what_is_left_in_the_end_is_called_newest_first() {
    law(|| {
        let [a, b] = [Plain::new("a"), Plain::new("b")];
        logs(&a, "1");
        logs(&b, "2");
        let fired = logs(&a, "3");
        assert!(fired.fire());
        let cancelled = logs(&a, "4");
        let kept = cancelled.cancel();
        on_death(&b, {
            let a = a.clone();
            move || {
                log("5");
                logs(&a, "6");
                panic!("five fails");
            }
        });
        let last = logs(&a, "7");
        assert_eq!(take_log(), ["3"]);
        assert_eq!(caught(|| _ = fire_all()), "five fails");
        assert_eq!(take_log(), ["7", "5", "6", "2", "1"]);
        assert!(!last.is_armed() && !last.fire());
        assert_eq!((fire_all(), Gc::weak_count(&b)), (0, 0));
        drop(kept);
        assert_eq!(Gc::weak_count(&a), 0);
        drop((a, b));
        assert_eq!(take_log(), ["drop a", "drop b"]);
    });
}

/// It is not called again by hand, by the death or in the end.
#[test]
fn n4_what_was_called_is_not_left() {
    law(|| {
        let node = Plain::looped("a");
        logs(&node, "1");
        drop(node);
        assert_eq!((collected(), fire_all()), (1, 0));
        assert_eq!(take_log(), ["drop a", "1"]);
    });
}

#[test]
fn a_hook_is_a_weak_handle_until_it_is_not_armed() {
    law(|| {
        let node = Plain::new("a");
        let hooks = [logs(&node, "1"), logs(&node, "2")];
        assert_eq!(Gc::weak_count(&node), 2);
        drop(hooks[0].cancel());
        assert!(hooks[1].fire());
        assert_eq!(Gc::weak_count(&node), 0);
        assert_eq!(take_log(), ["2"]);
        // Nobody holds it weakly now.
        let mut node = node;
        assert!(Gc::get_mut(&mut node).is_some());
    });
}

#[test]
fn a_hook_of_a_dead_object_is_not_armed() {
    law(|| {
        let kept: std::sync::Arc<std::sync::Mutex<Option<DeathHook>>> = std::sync::Arc::default();
        let node = Doomed::with("a", {
            let kept = kept.clone();
            move |me| {
                let super::nodes::Edge::Doomed(me) = me.edge(0) else { unreachable!() };
                assert!(Gc::is_dead(&me));
                let probe = Probe::new("captured");
                *kept.lock().unwrap() = Some(on_death(&me, move || probe.check()));
            }
        });
        node.link(node.clone());
        drop(node);
        full();
        let hook = kept.lock().unwrap().take().expect("the drop has run");
        assert!(!hook.is_armed() && !hook.fire());
        assert_eq!(take_log(), ["drop a", "drop captured"]);
    });
}

#[test]
fn a_finalizer_that_saves_its_object_leaves_the_hook_armed() {
    law(|| {
        let saved: std::sync::Arc<std::sync::Mutex<Option<Gc<Fin>>>> = std::sync::Arc::default();
        let node = Fin::with("a", {
            let saved = saved.clone();
            move |me| {
                let super::nodes::Edge::Fin(me) = me.edge(0) else { unreachable!() };
                *saved.lock().unwrap() = Some(me);
            }
        });
        node.link(node.clone());
        let hook = on_death(&node, || log("hook"));
        drop(node);
        assert_eq!(full().resurrected, 1);
        assert!(hook.is_armed());
        drop(saved.lock().unwrap().take());
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["fin a", "drop a", "hook"]);
    });
}

#[test]
fn giving_the_value_away_counts_as_death() {
    law(|| {
        let node = Plain::new("a");
        logs(&node, "hook");
        let value = Gc::try_unwrap(node).expect("the only handle");
        assert_eq!(take_log(), ["hook"]);
        drop(value);
        assert_eq!(take_log(), ["drop a"]);
    });
}
