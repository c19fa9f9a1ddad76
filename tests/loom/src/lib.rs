//! What the models of the concurrent protocol share: the small locks, the nodes, how one is run.
//!
//! A model is a function that loom calls once for each order in which its threads can go on, up to a
//! number of preemptions. Everything that the threads share, in the library and in the values, is made
//! of loom's atomics and cells, so loom knows who could see what.

#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::atomic::AtomicBool;
use refcycle::facts::{Facts, TypeFacts};
use refcycle::sync::{Gc, Weak, collect, live, set_policy};
use refcycle::{Policy, Trace, Tracer};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Instant;

/// Runs a model in all orders with at most LOOM_MAX_PREEMPTIONS (default 2) preemptions, and says how
/// many they were. Returns when all have been run: there is no limit of time or number.
///
/// # Panics
///
/// If the model fails.
pub fn model(name: &str, threads: impl Fn(&World) + Send + Sync + 'static) {
    model_within(usize::MAX, name, threads);
}

/// As [`model`], with at most `most` preemptions: for one that has too many orders otherwise.
///
/// # Panics
///
/// If the model fails.
pub fn model_within(most: usize, name: &str, threads: impl Fn(&World) + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.max_duration = None;
    builder.max_permutations = None;
    builder.max_branches = 20_000;
    let bound = builder.preemption_bound.unwrap_or(2).min(most);
    builder.preemption_bound = Some(bound);
    let executions = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let count = executions.clone();
    let threads = Arc::new(threads);
    builder.check(move || {
        count.fetch_add(1, Relaxed);
        let threads = threads.clone();
        // Not in the first thread: loom takes the globals away before that one's thread-locals.
        let whole = loom::thread::spawn(move || run(&*threads));
        whole.join().unwrap();
        // loom's `join` does not wait for thread-locals, but a thread that yields waits for the others.
        for _ in 0..8 {
            loom::thread::yield_now();
        }
    });
    let executions = executions.load(Relaxed);
    let time = start.elapsed().as_secs_f64();
    println!("model {name}: bound {bound}, {executions} executions, {time:.1} s");
}

/// Runs the threads of a model; afterwards nothing is left.
fn run(threads: &(impl Fn(&World) + ?Sized)) {
    set_policy(Policy::OFF);
    let world = World::default();
    threads(&world);
    for _ in 0..3 {
        collect();
    }
    world.all_are_gone();
    #[cfg(feature = "inspect")]
    refcycle::sync::inspect::for_each_object(|object| panic!("{object:?} is still shown"));
    assert_eq!((live().objects, live().bytes), (0, 0), "objects are counted that are not there");
}

/// How often each value was dropped.
#[derive(Clone, Debug, Default)]
pub struct World(Arc<[AtomicUsize; 8]>, Arc<AtomicUsize>);

impl World {
    fn all_are_gone(&self) {
        for id in 0..self.1.load(Relaxed) {
            assert_eq!(self.drops(id), 1, "value {id} was dropped so many times");
        }
    }

    /// How often value number `id` was dropped.
    pub fn drops(&self, id: usize) -> usize {
        self.0[id].load(Relaxed)
    }

    /// The probe of a new value.
    pub fn probe(&self) -> Probe {
        let id = self.1.fetch_add(1, Relaxed);
        Probe { id, world: self.clone(), canary: UnsafeCell::new(ALIVE) }
    }

    /// A node whose type has no `Drop` that could reach others: it is never seen dead.
    pub fn node(&self) -> Gc<Node> {
        self.node_with(None)
    }

    /// One with an edge that never changes.
    pub fn node_with(&self, fixed: Option<Gc<Node>>) -> Gc<Node> {
        Gc::new(self.value(fixed))
    }

    /// The value of a node.
    pub fn value<const DROPS: bool>(&self, fixed: Option<Gc<Node<DROPS>>>) -> Node<DROPS> {
        Node { probe: self.probe(), cell: Lock::new([const { None }; 2]), fixed, me: Weak::new() }
    }

    /// A node whose type has a `Drop` that could reach others.
    pub fn dropper(&self) -> Gc<Node<true>> {
        Gc::new(self.value(None))
    }
}

const ALIVE: u32 = 0x600d;
const DEAD: u32 = 0xdead;

/// Part of a value that tells loom, and counts, when it is dropped.
#[derive(Debug)]
pub struct Probe {
    id: usize,
    world: World,
    canary: UnsafeCell<u32>,
}

impl Probe {
    /// Looks at the value.
    ///
    /// # Panics
    ///
    /// If it is not there any more.
    #[track_caller]
    pub fn check(&self) {
        // SAFETY: loom checks that nobody writes meanwhile.
        let canary = self.canary.with(|canary| unsafe { *canary });
        assert_eq!(canary, ALIVE, "value {} is looked at after its end", self.id);
    }

    /// The probe of a copy of the value.
    #[must_use]
    pub fn another(&self) -> Probe {
        self.world.probe()
    }

    /// Writes to the value.
    #[track_caller]
    pub fn write(&mut self) {
        // SAFETY: loom checks that nobody looks meanwhile.
        self.canary.with_mut(|canary| unsafe { *canary = ALIVE });
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        // SAFETY: loom checks that nobody looks meanwhile.
        self.canary.with_mut(|canary| unsafe { *canary = DEAD });
        let before = self.world.0[self.id].fetch_add(1, Relaxed);
        assert_eq!(before, 0, "value {} is dropped twice", self.id);
    }
}

