//! The objects of this thread.
//!
//! The table goes when the thread ends; what is made or dies later, in the destructors of thread-locals, is
//! not shown to anybody.

use super::map::Map;
use super::{Birth, Site};
use crate::heap::count::Strong;
use crate::heap::object::{Flag, Object};
use std::cell::{Cell, RefCell};

/// An object of the table.
#[derive(Clone, Copy, Debug)]
struct Entry {
    birth: Birth,
    /// Somebody took `&mut` to its value, and has not been seen to have given it back (R2).
    is_lent: bool,
    /// Walks leave it out, because somebody asked for that.
    is_frozen: bool,
}

thread_local! {
    static OBJECTS: RefCell<Map<Object, Entry>> = RefCell::default();
    static SERIALS: Cell<u64> = const { Cell::new(0) };
}

/// Runs `f` with the table, if there is one. No foreign code runs in `f`.
fn with<R>(f: impl FnOnce(&mut Map<Object, Entry>) -> R) -> Option<R> {
    OBJECTS.try_with(|objects| f(&mut objects.borrow_mut())).ok()
}

/// The value of the object is there.
pub(crate) fn enroll(object: Object, site: Site) {
    if object.table().is_memory() {
        return;
    }
    let serial = SERIALS.get() + 1;
    SERIALS.set(serial);
    let entry = Entry { birth: Birth { serial, site }, is_lent: false, is_frozen: false };
    with(|objects| objects.insert(object, entry));
}

/// Somebody takes `&mut` to the value, or takes it out.
pub(crate) fn lend(object: Object) {
    with(|objects| {
        if let Some(entry) = objects.get_mut(&object) {
            entry.is_lent = true;
            entry.is_frozen = false;
        }
    });
}

/// An edge to the object was found in a value at rest, or somebody shows a shared reference to its handle:
/// nobody has `&mut` to its value.
pub(crate) fn at_rest(object: Object) {
    with(|objects| {
        if let Some(entry) = objects.get_mut(&object) {
            entry.is_lent = false;
        }
    });
}

/// The object is not to be shown any more.
pub(crate) fn remove(object: Object) {
    with(|objects| objects.remove(&object));
}

/// How many objects were made.
pub(crate) fn serials() -> u64 {
    SERIALS.get()
}

/// All that may be shown, oldest first.
pub(crate) fn list() -> Vec<(Object, Birth)> {
    let list = with(|objects| {
        objects.iter().map(|(&object, entry)| (object, entry.birth)).collect::<Vec<_>>()
    });
    let mut list = list.unwrap_or_default();
    list.retain(|&(object, _)| !is_hidden(object));
    list.sort_unstable_by_key(|(_, birth)| birth.serial);
    list
}

/// The object's birth, if it may be shown.
pub(crate) fn birth(object: Object) -> Option<Birth> {
    let birth = with(|objects| objects.get(&object).map(|entry| entry.birth)).flatten()?;
    (!is_hidden(object)).then_some(birth)
}

/// Has this very object a value still, which may be shown?
pub(crate) fn is_shown(object: Object, serial: u64) -> bool {
    birth(object).is_some_and(|birth| birth.serial == serial)
}

/// May somebody have `&mut` to the value (R2)? With a second handle, or a weak one, that is over: both are
/// made from the handle that was borrowed mutably. And what the collector has noted is at rest (H2): such a loan
/// takes an object's entry away.
pub(crate) fn is_lent(object: Object) -> bool {
    let claimed = with(|objects| objects.get(&object).is_some_and(|entry| entry.is_lent));
    claimed == Some(true)
        && object.count().strong() == Strong::Handles(1)
        && !object.slot().is_noted()
        && object.side().is_none_or(|cell| cell.object().is_none())
}

/// Walks leave the object out from now on, or not.
pub(crate) fn set_frozen(object: Object, is_frozen: bool) {
    with(|objects| {
        if let Some(entry) = objects.get_mut(&object) {
            entry.is_frozen = is_frozen;
        }
    });
}

/// Do walks leave it out, because somebody asked for that?
pub(crate) fn is_frozen(object: Object) -> bool {
    with(|objects| objects.get(&object).is_some_and(|entry| entry.is_frozen)) == Some(true)
}

/// R3. (What is enrolled has a header, R1.)
fn is_hidden(object: Object) -> bool {
    object.has(Flag::Dead) || object.count().is_gone() || object.slot().as_record().is_some()
}
