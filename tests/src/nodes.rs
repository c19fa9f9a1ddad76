//! The node types that laws build their graphs from: they differ in what the library knows of their
//! types, and can all be linked with each other.
//!
//! Each logs its end: "drop NAME", and "fin NAME" for a finalizer that runs.

use crate::{Probe, log};
use refcycle::{Finalize, Gc, Trace};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::{Deref, DerefMut};

/// What all nodes have: a name and edges.
#[derive(Trace)]
pub struct Core {
    // First, so that a node's end is logged before those of its children.
    #[trace(skip)]
    probe: Probe,
    name: &'static str,
    /// The edges.
    pub edges: RefCell<Vec<Edge>>,
}

impl Core {
    fn new(name: &'static str, probe: Probe) -> Core {
        Core { name, edges: RefCell::default(), probe }
    }

    /// The node's name. Ends the process if the node is not alive.
    pub fn name(&self) -> &'static str {
        self.probe.check();
        self.name
    }

    /// Adds an edge.
    pub fn link(&self, to: impl Into<Edge>) {
        self.probe.check();
        self.edges.borrow_mut().push(to.into());
    }

    /// Takes all edges away and drops them, outside the borrow.
    pub fn unlink(&self) {
        self.probe.check();
        drop(self.edges.take());
    }

    /// A new handle of what the edge number `n` leads to.
    pub fn edge(&self, n: usize) -> Edge {
        self.probe.check();
        self.edges.borrow()[n].clone()
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Core").field(&self.name).finish()
    }
}

/// An edge to a node of any kind.
#[derive(Clone, Debug, Trace)]
pub enum Edge {
    /// To a [`Plain`].
    Plain(Gc<Plain>),
    /// To a [`Doomed`].
    Doomed(Gc<Doomed>),
    /// To a [`Fin`].
    Fin(Gc<Fin>),
    /// To a [`Both`].
    Both(Gc<Both>),
    /// To a leaf.
    Leaf(Gc<u64>),
}

impl Deref for Edge {
    type Target = Core;

    fn deref(&self) -> &Core {
        match self {
            Edge::Plain(node) => node,
            Edge::Doomed(node) => node,
            Edge::Fin(node) => node,
            Edge::Both(node) => node,
            Edge::Leaf(_) => panic!("a leaf has no core"),
        }
    }
}

/// Code that a node runs once.
pub type Hook<T> = Cell<Option<Box<dyn FnOnce(&T)>>>;

/// A node with nothing special about it: no test at a dereference, may be rescued until the end.
#[derive(Debug, Trace)]
pub struct Plain {
    core: Core,
}

/// A node with a `Drop` of its own: it is condemned when it dies in a cycle.
#[derive(Trace)]
pub struct Doomed {
    core: Core,
    /// What its `Drop` does.
    #[trace(skip)]
    pub on_drop: Hook<Doomed>,
}

/// A node with a finalizer.
#[derive(Trace)]
#[trace(finalize)]
pub struct Fin {
    core: Core,
    /// What its finalizer does.
    #[trace(skip)]
    pub on_finalize: Hook<Fin>,
}

/// A node with both.
#[derive(Trace)]
#[trace(finalize)]
pub struct Both {
    core: Core,
    /// What its finalizer does.
    #[trace(skip)]
    pub on_finalize: Hook<Both>,
    /// What its `Drop` does.
    #[trace(skip)]
    pub on_drop: Hook<Both>,
}

impl Plain {
    /// A node without edges.
    pub fn new(name: &'static str) -> Gc<Plain> {
        Gc::new(Plain { core: Core::new(name, Probe::new(name)) })
    }

    /// One whose end is not logged.
    pub fn silent() -> Gc<Plain> {
        Plain::new("")
    }

    /// A node with an edge to itself.
    pub fn looped(name: &'static str) -> Gc<Plain> {
        let node = Plain::new(name);
        node.link(node.clone());
        node
    }
}

impl Doomed {
    /// A node without edges and with nothing to do.
    pub fn new(name: &'static str) -> Gc<Doomed> {
        Gc::new(Doomed { core: Core::new(name, Probe::silent()), on_drop: Cell::default() })
    }

    /// A node whose `Drop` does `hook`, after it has logged itself.
    pub fn with(name: &'static str, hook: impl FnOnce(&Doomed) + 'static) -> Gc<Doomed> {
        let node = Doomed::new(name);
        node.on_drop.set(Some(Box::new(hook)));
        node
    }
}

impl Fin {
    /// A node without edges and with nothing to do.
    pub fn new(name: &'static str) -> Gc<Fin> {
        Gc::new(Fin { core: Core::new(name, Probe::new(name)), on_finalize: Cell::default() })
    }

    /// A node whose finalizer does `hook`, after it has logged itself.
    pub fn with(name: &'static str, hook: impl FnOnce(&Fin) + 'static) -> Gc<Fin> {
        let node = Fin::new(name);
        node.on_finalize.set(Some(Box::new(hook)));
        node
    }
}

impl Both {
    /// A node whose finalizer and `Drop` do these things, after they have logged themselves.
    pub fn new(
        name: &'static str,
        on_finalize: impl FnOnce(&Both) + 'static,
        on_drop: impl FnOnce(&Both) + 'static,
    ) -> Gc<Both> {
        Gc::new(Both {
            core: Core::new(name, Probe::silent()),
            on_finalize: Cell::new(Some(Box::new(on_finalize))),
            on_drop: Cell::new(Some(Box::new(on_drop))),
        })
    }
}

impl Finalize for Fin {
    fn finalize(&self) {
        log(format!("fin {}", self.name()));
        if let Some(hook) = self.on_finalize.take() {
            hook(self);
        }
    }
}

impl Finalize for Both {
    fn finalize(&self) {
        log(format!("fin {}", self.name()));
        if let Some(hook) = self.on_finalize.take() {
            hook(self);
        }
    }
}

impl Drop for Doomed {
    fn drop(&mut self) {
        log(format!("drop {}", self.name()));
        if let Some(hook) = self.on_drop.take() {
            hook(self);
        }
    }
}

impl Drop for Both {
    fn drop(&mut self) {
        log(format!("drop {}", self.name()));
        if let Some(hook) = self.on_drop.take() {
            hook(self);
        }
    }
}

macro_rules! nodes {
    ($($node:ident)*) => {$(
        impl Deref for $node {
            type Target = Core;

            fn deref(&self) -> &Core {
                &self.core
            }
        }

        impl DerefMut for $node {
            fn deref_mut(&mut self) -> &mut Core {
                &mut self.core
            }
        }

        impl From<Gc<$node>> for Edge {
            fn from(node: Gc<$node>) -> Edge {
                Edge::$node(node)
            }
        }
    )*};
}

nodes!(Plain Doomed Fin Both);

macro_rules! debug {
    ($($node:ident)*) => {$(
        impl fmt::Debug for $node {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.core.fmt(f)
            }
        }
    )*};
}

debug!(Doomed Fin Both);
