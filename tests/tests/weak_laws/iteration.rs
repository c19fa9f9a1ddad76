//! Iterating while entries come and go: laws M2 and M4.

use super::flavor::{collected, law};
use super::nodes::Plain;
use super::{Gc, Policy, WeakKeyMap, WeakSet, WeakValueMap, set_policy};

#[test]
fn m2_an_open_iterator_holds_one_entry_at_most() {
    law(|| {
        let (map, set) = (WeakValueMap::new(), WeakSet::new());
        for i in 0..20 {
            let node = Plain::looped("");
            map.insert(i, &node);
            set.insert(&node);
        }
        let mut values = map.values();
        let mut objects = set.iter();
        let held = (values.next(), objects.next());
        assert_eq!(collected(), 19);
        assert_eq!((map.len(), set.len()), (1, 1));
        drop(held);
        assert!(values.next().is_none() && objects.next().is_none());
        assert_eq!(collected(), 1);
        assert_eq!((map.len(), set.len()), (0, 0));
    });
}

#[test]
fn m4_what_happens_during_an_iteration() {
    for what in 0..6 {
        law(move || {
            let map = WeakValueMap::new();
            let mut nodes: Vec<_> = (0..10).map(|_| Some(Plain::new(""))).collect();
            for (i, node) in nodes.iter().enumerate() {
                map.insert(i, node.as_ref().unwrap());
            }
            let mut extra = Vec::new();
            let mut seen = Vec::new();
            for (key, value) in &map {
                // Never a dead one.
                value.name();
                seen.push(key);
                drop(value);
                if seen.len() > 1 {
                    continue;
                }
                match what {
                    0 => nodes[5] = None,
                    1 => nodes[0] = None,
                    2 => drop(map.remove(&5)),
                    3 => map.clear(),
                    4 => {
                        for i in 100..200 {
                            extra.push(Plain::new(""));
                            map.insert(i, extra.last().unwrap());
                        }
                    }
                    _ => map.retain(|key, _| key % 2 == 0),
                }
            }
            // In order: nothing was removed before.
            let expected: Vec<usize> = match what {
                0 | 2 => vec![0, 1, 2, 3, 4, 6, 7, 8, 9],
                1 => (0..10).collect(),
                3 => vec![0],
                4 => (0..10).chain(100..200).collect(),
                _ => vec![0, 2, 4, 6, 8],
            };
            assert_eq!(seen, expected, "{what}");
            let left = [9, 9, 9, 0, 110, 5][what];
            assert_eq!(map.len(), left, "{what}");
            assert_eq!(map.values().count(), left);
        });
    }
}

#[test]
fn m3_len_never_grows_while_loops_die_by_themselves() {
    for young in 1..100 {
        law(move || {
            set_policy(Policy::default().with_young(young));
            let (map, set) = (WeakKeyMap::new(), WeakSet::new());
            for i in 0..20 {
                let node = Plain::looped("");
                map.insert(&node, i);
                set.insert(&node);
            }
            let mut before = (20, 20);
            for _ in 0..20 {
                drop(Plain::looped(""));
                let now = (map.len(), set.len());
                assert!(now.0 <= before.0 && now.1 <= before.1);
                before = now;
            }
        });
    }
}

#[test]
fn m4_what_happens_during_an_iteration_by_key() {
    for what in 0..6 {
        law(move || {
            let map = WeakKeyMap::new();
            let set = WeakSet::new();
            let mut nodes: Vec<_> = (0..10).map(|_| Some(Plain::new(""))).collect();
            for (i, node) in nodes.iter().flatten().enumerate() {
                map.insert(node, i);
                set.insert(node);
            }
            let fifth = nodes[5].clone().unwrap();
            let mut fifth = Some(fifth);
            let mut extra = Vec::new();
            let (mut seen, mut met) = (Vec::new(), 0);
            let mut objects = set.iter();
            for (key, value) in &map {
                key.name();
                seen.push(*value);
                drop(key);
                if let Some(object) = objects.next() {
                    object.name();
                    met += 1;
                }
                if seen.len() > 1 {
                    continue;
                }
                match what {
                    0 => {
                        fifth = None;
                        nodes[5] = None;
                    }
                    1 => nodes[0] = None,
                    2 => {
                        let fifth = fifth.take().unwrap();
                        assert!(map.remove(&fifth).is_some() && set.remove(&fifth));
                    }
                    3 => {
                        map.clear();
                        set.clear();
                    }
                    4 => {
                        for i in 100..200 {
                            extra.push(Plain::new(""));
                            map.insert(extra.last().unwrap(), i);
                            set.insert(extra.last().unwrap());
                        }
                    }
                    _ => {
                        map.retain(|_, value| **value % 2 == 0);
                        set.retain(|node| map.contains_key(node));
                    }
                }
            }
            let expected: Vec<usize> = match what {
                0 | 2 => vec![0, 1, 2, 3, 4, 6, 7, 8, 9],
                1 => (0..10).collect(),
                3 => vec![0],
                4 => (0..10).chain(100..200).collect(),
                _ => vec![0, 2, 4, 6, 8],
            };
            assert_eq!((&seen, met), (&expected, seen.len()), "{what}");
            let left = [9, 9, 9, 0, 110, 5][what];
            assert_eq!((map.len(), set.len()), (left, left), "{what}");
            assert_eq!((map.iter().count(), set.iter().count()), (left, left));
            assert!(nodes.iter().flatten().all(|node| Gc::strong_count(node) <= 2));
        });
    }
}
