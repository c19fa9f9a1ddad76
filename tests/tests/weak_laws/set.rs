//! Weak sets: law M.

use super::flavor::{collected, full, law};
use super::nodes::{Doomed, Plain};
use super::{Gc, WeakSet};
use crate::support::take_log;
use std::sync::Arc;

#[test]
fn m1_objects_are_there_as_long_as_they_live() {
    law(|| {
        let set = WeakSet::new();
        let mut nodes: Vec<_> = (0..10).map(|_| Plain::new("")).collect();
        for node in &nodes {
            assert!(!set.contains(node));
            assert!(set.insert(node) && !set.insert(node));
            assert!(set.contains(node));
            assert_eq!(Gc::weak_count(node), 1);
        }
        assert_eq!(set.len(), 10);
        assert!(set.remove(&nodes[3]) && !set.remove(&nodes[3]));
        assert_eq!(Gc::weak_count(&nodes[3]), 0);
        drop(nodes.pop());
        assert_eq!(set.len(), 8);
        let seen: Vec<_> = set.iter().map(|node| Gc::as_ptr(&node)).collect();
        let expected = nodes.iter().map(Gc::as_ptr).filter(|&node| node != Gc::as_ptr(&nodes[3]));
        assert!(expected.eq(seen));
        drop(nodes);
        assert!(set.is_empty());
    });
}

#[test]
fn loops_leave_it_with_their_collection() {
    law(|| {
        let set = WeakSet::new();
        for _ in 0..20 {
            set.insert(&Plain::looped(""));
        }
        assert_eq!(set.len(), 20);
        assert_eq!((collected(), set.len()), (20, 0));
    });
}

#[test]
fn what_is_dead_does_not_get_in() {
    law(|| {
        let set = Arc::new(WeakSet::new());
        let node = Doomed::with("a", {
            let set: Arc<WeakSet<Doomed>> = set.clone();
            move |me| {
                let super::nodes::Edge::Doomed(me) = me.edge(0) else { unreachable!() };
                assert!(Gc::is_dead(&me) && !set.contains(&me) && !set.remove(&me));
                assert!(!set.insert(&me) && set.is_empty());
            }
        });
        node.link(node.clone());
        drop(node);
        full();
        assert_eq!(take_log(), ["drop a"]);
        assert!(set.is_empty());
    });
}
