//! Generator functions: how a frame stops at a `yield` and goes on from there.
//!
//! Statements run on the Rust stack, which cannot be kept. So at a `yield` each open statement, from the
//! innermost out, notes in the frame where it was, and returns. To go on, the body is run again: each
//! statement takes its note back and skips what is done. For that a `yield` must be a statement, or the
//! whole right side of an assignment.

use crate::error::{Raised, Result};
use crate::exec::Flow;
use crate::frame::Frame;
use crate::object::Instance;
use crate::value::Value;
use crate::vm::{Args, Vm};
use refcycle::{Gc, Trace};
use std::cell::{Cell, RefCell};

/// Where an open statement was.
#[derive(Trace)]
pub(crate) enum Resume {
    /// In this statement of a block.
    Stmt(usize),
    /// In this branch of an `if`.
    Branch(usize),
    /// In the body of a `while` or `try`.
    Body,
    /// In the `else` of a loop or `try`.
    Otherwise,
    /// In the body of a `for` with this iterator.
    For(Value),
    /// In this handler of a `try`, for this exception.
    Handler(usize, Gc<Instance>),
    /// In the `finally` of a `try`; afterwards the rest happens.
    Finally(Pending),
    /// In the body of a `with`: its manager and what ends it.
    With(Value, Value),
    /// At the `yield` itself.
    Yield,
    /// At a `yield from` this iterator.
    Delegate(Value),
}

/// What happens after a `finally`.
#[derive(Trace)]
pub(crate) enum Pending {
    Next,
    Break,
    Continue,
    Return(Value),
    Raise(Gc<Instance>),
}

impl Pending {
    pub(crate) fn of(result: Result<Flow>) -> Pending {
        match result {
            Ok(Flow::Break) => Pending::Break,
            Ok(Flow::Continue) => Pending::Continue,
            Ok(Flow::Return(value)) => Pending::Return(value),
            Ok(Flow::Next | Flow::Yield(_)) => Pending::Next,
            Err(raised) => Pending::Raise(raised.exception),
        }
    }

    pub(crate) fn happen(self) -> Result<Flow> {
        match self {
            Pending::Next => Ok(Flow::Next),
            Pending::Break => Ok(Flow::Break),
            Pending::Continue => Ok(Flow::Continue),
            Pending::Return(value) => Ok(Flow::Return(value)),
            Pending::Raise(exception) => Err(Raised::again(exception)),
        }
    }
}

/// What a generator is resumed with: the value of the `yield`, or an exception that it raises.
#[derive(Trace)]
pub(crate) enum Sent {
    Value(Value),
    Exception(Gc<Instance>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Trace)]
enum Stage {
    Fresh,
    Running,
    Suspended,
    Done,
}

/// What a generator's frame has beside its variables.
#[derive(Trace)]
pub(crate) struct Suspension {
    notes: RefCell<Vec<Resume>>,
    sent: RefCell<Option<Sent>>,
    stage: Cell<Stage>,
    /// What the body returned.
    returned: RefCell<Option<Value>>,
}

impl Suspension {
    pub(crate) fn new() -> Suspension {
        Suspension {
            notes: RefCell::new(Vec::new()),
            sent: RefCell::new(None),
            stage: Cell::new(Stage::Fresh),
            returned: RefCell::new(None),
        }
    }

    /// The values in the notes.
    pub(crate) fn held(&self) -> Vec<Value> {
        let mut held: Vec<Value> = self.returned.borrow().iter().cloned().collect();
        for note in self.notes.borrow().iter() {
            match note {
                Resume::For(value)
                | Resume::Delegate(value)
                | Resume::Finally(Pending::Return(value)) => held.push(value.clone()),
                Resume::Handler(_, exception) | Resume::Finally(Pending::Raise(exception)) => {
                    held.push(Value::Instance(exception.clone()));
                }
                Resume::With(manager, exit) => held.extend([manager.clone(), exit.clone()]),
                Resume::Stmt(_)
                | Resume::Branch(_)
                | Resume::Body
                | Resume::Otherwise
                | Resume::Yield
                | Resume::Finally(Pending::Next | Pending::Break | Pending::Continue) => {}
            }
        }
        held
    }
}

