//! Looking at the objects of this thread.
//!
//! Nothing changes while it is looked at: `Trace`, the only foreign code, changes nothing (rule 3 of its
//! contract).

use super::{Enrolled, Insight, Session, State};
use crate::collect::run;
use crate::flavor::Local;
use crate::flavor::sealed::{Address, Operations};
use crate::heap::count::{Released, Slot};
use crate::heap::death;
use crate::heap::local::{Leaving, heap};
use crate::heap::object::{Flag, Object};
use crate::heap::registry::local as registry;
use crate::trace::Tracer;

/// The object of a handle.
fn object(Address(value): Address) -> Object {
    // SAFETY: addresses are those of values of this flavour's objects.
    unsafe { Object::from_value(value) }
}

/// An object of the registry, which may have gone: nothing of it may be looked at but its entry.
fn candidate(object: Enrolled) -> Object {
    // SAFETY: it was the address of an object's value when it was enrolled, and is used as a key until the
    // registry says that it still is.
    unsafe { Object::from_value(object.value) }
}

/// Is it left out of walks on request, still?
fn is_frozen(object: Object) -> bool {
    object.slot() == Slot::NEVER && registry::is_frozen(object)
}

/// The objects that may own handles.
fn tracked() -> impl Iterator<Item = Object> {
    let list = registry::list().into_iter();
    list.map(|(object, _)| object).filter(|object| object.table().facts().owns)
}

impl Insight for Local {
    const NAME: &'static str = "local";

    fn enrolled() -> Vec<Enrolled> {
        let list = registry::list().into_iter();
        list.map(|(object, birth)| Enrolled { value: object.value(), serial: birth.serial })
            .collect()
    }

    fn enrolled_at(value: Address) -> Option<Enrolled> {
        let birth = registry::birth(object(value))?;
        Some(Enrolled { value: value.0, serial: birth.serial })
    }

    fn serials() -> u64 {
        registry::serials()
    }

    fn state(enrolled: Enrolled) -> Option<State> {
        let object = candidate(enrolled);
        let birth = registry::birth(object).filter(|birth| birth.serial == enrolled.serial)?;
        let table = object.table();
        Some(State {
            address: enrolled.address(),
            serial: birth.serial,
            table,
            size: object.layout(table).block.size(),
            strong: object.count().strong(),
            weak: Local::weak(Address(enrolled.value)),
            is_old: object.has(Flag::Old),
            is_frozen: is_frozen(object),
            is_finalized: Local::is_finalized(Address(enrolled.value)),
            site: birth.site.location(),
        })
    }

    fn is_tracked(value: Address) -> bool {
        let object = object(value);
        object.table().facts().owns && object.slot() != Slot::NEVER
    }

    fn is_old(value: Address) -> bool {
        object(value).has(Flag::Old)
    }

    fn is_frozen(value: Address) -> bool {
        is_frozen(object(value))
    }

    fn freeze() {
        // Not what somebody may have `&mut` to: it must be noted nowhere until that ends (R2, H2), and thawing notes it.
        for object in tracked().filter(|&object| !registry::is_lent(object)) {
            if object.slot().is_noted() {
                // Nobody gets `&mut` to it, but it leaves the place in the same way.
                heap(|heap| heap.forget(object, Leaving::Claimed));
            }
            object.count().set_slot(Slot::NEVER);
            object.set(Flag::Old);
            registry::set_frozen(object, true);
        }
    }

    fn unfreeze() {
        // What its records lead to, it knows as it was when they were traced: some are set aside because it was frozen.
        run::give_up_between_steps();
        for object in tracked() {
            registry::set_frozen(object, false);
            // Whoever takes `&mut` to it makes it CLEAN, so nobody has. Also what a collection has set aside as NEVER: it may lead to what was frozen, which can change.
            if object.slot() == Slot::NEVER {
                object.count().set_slot(Slot::CLEAN);
                death::note(object);
            }
        }
    }

    fn undisturbed<R>(f: impl FnOnce(&mut Session) -> R) -> R {
        let mut session = Session::new(Tracer::new());
        let result = f(&mut session);
        session.panic.resume();
        result
    }

    fn is_lent(object: Enrolled) -> bool {
        registry::is_lent(candidate(object))
    }

    unsafe fn at_rest(value: Address) {
        registry::at_rest(object(value));
    }

    fn lend(enrolled: Enrolled, _: &mut Session) -> bool {
        let object = candidate(enrolled);
        let can_be = registry::is_shown(object, enrolled.serial) && !registry::is_lent(object);
        if can_be {
            // It has a handle, so this is not the first (H4), and it is not cut off (R3).
            object.count().retain();
        }
        can_be
    }

    fn trace(enrolled: Enrolled, session: &mut Session, then: impl FnOnce(&mut Tracer)) {
        let object = candidate(enrolled);
        if !registry::is_shown(object, enrolled.serial) || registry::is_lent(object) {
            return;
        }
        session.run(|tracer| {
            // SAFETY: it has a handle and is not DEAD, so its value is there (H1, R3), and nobody has
            // `&mut` to it (R2).
            unsafe { object.table().trace(object.value(), tracer) } // user code
            if let Some(cell) = object.side() {
                cell.trace(tracer);
            }
            then(tracer);
        });
        session.tracer.forget_edges();
    }

    unsafe fn release_erased(value: Address) {
        let object = object(value);
        match object.count().release(false) {
            Released::Kept => {}
            Released::Unnoted => death::note(object),
            // SAFETY: the caller's handle is gone, and it does not use the object again (1).
            Released::Last => unsafe { death::last_handle_gone(object) },
        }
    }
}
