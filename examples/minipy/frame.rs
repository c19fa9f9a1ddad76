//! Frames and tracebacks: what an exception keeps alive.

use crate::code::{Code, Name, Span};
use crate::function::Cell as SharedCell;
use crate::generator::Suspension;
use crate::object::Dict;
use crate::registry::{Kind, Tag, alloc};
use crate::value::Value;
use refcycle::{Gc, Trace, sync};
use std::cell::{Cell, RefCell};

/// A variable of a frame: its own, or one that it shares with functions. (Its own can have a cell as its value.)
#[derive(Trace)]
pub(crate) enum Slot {
    Own(Option<Value>),
    Shared(Gc<SharedCell>),
}

/// One activation of a piece of code. It lives on after the code has returned if a traceback holds it.
#[derive(Trace)]
pub(crate) struct Frame {
    pub(crate) tag: Tag,
    /// A shared object: interpreters in other threads may own it too.
    pub(crate) code: sync::Gc<Code>,
    pub(crate) globals: Gc<Dict>,
    /// A class body's own names.
    pub(crate) names: Option<Gc<Dict>>,
    locals: RefCell<Vec<Slot>>,
    /// For a generator.
    pub(crate) suspension: Option<Box<Suspension>>,
    /// What is being executed.
    pub(crate) position: Cell<Span>,
}

impl Frame {
    /// A frame whose first slots are set. Cells are made around the slots that functions share.
    pub(crate) fn new(
        code: &sync::Gc<Code>,
        globals: Gc<Dict>,
        names: Option<Gc<Dict>>,
        mut locals: Vec<Slot>,
    ) -> Gc<Frame> {
        locals.resize_with(code.slots.len(), || Slot::Own(None));
        for &slot in &code.cells {
            if let Slot::Own(value) = &mut locals[slot] {
                locals[slot] = Slot::Shared(SharedCell::new(value.take()));
            }
        }
        alloc(Frame {
            tag: Tag::new(Kind::Frame),
            code: code.clone(),
            globals,
            names,
            suspension: code.is_generator.then(|| Box::new(Suspension::new())),
            locals: RefCell::new(locals),
            position: Cell::new(code.start),
        })
    }

    pub(crate) fn local(&self, slot: usize) -> Option<Value> {
        match &self.locals.borrow()[slot] {
            Slot::Shared(cell) => cell.get(),
            Slot::Own(value) => value.clone(),
        }
    }

    /// The cell of a variable that is shared.
    pub(crate) fn cell(&self, slot: usize) -> Option<Value> {
        match &self.locals.borrow()[slot] {
            Slot::Shared(cell) => Some(Value::Cell(cell.clone())),
            Slot::Own(_) => None,
        }
    }

    /// Makes a variable the one that a cell holds.
    pub(crate) fn share(&self, slot: usize, cell: Gc<SharedCell>) {
        let old = std::mem::replace(&mut self.locals.borrow_mut()[slot], Slot::Shared(cell));
        drop(old);
    }

    /// Sets a variable; whether it had a value before.
    pub(crate) fn set_local(&self, slot: usize, value: Option<Value>) -> bool {
        let old = match &mut self.locals.borrow_mut()[slot] {
            Slot::Shared(cell) => cell.set(value),
            Slot::Own(place) => std::mem::replace(place, value),
        };
        old.is_some()
    }

    /// The variables that have a value.
    pub(crate) fn variables(&self) -> Vec<(Name, Value)> {
        let names = self.code.slots.iter().enumerate();
        names.filter_map(|(slot, &name)| Some((name, self.local(slot)?))).collect()
    }

    /// What is in the slots: values, and cells.
    pub(crate) fn held(&self) -> Vec<Value> {
        let held = |slot: &Slot| match slot {
            Slot::Shared(cell) => Some(Value::Cell(cell.clone())),
            Slot::Own(value) => value.clone(),
        };
        self.locals.borrow().iter().filter_map(held).collect()
    }

    pub(crate) fn line(&self) -> usize {
        self.code.source.line_of(self.position.get().start)
    }
}

/// One line of a traceback.
#[derive(Trace)]
pub(crate) struct Traceback {
    pub(crate) tag: Tag,
    pub(crate) frame: Gc<Frame>,
    pub(crate) span: Span,
    pub(crate) next: Option<Gc<Traceback>>,
}

impl Traceback {
    pub(crate) fn new(frame: Gc<Frame>, span: Span, next: Option<Gc<Traceback>>) -> Gc<Traceback> {
        alloc(Traceback { tag: Tag::new(Kind::Traceback), frame, span, next })
    }

    pub(crate) fn line(&self) -> usize {
        self.frame.code.source.line_of(self.span.start)
    }
}
