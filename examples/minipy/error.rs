//! A Python exception on its way up the Rust stack.

use crate::frame::{Frame, Traceback};
use crate::object::Instance;
use crate::value::Value;
use crate::vm::Vm;
use refcycle::Gc;

pub(crate) type Result<T> = std::result::Result<T, Raised>;

/// How far the current frame has dealt with an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Raised here: it needs a context and a line in the traceback.
    Raised,
    /// Came out of a call: it needs a line in the traceback.
    Passing,
    /// Has both.
    Noted,
}

/// An exception in flight.
pub(crate) struct Raised {
    pub(crate) exception: Gc<Instance>,
    stage: Stage,
}

impl Raised {
    /// An exception that is raised here and now.
    pub(crate) fn new(exception: Gc<Instance>) -> Raised {
        Raised { exception, stage: Stage::Raised }
    }

    /// An exception that goes on as it was: a bare `raise`.
    pub(crate) fn again(exception: Gc<Instance>) -> Raised {
        Raised { exception, stage: Stage::Noted }
    }

    /// Adds the frame's line to the traceback, and the exception being handled as the context. Does so
    /// once for each time the exception is raised in a frame or comes into it.
    pub(crate) fn note(&mut self, vm: &Vm, frame: &Gc<Frame>) {
        let Some(state) = &self.exception.exception else { return };
        if self.stage == Stage::Raised
            && let Some(Value::Instance(handled)) = vm.handled()
            && !Gc::ptr_eq(&handled, &self.exception)
        {
            break_context_cycle(&handled, &self.exception);
            let old = std::mem::replace(&mut state.borrow_mut().context, Value::Instance(handled));
            drop(old);
        }
        if self.stage != Stage::Noted {
            let next = match &state.borrow().traceback {
                Value::Traceback(next) => Some(next.clone()),
                _ => None,
            };
            let entry = Traceback::new(frame.clone(), frame.position.get(), next);
            let old = std::mem::replace(&mut state.borrow_mut().traceback, entry.into());
            drop(old);
            self.stage = Stage::Noted;
        }
    }

    /// The exception leaves the frame.
    pub(crate) fn leave(mut self, vm: &Vm, frame: &Gc<Frame>) -> Raised {
        self.note(vm, frame);
        self.stage = Stage::Passing;
        self
    }
}

/// An exception that is raised while one that it is the context of is handled must not close a ring.
fn break_context_cycle(handled: &Gc<Instance>, raised: &Gc<Instance>) {
    let mut current = handled.clone();
    while let Some(state) = &current.exception {
        let Value::Instance(next) = state.borrow().context.clone() else { return };
        if Gc::ptr_eq(&next, raised) {
            let old = std::mem::replace(&mut state.borrow_mut().context, Value::None);
            drop(old);
            return;
        }
        current = next;
    }
}
