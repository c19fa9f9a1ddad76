//! A picture of a heap as plain data, the questions one asks of it, and the files it can be written to.
//!
//! [`SnapshotBuilder`] is told objects and edges, by address; what comes out is a [`Snapshot`], which
//! holds no handle and keeps nothing alive. Nothing here knows how a heap is read, and nothing here is
//! `unsafe`. Objects are numbered densely, so every analysis is an array per object; none of them
//! recurses, since a list of a million objects is an ordinary heap.
//!
//! | question | file | how |
//! | --- | --- | --- |
//! | why is it alive | `reach` | one breadth-first search from all held objects |
//! | what would go with it | `dominators` | Lengauer and Tarjan |
//! | which objects form cycles | `components` | Tarjan |
//! | what would a collection free | `unreachable` | both of the above |
//! | which types take the memory | `totals` | one walk of the dominator tree |
//! | what grew | `diff` | a merge of two snapshots |

#![forbid(unsafe_code)]

mod builder;
mod components;
mod devtools;
mod diff;
mod dominators;
mod dot;
mod edges;
mod json;
mod node;
mod page;
mod reach;
mod rows;
mod short_name;
mod snapshot;
mod step;
mod totals;
mod unreachable;

#[cfg(test)]
mod samples;

pub(crate) use builder::{ObjectFacts, SnapshotBuilder};
pub use components::{Component, Components};
pub use diff::{Diff, TypeChange};
pub use node::{Edge, EdgePath, Generation, Node, NodeId};
pub use reach::Path;
pub use short_name::ShortName;
pub use snapshot::Snapshot;
pub use step::Step;
pub use totals::{Totals, TypeTotal};
pub use unreachable::{Unreachable, UnreachableGroup};
