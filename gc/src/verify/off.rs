//! The verify mode when it is off.

#![expect(clippy::unused_self, reason = "the methods are those of the log that remembers")]

use std::ptr::NonNull;

/// The name of an outer field, which nobody remembers.
#[derive(Debug)]
pub(crate) struct Outer;

/// Remembers nothing.
#[derive(Debug)]
pub(crate) struct Log;

impl Log {
    pub(crate) const fn new() -> Log {
        Log
    }

    #[inline(always)]
    pub(crate) fn enter_field(&mut self, _: &'static str) -> Outer {
        Outer
    }

    #[inline(always)]
    pub(crate) fn leave_field(&mut self, _: Outer) {}

    #[inline(always)]
    pub(crate) fn enter_object(&mut self, _: NonNull<()>, _: impl FnOnce() -> &'static str) {}

    #[inline(always)]
    pub(crate) fn edge(&mut self, _: NonNull<()>, _: NonNull<()>) {}

    #[inline(always)]
    pub(crate) fn restart(&mut self) {}

    pub(crate) fn reporters(&self, _: NonNull<()>) -> String {
        "Run a debug build, or one with refcycle's feature `verify`, to learn which".to_owned()
    }
}
