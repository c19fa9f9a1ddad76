//! Paths of edges: by which fields and elements one comes from an object to a handle in it.

use super::{Edge, Tracer};

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// To the field of this name.
    Field(&'static str),
    /// To the element of this number.
    Index(usize),
}

/// The length of an outer path.
#[derive(Debug)]
pub(super) struct Outer(usize);

/// The path to what is being traced, and those of the edges reported.
#[derive(Debug)]
pub(super) struct Path {
    /// Does anybody want to know? A collector does not.
    is_on: bool,
    now: Vec<Step>,
    /// The paths of all edges, one after the other.
    steps: Vec<Step>,
    /// For each edge, where its path ends.
    ends: Vec<usize>,
}

impl Path {
    pub(super) const fn new() -> Path {
        Path { is_on: false, now: Vec::new(), steps: Vec::new(), ends: Vec::new() }
    }

    #[inline]
    pub(super) fn enter_field(&mut self, name: &'static str) -> Outer {
        self.enter(Step::Field(name))
    }

    #[inline]
    pub(super) fn enter_element(&mut self, index: usize) -> Outer {
        self.enter(Step::Index(index))
    }

    #[inline]
    fn enter(&mut self, step: Step) -> Outer {
        let outer = Outer(self.now.len());
        if self.is_on {
            self.now.push(step);
        }
        outer
    }

    #[inline]
    pub(super) fn leave(&mut self, Outer(len): Outer) {
        self.now.truncate(len);
    }

    #[inline]
    pub(super) fn edge(&mut self) {
        if self.is_on {
            self.steps.extend_from_slice(&self.now);
            self.ends.push(self.steps.len());
        }
    }
}

impl Tracer {
    /// From now on paths are remembered, for [`each_edge`](Tracer::each_edge).
    pub(crate) fn remember_paths(&mut self) {
        self.path.is_on = true;
    }

    /// Takes the edges that were reported, in the order in which they were, with their paths. (A path is
    /// empty where nobody wanted to know.)
    pub(crate) fn each_edge(&mut self, mut f: impl FnMut(Edge, &[Step])) {
        let mut begin = 0;
        for (place, &edge) in self.edges.iter().enumerate() {
            let end = self.path.ends.get(place).copied().unwrap_or(begin);
            f(edge, &self.path.steps[begin..end]);
            begin = end;
        }
        self.forget_edges();
    }

    /// Forgets the edges that were reported.
    pub(crate) fn forget_edges(&mut self) {
        self.edges.clear();
        self.path.steps.clear();
        self.path.ends.clear();
    }
}
