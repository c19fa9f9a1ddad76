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
    /// Does somebody look, who takes half edges like the others?
    is_look: bool,
    /// The places of half edges among the edges.
    halves: Vec<usize>,
}

impl Path {
    pub(super) const fn new() -> Path {
        Path {
            is_on: false,
            now: Vec::new(),
            steps: Vec::new(),
            ends: Vec::new(),
            is_look: false,
            halves: Vec::new(),
        }
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

    pub(super) fn is_look(&self) -> bool {
        self.is_look
    }

    /// Takes a half edge, which is to become the edge at `place`, if somebody looks.
    pub(super) fn takes_half(&mut self, place: usize) -> bool {
        if self.is_look {
            self.halves.push(place);
            self.edge();
        }
        self.is_look
    }
}

/// An edge as somebody sees it who looks at a heap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) target: Edge,
    pub(crate) path: &'a [Step],
    /// It is a half edge.
    pub(crate) is_half: bool,
}

impl Tracer {
    /// From now on half edges come with the others, for [`each_edge`](Tracer::each_edge).
    pub(crate) fn look(&mut self) {
        self.path.is_look = true;
    }

    /// From now on paths are remembered, for [`each_edge`](Tracer::each_edge).
    pub(crate) fn remember_paths(&mut self) {
        self.path.is_on = true;
    }

    /// Takes the edges that were reported, in the order in which they were, with their paths. (A path is
    /// empty where nobody wanted to know.)
    pub(crate) fn each_edge(&mut self, mut f: impl FnMut(Seen<'_>)) {
        let mut begin = 0;
        let mut halves = self.path.halves.iter().peekable();
        for (place, &target) in self.edges.iter().enumerate() {
            let end = self.path.ends.get(place).copied().unwrap_or(begin);
            let is_half = halves.next_if(|&&half| half == place).is_some();
            f(Seen { target, path: &self.path.steps[begin..end], is_half });
            begin = end;
        }
        self.forget_edges();
    }

    /// Forgets the edges that were reported.
    pub(crate) fn forget_edges(&mut self) {
        self.edges.clear();
        self.path.steps.clear();
        self.path.ends.clear();
        self.path.halves.clear();
    }
}
