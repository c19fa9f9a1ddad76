//! One step from an object to a handle in it.

use std::fmt;

/// One step on the way from an object to a handle inside of it, as its [`Trace`](crate::Trace) names it.
///
/// Several steps make a path; displayed one after the other they read like Rust: `.children[3].next`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A field, by its name; of a tuple, by its place.
    Field(&'static str),
    /// An element of a container, by its place in iteration order.
    Index(usize),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Field(name) => write!(f, ".{name}"),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}
