//! Exclusive access: operations that only a sole handle can do.

use super::checks::weak_handles;
use super::exec::enter;
use super::handles::{Handle, Held, with_handle};
use super::look::look_around;
use super::state::{
    FirstPanic, LaterPanic, POOL, Temporary, ask, copy, hold, is_quiet, look, take, tell, world,
};
use super::values::{Edge, Value};
use crate::oracle::{Id, Oracle};
use crate::panic_payload;
use refcycle::{Gc, collect, pause};

pub(super) fn get_mut(n: u8, to: u8) {
    let Some(mut held) = take(n) else { return };
    let id = held.id;
    let dead = look(&held).is_none();
    let (handles, weaks) = (ask(|oracle| oracle.handles(id)), weak_handles(id));
    let other = copy(to).filter(|other| other.id != id);
    let exclusive: Option<&mut dyn Value> = with_handle!(
        &mut held.handle,
        gc => Gc::get_mut(gc).map(|value| value as &mut dyn Value),
        any _, _ => return hold(held)
    );
    let got = exclusive.is_some();
    if let Some(value) = exclusive
        && let Some(edges) = value.edges_mut()
    {
        // While this happens the edges are somewhere between the vector and the stack.
        edges.sort_by(|a, b| {
            look_around(false);
            tell(Oracle::may_collect);
            let caught = panic_payload(collect);
            if let Some(payload) = caught {
                assert!(payload.is::<FirstPanic>() || payload.is::<LaterPanic>());
                world(|world| world.swallowed.set(true));
            }
            b.note.to.cmp(&a.note.to)
        });
        if let Some(other) = &other
            && edges.len() < POOL
        {
            edges.push(Edge::new(id, other));
        }
    }
    if is_quiet() {
        assert_eq!(got, handles == 1 && weaks == 0 && !dead, "get_mut of {id}");
    } else {
        assert!(!got || (handles == 1 && weaks == 0 && !dead), "get_mut of {id}");
    }
    drop(other);
    hold(held);
}

pub(super) fn make_mut(n: u8) {
    // A callback may panic: then the handle is given up.
    let Some(held) = take(n) else { return };
    let mut held = Temporary(Some(held));
    if look(&held).is_none() {
        return hold(held.keep());
    }
    let (id, quiet) = (held.id, is_quiet());
    let handles = ask(|oracle| oracle.handles(id));
    let borrowed = held
        .handle
        .value()
        .and_then(|value| value.cell())
        .is_some_and(|cell| cell.try_borrow().is_err());
    if borrowed {
        return hold(held.keep());
    }
    // The callbacks run before it is over.
    let sole = held.handle.strong_count() == 1 && !matches!(held.handle, Handle::Any(..));
    if sole {
        tell(|oracle| oracle.cut_off(id));
    }
    // What the library clones is an object of its own; no collection may come between.
    let paused = pause();
    let new: Option<Id> = with_handle!(
        &mut held.handle,
        gc => Some(Gc::make_mut(gc).ghost().id),
        any _, _ => None
    );
    drop(paused);
    let Some(new) = new else { return hold(held.keep()) };
    if new == held.id {
        assert!(sole && handles == 1, "make_mut lends out a shared value");
    } else {
        assert!(!quiet || handles > 1, "make_mut clones an unshared value");
        tell(|oracle| {
            oracle.enter(new);
            oracle.release(held.id);
        });
    }
    held.id = new;
    hold(held.keep());
}

/// Is anybody called when the object loses its weak handles?
pub(super) fn is_watched(id: Id) -> bool {
    let epoch = Some(ask(|oracle| oracle.epoch(id)));
    world(|world| world.watches.borrow().iter().any(|watch| watch.id == id && watch.epoch == epoch))
}

pub(super) fn unwrap(n: u8, again: bool) {
    let Some(held) = take(n) else { return };
    if is_watched(held.id) {
        // A callback may panic before it is known how this ends.
        return hold(held);
    }
    let Held { id, handle } = held;
    let alive = !handle.is_dead();
    let handles = ask(|oracle| oracle.handles(id));
    macro_rules! typed {
        ($gc:expr, $wrap:path) => {
            match Gc::try_unwrap($gc) {
                Ok(value) => {
                    tell(|oracle| oracle.leave(id));
                    assert!(alive);
                    if again {
                        Some(enter(value, $wrap))
                    } else {
                        drop(value);
                        None
                    }
                }
                Err(gc) => {
                    assert!(!is_quiet() || handles > 1 || !alive, "try_unwrap of {id}");
                    Some($wrap(gc))
                }
            }
        };
    }
    let handle = match handle {
        Handle::Plain(gc) => typed!(gc, Handle::Plain),
        Handle::Doomed(gc) => typed!(gc, Handle::Doomed),
        Handle::Fin(gc) => typed!(gc, Handle::Fin),
        Handle::Both(gc) => typed!(gc, Handle::Both),
        Handle::Fixed(gc) => typed!(gc, Handle::Fixed),
        Handle::Leaf(gc) => typed!(gc, Handle::Leaf),
        any @ Handle::Any(..) => Some(any),
    };
    if let Some(handle) = handle {
        hold(Held { id, handle });
    }
}

pub(super) fn into_inner(n: u8) {
    let Some(held) = take(n) else { return };
    let Held { id, handle } = held;
    let last = ask(|oracle| oracle.handles(id)) == 1;
    if matches!(handle, Handle::Any(..)) || !is_quiet() || is_watched(id) {
        return hold(Held { id, handle });
    }
    if handle.is_dead() || !last {
        tell(|oracle| oracle.release(id));
        let inner: Option<Box<dyn Value>> = into_value(handle);
        assert!(inner.is_none(), "into_inner of {id}");
    } else {
        tell(|oracle| oracle.leave(id));
        assert!(into_value(handle).is_some(), "into_inner of {id}");
    }
}

pub(super) fn into_value(handle: Handle) -> Option<Box<dyn Value>> {
    with_handle!(
        handle,
        gc => Gc::into_inner(gc).map(|value| Box::new(value) as Box<dyn Value>),
        any _, _ => unreachable!("only typed handles get this far")
    )
}
