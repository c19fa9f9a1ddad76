//! The steps of somebody who comes to a shared object by the registry, without a handle: with the feature
//! `inspect`.
//!
//! Each is called for an object whose block is kept meanwhile, by a handle or by the lock of its table.

use super::object::SharedObject;
use super::word::{Word, flag};
use crate::shim::planted;
use std::sync::atomic::Ordering::{Acquire, Relaxed};

impl Word {
    /// May the object be shown? Not what is dead, or was found to be garbage.
    pub(crate) fn is_shown(self) -> bool {
        let is_foreign = self.has(flag::RECORD) && self.record().is_none();
        let is_dead = self.has(flag::TAKEN) && !planted!("shows_dead");
        self.strong() != 0 && !is_dead && !is_foreign
    }
}

impl SharedObject {
    /// May somebody have `&mut` to the value?
    pub(crate) fn is_lent(self) -> bool {
        self.load().has(flag::CLAIMED)
    }

    /// The handle that was lent mutably is at rest: as in [`record`](SharedObject::record).
    pub(crate) fn at_rest(self) {
        if self.is_lent() {
            // Relaxed: the caller has seen the handle at rest.
            let _ = self.change(Relaxed, |word| {
                word.has(flag::CLAIMED).then(|| word.without(flag::CLAIMED))
            });
        }
    }

    /// One handle more, if the object may be shown and nobody can have `&mut` to its value. Nobody
    /// collects meanwhile.
    pub(crate) fn lend(self) -> bool {
        // Acquire: as in `upgrade`.
        self.change(Acquire, |word| {
            let lent = word.has(flag::CLAIMED) && !planted!("lend_lent");
            let refused = !word.is_shown() || lent || word.has(flag::PENDING);
            (!refused).then(|| if word.is_immortal() { word } else { word.plus_one() })
        })
        .is_ok()
    }

    /// Makes it one that can be part of no cycle, if it may be shown. Nobody collects meanwhile.
    pub(crate) fn freeze(self) -> bool {
        self.set_old();
        // Relaxed: no more than `NEVER` at birth says.
        self.change(Relaxed, |word| word.is_shown().then(|| word.with(Word::new(0, true).0)))
            .is_ok()
    }

    /// Takes that back. True if it has become a candidate with this: put it into a buffer. Nobody collects
    /// meanwhile.
    pub(crate) fn thaw(self) -> bool {
        // Relaxed: as in a drop, but that no handle went.
        let thawed = self.change(Relaxed, |word| {
            (word.is_shown() && word.is_never()).then(|| word.without_record().with(flag::QUEUED))
        });
        thawed.is_ok_and(|(before, _)| !before.has(flag::QUEUED))
    }
}
