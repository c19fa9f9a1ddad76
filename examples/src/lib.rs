//! Examples of refcycle, each a program of its own: `cargo run --example NAME`.
//!
//! - `doubly_linked`: a list with plain handles in both directions.
//! - `dom`: a tree with parent links and observers.
//! - `graph`: a graph, freed as far as no root leads to it.
//! - `manual_trace`: a container behind a raw pointer, which says itself where its handles are.
//! - `minipy`: a small Python whose objects are refcycle's objects.
