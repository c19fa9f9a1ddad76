//! Random programs in several threads at once, with all that user code may do, against an oracle.
//!
//! The oracle of concurrent programs is what each thread knows for sure: what it holds is alive, whole
//! and has the number that it had; no value is dropped twice or used after its drop; what an upgrade
//! refuses once it refuses for ever; and in the end, when nobody holds anything, nothing is left.
//!
//! Environment: `REFCYCLE_STRESS_SECONDS` is how long each test runs (`ci/soak`), `REFCYCLE_STRESS_SEED` the
//! seed, which is printed.

use refcycle::sync::{Gc, Policy, Watch, Weak, collect, collect_young, live, set_policy, stats};
use refcycle::{Finalize, Trace};
use std::collections::HashMap;
use std::process::abort;
use std::sync::atomic::{AtomicIsize, AtomicU64, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Values made and not dropped.
static ALIVE: AtomicIsize = AtomicIsize::new(0);
static MADE: AtomicUsize = AtomicUsize::new(0);
static RESURRECTED: AtomicUsize = AtomicUsize::new(0);
static RESCUED: AtomicUsize = AtomicUsize::new(0);
static HUSKS: AtomicUsize = AtomicUsize::new(0);
static CALLED_BACK: AtomicUsize = AtomicUsize::new(0);

/// A part of a value that knows whether it is there.
struct Canary {
    word: AtomicU64,
    id: usize,
}

const SONG: u64 = 0x5057_EE7C_A9A2_1E55;

impl Canary {
    fn new() -> Canary {
        ALIVE.fetch_add(1, SeqCst);
        let id = MADE.fetch_add(1, SeqCst);
        Canary { word: AtomicU64::new(SONG ^ id as u64), id }
    }

    /// Ends the process if the value is not there.
    fn check(&self) -> usize {
        if self.word.load(Relaxed) != SONG ^ self.id as u64 {
            eprintln!("value {} is used after its drop, or never was one", self.id);
            abort();
        }
        self.id
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.check();
        self.word.store(0, Relaxed);
        ALIVE.fetch_sub(1, SeqCst);
    }
}

/// A node without user code.
#[derive(Trace)]
struct Plain {
    edges: Mutex<Vec<Edge>>,
    readers: RwLock<Vec<Edge>>,
    fixed: Option<Edge>,
    late: OnceLock<Edge>,
    weak: Mutex<Vec<WeakEdge>>,
    #[trace(skip)]
    canary: Canary,
}

/// A node whose `Drop` looks at its neighbors, and stashes a handle now and then.
#[derive(Trace)]
struct Doomed {
    plain: Plain,
    #[trace(skip)]
    stash: Stash,
}

/// A node whose finalizer resurrects it or a neighbor now and then.
#[derive(Trace)]
#[trace(finalize)]
struct Fin {
    plain: Plain,
    me: Weak<Fin>,
    #[trace(skip)]
    stash: Stash,
}

#[derive(Clone, Trace)]
enum Edge {
    Plain(Gc<Plain>),
    Doomed(Gc<Doomed>),
    Fin(Gc<Fin>),
}

#[derive(Clone, Trace)]
enum WeakEdge {
    Plain(Weak<Plain>),
    Doomed(Weak<Doomed>),
    Fin(Weak<Fin>),
}

/// Where user code puts handles that it saves: a slot that all threads take from.
type Stash = Arc<Mutex<Vec<Edge>>>;

impl Edge {
    /// The node, unless the handle is one of a dead value, which user code in a `Drop` may have saved.
    fn get(&self) -> Option<&Plain> {
        let node = match self {
            Edge::Plain(node) => Some(&**node),
            Edge::Doomed(node) => Gc::try_deref(node).map(|node| &node.plain),
            Edge::Fin(node) => Some(&node.plain),
        };
        match node {
            Some(node) => {
                node.canary.check();
            }
            None => {
                HUSKS.fetch_add(1, Relaxed);
            }
        }
        node
    }

    fn id(&self) -> Option<usize> {
        self.get().map(|node| node.canary.check())
    }

    fn downgrade(&self) -> WeakEdge {
        match self {
            Edge::Plain(node) => WeakEdge::Plain(Gc::downgrade(node)),
            Edge::Doomed(node) => WeakEdge::Doomed(Gc::downgrade(node)),
            Edge::Fin(node) => WeakEdge::Fin(Gc::downgrade(node)),
        }
    }

    fn watch(&self) -> Option<Watch<Plain>> {
        let Edge::Plain(node) = self else { return None };
        let weak = Gc::downgrade(node);
        Some(Gc::watch(node, move || {
            CALLED_BACK.fetch_add(1, Relaxed);
            assert!(weak.upgrade().is_none(), "a callback runs when all weak handles are dead");
        }))
    }
}

impl WeakEdge {
    fn upgrade(&self) -> Option<Edge> {
        let edge = match self {
            WeakEdge::Plain(weak) => Edge::Plain(weak.upgrade()?),
            WeakEdge::Doomed(weak) => Edge::Doomed(weak.upgrade()?),
            WeakEdge::Fin(weak) => Edge::Fin(weak.upgrade()?),
        };
        assert!(edge.get().is_some(), "a dead value was upgraded");
        Some(edge)
    }
}

impl Plain {
    fn new(fixed: Option<Edge>) -> Plain {
        Plain {
            edges: Mutex::default(),
            readers: RwLock::default(),
            fixed,
            late: OnceLock::new(),
            weak: Mutex::default(),
            canary: Canary::new(),
        }
    }

    /// Looks at all that can be reached in one step.
    fn look(&self) {
        self.canary.check();
        for edge in lock(&self.edges).iter() {
            edge.id();
        }
        for edge in self.readers.read().unwrap_or_else(PoisonError::into_inner).iter() {
            edge.id();
        }
        for edge in self.fixed.iter().chain(self.late.get()) {
            edge.id();
        }
    }
}

impl Drop for Doomed {
    fn drop(&mut self) {
        self.plain.look();
        if self.plain.canary.id.is_multiple_of(7) {
            let edge = lock(&self.plain.edges).first().cloned();
            if let Some(edge) = edge {
                RESCUED.fetch_add(1, Relaxed);
                lock(&self.stash).push(edge);
            }
        }
        if self.plain.canary.id.is_multiple_of(1009) {
            // The collector is not ours alone.
            let other = thread::spawn(|| assert!(!collect().refused));
            other.join().expect("a collection in another thread");
        }
    }
}

impl Finalize for Fin {
    fn finalize(&self) {
        self.plain.look();
        match self.plain.canary.id % 5 {
            0 => {
                RESURRECTED.fetch_add(1, Relaxed);
                let me = self.me.upgrade().expect("intact in its finalizer");
                lock(&self.stash).push(Edge::Fin(me));
            }
            1 => {
                let edges = std::mem::take(&mut *lock(&self.plain.edges));
                drop(edges);
            }
            _ => {}
        }
    }
}

/// xorshift.
struct Random(u64);

impl Random {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize
    }

    fn below(&mut self, n: usize) -> usize {
        self.next() % n
    }
}

