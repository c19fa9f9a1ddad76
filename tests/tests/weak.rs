//! Weak handles and callbacks: laws J and K.

use refcycle::{Gc, Policy, Trace, Watch, Weak, collect, set_policy, stats};
use refcycle_tests::nodes::{Doomed, Fin, Plain};
use refcycle_tests::{alive, balance, caught, collected, law, log, settle, take_log};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

#[test]
fn j1_upgrade_gives_the_object_while_it_lives() {
    law(|| {
        let node = Plain::new("a");
        let weak = Gc::downgrade(&node);
        assert!(Gc::ptr_eq(&weak.upgrade().unwrap(), &node));
        assert_eq!((weak.strong_count(), weak.weak_count()), (1, 1));
        drop(node);
        assert!(weak.upgrade().is_none());
        assert_eq!((weak.strong_count(), weak.weak_count()), (0, 0));
    });
}

#[test]
fn j1_a_callback_runs_once_after_the_death() {
    law(|| {
        let node = Plain::new("a");
        let weak = Gc::downgrade(&node);
        let watch = Gc::watch(&node, {
            let weak = weak.clone();
            move || log(format!("callback: {}", weak.upgrade().is_none()))
        });
        assert!(watch.is_armed());
        assert!(Gc::ptr_eq(&watch.upgrade().unwrap(), &node));
        assert!(watch.weak().ptr_eq(&weak));
        drop(node);
        assert_eq!(take_log(), ["drop a", "callback: true"]);
        assert!(!watch.is_armed());
        assert!(watch.upgrade().is_none());
        settle();
        drop(watch);
        assert!(take_log().is_empty());
    });
}

#[test]
fn j2_two_callbacks_on_one_object() {
    law(|| {
        let node = Plain::silent();
        let watches = [Gc::watch(&node, || log("1")), Gc::watch(&node, || log("2"))];
        drop(node);
        assert_eq!(take_log(), ["2", "1"]);
        assert!(watches.iter().all(|watch| watch.upgrade().is_none()));
    });
}

#[test]
fn j4_callbacks_run_newest_first_whatever_panics() {
    for cyclic in [false, true] {
        for panicking in 0..4 {
            law(move || {
                let node = Plain::new("a");
                if cyclic {
                    node.link(node.clone());
                }
                let watches: Vec<_> = (1..=3)
                    .map(|i| {
                        Gc::watch(&node, move || {
                            log(i.to_string());
                            assert!(i != panicking, "callback {i}");
                        })
                    })
                    .collect();
                let die = || {
                    drop(node);
                    settle();
                };
                if panicking == 0 {
                    die();
                } else {
                    assert_eq!(caught(die), format!("callback {panicking}"));
                    settle();
                }
                assert_eq!(take_log(), ["drop a", "3", "2", "1"]);
                drop(watches);
            });
        }
    }
}

#[test]
fn j5_weak_count() {
    law(|| {
        let node = Plain::silent();
        assert_eq!(Gc::weak_count(&node), 0);
        let one = Gc::downgrade(&node);
        let two = one.clone();
        assert_eq!(Gc::weak_count(&node), 2);
        drop(one);
        assert_eq!(Gc::weak_count(&node), 1);
        drop(two);
        assert_eq!(Gc::weak_count(&node), 0);
        let again = Gc::downgrade(&node);
        assert_eq!(Gc::weak_count(&node), 1);
        assert!(again.upgrade().is_some());
    });
}

#[test]
fn j6_what_a_callback_captured_is_released_with_it() {
    law(|| {
        let captured = Rc::new(());
        let node = Plain::silent();
        let watch = Gc::watch(&node, {
            let captured = captured.clone();
            move || assert_eq!(Rc::strong_count(&captured), 2)
        });
        assert_eq!(Rc::strong_count(&captured), 2);
        drop(node);
        assert_eq!(Rc::strong_count(&captured), 1);
        drop(watch);
    });
}

#[test]
fn j6_what_a_cancelled_callback_captured_is_released_with_the_watch() {
    law(|| {
        let captured = Rc::new(());
        let node = Plain::silent();
        let watch = Gc::watch(&node, {
            let captured = captured.clone();
            move || drop(captured)
        });
        drop(watch);
        assert_eq!(Rc::strong_count(&captured), 1);
        drop(node);
    });
}

