//! Iterating while entries come and go: laws M2 and M4.

use super::flavor::{collected, law};
use super::nodes::Plain;
use super::{WeakSet, WeakValueMap};

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
