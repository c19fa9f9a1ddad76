//! Paths of edges, when nobody looks at the heap.

#![expect(clippy::unused_self, reason = "the methods are those of the path that is known")]

/// The length of an outer path, which nobody knows.
#[derive(Debug)]
pub(super) struct Outer;

/// Remembers nothing.
#[derive(Debug)]
pub(super) struct Path;

impl Path {
    pub(super) const fn new() -> Path {
        Path
    }

    #[inline(always)]
    pub(super) fn enter_field(&mut self, _: &'static str) -> Outer {
        Outer
    }

    #[inline(always)]
    pub(super) fn enter_element(&mut self, _: usize) -> Outer {
        Outer
    }

    #[inline(always)]
    pub(super) fn leave(&mut self, _: Outer) {}

    #[inline(always)]
    pub(super) fn edge(&mut self) {}

    #[inline(always)]
    pub(super) fn is_look(&self) -> bool {
        false
    }

    #[inline(always)]
    pub(super) fn takes_half(&mut self, _: usize) -> bool {
        false
    }
}