#[test]
fn j6_what_a_callback_captured_is_released_in_the_collection() {
    law(|| {
        let captured = Rc::new(());
        let node = Plain::looped("");
        let watch = Gc::watch(&node, {
            let captured = captured.clone();
            move || assert_eq!(Rc::strong_count(&captured), 2)
        });
        drop(node);
        assert_eq!(Rc::strong_count(&captured), 2);
        assert_eq!(collected(), 1);
        assert_eq!(Rc::strong_count(&captured), 1);
        drop(watch);
    });
}

#[test]
fn j7_a_watch_dropped_first_never_calls_back() {
    law(|| {
        let node = Plain::looped("");
        drop(Gc::watch(&node, || log("no")));
        let kept = Gc::watch(&node, || log("yes"));
        drop(node);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["yes"]);
        drop(kept);
    });
}

#[test]
fn j7_a_callback_may_drop_the_watches_that_come_after_it() {
    law(|| {
        let node = Plain::silent();
        let first = Rc::new(Cell::new(None));
        first.set(Some(Gc::watch(&node, || log("first"))));
        let second = Gc::watch(&node, {
            let first = first.clone();
            move || {
                log("second");
                drop(first.take());
            }
        });
        drop(node);
        assert_eq!(take_log(), ["second"]);
        drop(second);
    });
}

#[test]
fn j8_many_cancelled_watches_do_not_pile_up() {
    law(|| {
        let node = Plain::silent();
        let before = balance();
        for _ in 0..1000 {
            drop(Gc::watch(&node, || ()));
        }
        let grown = balance() - before;
        assert!(grown.blocks < 40 && grown.bytes < 4000, "cancelled callbacks pile up: {grown:?}");
    });
}

#[test]
fn j9_a_watch_can_be_made_in_its_own_callback_of_another_object() {
    law(|| {
        let (a, b) = (Plain::silent(), Plain::silent());
        let weak_b = Gc::downgrade(&b);
        let slot = Rc::new(RefCell::new(None));
        let watch_a = Gc::watch(&a, {
            let slot = slot.clone();
            move || {
                let b = weak_b.upgrade().unwrap();
                *slot.borrow_mut() = Some(Gc::watch(&b, || log("b")));
            }
        });
        drop(a);
        assert!(take_log().is_empty());
        drop(b);
        assert_eq!(take_log(), ["b"]);
        drop(watch_a);
    });
}

#[test]
fn j10_a_callback_may_collect() {
    law(|| {
        let node = Doomed::new("a");
        let watch = Gc::watch(&node, || {
            log("callback");
            settle();
        });
        drop(Plain::looped("b"));
        drop(node);
        assert_eq!(take_log(), ["drop a", "callback", "drop b"]);
        drop(watch);
    });
}

#[derive(Trace)]
struct HoldsWeak {
    me: RefCell<Option<Gc<HoldsWeak>>>,
    _weak: Weak<Plain>,
}

#[test]
fn j13_a_weak_handle_made_while_a_collection_drops_another() {
    law(|| {
        set_policy(Policy::default().with_young(1).with_full(1).with_growth(0.0));
        let r = Plain::new("r");
        for _ in 0..100 {
            let a = Gc::new(HoldsWeak { me: RefCell::default(), _weak: Gc::downgrade(&r) });
            *a.me.borrow_mut() = Some(a.clone());
            drop(a);
            // The allocation of the watch's own parts is none of the collector's; this one is.
            let extra = Plain::silent();
            let weak = Gc::downgrade(&r);
            let watch = Gc::watch(&r, || log("never"));
            assert!(Gc::ptr_eq(&weak.upgrade().unwrap(), &r));
            assert!(Gc::ptr_eq(&watch.upgrade().unwrap(), &r));
            drop(extra);
        }
        assert!(stats().collected >= 99, "the loop collects");
        set_policy(Policy::OFF);
        settle();
        assert_eq!(Gc::weak_count(&r), 0);
        assert!(take_log().is_empty());
    });
}

