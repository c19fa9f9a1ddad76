//! The node types that laws build their graphs from: `refcycle_tests::nodes` with locks for cells.
//!
//! Each logs its end: "drop NAME", and "fin NAME" for a finalizer that runs.

use super::{Code, Gc, Portable};
use crate::support::{Probe, lock, log};
use refcycle::{Finalize, Trace};
use std::ops::Deref;
use std::sync::Mutex;

/// What all nodes have: a name and edges.
#[derive(Clone, Debug, Trace)]
pub(crate) enum Edge {
    Plain(Gc<Plain>),
    Doomed(Gc<Doomed>),
    Fin(Gc<Fin>),
    Both(Gc<Both>),
}

#[derive(Debug, Trace)]
pub(crate) struct Core {
    // First, so that a node's end is logged before those of its children.
    #[trace(skip)]
    probe: Probe,
    name: &'static str,
    pub(crate) edges: Mutex<Vec<Edge>>,
}

impl Core {
    fn new(name: &'static str, probe: Probe) -> Core {
        Core { name, edges: Mutex::default(), probe }
    }

    /// The node's name. Ends the process if the node is not alive.
    pub(crate) fn name(&self) -> &'static str {
        self.probe.check();
        self.name
    }

    pub(crate) fn link(&self, to: impl Into<Edge>) {
        self.probe.check();
        lock(&self.edges).push(to.into());
    }

    /// Takes all edges away and drops them, outside the lock.
    pub(crate) fn unlink(&self) {
        self.probe.check();
        let edges = std::mem::take(&mut *lock(&self.edges));
        drop(edges);
    }

    /// A new handle of what the edge number `n` leads to.
    pub(crate) fn edge(&self, n: usize) -> Edge {
        self.probe.check();
        lock(&self.edges)[n].clone()
    }
}

impl Deref for Edge {
    type Target = Core;

    fn deref(&self) -> &Core {
        match self {
            Edge::Plain(node) => node,
            Edge::Doomed(node) => node,
            Edge::Fin(node) => node,
            Edge::Both(node) => node,
        }
    }
}

/// Code that a node runs once.
pub(crate) struct Hook<T>(Mutex<Option<Code<T>>>);

impl<T> Hook<T> {
    fn new(hook: impl FnOnce(&T) + Portable + 'static) -> Hook<T> {
        Hook(Mutex::new(Some(Box::new(hook))))
    }

    fn run(&self, of: &T) {
        let hook = lock(&self.0).take();
        if let Some(hook) = hook {
            hook(of);
        }
    }
}

/// A node with nothing special about it: no test at a dereference, may be rescued until the end.
#[derive(Debug, Trace)]
pub(crate) struct Plain {
    core: Core,
}

/// A node with a `Drop` of its own: it is condemned when it dies in a cycle.
#[derive(Trace)]
pub(crate) struct Doomed {
    core: Core,
    #[trace(skip)]
    on_drop: Hook<Doomed>,
}

/// A node with a finalizer.
#[derive(Trace)]
#[trace(finalize)]
pub(crate) struct Fin {
    core: Core,
    #[trace(skip)]
    on_finalize: Hook<Fin>,
}

/// A node with both.
#[derive(Trace)]
#[trace(finalize)]
pub(crate) struct Both {
    core: Core,
    #[trace(skip)]
    on_finalize: Hook<Both>,
    #[trace(skip)]
    on_drop: Hook<Both>,
}

impl Plain {
    pub(crate) fn new(name: &'static str) -> Gc<Plain> {
        Gc::new(Plain { core: Core::new(name, Probe::new(name)) })
    }

    /// A node with an edge to itself.
    pub(crate) fn looped(name: &'static str) -> Gc<Plain> {
        let node = Plain::new(name);
        node.link(node.clone());
        node
    }
}

impl Doomed {
    pub(crate) fn new(name: &'static str) -> Gc<Doomed> {
        Doomed::with(name, |_| ())
    }

    /// A node whose `Drop` does `hook`, after it has logged itself.
    pub(crate) fn with(
        name: &'static str,
        hook: impl FnOnce(&Doomed) + Portable + 'static,
    ) -> Gc<Doomed> {
        Gc::new(Doomed { core: Core::new(name, Probe::new("")), on_drop: Hook::new(hook) })
    }
}

impl Fin {
    pub(crate) fn new(name: &'static str) -> Gc<Fin> {
        Fin::with(name, |_| ())
    }

    /// A node whose finalizer does `hook`, after it has logged itself.
    pub(crate) fn with(
        name: &'static str,
        hook: impl FnOnce(&Fin) + Portable + 'static,
    ) -> Gc<Fin> {
        Gc::new(Fin { core: Core::new(name, Probe::new(name)), on_finalize: Hook::new(hook) })
    }
}

impl Both {
    /// A node whose finalizer and `Drop` do these things, after they have logged themselves.
    pub(crate) fn new(
        name: &'static str,
        on_finalize: impl FnOnce(&Both) + Portable + 'static,
        on_drop: impl FnOnce(&Both) + Portable + 'static,
    ) -> Gc<Both> {
        let (on_finalize, on_drop) = (Hook::new(on_finalize), Hook::new(on_drop));
        Gc::new(Both { core: Core::new(name, Probe::new("")), on_finalize, on_drop })
    }
}

impl Finalize for Fin {
    fn finalize(&self) {
        log(format!("fin {}", self.name()));
        self.on_finalize.run(self);
    }
}

impl Finalize for Both {
    fn finalize(&self) {
        log(format!("fin {}", self.name()));
        self.on_finalize.run(self);
    }
}

impl Drop for Doomed {
    fn drop(&mut self) {
        log(format!("drop {}", self.name()));
        self.on_drop.run(self);
    }
}

impl Drop for Both {
    fn drop(&mut self) {
        log(format!("drop {}", self.name()));
        self.on_drop.run(self);
    }
}

/// Links a with b and b with a.
pub(crate) fn pair(a: &Edge, b: &Edge) {
    a.link(b.clone());
    b.link(a.clone());
}

macro_rules! nodes {
    ($($node:ident)*) => {$(
        impl Deref for $node {
            type Target = Core;

            fn deref(&self) -> &Core {
                &self.core
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
        impl std::fmt::Debug for $node {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name)
            }
        }
    )*};
}

debug!(Doomed Fin Both);
