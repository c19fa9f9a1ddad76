//! Weak-key maps between the steps of a full collection.

use refcycle::weak::WeakKeyMap;
use refcycle::{Gc, Policy, Trace, set_policy, stats};
use refcycle_tests::{Probe, alive, collected, law, settle};
use std::cell::RefCell;

/// An immutable key that leads nowhere.
#[derive(Trace)]
struct Frozen(Option<Gc<Frozen>>);

#[derive(Trace)]
struct Back<K: 'static>(
    Gc<K>,
    #[expect(dead_code, reason = "counts drops")]
    #[trace(skip)]
    Probe,
);

/// Does a step, of one unit.
fn tick() {
    drop(Gc::new(RefCell::new(None::<Gc<Frozen>>)));
}

fn one_by_one() -> Policy {
    Policy::default().with_young(1_000_000).with_full(1).with_growth(0.0).with_step(1)
}

/// Goes on until a full collection has come to its end, if there is anything to collect.
fn to_the_end() {
    let before = stats().full_collections;
    for _ in 0..1_000 {
        tick();
        if stats().full_collections > before {
            return;
        }
    }
}

/// Something for a full collection to do.
fn old_candidates() -> Vec<Gc<Frozen>> {
    let nodes: Vec<_> = (0..3).map(|_| Gc::new(Frozen(None))).collect();
    let nodes: Vec<_> = nodes.into_iter().map(|node| Gc::new(Frozen(Some(node)))).collect();
    for node in &nodes {
        drop(node.clone());
    }
    nodes
}

fn entry_at(moment: usize, key: Gc<impl Trace + 'static>) {
    let map = WeakKeyMap::new();
    let others = old_candidates();
    drop(key.clone());
    settle();
    for node in &others {
        drop(node.clone());
    }
    set_policy(one_by_one());
    for _ in 0..moment {
        tick();
    }
    map.insert(&key, Back(key.clone(), Probe::silent()));
    to_the_end();
    to_the_end();
    set_policy(Policy::OFF);
    assert_eq!(alive(), 1);
    drop(key);
    assert_eq!((collected(), alive()), (2, 0));
    drop((map, others));
    settle();
}

#[test]
fn a_tie_may_come_at_any_moment() {
    for moment in 0..60 {
        law(move || entry_at(moment, Gc::new(Frozen(None))));
        law(move || entry_at(moment, Gc::new(7_u64)));
        law(move || entry_at(moment, Gc::new(String::from("key"))));
    }
}

#[test]
fn garbage_through_a_tie_is_found_in_steps() {
    for moment in 0..60 {
        law(move || {
            let map = WeakKeyMap::new();
            let others = old_candidates();
            let key = Gc::new(7_u64);
            map.insert(&key, Back(key.clone(), Probe::silent()));
            settle();
            for node in &others {
                drop(node.clone());
            }
            set_policy(one_by_one());
            for _ in 0..moment {
                tick();
            }
            drop(key);
            // Whatever was under way: the two after it leave nothing.
            for _ in 0..3 {
                // The drop of a `Gc<u64>` says nothing to anybody: something else makes a collection due.
                for node in &others {
                    drop(node.clone());
                }
                to_the_end();
            }
            assert_eq!((alive(), map.len()), (0, 0));
            set_policy(Policy::OFF);
        });
    }
}

/// Something immutable that the collection has found to lead nowhere, and that is tied to something after.
#[test]
fn a_tie_of_what_a_step_has_found_to_lead_nowhere() {
    #[derive(Trace)]
    struct Owner(RefCell<Vec<Gc<Frozen>>>);
    for moment in 0..60 {
        law(move || {
            let map = WeakKeyMap::new();
            let owner = Gc::new(Owner(RefCell::default()));
            drop(owner.clone());
            settle();
            // An old candidate, and what is nobody's candidate.
            owner.0.borrow_mut().push(Gc::new(Frozen(None)));
            drop(owner.clone());
            set_policy(one_by_one());
            for _ in 0..moment {
                tick();
            }
            let key = owner.0.borrow()[0].clone();
            map.insert(&key, Back(key.clone(), Probe::silent()));
            to_the_end();
            set_policy(Policy::OFF);
            owner.0.take();
            drop(key);
            assert_eq!((collected(), alive()), (2, 0));
        });
    }
}

