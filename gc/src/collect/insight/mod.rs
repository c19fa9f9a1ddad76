//! Looking at a heap: what objects there are, and which edges they have. With the feature `inspect`.
//!
//! The registry (`heap::registry`, whose rules R1 to R3 are named here) knows all objects, so nothing of the
//! collector's own walk is needed: each value is traced once, on its own. User code that runs in here is
//! `Trace` alone. This layer knows addresses and counts; what is made of them is `crate::inspect`'s.

mod local;
mod shared;

use crate::flavor::Flavor;
use crate::flavor::sealed::Address;
use crate::heap::count::Strong;
use crate::heap::first_panic::FirstPanic;
use crate::heap::table::Table;
use crate::trace::{Seen, Step, Tracer};
use std::collections::{HashMap, HashSet};
use std::panic::Location;
use std::ptr::NonNull;

/// An object of the registry. It may have gone since.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Enrolled {
    value: NonNull<()>,
    pub(crate) serial: u64,
}

impl Enrolled {
    /// The address of its value, for whoever is told that it is there.
    pub(crate) fn value(self) -> Address {
        Address(self.value)
    }

    /// The address of its value, as a number.
    pub(crate) fn address(self) -> usize {
        self.value.addr().get()
    }
}

/// An object as it is at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    pub(crate) address: usize,
    pub(crate) serial: u64,
    pub(crate) table: &'static Table,
    /// Bytes of the whole block.
    pub(crate) size: usize,
    pub(crate) strong: Strong,
    pub(crate) weak: usize,
    pub(crate) is_old: bool,
    pub(crate) is_frozen: bool,
    pub(crate) is_finalized: bool,
    pub(crate) site: Option<&'static Location<'static>>,
}

/// Somebody looks at the values of a heap, and nobody collects meanwhile.
#[derive(Debug)]
pub(crate) struct Session {
    tracer: Tracer,
    /// Shared objects whose last handle went while their value was looked at.
    orphans: Vec<NonNull<()>>,
    panic: FirstPanic,
    /// A `Trace` has panicked.
    is_broken: bool,
}

impl Session {
    fn new(tracer: Tracer) -> Session {
        let mut session =
            Session { tracer, orphans: Vec::new(), panic: FirstPanic::new(), is_broken: false };
        session.tracer.look();
        session
    }

    /// From now on edges come with their paths.
    pub(crate) fn remember_paths(&mut self) {
        self.tracer.remember_paths();
    }

    /// Runs `f`, which may be user code; the session is over if it panics.
    fn run(&mut self, f: impl FnOnce(&mut Tracer)) {
        let Session { tracer, panic, .. } = self;
        if panic.run(|| f(tracer)).is_none() {
            self.is_broken = true;
        }
    }
}

/// A flavour whose objects can be looked at.
pub(crate) trait Insight: Flavor {
    /// What the flavour is called.
    const NAME: &'static str;

    /// All objects, oldest first.
    fn enrolled() -> Vec<Enrolled>;

    /// The object of a handle that the caller has, if it may be shown.
    fn enrolled_at(value: Address) -> Option<Enrolled>;

    /// How many objects have been made.
    fn serials() -> u64;

    /// What the object is like now, if it is there and may be shown (R3).
    fn state(object: Enrolled) -> Option<State>;

    /// Can an edge be part of a cycle that the collector finds, if it leads there? The caller has a handle.
    fn is_tracked(value: Address) -> bool;

    /// Has it survived a collection? The caller has a handle.
    fn is_old(value: Address) -> bool;

    /// Is it left out of walks on request? The caller has a handle.
    fn is_frozen(value: Address) -> bool;

    /// Leaves all objects that may own handles out of walks, as if they could be part of no cycle.
    fn freeze();

    /// Lets walks meet all objects that may own handles, and makes those that they did not meet candidates.
    fn unfreeze();

    /// Runs `f` while nobody collects, then drops what was left to us meanwhile.
    ///
    /// # Panics
    ///
    /// With the panic of a `Trace`, and of a drop that was left to us, in the end.
    fn undisturbed<R>(f: impl FnOnce(&mut Session) -> R) -> R;

    /// May somebody have `&mut` to the value (R2)? False as well if it is gone.
    fn is_lent(object: Enrolled) -> bool;

    /// Nobody has `&mut` to the value.
    ///
    /// # Safety
    ///
    /// 1. An edge to the object lies in a value at rest, or somebody has a shared reference to a handle of
    ///    it, and this is so until the call returns.
    /// 2. It is called in [`undisturbed`](Insight::undisturbed): others who look come after it.
    unsafe fn at_rest(value: Address);

    /// One handle more, if the object is there, may be shown and is not lent (R2, R3).
    fn lend(object: Enrolled, session: &mut Session) -> bool;

    /// Traces the value, unless it is gone, hidden or lent, and runs `then` while its handles stay where they
    /// are.
    fn trace(object: Enrolled, session: &mut Session, then: impl FnOnce(&mut Tracer));

    /// Drops a handle.
    ///
    /// # Safety
    ///
    /// 1. The caller gives up its handle of the object.
    unsafe fn release_erased(value: Address);
}

/// An edge that was found, while it stays where it is.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    /// The place of its owner in the list of objects.
    pub(crate) owner: usize,
    target: NonNull<()>,
    /// Where it lies.
    pub(crate) path: &'a [Step],
    /// It is a half edge: the handle belongs to a key and its map together.
    pub(crate) is_half: bool,
}

impl Found<'_> {
    /// The value that it leads to, whose object has this handle at least.
    pub(crate) fn address(&self) -> Address {
        Address(self.target)
    }

    /// The address of that value, as a number.
    pub(crate) fn target(&self) -> usize {
        self.target.addr().get()
    }
}

/// Traces the `objects` and shows each edge to `visit`. Values that somebody may have `&mut` to are left out,
/// unless an edge shows that they are at rest.
///
/// A `Trace` that panics ends it; the panic comes from [`Insight::undisturbed`].
pub(crate) fn walk<F: Insight>(
    objects: &[Enrolled],
    session: &mut Session,
    mut visit: impl FnMut(Found<'_>),
) {
    let mut lent: HashMap<NonNull<()>, usize> = objects
        .iter()
        .enumerate()
        .filter(|(_, object)| F::is_lent(**object))
        .map(|(place, object)| (object.value, place))
        .collect();
    let mut at_rest: Vec<usize> = Vec::new();
    let was_lent: HashSet<usize> = lent.values().copied().collect();
    let mut look_at = |place: usize, at_rest: &mut Vec<usize>, session: &mut Session| {
        F::trace(objects[place], session, |tracer| {
            tracer.each_edge(|Seen { target, path, is_half }| {
                if !lent.is_empty()
                    && let Some(place) = lent.remove(&target)
                {
                    // SAFETY: the edge lies in a value that we hold.
                    unsafe { F::at_rest(Address(target)) };
                    at_rest.push(place);
                }
                visit(Found { owner: place, target, path, is_half });
            });
        });
        !session.is_broken
    };
    for place in (0..objects.len()).filter(|place| !was_lent.contains(place)) {
        if !look_at(place, &mut at_rest, session) {
            return;
        }
    }
    while let Some(place) = at_rest.pop() {
        if !look_at(place, &mut at_rest, session) {
            return;
        }
    }
}
