//! The values that random programs make: their types differ in what the library knows of them. They tell
//! the oracle of their ends, and carry out their scripts.

use super::handles::{Handle, Held};
use super::state::{ask, run_script, tell};
use crate::Probe;
use crate::oracle::{Id, Kind};
use refcycle::{Finalize, Trace};
use std::any::Any;
use std::cell::RefCell;

/// The part of a value that the oracle knows: tells it when the value's fields are dropped.
pub(super) struct Ghost {
    pub(super) id: Id,
    pub(super) kind: Kind,
    pub(super) script: u8,
    pub(super) probe: Probe,
}

impl Ghost {
    pub(super) fn new(kind: Kind, script: u8) -> Ghost {
        Ghost { id: ask(|oracle| oracle.make(kind)), kind, script, probe: Probe::silent() }
    }
}

impl Clone for Ghost {
    fn clone(&self) -> Ghost {
        Ghost::new(self.kind, self.script)
    }
}

impl Drop for Ghost {
    fn drop(&mut self) {
        self.probe.check();
        tell(|oracle| oracle.gone(self.id));
    }
}

/// Tells the oracle when an edge goes.
pub(super) struct Note {
    pub(super) from: Id,
    pub(super) to: Id,
}

impl Drop for Note {
    fn drop(&mut self) {
        tell(|oracle| oracle.unlink(self.from, self.to));
    }
}

/// An edge. The note goes first, then the handle.
#[derive(Trace)]
pub(super) struct Edge {
    #[trace(skip)]
    pub(super) note: Note,
    pub(super) handle: Handle,
}

impl Edge {
    pub(super) fn new(from: Id, held: &Held) -> Edge {
        Edge::to(from, held.id, held.handle.clone())
    }

    pub(super) fn to(from: Id, to: Id, handle: Handle) -> Edge {
        tell(|oracle| oracle.link(from, to));
        Edge { note: Note { from, to }, handle }
    }

    /// Moves the handle into the program's hands.
    pub(super) fn into_held(self) -> Held {
        let id = self.note.to;
        if self.handle.is_dead() {
            tell(|oracle| oracle.is_dead(id));
        }
        tell(|oracle| oracle.hold(id));
        drop(self.note);
        Held { id, handle: self.handle }
    }
}

pub(super) type Edges = Vec<Edge>;

pub(super) fn clone_edges(from: Id, edges: &Edges) -> Edges {
    edges.iter().map(|edge| Edge::to(from, edge.note.to, edge.handle.clone())).collect()
}

#[derive(Trace)]
pub(super) struct Plain {
    #[trace(skip)]
    pub(super) ghost: Ghost,
    pub(super) edges: RefCell<Edges>,
}

#[derive(Trace)]
pub(super) struct Doomed {
    #[trace(skip)]
    pub(super) ghost: Ghost,
    pub(super) edges: RefCell<Edges>,
}

#[derive(Trace)]
#[trace(finalize)]
pub(super) struct Fin {
    #[trace(skip)]
    pub(super) ghost: Ghost,
    pub(super) edges: RefCell<Edges>,
}

#[derive(Trace)]
#[trace(finalize)]
pub(super) struct Both {
    #[trace(skip)]
    pub(super) ghost: Ghost,
    pub(super) edges: RefCell<Edges>,
}

#[derive(Trace)]
pub(super) struct Fixed {
    #[trace(skip)]
    pub(super) ghost: Ghost,
    pub(super) edges: Edges,
}

#[derive(Clone, Trace)]
pub(super) struct Leaf {
    #[trace(skip)]
    pub(super) ghost: Ghost,
}

/// What can be done with a value whatever its type.
pub(super) trait Value: Any {
    fn ghost(&self) -> &Ghost;

    /// Its edges, if they can be changed while it is shared.
    fn cell(&self) -> Option<&RefCell<Edges>>;

    fn edges_mut(&mut self) -> Option<&mut Edges>;

    /// The ends of its edges.
    fn look(&self, see: &mut dyn FnMut(&Edge));
}

macro_rules! cell_values {
    ($($value:ident)*) => {$(
        impl Value for $value {
            fn ghost(&self) -> &Ghost {
                self.ghost.probe.check();
                &self.ghost
            }

            fn cell(&self) -> Option<&RefCell<Edges>> {
                Some(&self.edges)
            }

            fn edges_mut(&mut self) -> Option<&mut Edges> {
                Some(self.edges.get_mut())
            }

            fn look(&self, see: &mut dyn FnMut(&Edge)) {
                self.edges.borrow().iter().for_each(see);
            }
        }

        impl Clone for $value {
            fn clone(&self) -> $value {
                let ghost = self.ghost.clone();
                let edges = RefCell::new(clone_edges(ghost.id, &self.edges.borrow()));
                $value { ghost, edges }
            }
        }
    )*};
}

cell_values!(Plain Doomed Fin Both);

impl Value for Fixed {
    fn ghost(&self) -> &Ghost {
        self.ghost.probe.check();
        &self.ghost
    }

    fn cell(&self) -> Option<&RefCell<Edges>> {
        None
    }

    fn edges_mut(&mut self) -> Option<&mut Edges> {
        Some(&mut self.edges)
    }

    fn look(&self, see: &mut dyn FnMut(&Edge)) {
        self.edges.iter().for_each(see);
    }
}

impl Clone for Fixed {
    fn clone(&self) -> Fixed {
        let ghost = self.ghost.clone();
        let edges = clone_edges(ghost.id, &self.edges);
        Fixed { ghost, edges }
    }
}

impl Value for Leaf {
    fn ghost(&self) -> &Ghost {
        self.ghost.probe.check();
        &self.ghost
    }

    fn cell(&self) -> Option<&RefCell<Edges>> {
        None
    }

    fn edges_mut(&mut self) -> Option<&mut Edges> {
        None
    }

    fn look(&self, _: &mut dyn FnMut(&Edge)) {}
}

macro_rules! ends {
    ($($value:ident: $finalize:ident $drop:ident;)*) => {$(
        ends!($finalize $value);
        ends!($drop $value);
    )*};
    (finalize $value:ident) => {
        impl Finalize for $value {
            fn finalize(&self) {
                let id = self.ghost().id;
                tell(|oracle| oracle.finalize(id));
                let end = AtEnd(|| tell(|oracle| oracle.finalized(id)));
                run_script(self.ghost.script, Some(self));
                drop(end);
            }
        }
    };
    (drop $value:ident) => {
        impl Drop for $value {
            fn drop(&mut self) {
                let id = self.ghost().id;
                let in_object = ask(|oracle| oracle.is_alive(id));
                tell(|oracle| oracle.dropping(id));
                if std::thread::panicking() && !in_object {
                    // Rust's own rule: a value that is unwound must not panic. In an object it may.
                    return;
                }
                run_script(self.ghost.script.wrapping_add(1), Some(self));
            }
        }
    };
    (none $value:ident) => {};
}

ends! {
    Doomed: none drop;
    Fin: finalize none;
    Both: finalize drop;
}

pub(super) struct AtEnd<F: Fn()>(pub(super) F);

impl<F: Fn()> Drop for AtEnd<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
