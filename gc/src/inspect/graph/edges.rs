//! The edges of a snapshot, with the paths of the handles that they are.
//!
//! The field names on a path come from the program's types, of which there are few; the indices come
//! from its data. So a path is stored as a shape, which is its names with holes for indices and is kept
//! once, and the indices that fill the holes.

use super::Step;
use super::rows::Rows;
use std::collections::HashMap;

/// A path without its indices: `None` is a hole.
pub(super) type Shape = [Option<&'static str>];

/// A path: its shape, and where its indices start.
#[derive(Clone, Copy, Debug)]
pub(super) struct StoredPath {
    pub(super) shape: u32,
    pub(super) indices: u32,
}

/// All paths of a snapshot.
#[derive(Debug, Default)]
pub(super) struct Paths {
    shapes: Vec<Box<Shape>>,
    indices: Vec<usize>,
}

impl Paths {
    pub(super) fn steps(&self, path: StoredPath) -> impl Iterator<Item = Step> + Clone {
        let mut indices = self.indices[path.indices as usize..].iter();
        self.shapes[path.shape as usize].iter().map(move |part| match part {
            Some(name) => Step::Field(name),
            None => Step::Index(*indices.next().expect("each hole has its index")),
        })
    }

    pub(super) fn shapes(&self) -> &[Box<Shape>] {
        &self.shapes
    }
}

/// Takes paths down.
#[derive(Debug, Default)]
pub(super) struct PathWriter {
    paths: Paths,
    known: HashMap<Box<Shape>, u32>,
    /// The shape taken last, which is often the next one's.
    last: u32,
    scratch: Vec<Option<&'static str>>,
}

impl PathWriter {
    pub(super) fn write(&mut self, path: &[Step]) -> StoredPath {
        let indices = number(self.paths.indices.len());
        self.scratch.clear();
        for step in path {
            match *step {
                Step::Field(name) => self.scratch.push(Some(name)),
                Step::Index(index) => {
                    self.scratch.push(None);
                    self.paths.indices.push(index);
                }
            }
        }
        let last = self.paths.shapes.get(self.last as usize);
        if last.is_none_or(|shape| **shape != *self.scratch) {
            self.last = if let Some(&shape) = self.known.get(self.scratch.as_slice()) {
                shape
            } else {
                let shape = number(self.paths.shapes.len());
                self.paths.shapes.push(self.scratch.as_slice().into());
                self.known.insert(self.scratch.as_slice().into(), shape);
                shape
            };
        }
        StoredPath { shape: self.last, indices }
    }

    pub(super) fn finish(self) -> Paths {
        self.paths
    }
}

/// The edges, grouped by the object that they come from. An edge is known by its place.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// The targets of each object.
    pub(super) targets: Rows,
    pub(super) sources: Vec<u32>,
    pub(super) stored: Vec<StoredPath>,
    pub(super) paths: Paths,
}

impl Edges {
    /// `from`, `to` and `stored` have one item for each edge, in the order in which they were told.
    pub(super) fn new(
        objects: usize,
        from: &[u32],
        to: &[u32],
        stored: &[StoredPath],
        paths: Paths,
    ) -> Edges {
        let keys = from.iter().copied();
        let order = Rows::group(objects, keys.clone(), 0..number(from.len()));
        let in_order = || order.items().iter().map(|&edge| edge as usize);
        Edges {
            targets: Rows::group(objects, keys, to.iter().copied()),
            sources: in_order().map(|edge| from[edge]).collect(),
            stored: in_order().map(|edge| stored[edge]).collect(),
            paths,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.sources.len()
    }

    pub(super) fn target(&self, edge: u32) -> u32 {
        self.targets.items()[edge as usize]
    }

    pub(super) fn source(&self, edge: u32) -> u32 {
        self.sources[edge as usize]
    }

    pub(super) fn steps(&self, edge: u32) -> impl Iterator<Item = Step> + Clone {
        self.paths.steps(self.stored[edge as usize])
    }

    /// The edges into each object.
    pub(super) fn incoming(&self) -> Rows {
        Rows::group(self.targets.len(), self.targets.items().iter().copied(), 0..number(self.len()))
    }
}

/// The number of the next object, edge, shape or index.
///
/// # Panics
///
/// If there are 2³² − 2 of them; the last two numbers mean something else.
pub(super) fn number(place: usize) -> u32 {
    match u32::try_from(place) {
        Ok(number) if number < u32::MAX - 1 => number,
        _ => panic!("refcycle: a snapshot cannot have more than 2^32 - 2 objects or edges"),
    }
}
