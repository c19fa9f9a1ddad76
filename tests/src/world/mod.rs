//! Runs random programs on the library and tells the [oracle](crate::oracle) what they do.
//!
//! A program is a list of operations on a pool of handles, plus scripts: lists of operations that
//! finalizers, `Drop`s and callbacks carry out. Everything that is done goes through one function,
//! whether it comes from the program or from a script, and the oracle hears of each change before the
//! library does. It knows nothing of how objects are counted or found.

mod checks;
mod edges;
mod exclusive;
mod exec;
mod handles;
mod look;
mod program;
mod state;
mod values;
mod weaks;

pub use program::{Op, Program};

use crate::law::is_verbose;
use crate::oracle::Oracle;
use crate::panic_payload;
use checks::{check, check_completeness};
use exec::exec;
use look::check_picture;
use refcycle::{Policy, live, set_policy};
use state::{COMPLAINT, FirstPanic, LaterPanic, OVER, ask, tell, world};
use values::AtEnd;

/// Carries an operation out from the top and checks the state afterwards.
fn step(op: Op) {
    if is_verbose() {
        eprintln!(
            "{op:?}; pool {:?}",
            world(|world| { world.pool.borrow().iter().map(|held| held.id).collect::<Vec<_>>() })
        );
    }
    world(|world| {
        world.scripted.set(false);
        world.panicked.set(false);
        world.swallowed.set(false);
    });
    tell(Oracle::begin);
    let payload = panic_payload(|| exec(op, None));
    complain(op);
    match payload {
        Some(payload) if payload.is::<FirstPanic>() => {
            assert!(world(|world| world.panicked.get()));
        }
        Some(payload) if payload.is::<LaterPanic>() => {
            assert!(world(|world| world.swallowed.get()), "not the first panic came out");
        }
        Some(payload) => std::panic::resume_unwind(payload),
        None => {
            let lost = world(|world| world.panicked.get() && !world.swallowed.get());
            assert!(!lost, "a panic has got lost");
        }
    }
    check();
    check_picture();
    check_completeness(op);
    complain(op);
}

/// Passes on what the oracle has said.
fn complain(op: Op) {
    assert!(!OVER.get(), "during {op:?}: {}", COMPLAINT.take().unwrap_or_default());
}

/// Runs a program in this thread, which must not have run one before, and panics where the library and
/// the oracle disagree.
pub fn run(program: &Program) {
    world(|world| {
        world.scripts.borrow_mut().clone_from(&program.scripts);
        world.fuel.set(500);
    });
    set_policy(Policy::OFF);
    let failed = AtEnd(|| OVER.set(std::thread::panicking()));
    for &op in &program.ops {
        step(op);
    }
    set_policy(Policy::OFF);
    // The end: everything goes, with whatever the scripts make of it, then without them.
    for fuel in [500, 0] {
        world(|world| world.fuel.set(fuel));
        while world(|world| !world.pool.borrow().is_empty()) {
            step(Op::Drop(0));
        }
        for _ in 0..3 {
            step(Op::Collect);
        }
    }
    world(|world| {
        world.weaks.take();
        world.watches.take();
        world.silenced.take();
    });
    ask(|oracle| oracle.check_end());
    assert_eq!(live().objects, 0);
    drop(failed);
}
