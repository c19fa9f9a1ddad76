//! Looking at the objects that threads share.
//!
//! Other threads go on meanwhile, so what comes out is no instant of the heap, but every value is looked at as the
//! sketch does it (`collect::shared`): under HELD, with the guards of its locks, while nobody collects. Without a
//! handle one comes to an object under the lock of its table alone, until HELD keeps it.

use super::{Enrolled, Insight, Session, State};
use crate::collect::shared::while_nobody_collects;
use crate::flavor::Shared;
use crate::flavor::sealed::{Address, Operations};
use crate::heap::count::Strong;
use crate::heap::registry::shared as registry;
use crate::heap::shared::object::SharedObject;
use crate::heap::shared::{buffer, death};
use crate::shim::planted;
use crate::trace::Tracer;

/// The object of a handle.
fn object(Address(value): Address) -> SharedObject {
    // SAFETY: addresses are those of values of this flavour's objects.
    unsafe { SharedObject::from_value(value) }
}

/// An object of the registry, which may have gone: nothing of it may be looked at but under the lock of its
/// table, which says whether it has.
fn candidate(object: Enrolled) -> SharedObject {
    // SAFETY: it was the address of an object's value when it was enrolled, and is used as a key until the
    // registry says that it still is.
    unsafe { SharedObject::from_value(object.value) }
}

/// Runs `f` with the object, if it is there and may be shown. `f` looks at the header, or does a step of the word.
fn with<R>(enrolled: Enrolled, f: impl FnOnce(SharedObject) -> R) -> Option<R> {
    let object = candidate(enrolled);
    let look = || object.load().is_shown().then(|| f(object));
    registry::with(object, enrolled.serial, look).flatten()
}

impl Insight for Shared {
    const NAME: &'static str = "sync";

    fn enrolled() -> Vec<Enrolled> {
        let list = registry::list().into_iter();
        list.map(|(object, birth)| Enrolled { value: object.value(), serial: birth.serial })
            .collect()
    }

    fn enrolled_at(value: Address) -> Option<Enrolled> {
        let birth = registry::entry(object(value))?.birth;
        object(value).load().is_shown().then_some(Enrolled { value: value.0, serial: birth.serial })
    }

    fn serials() -> u64 {
        registry::serials()
    }

    fn state(enrolled: Enrolled) -> Option<State> {
        let birth = registry::entry(candidate(enrolled))?;
        with(enrolled, |object| {
            let (table, word) = (object.table(), object.load());
            let handles = || Strong::Handles(word.strong() as u32);
            State {
                address: enrolled.address(),
                serial: enrolled.serial,
                table,
                size: object.layout().block.size(),
                strong: if word.is_immortal() { Strong::Immortal } else { handles() },
                weak: death::weak_handles(object),
                is_old: object.is_old(),
                is_frozen: birth.is_frozen && word.is_never(),
                is_finalized: Shared::is_finalized(Address(object.value())),
                site: birth.birth.site.location(),
            }
        })
    }

    fn is_tracked(value: Address) -> bool {
        !object(value).load().is_never()
    }

    fn is_old(value: Address) -> bool {
        object(value).is_old()
    }

    fn is_frozen(value: Address) -> bool {
        let object = object(value);
        object.load().is_never() && registry::entry(object).is_some_and(|entry| entry.is_frozen)
    }

    fn freeze() {
        while_nobody_collects(|| {
            for enrolled in Shared::enrolled() {
                let frozen =
                    with(enrolled, |object| object.table().facts().owns && object.freeze());
                if frozen == Some(true) {
                    registry::set_frozen(candidate(enrolled), enrolled.serial, true);
                }
            }
        });
    }

    fn unfreeze() {
        while_nobody_collects(|| {
            for enrolled in Shared::enrolled() {
                registry::set_frozen(candidate(enrolled), enrolled.serial, false);
                let queued = with(enrolled, |object| object.table().facts().owns && object.thaw());
                if queued == Some(true) {
                    // The entry's share keeps the block.
                    buffer::push(candidate(enrolled));
                }
            }
        });
    }

    fn undisturbed<R>(f: impl FnOnce(&mut Session) -> R) -> R {
        let mut session = Session::new(Tracer::for_shared());
        let result = while_nobody_collects(|| f(&mut session));
        if planted!("orphan_lost") {
            session.orphans.clear();
        }
        for value in std::mem::take(&mut session.orphans) {
            let object = object(Address(value));
            // SAFETY: it has no handle, and we have taken HELD off.
            unsafe { death::end(object, object.orphan_flags(), &mut session.panic) };
        }
        session.panic.resume();
        result
    }

    fn is_lent(object: Enrolled) -> bool {
        if planted!("clone_is_rest") {
            // The bug: the clone may be seen, and not what came before it.
            with(object, |object| (object.load().strong() > 1).then(|| object.at_rest()));
        }
        with(object, SharedObject::is_lent) == Some(true)
    }

    unsafe fn at_rest(value: Address) {
        object(value).at_rest();
    }

    fn lend(object: Enrolled, _: &mut Session) -> bool {
        with(object, SharedObject::lend) == Some(true)
    }

    fn trace(enrolled: Enrolled, session: &mut Session, then: impl FnOnce(&mut Tracer)) {
        let hold = |object: SharedObject| planted!("look_unheld") || object.hold();
        if with(enrolled, hold) != Some(true) {
            return;
        }
        let object = candidate(enrolled);
        session.run(|tracer| {
            // SAFETY: HELD keeps the value (S1), and no `&mut` to it is out: CLAIMED is off, or the word would
            // have refused.
            unsafe { object.table().trace(object.value(), tracer) } // user code
            if let Some(cell) = object.cell() {
                // SAFETY: the cell is the object's (2), this is done while nobody collects, and the guards are released
                // below (1).
                unsafe { cell.trace(tracer) }
            }
            if planted!("look_guards_released") {
                // SAFETY: this thread took them just now, in a value that is held.
                unsafe { tracer.release_guards() };
            }
            then(tracer);
        });
        session.tracer.forget_edges();
        session.tracer.take_opaque();
        // SAFETY: this thread took them just now, in a value that is held.
        unsafe { session.tracer.release_guards() };
        if !planted!("look_unheld") && object.unhold() {
            session.orphans.push(object.value());
        }
    }

    unsafe fn release_erased(value: Address) {
        let object = object(value);
        let dropped = object.release(false);
        // SAFETY: the caller gives its handle up (1).
        unsafe { death::finish_release(object, dropped) }
    }
}
