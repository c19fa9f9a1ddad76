//! What must be so between two operations.

use super::handles::{Handle, HeldWatch};
use super::program::Op;
use super::state::{ask, look, world};
use super::values::Value;
use crate::oracle::Id;
use refcycle::{live, stats};
use std::collections::BTreeMap;

/// How many weak handles the world has that lead to the object.
pub(super) fn weak_handles(id: Id) -> usize {
    let epoch = Some(ask(|oracle| oracle.epoch(id)));
    world(|world| {
        let weaks = world.weaks.borrow();
        let watches = world.watches.borrow();
        weaks.iter().filter(|weak| weak.id == id && weak.epoch == epoch).count()
            + watches.iter().filter(|watch| watch.id == id && watch.epoch == epoch).count()
    })
}

/// Between two operations everything is known.
pub(super) fn check() {
    ask(|oracle| oracle.check_quiet());
    world(|world| {
        for held in world.pool.borrow().iter() {
            let Some(value) = look(held) else {
                assert!(ask(|oracle| oracle.is_gone(held.id)), "{} is not gone", held.id);
                continue;
            };
            check_from(held.id, value);
            let handles = ask(|oracle| oracle.handles(held.id));
            assert_eq!(held.handle.strong_count(), handles, "handles of {}", held.id);
            assert_eq!(held.handle.weak_count(), weak_handles(held.id), "weak ones of {}", held.id);
        }
        for (fired, count) in world.silenced.borrow().iter() {
            assert_eq!(fired.get(), *count, "a dropped watch has called back");
        }
        for HeldWatch { id, epoch, watch, fired } in world.watches.borrow().iter() {
            if *epoch == Some(ask(|oracle| oracle.epoch(*id))) {
                let gone = ask(|oracle| oracle.is_gone(*id));
                assert_eq!(fired.get(), u32::from(gone), "callbacks of {id}");
                assert_eq!(watch.is_armed(), !gone, "the watch of {id}");
            } else {
                assert!(fired.get() <= 1, "callbacks of {id}");
            }
        }
    });
    // Weak handles of what is gone stay dead; of the others it would be an operation to ask.
    world(|world| {
        for weak in world.weaks.borrow().iter() {
            if ask(|oracle| oracle.is_gone(weak.id)) {
                assert!(weak.weak.upgrade().is_none(), "{} is gone and upgraded", weak.id);
            }
        }
    });
    assert_eq!(live().objects, ask(|oracle| oracle.live_objects()), "live objects");
}

/// Two full collections that come to their end leave nothing that was garbage before the first one ended:
/// the second one has begun since.
pub(super) fn check_completeness(op: Op) {
    let now = stats().full_collections;
    world(|world| {
        let mut waiting = world.garbage.borrow_mut();
        if world.scripted.get() || matches!(op, Op::Upgrade(_) | Op::CollectBorrowed(_)) {
            // Something may have been brought back for a moment, or hidden.
            waiting.clear();
        }
        let garbage = ask(|oracle| oracle.garbage());
        waiting.retain(|id, _| garbage.contains(id));
        for id in garbage {
            let since = *waiting.entry(id).or_insert(now);
            assert!(now < since + 2, "{id} was left by {} full collections", now - since);
        }
    });
}

/// Everything that the value leads to is whole and has the edges that the oracle knows.
pub(super) fn check_from(id: Id, value: &dyn Value) {
    let mut seen: BTreeMap<Id, Handle> = BTreeMap::new();
    let mut queue: Vec<Id> = Vec::new();
    let mut visit = |id: Id, value: &dyn Value, queue: &mut Vec<Id>| {
        assert_eq!(value.ghost().id, id, "another value lies there");
        let mut edges = Vec::new();
        value.look(&mut |edge| {
            assert_eq!(edge.note.from, id);
            edges.push(edge.note.to);
            if !edge.handle.is_dead() && !seen.contains_key(&edge.note.to) {
                seen.insert(edge.note.to, edge.handle.clone());
                queue.push(edge.note.to);
            }
        });
        edges.sort_unstable();
        assert_eq!(edges, ask(|oracle| oracle.edges(id)), "edges of {id}");
        queue.pop().map(|id| (id, seen[&id].clone()))
    };
    let mut next = visit(id, value, &mut queue);
    while let Some((id, handle)) = next {
        assert!(ask(|oracle| oracle.is_alive(id)), "{id} is reachable and not alive");
        let value = handle.value().expect("asked above");
        next = visit(id, value, &mut queue);
    }
}
