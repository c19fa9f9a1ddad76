//! [`Trace`](crate::Trace) for the types of the standard library.
