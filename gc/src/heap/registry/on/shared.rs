//! The objects that threads share, in tables each behind a lock.
//!
//! What is enrolled keeps its block as long as the lock of its table is held (R1): this is the way to an
//! object for somebody who has no handle. Nothing but steps of the word is done under such a lock.

use super::map::Map;
use super::{Birth, Site};
use crate::heap::shared::object::SharedObject;
use crate::shim::{AtomicU64, Lock, TABLES, global, planted, table_of};
use std::sync::atomic::Ordering::Relaxed;

/// On cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Table(Lock<Map<SharedObject, Entry>>);

/// An object of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) birth: Birth,
    /// Walks leave it out, because somebody asked for that.
    pub(crate) is_frozen: bool,
}

#[derive(Debug)]
struct Registry {
    tables: [Table; TABLES],
    serials: AtomicU64,
}

global! {
    static REGISTRY: Registry = Registry {
        tables: std::array::from_fn(|_| Table::default()),
        serials: AtomicU64::new(0),
    };
}

/// The table that an object belongs to.
fn table(object: SharedObject) -> &'static Lock<Map<SharedObject, Entry>> {
    &REGISTRY.tables[table_of(object.value().addr().get())].0
}

/// The value of the object is there.
pub(crate) fn enroll(object: SharedObject, site: Site) {
    if object.table().is_memory() {
        return;
    }
    // Relaxed: a number and no more. What was done to the value is seen by whoever finds the entry, under
    // the lock.
    let serial = REGISTRY.serials.fetch_add(1, Relaxed) + 1;
    let entry = Entry { birth: Birth { serial, site }, is_frozen: false };
    table(object).lock().insert(object, entry);
}

/// The object is not to be shown any more. Waits for those who look at it now.
pub(crate) fn remove(object: SharedObject) {
    table(object).lock().remove(&object);
}

/// How many objects were made.
pub(crate) fn serials() -> u64 {
    // Relaxed: as above.
    REGISTRY.serials.load(Relaxed)
}

/// All that are enrolled, oldest first. They may be gone when this returns: see [`with`].
pub(crate) fn list() -> Vec<(SharedObject, Birth)> {
    let mut list = Vec::new();
    for table in &REGISTRY.tables {
        list.extend(table.0.lock().iter().map(|(&object, entry)| (object, entry.birth)));
    }
    list.sort_unstable_by_key(|(_, birth)| birth.serial);
    list
}

/// Runs `f`, if this very object is still enrolled: its block stays meanwhile. `f` does no more than look at
/// the header and do a step of the word.
pub(crate) fn with<R>(object: SharedObject, serial: u64, f: impl FnOnce() -> R) -> Option<R> {
    let table = table(object).lock();
    let entry = *table.get(&object)?;
    if planted!("looked_at_unlocked") {
        drop(table);
    }
    (entry.birth.serial == serial).then(f)
}

/// The object's entry, if it is enrolled.
pub(crate) fn entry(object: SharedObject) -> Option<Entry> {
    table(object).lock().get(&object).copied()
}

/// Walks leave the object out from now on, or not.
pub(crate) fn set_frozen(object: SharedObject, serial: u64, is_frozen: bool) {
    if let Some(entry) = table(object).lock().get_mut(&object)
        && entry.birth.serial == serial
    {
        entry.is_frozen = is_frozen;
    }
}
