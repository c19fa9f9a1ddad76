//! What fills a snapshot.

use super::edges::{Edges, PathWriter, StoredPath, number};
use super::snapshot::Analyses;
use super::{Generation, Snapshot, Step};
use std::collections::HashMap;
use std::panic::Location;

/// What is told about an object, apart from its edges.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ObjectFacts {
    pub(crate) address: usize,
    /// Unique among all objects ever made, in the order of their births; 0 if it is not known.
    pub(crate) serial: u64,
    pub(crate) type_name: &'static str,
    /// Bytes of the whole block.
    pub(crate) size: usize,
    pub(crate) strong: u32,
    pub(crate) weak: u32,
    pub(crate) generation: Generation,
    pub(crate) is_finalized: bool,
    pub(crate) is_immortal: bool,
    pub(crate) site: Option<&'static Location<'static>>,
}

/// A snapshot in the making. Objects and edges may come in any order.
#[derive(Debug)]
pub(crate) struct SnapshotBuilder {
    flavor: &'static str,
    objects: Vec<ObjectFacts>,
    /// Addresses, until all objects are known.
    from: Vec<usize>,
    to: Vec<usize>,
    stored: Vec<StoredPath>,
    paths: PathWriter,
}

impl SnapshotBuilder {
    pub(crate) fn new(flavor: &'static str) -> SnapshotBuilder {
        SnapshotBuilder {
            flavor,
            objects: Vec::new(),
            from: Vec::new(),
            to: Vec::new(),
            stored: Vec::new(),
            paths: PathWriter::default(),
        }
    }

    /// Takes an object. No two have the same address.
    pub(crate) fn object(&mut self, facts: ObjectFacts) {
        self.objects.push(facts);
    }

    /// Takes an edge: a handle in the object at `from`, at `path` in it, to the object at `to`.
    pub(crate) fn edge(&mut self, from: usize, to: usize, path: &[Step]) {
        self.from.push(from);
        self.to.push(to);
        self.stored.push(self.paths.write(path));
    }

    /// Numbers the objects in the order in which they came. Edges from or to an address that is none of
    /// theirs are dropped.
    ///
    /// # Panics
    ///
    /// If there are 2³² − 2 objects or edges.
    pub(crate) fn finish(self) -> Snapshot {
        let SnapshotBuilder { flavor, objects, from, to, mut stored, paths } = self;
        let mut by_address: Vec<u32> = (0..number(objects.len())).collect();
        by_address.sort_by_key(|&id| objects[id as usize].address);
        let addresses: Vec<usize> =
            by_address.iter().map(|&id| objects[id as usize].address).collect();
        debug_assert!(addresses.is_sorted_by(|a, b| a < b), "two objects at one address");

        let find = |address| Some(by_address[addresses.binary_search(&address).ok()?]);
        let (mut sources, mut targets) = (Vec::new(), Vec::new());
        let mut kept = 0;
        // The edges of one object come one after the other.
        let mut last = None;
        for (place, (&from, &to)) in from.iter().zip(&to).enumerate() {
            let source = match last {
                Some((address, source)) if address == from => source,
                _ => find(from),
            };
            last = Some((from, source));
            if let (Some(source), Some(target)) = (source, find(to)) {
                sources.push(source);
                targets.push(target);
                stored[kept] = stored[place];
                kept += 1;
            }
        }
        stored.truncate(kept);

        let mut external: Vec<u32> = objects.iter().map(|facts| facts.strong).collect();
        for &target in &targets {
            let external = &mut external[target as usize];
            *external = external.saturating_sub(1);
        }
        let (types, type_names) = intern(objects.iter().map(|facts| facts.type_name));
        Snapshot {
            flavor,
            edges: Edges::new(objects.len(), &sources, &targets, &stored, paths.finish()),
            objects,
            external,
            types,
            type_names,
            by_address,
            analyses: Analyses::default(),
        }
    }
}

/// Numbers names, in the order in which they first come.
fn intern(names: impl Iterator<Item = &'static str>) -> (Vec<u32>, Vec<&'static str>) {
    let mut distinct = Vec::new();
    let mut known = HashMap::new();
    // The text is compared once for each place it lies at, not once for each object.
    let mut by_place = HashMap::new();
    let numbers = names
        .map(|name| {
            *by_place.entry((name.as_ptr().addr(), name.len())).or_insert_with(|| {
                *known.entry(name).or_insert_with(|| {
                    distinct.push(name);
                    number(distinct.len() - 1)
                })
            })
        })
        .collect();
    (numbers, distinct)
}