impl Frame {
    /// Notes where a statement was.
    pub(crate) fn suspend(&self, note: Resume) {
        if let Some(suspension) = &self.suspension {
            suspension.notes.borrow_mut().push(note);
        }
    }

    /// Where the statement that begins now was, if it goes on.
    pub(crate) fn resumed(&self) -> Option<Resume> {
        self.suspension.as_ref()?.notes.borrow_mut().pop()
    }

    /// What the `yield` that goes on gets.
    pub(crate) fn take_sent(&self) -> Result<Value> {
        let sent = self.suspension.as_ref().and_then(|suspension| suspension.sent.take());
        match sent {
            Some(Sent::Exception(exception)) => Err(Raised::new(exception)),
            Some(Sent::Value(value)) => Ok(value),
            None => Ok(Value::None),
        }
    }
}

impl Vm {
    /// Runs a generator's frame until it yields or ends.
    pub(crate) fn resume(&self, frame: &Gc<Frame>, sent: Sent) -> Result<Option<Value>> {
        let Some(suspension) = &frame.suspension else { return Ok(None) };
        match (suspension.stage.get(), &sent) {
            (Stage::Running, _) => return self.value_error("generator already executing"),
            (Stage::Done, Sent::Value(_)) => return Ok(None),
            (Stage::Done, Sent::Exception(exception)) => {
                return Err(Raised::new(exception.clone()));
            }
            (Stage::Fresh, Sent::Exception(exception)) => {
                suspension.stage.set(Stage::Done);
                return self.enter(frame, || Err(Raised::new(exception.clone())));
            }
            (Stage::Fresh, Sent::Value(value)) if !value.is_none() => {
                return self.type_error("can't send non-None value to a just-started generator");
            }
            (Stage::Fresh | Stage::Suspended, _) => {}
        }
        suspension.stage.set(Stage::Running);
        suspension.sent.replace(Some(sent));
        let result = self.enter(frame, || self.block(frame, &frame.code.body));
        if let Ok(Flow::Yield(value)) = result {
            suspension.stage.set(Stage::Suspended);
            return Ok(Some(value));
        }
        suspension.stage.set(Stage::Done);
        match result {
            Ok(Flow::Return(value)) if !value.is_none() => {
                suspension.returned.replace(Some(value));
                Ok(None)
            }
            Ok(_) => Ok(None),
            Err(raised)
                if raised.exception.class().is_subclass_of(&self.class("StopIteration")) =>
            {
                let cause = Some(Value::Instance(raised.exception));
                let error = self.error("RuntimeError", "generator raised StopIteration");
                Err(self.raise(Some(Value::Instance(error.exception)), cause))
            }
            Err(raised) => Err(raised),
        }
    }

    /// The exception that says that an iterator is done, with what its generator returned.
    pub(crate) fn stop(&self, frame: Option<&Gc<Frame>>) -> Raised {
        let suspension = frame.and_then(|frame| frame.suspension.as_ref());
        let returned = suspension.and_then(|suspension| suspension.returned.take());
        let class = Value::Class(self.class("StopIteration"));
        match self.call(&class, Args::of(returned.into_iter().collect())) {
            Ok(exception) => self.raise(Some(exception), None),
            Err(raised) => raised,
        }
    }

    /// Ends a generator where it is: `finally` clauses run.
    pub(crate) fn close(&self, frame: &Gc<Frame>) -> Result<()> {
        let Some(suspension) = &frame.suspension else { return Ok(()) };
        if suspension.stage.get() != Stage::Suspended {
            suspension.stage.set(match suspension.stage.get() {
                Stage::Fresh => Stage::Done,
                stage => stage,
            });
            return Ok(());
        }
        let exit = self.raise(Some(Value::Class(self.class("GeneratorExit"))), None);
        match self.resume(frame, Sent::Exception(exit.exception)) {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(self.error("RuntimeError", "generator ignored GeneratorExit")),
            Err(raised) => {
                let class = raised.exception.class();
                let is_exit = class.is_subclass_of(&self.class("GeneratorExit"));
                if is_exit { Ok(()) } else { Err(raised) }
            }
        }
    }
}
