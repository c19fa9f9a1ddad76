//! The verify mode when it is off.

use std::ptr::NonNull;

/// Remembers nothing.
#[derive(Debug)]
pub(crate) struct Log;

impl Log {
    pub(crate) const fn new() -> Log {
        Log
    }

    #[inline(always)]
    pub(crate) fn enter_field(&mut self, _: &'static str) {}

    #[inline(always)]
    pub(crate) fn leave_field(&mut self, (): ()) {}

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
