//! Examples of refcycle, each a program of its own: `cargo run --example NAME`.
//!
//! - `doubly_linked`: a list with plain handles in both directions.
//! - `dom`: a tree with parent links and observers.
//! - `graph`: a graph, freed as far as no root leads to it.
//! - `manual_trace`: a container behind a raw pointer, which says itself where its handles are.
//! - `minipy`: a small Python whose objects are refcycle's objects; several can share a program.

use std::env;
use std::path::Path;
use std::process::Command;

/// A built example, for the tests of this package: cargo builds it beside them.
///
/// # Panics
///
/// If it has not been built: `cargo test --test NAME` builds no examples, `cargo test` does.
#[must_use]
pub fn example(name: &str) -> Command {
    let test = env::current_exe().expect("a test knows where it is");
    let profile =
        test.parent().and_then(Path::parent).expect("it is in `deps` in a profile's folder");
    let path = profile.join("examples").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    assert!(
        path.exists(),
        "{} is missing: `cargo test -p refcycle-examples` builds it, `--test NAME` alone does not",
        path.display()
    );
    Command::new(path)
}
