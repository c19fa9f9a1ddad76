//! The trait objects that hide what they hold.

use super::leaf::unsized_leaf;
use std::any::Any;
use std::error::Error;

unsized_leaf! {
    /// Reports nothing: the type behind it need not be [`Trace`](crate::Trace). A cycle through a
    /// `Box<dyn Any>` is never freed; one through `Gc<dyn Any>` is, for a `Gc` knows what it points
    /// at.
    dyn Any,
    /// Reports nothing: see `dyn Any`.
    dyn Any + Send,
    /// Reports nothing: see `dyn Any`.
    dyn Any + Send + Sync,
    /// Reports nothing: the type behind it need not be [`Trace`](crate::Trace). A cycle through a
    /// `Box<dyn Error>` is never freed; one through `Gc<dyn Error>` is, for a `Gc` knows what it
    /// points at.
    dyn Error,
    /// Reports nothing: see `dyn Error`.
    dyn Error + Send,
    /// Reports nothing: see `dyn Error`.
    dyn Error + Send + Sync,
}