const SLOTS: usize = 48;

/// What all threads reach.
#[derive(Default)]
struct World {
    slots: Vec<Mutex<Option<Edge>>>,
    weaks: Vec<Mutex<Option<WeakEdge>>>,
    stash: Stash,
}

impl World {
    fn new() -> World {
        World {
            slots: (0..SLOTS).map(|_| Mutex::default()).collect(),
            weaks: (0..SLOTS).map(|_| Mutex::default()).collect(),
            stash: Stash::default(),
        }
    }

    fn get(&self, slot: usize) -> Option<Edge> {
        lock(&self.slots[slot]).clone()
    }

    fn put(&self, slot: usize, edge: Option<Edge>) -> Option<Edge> {
        std::mem::replace(&mut *lock(&self.slots[slot]), edge)
    }
}

/// A thread of the program, and what it knows.
struct Worker {
    world: Arc<World>,
    random: Random,
    /// Private handles of what nobody else need know, and the numbers of what they lead to.
    mine: Vec<(Edge, Option<usize>)>,
    /// Weak handles of its own, and whether they have refused.
    weaks: HashMap<usize, (WeakEdge, bool)>,
    watches: Vec<Watch<Plain>>,
}

impl Worker {
    fn make(&mut self) -> Edge {
        let fixed = if self.random.below(3) == 0 { self.any() } else { None };
        let plain = Plain::new(fixed);
        match self.random.below(4) {
            0 => Edge::Doomed(Gc::new(Doomed { plain, stash: self.world.stash.clone() })),
            1 => Edge::Fin(Gc::new_cyclic(|me| Fin {
                plain,
                me: me.clone(),
                stash: self.world.stash.clone(),
            })),
            _ => Edge::Plain(Gc::new(plain)),
        }
    }

    /// Something: of one's own, or of everybody's.
    fn any(&mut self) -> Option<Edge> {
        let (pick, n) = (self.random.next(), self.mine.len());
        if pick.is_multiple_of(2) && n > 0 {
            return Some(self.mine[pick / 2 % n].0.clone());
        }
        self.world.get(pick / 2 % SLOTS)
    }

