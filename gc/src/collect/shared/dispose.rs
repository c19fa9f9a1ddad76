//! The end of shared garbage: as in `collect::dispose`, with steps 1 to 4 again after user code.
//!
//! D1 to D4 hold as there, with "in one instant" meaning the verdict: what other threads do before it is
//! what the checks see, and afterwards no handle leads there but the garbage's own.

use super::pace::Begun;
use super::walk::{Parted, Walk};
use crate::collect::events::Heard;
use crate::collect::stats::Collected;
use crate::heap::first_panic::FirstPanic;
use crate::heap::shared::death::{self, end, finalize, finish_release};
use crate::heap::shared::object::SharedObject;
use crate::shim::{Guard, Lock, planted};

/// The global lock: held for the steps, given back while user code runs (C2).
pub(super) struct Turn<T: 'static> {
    lock: &'static Lock<T>,
    guard: Option<Guard<'static, T>>,
}

impl<T> Turn<T> {
    /// Waits for the turn later, in [`go_on`](Turn::go_on).
    pub(super) fn later(lock: &'static Lock<T>) -> Turn<T> {
        Turn { lock, guard: None }
    }

    /// Waits for the turn. (A collection's steps wait for nobody.)
    pub(super) fn wait(lock: &'static Lock<T>) -> Turn<T> {
        Turn { lock, guard: (!planted!("no_global_lock")).then(|| lock.lock()) }
    }

    /// Takes the turn if nobody has it.
    pub(super) fn take(lock: &'static Lock<T>) -> Option<Turn<T>> {
        lock.try_lock().map(|guard| Turn { lock, guard: Some(guard) })
    }

    /// What the lock guards; there is nothing to be had while user code runs.
    pub(super) fn state(&mut self) -> Option<&mut T> {
        self.guard.as_deref_mut()
    }

    /// Gives the lock back: user code may run.
    pub(super) fn pause(&mut self) {
        self.guard = None;
    }

    /// Waits for the turn, unless it is ours.
    pub(super) fn go_on(&mut self) {
        if self.guard.is_none() && !planted!("no_global_lock") {
            self.guard = Some(self.lock.lock());
        }
    }
}

/// Disposes of what remains of the suspects of a sketch. The turn is over when it returns.
pub(super) fn dispose<T>(
    walk: &mut Walk,
    turn: &mut Turn<T>,
    begun: &Begun,
    heard: Option<&mut Heard>,
    outcome: &mut Collected,
    panic: &mut FirstPanic,
) {
    let drops = |object: SharedObject| object.table().facts().drops;
    let mut after_user_code = false;
    let mut examined = 0;

    walk.lock_and_check(0, panic);
    if walk.suspects().any(SharedObject::is_due) {
        let Parted { suspects, .. } = walk.part(false);
        turn.pause();
        end_orphans(walk, panic);
        run_finalizers(&suspects, panic);
        turn.go_on();
        outcome.freed_in_finalizers += walk.resume(suspects);
        examined = walk.suspects().count();
        after_user_code = true;
        look_again(walk, 0, panic);
    }

    let mut callbacks = Vec::new();
    let mut doomed = Vec::new();
    let mut pins = 0;
    if walk.suspects().any(drops) {
        callbacks.append(&mut walk.commit(pins, drops));
        pins = 1;
        let parted = walk.part(after_user_code);
        doomed = parted.dead;
        examined = examined.max(doomed.len() + parted.suspects.len());
        turn.pause();
        end_orphans(walk, panic);
        drop_values(&doomed, panic);
        turn.go_on();
        // Pinned objects do not die.
        walk.resume(parted.suspects);
        after_user_code = true;
        look_again(walk, pins, panic);
    }

    callbacks.append(&mut walk.commit(pins, |_| true));
    let Parted { dead, live, .. } = walk.part(after_user_code);
    let disposal = begun.found(doomed.len() + dead.len());
    turn.pause();
    end_orphans(walk, panic);

    outcome.collected += doomed.len() + dead.len();
    if let Some(heard) = heard {
        heard.bytes +=
            doomed.iter().chain(&dead).map(|object| object.layout().block.size()).sum::<usize>();
    }
    outcome.resurrected += examined.saturating_sub(doomed.len() + dead.len());
    drop_values(&dead, panic);
    let pinned_live = if pins == 0 { Vec::new() } else { live };
    for object in dead.into_iter().chain(doomed) {
        // SAFETY: the pin, made above, was ours to drop; the value is destroyed.
        panic.run(|| unsafe { release_dead(object) });
    }
    drop(disposal);
    for object in pinned_live {
        let dropped = object.release(false);
        // SAFETY: the pin was ours to drop.
        panic.run(|| unsafe { finish_release(object, dropped) });
    }
    for list in callbacks {
        death::run(list, panic);
    }
}

/// Steps 1 and 2, after user code may have made anything live again.
fn look_again(walk: &mut Walk, pins: i64, panic: &mut FirstPanic) {
    if !planted!("no_second_look") {
        walk.lock_and_check(pins, panic);
    }
}

/// Ends the objects whose last handle went while we held them, which were left to us.
fn end_orphans(walk: &mut Walk, panic: &mut FirstPanic) {
    for object in walk.take_orphans() {
        // SAFETY: it has no handle, and HELD is off.
        unsafe { end(object, object.orphan_flags(), panic) };
    }
}

/// Runs the finalizers that are due, each with a pin of its object.
fn run_finalizers(objects: &[SharedObject], panic: &mut FirstPanic) {
    for &object in objects {
        if !object.is_due() || !object.pin() {
            continue;
        }
        // SAFETY: the pin keeps the value.
        unsafe { finalize(object, panic) };
        let dropped = object.release(false);
        // SAFETY: the pin was ours to drop.
        panic.run(|| unsafe { finish_release(object, dropped) });
    }
}

/// Drops the pin of an object that is TAKEN, whose value is destroyed.
///
/// # Safety
///
/// 1. The caller gives up its pin, and does not use the object again.
/// 2. The value is destroyed.
unsafe fn release_dead(object: SharedObject) {
    if object.is_sole() {
        let table = object.table();
        let mut panic = FirstPanic::new();
        // SAFETY: ours was the last handle (1), nobody has a share, and there is no value (2).
        unsafe { death::bury(object, table, 0, &mut panic) };
        return panic.resume();
    }
    let dropped = object.release(false);
    // SAFETY: the pin was the caller's to drop (1).
    unsafe { finish_release(object, dropped) }
}

/// Drops the values of objects that are TAKEN and pinned.
fn drop_values(objects: &[SharedObject], panic: &mut FirstPanic) {
    for &object in objects {
        // SAFETY: a verdict was reached on it, so its value is ours to destroy, once (S1); the pin keeps
        // the block.
        panic.run(|| unsafe { object.table().drop_value(object.value()) }); // user code
        death::drop_ties(object, panic);
    }
}
