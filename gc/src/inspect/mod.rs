//! What is alive, and why.

#[cfg_attr(
    not(test),
    expect(dead_code, unused_imports, reason = "the capture that fills it comes next")
)]
mod graph;

pub use graph::{
    Component, Components, Diff, Edge, EdgePath, Generation, Node, NodeId, Path, ShortName,
    Snapshot, Step, Totals, TypeChange, TypeTotal, Unreachable, UnreachableGroup,
};