/// The thread's first map, while something immutable that leads to a leaf alone may have been traced already.
#[test]
fn the_first_map_may_come_at_any_moment() {
    #[derive(Trace)]
    struct Fixed(Gc<u64>);
    #[derive(Trace)]
    struct Owner(RefCell<Option<Gc<Fixed>>>);
    // Some steps later it has been set aside: the leak that `WeakKeyMap` documents.
    for moment in 0..16 {
        law(move || {
            let owner = Gc::new(Owner(RefCell::default()));
            drop(owner.clone());
            let others = old_candidates();
            settle();
            for node in &others {
                drop(node.clone());
            }
            let leaf = Gc::new(7_u64);
            *owner.0.borrow_mut() = Some(Gc::new(Fixed(leaf.clone())));
            drop(owner.clone());
            set_policy(one_by_one());
            for _ in 0..moment {
                tick();
            }
            let map = WeakKeyMap::new();
            to_the_end();
            set_policy(Policy::OFF);
            let fixed = owner.0.take().unwrap();
            map.insert(&leaf, Back(fixed, Probe::silent()));
            drop((leaf, owner, others));
            settle();
            assert_eq!((map.len(), alive()), (0, 0), "after {moment} steps");
        });
    }
}

/// A map in an object, whose value leads to the object: found in steps, whatever happens to either end meanwhile.
#[test]
fn a_map_that_its_value_leads_to_is_found_in_steps() {
    #[derive(Trace)]
    struct Owner(WeakKeyMap<u64, Back<Owner>>);
    for moment in 0..60 {
        for (insert_late, key_goes) in [(false, false), (true, false), (false, true), (true, true)]
        {
            law(move || {
                let others = old_candidates();
                let key = Gc::new(7_u64);
                let owner = Gc::new(Owner(WeakKeyMap::new()));
                let insert = || owner.0.insert(&key, Back(owner.clone(), Probe::silent()));
                if !insert_late {
                    insert();
                }
                drop(owner.clone());
                settle();
                for node in &others {
                    drop(node.clone());
                }
                set_policy(one_by_one());
                for _ in 0..moment {
                    tick();
                }
                if insert_late {
                    insert();
                }
                to_the_end();
                assert_eq!((alive(), owner.0.len()), (1, 1));
                let weak = Gc::downgrade(&owner);
                drop(owner);
                let key = Some(key).filter(|_| !key_goes);
                for _ in 0..3 {
                    for node in &others {
                        drop(node.clone());
                    }
                    to_the_end();
                }
                assert!(weak.upgrade().is_none(), "after {moment} steps");
                assert_eq!(alive(), 0);
                if let Some(key) = key {
                    assert_eq!((Gc::strong_count(&key), Gc::weak_count(&key)), (1, 0));
                }
                set_policy(Policy::OFF);
            });
        }
    }
}

/// Keys and values that are garbage, and a map that lives: what it reports when it is marked, it need not have reported
/// when edges were counted. Its owner is touched, or the map is out of it for a while.
#[test]
fn a_map_that_lives_keeps_nothing_whatever_happens_to_it() {
    #[derive(Trace)]
    struct Key(RefCell<Option<Gc<Key>>>);
    #[derive(Trace)]
    struct Owner(RefCell<Option<WeakKeyMap<Key, Back<Key>>>>);
    for out in 0..30 {
        for (back, touch) in [(out, true), (out + 2, false), (out + 6, false), (out + 12, true)] {
            law(move || {
                let owner = Gc::new(Owner(RefCell::new(Some(WeakKeyMap::new()))));
                let keys: Vec<_> = (0..10).map(|_| Gc::new(Key(RefCell::default()))).collect();
                for key in &keys {
                    let value = Back(key.clone(), Probe::silent());
                    owner.0.borrow().as_ref().unwrap().insert(key, value);
                }
                drop((owner.clone(), keys.clone()));
                settle();
                drop((owner.clone(), keys));
                set_policy(one_by_one().with_step(4));
                let mut map = None;
                for moment in 0..100 {
                    if moment == out {
                        map = owner.0.take();
                    }
                    if moment == back {
                        owner.0.replace(map.take());
                    }
                    if touch && moment >= out {
                        drop(owner.clone());
                    }
                    tick();
                }
                to_the_end();
                set_policy(Policy::OFF);
                settle();
                let left = owner.0.borrow().as_ref().unwrap().len();
                assert_eq!((left, alive()), (0, 0), "out at {out}, back at {back}");
            });
        }
    }
}