#[test]
fn j14_weak_handles_are_equal_if_their_objects_are_the_same() {
    law(|| {
        let (a, b) = (Gc::new(1_u64), Gc::new(1_u64));
        let (one, two, other) = (Gc::downgrade(&a), Gc::downgrade(&a), Gc::downgrade(&b));
        assert!(one.ptr_eq(&two));
        assert!(!one.ptr_eq(&other));
        drop(a);
        assert!(one.ptr_eq(&two), "also when dead");
        assert!(one.ptr_eq(&one.clone()));
        assert!(!one.ptr_eq(&other));
        assert!(Weak::<u64>::new().ptr_eq(&Weak::new()));
        assert!(!Weak::<u64>::new().ptr_eq(&other));
    });
}

#[test]
fn j15_a_weak_handle_does_not_keep_the_memory() {
    law(|| {
        let node = Gc::new([0_u64; 1000]);
        let weak = Gc::downgrade(&node);
        let before = balance();
        drop(node);
        assert!((before - balance()).bytes >= 8000);
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn j16_a_value_may_own_the_last_weak_handle_to_itself() {
    #[derive(Trace)]
    struct Selfish {
        me: OnceCell<Weak<Selfish>>,
        edge: RefCell<Option<Gc<Selfish>>>,
    }

    impl Drop for Selfish {
        fn drop(&mut self) {
            assert!(self.me.get().unwrap().upgrade().is_none(), "cut off before the drop");
            log("drop");
        }
    }

    law(|| {
        let make = || {
            Gc::new_cyclic(|me: &Weak<Selfish>| Selfish {
                me: OnceCell::from(me.clone()),
                edge: RefCell::default(),
            })
        };
        let node = make();
        assert_eq!(Gc::weak_count(&node), 1);
        drop(node);
        let node = make();
        *node.edge.borrow_mut() = Some(node.clone());
        drop(node);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop", "drop"]);
    });
}

#[test]
fn j17_weak_handles_of_a_cycle_die_with_it() {
    law(|| {
        let (a, b) = (Plain::new("a"), Plain::new("b"));
        a.link(b.clone());
        b.link(a.clone());
        let weaks = [Gc::downgrade(&a), Gc::downgrade(&b)];
        drop((a, b));
        assert!(weaks.iter().all(|weak| weak.upgrade().is_some()), "nothing has died yet");
        // The upgrades were handles for a moment: dropped, they leave candidates.
        assert_eq!(collected(), 2);
        assert!(weaks.iter().all(|weak| weak.upgrade().is_none()));
    });
}

#[test]
fn j18_an_upgraded_handle_keeps_a_cycle() {
    law(|| {
        let node = Plain::looped("a");
        let weak = Gc::downgrade(&node);
        drop(node);
        let back = weak.upgrade().unwrap();
        assert_eq!(collected(), 0);
        assert_eq!(back.name(), "a");
        drop(back);
        assert_eq!(collected(), 1);
        assert!(weak.upgrade().is_none());
    });
}

#[derive(Trace)]
struct C2 {
    me: RefCell<Option<Gc<C2>>>,
    c1: RefCell<Option<Gc<Plain>>>,
    watch: RefCell<Option<Watch<Plain>>>,
    text: &'static str,
}

#[test]
fn k4_a_watch_owned_by_garbage_never_calls_back() {
    law(|| {
        let c1 = Plain::new("c1");
        let c2 = Gc::new(C2 {
            me: RefCell::default(),
            c1: RefCell::new(Some(c1.clone())),
            watch: RefCell::default(),
            text: "c2",
        });
        *c2.me.borrow_mut() = Some(c2.clone());
        let weak = Gc::downgrade(&c2);
        *c2.watch.borrow_mut() = Some(Gc::watch(&c1, move || {
            log(format!("callback: {}", weak.upgrade().map_or("dead", |c2| c2.text)));
        }));
        drop((c1, c2));
        assert_eq!(collected(), 2);
        assert_eq!(take_log(), ["drop c1"]);
    });
}

#[test]
fn k4_the_same_between_objects_of_one_type() {
    law(|| {
        #[derive(Trace)]
        struct Node(RefCell<Vec<Gc<Node>>>, RefCell<Option<Watch<Node>>>);

        let c1 = Gc::new(Node(RefCell::default(), RefCell::default()));
        let c2 = Gc::new(Node(RefCell::default(), RefCell::default()));
        c2.0.borrow_mut().extend([c1.clone(), c2.clone()]);
        *c2.1.borrow_mut() = Some(Gc::watch(&c1, || log("callback")));
        drop((c1, c2));
        assert_eq!(collected(), 2);
        assert!(take_log().is_empty());
    });
}

#[test]
fn k5_a_watch_that_garbage_owns_on_something_alive_stays_silent() {
    law(|| {
        let alive = Plain::new("alive");
        let c2 = Gc::new(C2 {
            me: RefCell::default(),
            c1: RefCell::default(),
            watch: RefCell::new(Some(Gc::watch(&alive, || log("callback")))),
            text: "",
        });
        *c2.me.borrow_mut() = Some(c2.clone());
        drop(c2);
        assert_eq!(collected(), 1);
        drop(alive);
        assert_eq!(take_log(), ["drop alive"]);
    });
}

#[test]
fn k6_a_watch_outside_on_garbage_calls_back_after_all_is_gone() {
    law(|| {
        let (a, b) = (Plain::new("a"), Plain::new("b"));
        a.link(b.clone());
        b.link(a.clone());
        let weak = Gc::downgrade(&b);
        let watch = Gc::watch(&a, move || log(format!("callback: {}", weak.upgrade().is_none())));
        drop((a, b));
        assert_eq!(collected(), 2);
        let log = take_log();
        assert_eq!(log.len(), 3);
        assert_eq!(log[2], "callback: true");
        drop(watch);
    });
}

#[test]
fn k7_a_strong_handle_in_a_callback_is_an_outside_root() {
    law(|| {
        let node = Plain::looped("a");
        let other = Plain::new("b");
        let watch = Gc::watch(&other, move || drop(node));
        assert_eq!(collected(), 0, "the closure holds it");
        drop(other);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop b", "drop a"]);
        drop(watch);
    });
}

#[test]
fn k8_a_finalizer_may_upgrade_a_weak_handle_to_itself() {
    for cyclic in [false, true] {
        law(move || {
            let node = Fin::new("a");
            let weak = Gc::downgrade(&node);
            let watch = Rc::new(Gc::watch(&node, || log("callback")));
            if cyclic {
                node.link(node.clone());
            }
            node.on_finalize.set(Some(Box::new({
                let (weak, watch) = (weak.clone(), watch.clone());
                move |me| {
                    assert_eq!(weak.upgrade().unwrap().name(), me.name());
                    assert_eq!(watch.upgrade().unwrap().name(), me.name());
                }
            })));
            drop(node);
            if cyclic {
                let result = collect();
                assert_eq!((result.collected, result.resurrected), (1, 0));
            }
            assert_eq!(take_log(), ["fin a", "drop a", "callback"]);
            assert!(weak.upgrade().is_none());
        });
    }
}

#[test]
fn k9_a_callback_that_makes_garbage() {
    law(|| {
        let node = Plain::looped("a");
        let watch = Gc::watch(&node, || drop(Plain::looped("b")));
        drop(node);
        assert_eq!(collected(), 1);
        assert_eq!(alive(), 1);
        assert_eq!(collected(), 1);
        assert_eq!(take_log(), ["drop a", "drop b"]);
        drop(watch);
    });
}

#[test]
fn k10_a_dead_weak_handle_is_cheap_to_keep_and_to_copy() {
    law(|| {
        let weak = Gc::downgrade(&Plain::looped("a"));
        assert_eq!(collected(), 1);
        let copies: Vec<_> = (0..10).map(|_| weak.clone()).collect();
        assert!(copies.iter().all(|copy| copy.upgrade().is_none() && copy.ptr_eq(&weak)));
        assert!(Weak::<Plain>::new().upgrade().is_none());
        assert_eq!(format!("{weak:?}"), "(Weak)");
    });
}

#[test]
fn k11_raw_weak_handles() {
    law(|| {
        let node = Plain::new("a");
        let weak = Gc::downgrade(&node);
        assert_eq!(weak.as_ptr(), Gc::as_ptr(&node));
        let raw = weak.into_raw();
        assert_eq!(Gc::weak_count(&node), 1);
        drop(node);
        assert_eq!(take_log(), ["drop a"]);
        // SAFETY: the pointer comes from `into_raw` and is turned back once.
        let weak = unsafe { Weak::from_raw(raw) };
        assert!(weak.upgrade().is_none());
        let dangling = Weak::<Plain>::new().into_raw();
        // SAFETY: as above.
        drop(unsafe { Weak::from_raw(dangling) });
    });
}
