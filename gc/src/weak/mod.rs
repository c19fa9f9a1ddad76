//! What holds objects weakly: [`on_death`] hooks, [`WeakValueMap`], [`WeakKeyMap`] and [`WeakSet`].
//!
//! An entry of a weak container is there as long as its object is alive. It goes when the object dies:
//! at once, by counting as in a collection; and what is cut off already, because it dies in this very
//! moment, is not seen by any method. In the methods' words, an entry is *there* if its object can be
//! upgraded.
//!
//! All methods take `&self` and lend nothing out, so values may come back to their container from a
//! `Drop`, an `Eq` or a callback. If such code panics, the container is whole, and what was to be dropped besides is
//! dropped. In an iteration, whose order is not promised, an entry that is there from its beginning to its end is
//! met exactly once; one that comes or goes meanwhile is met once or not at all.

// User code (the `Hash`, `Eq` and `Drop` of keys, the `Drop` of values, closures) never runs while a
// shelf is lent out: what is to be dropped is moved out first, what is to be compared is cloned.

mod hook;
mod index;
mod key_map;
mod set;
mod slots;
mod value_map;

pub(crate) use hook::fire_all_of;
pub use hook::{DeathHook, fire_all, on_death};
pub use key_map::{KeyMapIter, WeakKeyMap};
pub use set::{SetIter, WeakSet};
pub use value_map::{ValueMapIter, WeakValueMap};

use crate::flavor::Flavor;
use crate::ptr::Watch;
use slots::{Slots, Ticket};

/// What a callback takes out of a container when the object of an entry has died.
fn on_entry_death<E: 'static, F: Flavor>(
    shelf: &F::Shelf<Slots<E>>,
    ticket: Ticket,
) -> Box<dyn FnOnce()> {
    use crate::flavor::sealed::Shelf;
    let shelf = shelf.clone();
    Box::new(move || drop(shelf.with(|slots| slots.remove(ticket)))) // user code
}

/// Is the object of the entry alive?
fn is_there<T: ?Sized, F: Flavor>(watch: &Watch<T, F>) -> bool {
    watch.weak().strong_count() != 0
}