    fn hold(&mut self, edge: Edge) {
        let id = edge.id();
        self.mine.push((edge, id));
    }

    /// All that is held is what it was.
    fn check(&self) {
        for (edge, id) in &self.mine {
            assert_eq!(edge.id(), *id, "a held value has gone");
        }
    }

    fn step(&mut self) {
        let slot = self.random.below(SLOTS);
        match self.random.below(20) {
            0..=2 => {
                let new = self.make();
                let old = self.world.put(slot, Some(new));
                drop(old);
            }
            3 => {
                let new = self.make();
                self.hold(new);
            }
            4..=6 => self.link(),
            7 => self.move_edge(slot),
            8 => {
                let taken = self.world.put(slot, None);
                if let Some(edge) = taken {
                    self.hold(edge);
                }
            }
            9 | 10 => {
                let n = self.mine.len();
                if n > 0 {
                    let (edge, id) = self.mine.swap_remove(self.random.below(n));
                    assert_eq!(edge.id(), id);
                    drop(edge);
                }
            }
            11 => self.weaken(slot),
            12 | 13 => self.strengthen(slot),
            14 => self.exclusive(),
            15 => {
                if let Some(edge) = self.any() {
                    if let Some(node) = edge.get() {
                        node.look();
                        let edges = std::mem::take(&mut *lock(&node.edges));
                        drop(edges);
                    }
                    self.watches.extend(edge.watch());
                    if self.watches.len() > 20 {
                        self.watches.clear();
                    }
                }
            }
            16 => {
                // What user code has saved is everybody's again.
                let saved = lock(&self.world.stash).pop();
                if let Some(edge) = saved {
                    edge.get();
                    let old = self.world.put(slot, Some(edge));
                    drop(old);
                }
            }
            17 if self.random.below(8) == 0 => {
                let full = self.random.below(2) == 0;
                let result = if full { collect() } else { collect_young() };
                assert!(!result.refused);
            }
            _ => self.check(),
        }
        if self.mine.len() > 40 {
            self.mine.truncate(5);
        }
    }

    fn link(&mut self) {
        let (Some(from), Some(to)) = (self.any(), self.any()) else { return };
        let Some(node) = from.get() else { return };
        match self.random.below(8) {
            0 => {
                let rejected = node.late.set(to).err();
                drop(rejected);
            }
            1 => {
                let mut readers = node.readers.write().unwrap_or_else(PoisonError::into_inner);
                let old = if readers.len() < 2 {
                    readers.push(to);
                    None
                } else {
                    Some(std::mem::replace(&mut readers[0], to))
                };
                drop(readers);
                drop(old);
            }
            _ => {
                let mut edges = lock(&node.edges);
                let old = if edges.len() < 4 {
                    edges.push(to);
                    None
                } else {
                    Some(std::mem::replace(&mut edges[1], to))
                };
                drop(edges);
                drop(old);
            }
        }
    }

    /// Moves an edge to another node, or out of the graph and in again; no count changes.
    fn move_edge(&mut self, slot: usize) {
        let (Some(from), Some(to)) = (self.any(), self.any()) else { return };
        let (Some(node), Some(target)) = (from.get(), to.get()) else { return };
        let edge = lock(&node.edges).pop();
        let Some(edge) = edge else { return };
        edge.get();
        let rest = if self.random.below(3) == 0 {
            self.world.put(slot, Some(edge))
        } else {
            lock(&target.edges).push(edge);
            // Not without end.
            let mut edges = lock(&target.edges);
            if edges.len() > 6 { edges.pop() } else { None }
        };
        drop(rest);
    }

    fn weaken(&mut self, slot: usize) {
        let Some(edge) = self.any() else { return };
        if edge.get().is_none() {
            return;
        }
        let weak = edge.downgrade();
        if let Some(node) = edge.get() {
            let mut weaks = lock(&node.weak);
            weaks.truncate(2);
            weaks.push(weak.clone());
        }
        let old = lock(&self.world.weaks[slot]).replace(weak.clone());
        drop(old);
        self.weaks.insert(slot, (weak, false));
    }

    fn strengthen(&mut self, slot: usize) {
        if let Some((weak, refused)) = self.weaks.get_mut(&slot) {
            let edge = weak.upgrade();
            assert!(!*refused || edge.is_none(), "None, then Some");
            *refused = edge.is_none();
        }
        let weak = lock(&self.world.weaks[slot]).clone();
        if let Some(edge) = weak.and_then(|weak| weak.upgrade()) {
            if let Some(node) = edge.get() {
                node.look();
            }
            self.hold(edge);
        }
    }

