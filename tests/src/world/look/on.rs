//! Looks.

use super::super::state::{OVER, ask, look, world};
use super::super::values::{Both, Doomed, Fin, Fixed, Plain, Value};
use refcycle::inspect::{Snapshot, detect, objects_of, referents, referrers};
use std::collections::BTreeMap;

/// Looks at all objects, in the middle of whatever is going on. With `takes_handles` it also takes handles of all
/// that can be had, and drops them; so it brings garbage back for a moment.
pub(in super::super) fn look_around(takes_handles: bool) {
    if OVER.get() {
        return;
    }
    let picture = Snapshot::take();
    assert!(picture.nodes().all(|node| node.strong_count() > 0), "a dead object is shown");
    if takes_handles {
        look_into::<Plain>();
        look_into::<Doomed>();
        look_into::<Fin>();
        look_into::<Both>();
        look_into::<Fixed>();
    }
}

fn look_into<T: Value + Unpin + refcycle::Pointee>() {
    for found in objects_of::<T>() {
        let id = found.ghost().id;
        assert!(ask(|oracle| oracle.is_alive(id)), "{id} can be had, and is not alive");
        let _ = (referents(&found).len(), referrers(&found).len());
    }
}

/// Between two operations: what is held is in the picture, with its handles and, unless it was lent, its
/// edges; and what is garbage is said to be garbage.
pub(in super::super) fn check_picture() {
    let picture = Snapshot::take();
    let mut ids = BTreeMap::new();
    world(|world| {
        for held in world.pool.borrow().iter() {
            if let Some(value) = look(held) {
                ids.insert(std::ptr::from_ref(value).addr(), held.id);
            }
        }
    });
    for (address, id) in ids {
        let node = picture.at_address(address).expect("it is held, so it is shown");
        let handles = ask(|oracle| oracle.handles(id));
        assert_eq!(node.strong_count() as usize, handles, "handles of {id}");
        // Dead ones are not shown.
        let edges = ask(|oracle| {
            let edges = oracle.edges(id);
            edges.into_iter().filter(|&to| oracle.is_alive(to)).count()
        });
        assert!(node.edges().len() == edges || node.edges().len() == 0, "edges of {id}");
    }
    let garbage = ask(|oracle| oracle.garbage()).len();
    // What leads to an object that was lent and lies on a stack is not garbage.
    assert!(detect().len() <= garbage, "{} of {garbage} are garbage", detect().len());
}
