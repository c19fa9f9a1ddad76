//! For tests: what was made and is still alive.

use super::{Node, Snapshot, picture};
use crate::collect::Collected;
use crate::collect::insight::Insight;
use crate::flavor::{Local, Shared};
use std::fmt::{self, Write};
use std::marker::PhantomData;

/// Made at the beginning of a test, fails it at the end if an object is alive that was made in between, after a
/// collection: with the types of such objects and what keeps them alive.
///
/// It checks in [`check`](LeakGuard::check) or, without that, when it is dropped while nothing panics.
///
/// # Examples
///
/// ```should_panic
/// use refcycle::Gc;
/// use refcycle::inspect::LeakGuard;
///
/// let guard = LeakGuard::new();
/// std::mem::forget(Gc::new("leaked"));
/// guard.check(); // Panics.
/// ```
#[must_use = "it watches until it is dropped"]
#[derive(Debug)]
pub struct LeakGuard {
    guard: Guard<Local>,
}

impl LeakGuard {
    /// Watches the objects that this thread makes from now on.
    #[expect(clippy::new_without_default, reason = "it is made at a moment that matters")]
    pub fn new() -> LeakGuard {
        LeakGuard { guard: Guard::new(crate::collect) }
    }

    /// Collects, and looks for objects that were made since this guard was.
    ///
    /// # Panics
    ///
    /// If there are any; and as [`collect`](crate::collect).
    ///
    /// # Cost
    ///
    /// A full collection and a look at the header of each object; a [`Snapshot`](crate::inspect::Snapshot), if there is
    /// a leak to be told of.
    #[track_caller]
    pub fn check(self) {
        self.guard.check();
    }
}

/// As [`LeakGuard`](crate::inspect::LeakGuard), for the objects that threads share: for those that other threads
/// make, too, so tests with it should not run at the same time.
#[must_use = "it watches until it is dropped"]
#[derive(Debug)]
pub struct SharedLeakGuard {
    guard: Guard<Shared>,
}

impl SharedLeakGuard {
    /// Watches the shared objects that are made from now on.
    #[expect(clippy::new_without_default, reason = "it is made at a moment that matters")]
    pub fn new() -> SharedLeakGuard {
        SharedLeakGuard { guard: Guard::new(crate::sync::collect) }
    }

    /// Collects, and looks for objects that were made since this guard was.
    ///
    /// # Panics
    ///
    /// If there are any; and as [`collect`](crate::sync::collect).
    ///
    /// # Cost
    ///
    /// As for the [other flavour](crate::inspect::LeakGuard::check).
    #[track_caller]
    pub fn check(self) {
        self.guard.check();
    }
}

#[derive(Debug)]
struct Guard<F: Insight> {
    /// Objects with higher serials are new.
    since: u64,
    collect: fn() -> Collected,
    is_done: bool,
    /// Stays on its thread.
    flavor: PhantomData<(F, *const ())>,
}

impl<F: Insight> Guard<F> {
    fn new(collect: fn() -> Collected) -> Guard<F> {
        Guard { since: F::serials(), collect, is_done: false, flavor: PhantomData }
    }

    #[track_caller]
    fn check(mut self) {
        self.is_done = true;
        self.look();
    }

    #[track_caller]
    fn look(&self) {
        let collected = (self.collect)();
        let is_new = |serial| serial > self.since;
        if !F::enrolled().iter().any(|object| is_new(object.serial) && F::state(*object).is_some())
        {
            return;
        }
        let snapshot = picture::take::<F>();
        let leaks: Vec<Node<'_>> = snapshot.nodes().filter(|node| is_new(node.serial())).collect();
        assert!(leaks.is_empty(), "{}", message(&snapshot, &leaks, collected));
    }
}

impl<F: Insight> Drop for Guard<F> {
    #[track_caller]
    fn drop(&mut self) {
        if !self.is_done && !std::thread::panicking() {
            self.look();
        }
    }
}

/// What a test fails with: each type once, with one of its objects and why that is alive.
fn message(snapshot: &Snapshot, leaks: &[Node<'_>], collected: Collected) -> String {
    let mut text = format!("refcycle: {} objects were made and are still alive", leaks.len());
    if collected.refused {
        text.push_str(" (no collection was possible here)");
    }
    let mut names: Vec<&'static str> = Vec::new();
    for leak in leaks {
        if !names.contains(&leak.type_name()) {
            names.push(leak.type_name());
        }
    }
    for name in names {
        let all: Vec<Node<'_>> =
            leaks.iter().copied().filter(|leak| leak.type_name() == name).collect();
        let written = write_type(&mut text, snapshot, name, &all);
        written.expect("a string takes what is written");
    }
    text
}

fn write_type(
    text: &mut String,
    snapshot: &Snapshot,
    name: &str,
    leaks: &[Node<'_>],
) -> fmt::Result {
    let one = leaks[0];
    write!(text, "\n{} of type `{name}`", leaks.len())?;
    if let Some(site) = one.site() {
        write!(text, ", the first made at {site}")?;
    }
    match snapshot.path_to(one.id()) {
        None => write!(text, ": only a cycle keeps it"),
        Some(path) => {
            let path = path.to_string();
            path.lines().try_for_each(|line| write!(text, "\n    {line}"))
        }
    }
}

/// Runs a block, collects, and fails if an object is alive that was made in it. Gives what the block gives, which is
/// thus no handle of a new object.
///
/// With `sync` before the block it looks at the objects that threads share.
///
/// # Panics
///
/// If there is such an object, with the type and what keeps it alive: see
/// [`LeakGuard`](crate::inspect::LeakGuard).
///
/// # Examples
///
/// ```
/// use refcycle::{Gc, Trace, assert_no_leaks};
/// use std::cell::RefCell;
///
/// #[derive(Trace)]
/// struct Node(RefCell<Option<Gc<Node>>>);
///
/// assert_no_leaks!({
///     let node = Gc::new(Node(RefCell::default()));
///     *node.0.borrow_mut() = Some(node.clone());
/// });
/// ```
#[macro_export]
macro_rules! assert_no_leaks {
    (sync $body:block) => {{
        let guard = $crate::sync::inspect::LeakGuard::new();
        let result = $body;
        guard.check();
        result
    }};
    ($body:expr) => {{
        let guard = $crate::inspect::LeakGuard::new();
        let result = $body;
        guard.check();
        result
    }};
}
