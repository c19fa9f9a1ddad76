//! The death hooks that are armed, by age: for whoever calls those that are left in the end.

use std::collections::BTreeMap;

/// Hooks by number. Takes no memory while there are none.
#[derive(Debug)]
pub(crate) struct Hooks<W>(BTreeMap<u64, W>);

impl<W> Default for Hooks<W> {
    fn default() -> Hooks<W> {
        Hooks::new()
    }
}

impl<W> Hooks<W> {
    pub(crate) const fn new() -> Hooks<W> {
        Hooks(BTreeMap::new())
    }

    pub(crate) fn add(&mut self, number: u64, hook: W) {
        self.0.insert(number, hook);
    }

    /// Takes one out, if it is there.
    pub(crate) fn remove(&mut self, number: u64) -> Option<W> {
        let hook = self.0.remove(&number);
        self.free();
        hook
    }

    /// Takes the newest one out.
    pub(crate) fn take_newest(&mut self) -> Option<W> {
        let newest = self.0.pop_last().map(|(_, hook)| hook);
        self.free();
        newest
    }

    /// An empty map may keep a node.
    fn free(&mut self) {
        if self.0.is_empty() {
            self.0 = BTreeMap::new();
        }
    }
}
