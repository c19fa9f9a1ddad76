//! Counted pointers with cycle collection: Python's memory model for Rust, at the price of `Rc`.
//!
//! [`Gc<T>`](Gc) is [`Rc<T>`](std::rc::Rc) for values that may refer to each other in any shape. The last
//! handle to go drops the value there and then; what counting alone cannot free, cycles that nothing
//! outside leads to any more, a synchronous collector does. `#[derive(Trace)]` tells it which handles a
//! type owns.
//!
//! ```
//! use refcycle::{Gc, Trace, collect};
//! use std::cell::RefCell;
//!
//! #[derive(Trace)]
//! struct Node {
//!     name: &'static str,
//!     next: RefCell<Option<Gc<Node>>>,
//! }
//!
//! let ping = Gc::new(Node { name: "ping", next: RefCell::new(None) });
//! let pong = Gc::new(Node { name: "pong", next: RefCell::new(Some(ping.clone())) });
//! *ping.next.borrow_mut() = Some(pong);
//!
//! drop(ping); // Nothing leads to the two any more, but each other.
//! assert_eq!(collect().collected, 2);
//! ```
//!
//! Collections also start by themselves, in an allocation and nowhere else: [`Policy`] says when.
//!
//! # What goes where
//!
//! - [`Gc`], [`Weak`]: `std::rc` by another name; [`Watch`]: a weak handle with a callback;
//!   [`unsize!`]: handles of trait objects and slices.
//! - [`Trace`]: which handles a value owns; [`Finalize`]: code that runs before an object dies and may
//!   save it; [`Pointee`] and [`pointee!`]: trait objects of your own.
//! - [`collect`], [`collect_young`], [`Policy`], [`pause`], [`stats`], [`live`]: the collector.
//! - [`on_collect`], [`collect_history`]: what it does, while it does it; `tracing` and `metrics` (with the
//!   features of these names) pass it on to the crates of these names.
//! - `inspect` (with the feature of this name): what is alive, and why.
//!
//! # What is not promised
//!
//! When a cycle is freed, unless you call [`collect`]. In which order the values of a cycle are dropped,
//! beyond what [`collect`] says. That a cycle is freed through a part which the collector cannot see:
//! a field with `#[trace(skip)]`, an `Rc`, an `Arc`, a `&'static`, a closure, a cell that is mutably
//! borrowed for ever. Such a cycle leaks, as it does with `Rc`.

// The derive's output names this crate by its name, also inside this crate's own tests and examples.
extern crate self as refcycle;

mod collect;
mod flavor;
mod heap;
mod impls;
#[cfg(feature = "inspect")]
pub mod inspect;
#[cfg(feature = "metrics")]
pub mod metrics;
#[doc(hidden)]
pub mod private;
pub mod ptr;
mod shim;
pub mod sync;
mod trace;
#[cfg(feature = "tracing")]
pub mod tracing;
mod verify;

pub use collect::{
    CollectEvent, CollectHistory, CollectHook, CollectPhase, CollectScope, Collected, Live,
    PauseGuard, Policy, Stats, collect, collect_history, collect_young, live, on_collect, pause,
    policy, set_policy, stats,
};
pub use flavor::{Callback, Flavor, Holds, Local, Shared};
#[cfg(feature = "derive")]
pub use refcycle_derive::Trace;
pub use trace::{Finalize, Pointee, Trace, Tracer, facts};

/// A counted pointer whose cycles are collected, for use within one thread: see [`ptr::Gc`].
pub type Gc<T> = ptr::Gc<T, Local>;

/// A handle that does not keep its object alive: see [`ptr::Weak`].
pub type Weak<T> = ptr::Weak<T, Local>;

/// A weak handle with a callback: see [`ptr::Watch`].
pub type Watch<T> = ptr::Watch<T, Local>;