/// A value with edges that can change under a lock, and one that cannot. DROPS: its type counts as one
/// with a `Drop` that can reach other objects, so that its values can be seen dead.
#[derive(Debug)]
pub struct Node<const DROPS: bool = false> {
    /// Says whether the value is there.
    pub probe: Probe,
    /// Edges.
    pub cell: Lock<[Option<Gc<Node<DROPS>>>; 2]>,
    /// An edge.
    pub fixed: Option<Gc<Node<DROPS>>>,
    /// No edge.
    pub me: Weak<Node<DROPS>>,
}

impl<const DROPS: bool> Node<DROPS> {
    /// Looks at the value.
    #[track_caller]
    pub fn check(&self) {
        self.probe.check();
    }

    /// Sets the first edge, waiting for the lock.
    ///
    /// # Panics
    ///
    /// If it was set.
    pub fn link(&self, to: &Gc<Node<DROPS>>) {
        let before = self.cell.lock()[0].replace(to.clone());
        assert!(before.is_none());
    }

    /// Takes the first edge out, unless the lock is taken.
    pub fn take(&self) -> Option<Gc<Node<DROPS>>> {
        self.cell.try_lock()?[0].take()
    }

    /// Clones the first edge, unless the lock is taken.
    pub fn get(&self) -> Option<Gc<Node<DROPS>>> {
        self.cell.try_lock()?[0].clone()
    }
}

/// The facts of a node.
#[derive(Debug)]
pub enum NodeFacts<const DROPS: bool> {}

impl<const DROPS: bool> TypeFacts for NodeFacts<DROPS> {
    const L0: Facts = Facts { owns: true, mutates: true, drops: DROPS };
    const L1: Facts = Self::L0;
    const L2: Facts = Self::L0;
}

// SAFETY: the handles belong to the node alone and are reported once (1), always but while the lock is
// taken (2), without other code (3); they can change, and the value's own `Drop` looks at none (4).
unsafe impl<const DROPS: bool> Trace for Node<DROPS> {
    type Facts = NodeFacts<DROPS>;

    fn trace(&self, tracer: &mut Tracer) {
        self.check();
        self.fixed.trace(tracer);
        self.cell.trace(tracer);
    }
}

// SAFETY: loom checks who looks at the canary when.
unsafe impl<const DROPS: bool> Send for Node<DROPS> {}
// SAFETY: as above.
unsafe impl<const DROPS: bool> Sync for Node<DROPS> {}

/// A lock made of an atomic: with loom's mutex a thread that waits to run a `try_lock` is blocked while
/// another takes the lock, so some failures are never tried.
#[derive(Debug)]
pub struct Lock<T> {
    taken: AtomicBool,
    value: UnsafeCell<T>,
}

impl<T> Lock<T> {
    /// A free lock.
    pub fn new(value: T) -> Lock<T> {
        Lock { taken: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    /// Takes the lock if it is free.
    pub fn try_lock(&self) -> Option<Guard<'_, T>> {
        // Acquire: pairs with the Release of the guard's drop.
        let taken = self.taken.compare_exchange(false, true, Acquire, Relaxed);
        taken.is_ok().then(|| Guard(self))
    }

    /// Takes the lock when it is free.
    pub fn lock(&self) -> Guard<'_, T> {
        loop {
            if let Some(guard) = self.try_lock() {
                return guard;
            }
            loom::thread::yield_now();
        }
    }
}

// SAFETY: the content is reported once (1), always but while the lock is taken (2); no other code runs
// (3); the facts say that it can change (4).
unsafe impl<T: Trace> Trace for Lock<T> {
    type Facts = refcycle::facts::Mutable<T>;

    fn trace(&self, tracer: &mut Tracer) {
        match self.try_lock() {
            Some(guard) => {
                guard.trace(tracer);
                // SAFETY: it is the guard of a lock in this very value.
                unsafe { tracer.keep(guard) }
            }
            None => tracer.opaque(),
        }
    }
}

// SAFETY: the value is reached by the holder of the lock alone.
unsafe impl<T: Send> Send for Lock<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Lock<T> {}

/// The lock is held.
#[derive(Debug)]
pub struct Guard<'a, T>(&'a Lock<T>);

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the lock is held.
        self.0.value.with(|value| unsafe { &*value })
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the lock is held.
        self.0.value.with_mut(|value| unsafe { &mut *value })
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        // Release: pairs with the Acquire of the next to take it.
        self.0.taken.store(false, Release);
    }
}

/// Two nodes with an edge to each other in their cells.
pub fn pair<const DROPS: bool>(a: &Gc<Node<DROPS>>, b: &Gc<Node<DROPS>>) {
    a.link(b);
    b.link(a);
}

/// Starts a thread.
pub fn spawn<R: 'static>(f: impl FnOnce() -> R + 'static) -> loom::thread::JoinHandle<R> {
    loom::thread::spawn(f)
}

/// Starts a thread that collects once.
pub fn spawn_collector() -> loom::thread::JoinHandle<()> {
    spawn(|| {
        collect();
    })
}
