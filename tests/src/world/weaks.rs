//! Operations on weak handles and watches.

use super::exec::pool_has_room;
use super::handles::{Handle, Held, HeldWatch, HeldWeak, Kind0};
use super::program::Op;
use super::state::{POOL, ask, copy, hold, is_quiet, look, release, run_script, tell, world};
use std::cell::Cell;
use std::rc::Rc;

pub(super) fn weaks(op: Op) {
    match op {
        Op::Downgrade(n) => {
            if world(|world| world.weaks.borrow().len()) >= POOL {
                return;
            }
            let Some(held) = copy(n) else { return };
            let epoch = look(&held).is_some().then(|| ask(|oracle| oracle.epoch(held.id)));
            let weak = HeldWeak { id: held.id, epoch, weak: held.handle.downgrade() };
            world(|world| world.weaks.borrow_mut().push(weak));
        }
        Op::CloneWeak(n) => world(|world| {
            let mut weaks = world.weaks.borrow_mut();
            if let Some(at) = usize::from(n).checked_rem(weaks.len())
                && weaks.len() < POOL
            {
                let HeldWeak { id, epoch, ref weak } = weaks[at];
                let weak = weak.clone();
                weaks.push(HeldWeak { id, epoch, weak });
            }
        }),
        Op::DropWeak(n) => world(|world| {
            let mut weaks = world.weaks.borrow_mut();
            if let Some(at) = usize::from(n).checked_rem(weaks.len()) {
                weaks.swap_remove(at);
            }
        }),
        Op::Upgrade(n) => {
            let found = world(|world| {
                let weaks = world.weaks.borrow();
                let weak = weaks.get(usize::from(n).checked_rem(weaks.len())?)?;
                upgrade(weak)
            });
            match found {
                Some(held) if pool_has_room() => hold(held),
                Some(held) => release(held),
                None => {}
            }
        }
        Op::Watch(n, script) => {
            if world(|world| world.watches.borrow().len()) >= POOL {
                return;
            }
            let Some(held) = copy(n) else { return };
            let id = held.id;
            let epoch = look(&held).is_some().then(|| ask(|oracle| oracle.epoch(id)));
            let fired = Rc::new(Cell::new(0));
            let watch = held.handle.watch({
                let fired = fired.clone();
                move || {
                    fired.set(fired.get() + 1);
                    run_script(script, None);
                }
            });
            world(|world| world.watches.borrow_mut().push(HeldWatch { id, epoch, watch, fired }));
        }
        Op::DropWatch(n) => {
            let watch = world(|world| {
                let mut watches = world.watches.borrow_mut();
                let at = usize::from(n).checked_rem(watches.len())?;
                Some(watches.swap_remove(at))
            });
            if let Some(HeldWatch { watch, fired, .. }) = watch {
                let count = fired.get();
                drop(watch);
                world(|world| world.silenced.borrow_mut().push((fired, count)));
            }
        }
        _ => unreachable!(),
    }
}

/// Upgrades; the handle is held.
pub(super) fn upgrade(weak: &HeldWeak) -> Option<Held> {
    let found = weak.weak.upgrade();
    let id = weak.id;
    let quiet = is_quiet();
    match weak.epoch {
        Some(epoch) => tell(|oracle| oracle.upgraded(id, epoch, quiet, found.is_some())),
        None => assert!(found.is_none(), "a weak handle made of a dead object is upgraded"),
    }
    let handle = Handle::Any(Kind0(ask(|oracle| oracle.kind(id))), found?);
    let held = Held { id, handle };
    assert!(look(&held).is_some(), "an upgraded handle leads to a dead value");
    tell(|oracle| oracle.hold(id));
    Some(held)
}
