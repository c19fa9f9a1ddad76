//! Pointers that share what they lead to.
//!
//! They report nothing. Were an `Rc` traced through, each of its clones would report the handles
//! behind it, though they are owned once; the collector would believe that all counts are accounted
//! for and free what is in use.

use super::leaf::leaf;
use crate::shim;
use std::rc;

leaf! {
    /// Reports nothing: the value may have other owners. A cycle that goes through an `Rc` is never
    /// freed; hold the value in a [`Gc`](crate::Gc) instead.
    rc::Rc<T> where [T: ?Sized],
    /// Reports nothing and owns nothing.
    rc::Weak<T> where [T: ?Sized],
    /// Reports nothing: the value may have other owners. A cycle that goes through an `Arc` is
    /// never freed.
    shim::Arc<T> where [T: ?Sized],
    /// Reports nothing and owns nothing.
    shim::Weak<T> where [T: ?Sized],
    /// Reports nothing: the value is somebody else's. Handles in a leaked or static value are never
    /// dropped, so what they lead to lives for ever.
    &T where [T: ?Sized],
}