    /// Exclusive access, where it is to be had; on what only this thread holds it must be.
    fn exclusive(&mut self) {
        let n = self.mine.len();
        if n > 0 {
            let pick = self.random.below(n);
            if let (Edge::Plain(node), id) = &mut self.mine[pick]
                && let Some(node) = Gc::get_mut(node)
            {
                assert_eq!(Some(node.canary.check()), *id);
                node.edges.get_mut().unwrap_or_else(PoisonError::into_inner).reverse();
                let old = node.fixed.take();
                drop(old);
            }
        }
        let tail = self.any();
        let mut own = Gc::new(Plain::new(tail));
        for _ in 0..self.random.below(3) {
            drop(own.clone());
        }
        Gc::get_mut(&mut own).expect("nobody else has it").late = OnceLock::new();
        if self.random.below(2) == 0 {
            let weak = Gc::downgrade(&own);
            let Ok(value) = Gc::try_unwrap(own) else { panic!("nobody else has it") };
            value.canary.check();
            assert!(weak.upgrade().is_none());
        } else {
            self.hold(Edge::Plain(own));
        }
    }
}

fn duration(otherwise: f64) -> Duration {
    let seconds = std::env::var("REFCYCLE_STRESS_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs_f64(seconds.unwrap_or(otherwise))
}

static SEED: LazyLock<u64> = LazyLock::new(|| {
    let given = std::env::var("REFCYCLE_STRESS_SEED").ok().and_then(|text| text.parse().ok());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |now| now.as_nanos() as u64);
    let seed = given.unwrap_or(now);
    eprintln!("REFCYCLE_STRESS_SEED={seed}");
    seed
});

/// Nothing is left, three collections after everybody has let go.
fn settle(world: &World) {
    set_policy(Policy::OFF);
    // Finalizers and drops put into the stash what they save; each can do so once.
    for _ in 0..10_000 {
        for slot in 0..SLOTS {
            drop(world.put(slot, None));
            let weak = lock(&world.weaks[slot]).take();
            drop(weak);
        }
        let saved = std::mem::take(&mut *lock(&world.stash));
        let none_saved = saved.is_empty();
        drop(saved);
        collect();
        if none_saved && ALIVE.load(SeqCst) == 0 {
            break;
        }
    }
    for _ in 0..3 {
        collect();
    }
    assert_eq!(ALIVE.load(SeqCst), 0, "values are lost: {:?}", live());
    assert_eq!(live().objects, 0);
    let numbers = stats();
    assert_eq!((numbers.young_candidates, numbers.old_candidates), (0, 0));
}

/// Runs programs in so many threads.
fn run(threads: usize, policy: Policy, seconds: f64) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _others_wait = lock(&ONE_AT_A_TIME);
    let end = Instant::now() + duration(seconds);
    let mut seed = *SEED;
    // Several worlds one after the other: threads end, and leave buffers behind.
    while Instant::now() < end {
        set_policy(policy);
        let world = Arc::new(World::new());
        let round_end = end.min(Instant::now() + Duration::from_millis(500));
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                seed = seed.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
                let mut worker = Worker {
                    world: world.clone(),
                    random: Random(seed | 1),
                    mine: Vec::new(),
                    weaks: HashMap::new(),
                    watches: Vec::new(),
                };
                thread::spawn(move || {
                    while Instant::now() < round_end {
                        for _ in 0..50 {
                            worker.step();
                        }
                        worker.check();
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.join().expect("a worker has found something wrong");
        }
        settle(&world);
    }
    eprintln!(
        "{} values made, {} resurrected, {} stashed by drops, {} looks at husks, {} callbacks; {:?}",
        MADE.load(SeqCst),
        RESURRECTED.load(SeqCst),
        RESCUED.load(SeqCst),
        HUSKS.load(SeqCst),
        CALLED_BACK.load(SeqCst),
        stats(),
    );
    let counts = [&RESURRECTED, &RESCUED, &CALLED_BACK];
    assert!(counts.iter().all(|count| count.load(SeqCst) > 0), "the programs are too tame");
}

#[test]
#[cfg_attr(miri, ignore = "measured in seconds")]
fn two_threads_that_collect_by_hand() {
    run(2, Policy::OFF, 1.5);
}

#[test]
#[cfg_attr(miri, ignore = "measured in seconds")]
fn three_threads_that_collect_all_the_time() {
    run(3, Policy::default().with_young(20).with_full(100).with_growth(0.0), 2.0);
}

#[test]
#[cfg_attr(miri, ignore = "measured in seconds")]
fn four_threads_that_collect_automatically() {
    run(4, Policy::default().with_young(200).with_full(1000).with_growth(0.1), 2.0);
}
