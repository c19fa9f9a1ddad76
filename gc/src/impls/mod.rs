//! [`Trace`](crate::Trace) for the types of the standard library.
//!
//! - `leaf`, `system`, `functions`: numbers, text, errors, files, threads. They own no handle.
//! - `shared`: `Rc`, `Arc` and references. They report nothing, for they share what they lead to.
//! - `opaque`: `dyn Any`, `dyn Error`. They report nothing, for what they hide may not be `Trace`.
//! - `wrappers`, `tuples`, `boxes`, `collections`, `io`: what owns its content, by value or behind
//!   an allocation.
//! - `cells`, `locks`: what can be written to while it is shared. They report their content while
//!   nobody may be writing to it.
//!
//! There is deliberately no implementation for `ManuallyDrop`, `MaybeUninit`, `UnsafeCell`, raw
//! pointers and `NonNull`: only the type around them knows whether they own what they hold, so that
//! type has to say so, with `#[trace(skip)]` or with a `Trace` of its own. The same goes for
//! `&mut T`, which may lend what is somebody's or be the one way to what was leaked.
//!
//! This layer knows [`Trace`](crate::Trace), [`Tracer`](crate::Tracer) and the facts; it knows
//! nothing of objects and collections.

mod boxes;
mod cells;
mod collections;
mod functions;
mod io;
mod leaf;
mod locks;
mod opaque;
mod shared;
mod system;
mod tuples;
#[cfg(unix)]
mod unix;
mod wrappers;
