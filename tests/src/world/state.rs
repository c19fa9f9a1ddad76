//! What a running program has in its hands, and the oracle that follows it. A thread-local, since the
//! `Drop` of a value has no other way to it.

use super::exec::exec;
use super::handles::{Held, HeldWatch, HeldWeak};
use super::program::Op;
use super::values::{AtEnd, Value};
use crate::law::is_verbose;
use crate::oracle::{Id, Oracle};
use crate::panic_payload;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

/// What a script's first panic carries out. It owns nothing, as all but the first are forgotten.
pub(super) struct FirstPanic;

/// What later ones carry.
pub(super) struct LaterPanic;

#[derive(Default)]
pub(super) struct World {
    pub(super) oracle: RefCell<Oracle>,
    pub(super) pool: RefCell<Vec<Held>>,
    pub(super) weaks: RefCell<Vec<HeldWeak>>,
    pub(super) watches: RefCell<Vec<HeldWatch>>,
    /// Of dropped watches: the counter, and what it must stay at.
    pub(super) silenced: RefCell<Vec<(Rc<Cell<u32>>, u32)>>,
    pub(super) scripts: RefCell<Vec<Vec<Op>>>,
    /// What is garbage, and how many full collections there had been when that was first seen.
    pub(super) garbage: RefCell<BTreeMap<Id, u64>>,
    /// Scripts running, one inside another.
    pub(super) depth: Cell<u32>,
    /// Operations that scripts may still carry out.
    pub(super) fuel: Cell<u32>,
    /// Has a script done anything in this operation?
    pub(super) scripted: Cell<bool>,
    /// Has a script panicked in it?
    pub(super) panicked: Cell<bool>,
    /// Has an operation caught a panic in the middle, to come to its end?
    pub(super) swallowed: Cell<bool>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.oracle.fmt(f)
    }
}

thread_local! {
    pub(super) static WORLD: World = World::default();
    /// A check has failed: whatever happens to the values now, nobody listens.
    pub(super) static OVER: Cell<bool> = const { Cell::new(false) };
    /// What the oracle said to a value's confession. It is kept until the operation is over: a panic in
    /// the middle of a drop would have the library's own panic handling tested, or end the process.
    pub(super) static COMPLAINT: RefCell<Option<String>> = const { RefCell::new(None) };
}

pub(super) fn world<R>(f: impl FnOnce(&World) -> R) -> R {
    WORLD.with(f)
}

/// Tells the oracle what happens. If it disagrees, the program is over.
pub(super) fn tell(f: impl FnOnce(&mut Oracle)) {
    if OVER.get() {
        return;
    }
    if let Some(payload) = panic_payload(|| world(|world| f(&mut world.oracle.borrow_mut()))) {
        OVER.set(true);
        if is_verbose() {
            eprintln!("{}", world(|world| format!("{world:?}").replace("Life {", "\nLife {")));
        }
        COMPLAINT.set(payload.downcast::<String>().ok().map(|message| *message));
    }
}

/// Asks the oracle.
pub(super) fn ask<R>(f: impl FnOnce(&mut Oracle) -> R) -> R {
    world(|world| f(&mut world.oracle.borrow_mut()))
}

pub(super) const POOL: usize = 24;

pub(super) fn hold(held: Held) {
    world(|world| world.pool.borrow_mut().push(held));
}

/// Takes a handle out of the pool: it still counts as held.
pub(super) fn take(n: u8) -> Option<Held> {
    world(|world| {
        let mut pool = world.pool.borrow_mut();
        let at = usize::from(n).checked_rem(pool.len())?;
        Some(pool.swap_remove(at))
    })
}

/// A handle that is held for a moment: it is given up at the end of its scope, however that ends.
pub(super) struct Temporary(pub(super) Option<Held>);

impl Temporary {
    pub(super) fn keep(mut self) -> Held {
        self.0.take().expect("given up only once")
    }
}

impl Deref for Temporary {
    type Target = Held;

    fn deref(&self) -> &Held {
        self.0.as_ref().expect("not given up yet")
    }
}

impl DerefMut for Temporary {
    fn deref_mut(&mut self) -> &mut Held {
        self.0.as_mut().expect("not given up yet")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(held) = self.0.take() {
            release(held);
        }
    }
}

/// Another handle like one of the pool, which is held like that one.
pub(super) fn copy(n: u8) -> Option<Temporary> {
    world(|world| {
        let pool = world.pool.borrow();
        let held = &pool[usize::from(n).checked_rem(pool.len())?];
        tell(|oracle| oracle.hold(held.id));
        Some(Temporary(Some(Held { id: held.id, handle: held.handle.clone() })))
    })
}

/// Gives a handle up.
pub(super) fn release(held: Held) {
    tell(|oracle| oracle.release(held.id));
    drop(held.handle);
}

/// Notices whether a handle says that it is dead; gives its value if not.
pub(super) fn look(held: &Held) -> Option<&dyn Value> {
    if held.handle.is_dead() {
        tell(|oracle| oracle.is_dead(held.id));
        return None;
    }
    tell(|oracle| oracle.is_not_dead(held.id));
    let value = held.handle.value().expect("it says that it is not dead");
    assert_eq!(value.ghost().id, held.id, "another value lies there");
    Some(value)
}

pub(super) fn is_quiet() -> bool {
    world(|world| world.depth.get() == 0)
}

/// A value's own end: carries out its script.
pub(super) fn run_script(script: u8, me: Option<&dyn Value>) {
    if OVER.get() {
        return;
    }
    let ops = world(|world| {
        let scripts = world.scripts.borrow();
        // Number 0 is "none".
        let at = usize::from(script) % (scripts.len() + 1);
        if at == 0 || world.depth.get() >= 4 { Vec::new() } else { scripts[at - 1].clone() }
    });
    world(|world| world.depth.set(world.depth.get() + 1));
    let end = AtEnd(|| world(|world| world.depth.set(world.depth.get() - 1)));
    for op in ops {
        let Some(fuel) = world(|world| world.fuel.get().checked_sub(1)) else { break };
        world(|world| {
            world.fuel.set(fuel);
            world.scripted.set(true);
        });
        exec(op, me);
    }
    drop(end);
}
