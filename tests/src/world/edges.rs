//! Operations on edges: those of nodes in the pool, and those of a value whose script runs.

use super::exec::pool_has_room;
use super::handles::Held;
use super::program::Op;
use super::state::{POOL, Temporary, copy, hold, look, release, take, tell, world};
use super::values::{Edge, Edges, Value};
use super::weaks::upgrade;
use crate::oracle::Id;

/// A mutable borrow of the cell of a node of the pool, if it has one that is free.
pub(super) fn with_cell<R>(n: u8, f: impl FnOnce(Id, &mut Edges) -> R) -> Option<R> {
    let held = copy(n)?;
    let cell = look(&held)?.cell()?;
    let mut edges = cell.try_borrow_mut().ok()?;
    Some(f(held.id, &mut edges))
}

pub(super) fn edges(op: Op) {
    match op {
        Op::Link(from, to) => {
            let Some(to) = copy(to) else { return };
            with_cell(from, |from, edges| {
                if edges.len() < POOL {
                    edges.push(Edge::new(from, &to));
                }
            });
        }
        Op::Move(from, n) => {
            let Some(to) = take(n) else { return };
            let mut to = Temporary(Some(to));
            with_cell(from, |from, edges| {
                if edges.len() < POOL
                    && let Some(Held { id, handle }) = to.0.take()
                {
                    edges.push(Edge::to(from, id, handle));
                    tell(|oracle| oracle.release(id));
                }
            });
            if let Some(to) = to.0.take() {
                hold(to);
            }
        }
        Op::Unlink(from, at) => drop(with_cell(from, |_, edges| take_edge(edges, at))),
        Op::Clear(from) => {
            let Some(held) = copy(from) else { return };
            if let Some(cell) = look(&held).and_then(|value| value.cell())
                && let Ok(mut edges) = cell.try_borrow_mut()
            {
                edges.clear();
            }
        }
        Op::Swap(one, other) => {
            let Some(held) = copy(one) else { return };
            with_cell(other, |other, edges| {
                let Some(cell) = look(&held).and_then(|value| value.cell()) else { return };
                let Ok(mut own) = cell.try_borrow_mut() else { return };
                std::mem::swap(&mut *own, edges);
                tell(|oracle| {
                    for (from, edges) in [(held.id, &mut *own), (other, edges)] {
                        for edge in edges.iter_mut() {
                            oracle.link(from, edge.note.to);
                            oracle.unlink(edge.note.from, edge.note.to);
                            edge.note.from = from;
                        }
                    }
                });
            });
        }
        Op::Take(from, at) => {
            if pool_has_room()
                && let Some(Some(edge)) = with_cell(from, |_, edges| take_edge(edges, at))
            {
                hold(edge.into_held());
            }
        }
        Op::Follow(from, at) => {
            if !pool_has_room() {
                return;
            }
            let Some(held) = copy(from) else { return };
            let found = look(&held).and_then(|value| edge_of(value, at));
            drop(held);
            if let Some(found) = found {
                hold(found);
            }
        }
        _ => unreachable!(),
    }
}

pub(super) fn take_edge(edges: &mut Edges, at: u8) -> Option<Edge> {
    let at = usize::from(at).checked_rem(edges.len())?;
    Some(edges.swap_remove(at))
}

/// A new handle of what an edge of `value` leads to, held.
pub(super) fn edge_of(value: &dyn Value, at: u8) -> Option<Held> {
    if value.cell().is_some_and(|cell| cell.try_borrow().is_err()) {
        return None;
    }
    let mut all = Vec::new();
    value.look(&mut |edge| all.push((edge.note.to, edge.handle.clone())));
    // Those clones are nobody's: they go before anybody looks, and none is the last.
    let at = usize::from(at).checked_rem(all.len())?;
    let (id, handle) = all.swap_remove(at);
    let held = Held { id, handle };
    drop(all);
    // Asked before it counts as held.
    look(&held);
    tell(|oracle| oracle.hold(id));
    Some(held)
}

/// What a value does to itself in its script.
pub(super) fn own(op: Op, me: &dyn Value) {
    let id = me.ghost().id;
    match op {
        Op::Stash(at) => {
            if pool_has_room()
                && let Some(held) = edge_of(me, at)
            {
                hold(held);
            }
        }
        Op::Give(at) => {
            let edge = me.cell().and_then(|cell| take_edge(&mut *cell.try_borrow_mut().ok()?, at));
            if let Some(edge) = edge {
                hold(edge.into_held());
            }
        }
        Op::Pass(at, to) => {
            let edge = me.cell().and_then(|cell| take_edge(&mut *cell.try_borrow_mut().ok()?, at));
            let Some(edge) = edge else { return };
            let held = edge.into_held();
            with_cell(to, |from, edges| edges.push(Edge::new(from, &held)));
            release(held);
        }
        Op::Sever => {
            let edges =
                me.cell().and_then(|cell| Some(std::mem::take(&mut *cell.try_borrow_mut().ok()?)));
            drop(edges);
        }
        Op::Save => {
            let saved = world(|world| {
                let weaks = world.weaks.borrow();
                let mine = weaks.iter().find(|weak| weak.id == id);
                mine.and_then(upgrade)
            });
            if let Some(held) = saved {
                hold(held);
            }
        }
        _ => unreachable!(),
    }
}
