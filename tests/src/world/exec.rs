//! Carries operations out.

use super::edges::{edges, own};
use super::exclusive::{get_mut, into_inner, make_mut, unwrap};
use super::handles::{Handle, Held, HeldWeak};
use super::look::look_around;
use super::program::Op;
use super::state::{
    FirstPanic, LaterPanic, OVER, POOL, Temporary, ask, copy, hold, is_quiet, look, release, take,
    tell, world,
};
use super::values::{Both, Doomed, Edge, Fin, Fixed, Ghost, Leaf, Plain, Value};
use super::weaks::weaks;
use crate::oracle::{Kind, Oracle};
use refcycle::{Collected, Gc, Policy, Trace, collect, collect_young, set_policy};
use std::cell::RefCell;

/// Carries an operation out.
pub(super) fn exec(op: Op, me: Option<&dyn Value>) {
    if OVER.get() {
        return;
    }
    // Where something may be brought back for a moment in any case, this does it.
    look_around(matches!(op, Op::Upgrade(_)));
    match op {
        Op::New(kind, script, edges) => new(kind, script, edges),
        Op::Chain(kind, script) => chain(kind, script),
        Op::Clone(n) => {
            if pool_has_room()
                && let Some(held) = copy(n)
            {
                hold(held.keep());
            }
        }
        Op::Drop(n) => {
            if let Some(held) = take(n) {
                release(held);
            }
        }
        Op::Link(..)
        | Op::Move(..)
        | Op::Unlink(..)
        | Op::Clear(_)
        | Op::Swap(..)
        | Op::Take(..)
        | Op::Follow(..) => edges(op),
        Op::Downgrade(_)
        | Op::CloneWeak(_)
        | Op::DropWeak(_)
        | Op::Upgrade(_)
        | Op::Watch(..)
        | Op::DropWatch(_) => weaks(op),
        Op::Erase(n) => {
            if let Some(Held { id, handle }) = take(n) {
                let kind = ask(|oracle| oracle.kind(id));
                hold(Held { id, handle: handle.erase(kind) });
            }
        }
        Op::Recover(n) => {
            if let Some(Held { id, handle }) = take(n) {
                hold(Held { id, handle: handle.recover() });
            }
        }
        Op::GetMut(n, to) => get_mut(n, to),
        Op::MakeMut(n) => make_mut(n),
        Op::Unwrap(n) => unwrap(n, false),
        Op::Rewrap(n) => unwrap(n, true),
        Op::IntoInner(n) => into_inner(n),
        Op::Collect => full_collection(),
        Op::CollectYoung => {
            tell(Oracle::may_collect);
            let _what_it_did = collect_young();
        }
        Op::CollectBorrowed(n) => {
            if let Some(held) = copy(n)
                && let Some(cell) = look(&held).and_then(|value| value.cell())
            {
                let borrow = cell.try_borrow_mut();
                tell(Oracle::may_collect);
                let _what_it_did = collect();
                drop(borrow);
            }
        }
        Op::SetPolicy(n) => {
            let eager = Policy::default().with_young(1).with_full(1).with_growth(0.0);
            set_policy(match n % 8 {
                0 => Policy::OFF,
                1 => eager,
                2 => eager.with_step(usize::MAX),
                3 => Policy::default().with_young(3).with_full(8).with_growth(0.5),
                // Full collections in short steps, one in each allocation.
                4 => eager.with_step(1),
                5 => eager.with_step(3).with_young(5),
                6 => eager.with_step(2).with_young(1_000),
                _ => eager.with_step(8).with_full(4).with_young(2),
            });
        }
        Op::Tick(n) => {
            for _ in 0..=n % 8 {
                tell(Oracle::may_collect);
                drop(Gc::new(RefCell::new(None::<Gc<Plain>>)));
            }
        }
        Op::Stash(_) | Op::Give(_) | Op::Pass(..) | Op::Sever | Op::Save => {
            if let Some(me) = me {
                own(op, me);
            }
        }
        Op::Panic => {
            if !is_quiet() {
                if world(|world| world.panicked.replace(true)) {
                    std::panic::panic_any(LaterPanic);
                }
                std::panic::panic_any(FirstPanic);
            }
        }
    }
}

pub(super) fn pool_has_room() -> bool {
    world(|world| world.pool.borrow().len() < POOL)
}

pub(super) fn new(kind: Kind, script: u8, to: u8) {
    if pool_has_room() {
        let held = make(kind, script, to);
        hold(held);
    }
}

/// Makes a chain that is longer than drops may nest.
fn chain(kind: Kind, script: u8) {
    let made = ask(|oracle| oracle.ids().len());
    if !pool_has_room() || made > 200 || matches!(kind, Kind::Fixed | Kind::Leaf) {
        return;
    }
    let mut head = make(kind, script, 0);
    for _ in 0..40 + script % 16 {
        let next = Temporary(Some(head));
        head = make(kind, script, 0);
        if let Some(cell) = head.handle.value().and_then(|value| value.cell()) {
            cell.borrow_mut().push(Edge::new(head.id, &next));
        }
    }
    hold(head);
}

fn make(kind: Kind, script: u8, to: u8) -> Held {
    let ghost = Ghost::new(kind, script);
    let id = ghost.id;
    let cell = RefCell::default;
    // An allocation may collect, and panic with what panics in there.
    let handle = match kind {
        Kind::Plain => enter(Plain { ghost, edges: cell() }, Handle::Plain),
        Kind::Doomed => enter(Doomed { ghost, edges: cell() }, Handle::Doomed),
        Kind::Fin => enter(Fin { ghost, edges: cell() }, Handle::Fin),
        Kind::Both => enter(Both { ghost, edges: cell() }, Handle::Both),
        Kind::Fixed => {
            let edges = world(|world| {
                let pool = world.pool.borrow();
                let to = [to, to / 4].into_iter().filter(|_| !pool.is_empty());
                to.map(|to| Edge::new(id, &pool[usize::from(to) % pool.len()])).collect()
            });
            enter(Fixed { ghost, edges }, Handle::Fixed)
        }
        Kind::Leaf => enter(Leaf { ghost }, Handle::Leaf),
    };
    if kind.finalizes() && !script.is_multiple_of(2) {
        // Some can find themselves.
        let weak = HeldWeak { id, epoch: Some(0), weak: handle.downgrade() };
        world(|world| world.weaks.borrow_mut().push(weak));
    }
    Held { id, handle }
}

/// Makes an object of a value.
pub(super) fn enter<T: Trace + Value>(value: T, wrap: impl FnOnce(Gc<T>) -> Handle) -> Handle {
    let id = value.ghost().id;
    tell(Oracle::may_collect);
    let gc = Gc::new(value);
    tell(|oracle| oracle.enter(id));
    wrap(gc)
}

pub(super) fn full_collection() {
    let quiet = is_quiet();
    tell(Oracle::may_collect);
    let garbage = ask(|oracle| oracle.garbage());
    let Collected { collected, resurrected, refused, .. } = collect();
    if !quiet {
        return;
    }
    assert!(!refused, "refused, though none is running");
    if world(|world| world.scripted.get()) {
        return;
    }
    // Nobody interfered: all of it is gone, and counted, but what cannot be part of a cycle.
    let left = ask(|oracle| oracle.garbage());
    assert!(left.is_empty(), "a full collection has left {left:?}");
    assert_eq!(resurrected, 0);
    let sure = garbage
        .iter()
        .filter(|&&id| ask(|oracle| !matches!(oracle.kind(id), Kind::Leaf | Kind::Fixed)));
    assert!((sure.count()..=garbage.len()).contains(&collected), "{collected} of {garbage:?}");
}
