//! The panic matrix: user code of each kind panics at its n-th call, for all n, however the end of the
//! objects is brought about. Everything else must still happen, once, and the first panic must come out.

#![expect(dead_code, reason = "some probes are there only to be dropped")]

use refcycle::{
    Finalize, Gc, Policy, Trace, Tracer, Watch, Weak, collect, facts, live, set_policy,
};
use refcycle_tests::nodes::Plain as Bystander;
use refcycle_tests::{Probe, alive, collected, full, law, panic_payload};
use std::cell::{Cell, RefCell};
use std::panic::panic_any;

/// User code that the library calls.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Trace,
    Drop,
    Finalizer,
    Callback,
}

/// Which calls panic.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    /// The n-th alone.
    One,
    /// The n-th and all after it.
    Rest,
}

thread_local! {
    /// The kind of call that panics, how many are let pass, and how.
    static FUSE: Cell<Option<(Call, usize, Mode)>> = const { Cell::new(None) };
    static FIRED: Cell<usize> = const { Cell::new(0) };
}

/// What the first panic carries.
#[derive(Debug, PartialEq)]
struct First(Call);

/// What later ones carry: nothing, because they are forgotten.
struct Later;

/// A call of user code.
fn call(call: Call) {
    let Some((kind, pass, mode)) = FUSE.get() else { return };
    if kind != call {
        return;
    }
    if pass > 0 {
        FUSE.set(Some((kind, pass - 1, mode)));
        return;
    }
    if mode == Mode::One {
        FUSE.set(None);
    }
    match FIRED.replace(FIRED.get() + 1) {
        0 => panic_any(First(call)),
        _ => panic_any(Later),
    }
}

/// A part of a value whose `trace` is a call.
struct TraceFuse;

// SAFETY: it owns nothing and reports nothing (1, 2), panicking is allowed (3), and the facts say more
// than is so (4).
unsafe impl Trace for TraceFuse {
    type Facts = facts::Handle;

    fn trace(&self, _: &mut Tracer) {
        call(Call::Trace);
    }
}

/// A part of a value whose drop is a call.
struct DropFuse;

impl Drop for DropFuse {
    fn drop(&mut self) {
        // Two fields of one value must not panic: that ends the process, as it does everywhere.
        if !std::thread::panicking() {
            call(Call::Drop);
        }
    }
}

#[derive(Trace)]
struct Core {
    fuse: TraceFuse,
    edges: RefCell<Vec<Edge>>,
    #[trace(skip)]
    _probe: Probe,
}

/// A plain value, one of whose fields runs user code when it is dropped.
#[derive(Trace)]
struct Plain(Core, #[trace(skip)] DropFuse);

#[derive(Trace)]
struct Doomed(Core);

#[derive(Trace)]
#[trace(finalize)]
struct Fin(Core, #[trace(skip)] DropFuse);

#[derive(Trace)]
#[trace(finalize)]
struct Both(Core);

impl Drop for Doomed {
    fn drop(&mut self) {
        call(Call::Drop);
    }
}

impl Drop for Both {
    fn drop(&mut self) {
        call(Call::Drop);
    }
}

impl Finalize for Fin {
    fn finalize(&self) {
        assert!(!self.0.edges.borrow().is_empty(), "intact");
        call(Call::Finalizer);
    }
}

impl Finalize for Both {
    fn finalize(&self) {
        assert!(!self.0.edges.borrow().is_empty(), "intact");
        call(Call::Finalizer);
    }
}

#[derive(Clone, Trace)]
enum Edge {
    Plain(Gc<Plain>),
    Doomed(Gc<Doomed>),
    Fin(Gc<Fin>),
    Both(Gc<Both>),
}

/// A weak handle to each node, and the watches.
struct Outside {
    weaks: Vec<WeakEdge>,
    watches: Vec<Box<dyn std::any::Any>>,
}

enum WeakEdge {
    Plain(Weak<Plain>),
    Doomed(Weak<Doomed>),
    Fin(Weak<Fin>),
    Both(Weak<Both>),
}

impl WeakEdge {
    fn strong_count(&self) -> usize {
        match self {
            WeakEdge::Plain(weak) => weak.strong_count(),
            WeakEdge::Doomed(weak) => weak.strong_count(),
            WeakEdge::Fin(weak) => weak.strong_count(),
            WeakEdge::Both(weak) => weak.strong_count(),
        }
    }
}

impl Edge {
    fn new(kind: usize) -> Edge {
        let core = Core { fuse: TraceFuse, edges: RefCell::default(), _probe: Probe::silent() };
        match kind % 4 {
            0 => Edge::Plain(Gc::new(Plain(core, DropFuse))),
            1 => Edge::Doomed(Gc::new(Doomed(core))),
            2 => Edge::Fin(Gc::new(Fin(core, DropFuse))),
            _ => Edge::Both(Gc::new(Both(core))),
        }
    }

    fn core(&self) -> &Core {
        match self {
            Edge::Plain(node) => &node.0,
            Edge::Doomed(node) => &node.0,
            Edge::Fin(node) => &node.0,
            Edge::Both(node) => &node.0,
        }
    }

    fn link(&self, to: &Edge) {
        let _ = &self.core().fuse;
        self.core().edges.borrow_mut().push(to.clone());
    }

    fn watch_from(&self, outside: &mut Outside) {
        macro_rules! arm {
            ($kind:ident, $node:expr) => {{
                outside.weaks.push(WeakEdge::$kind(Gc::downgrade($node)));
                for _ in 0..2 {
                    let watch: Watch<_> = Gc::watch($node, || call(Call::Callback));
                    outside.watches.push(Box::new(watch));
                }
            }};
        }
        match self {
            Edge::Plain(node) => arm!(Plain, node),
            Edge::Doomed(node) => arm!(Doomed, node),
            Edge::Fin(node) => arm!(Fin, node),
            Edge::Both(node) => arm!(Both, node),
        }
    }
}

/// How many objects a graph has.
const N: usize = 12;

/// Makes a graph of all kinds. It ends in a tail, so that everything has an edge; its nodes are
/// candidates, old ones if `old`.
fn graph(cyclic: bool, watched: bool, old: bool) -> (Edge, Outside) {
    let nodes: Vec<_> = (0..N).map(Edge::new).collect();
    for (i, node) in nodes.iter().enumerate() {
        let targets: &[usize] = if cyclic { &[i + 1, i * 5 + 2, i] } else { &[i + 1, i + 4] };
        for &to in targets {
            if cyclic || to < N {
                node.link(&nodes[to % N]);
            }
        }
    }
    if !cyclic {
        // The last one must have an edge as well; it is none of the twelve.
        nodes[N - 1].link(&Edge::new(0));
    }
    let mut outside = Outside { weaks: Vec::new(), watches: Vec::new() };
    if watched {
        for node in &nodes {
            node.watch_from(&mut outside);
        }
    }
    let root = nodes[0].clone();
    drop(nodes);
    if old {
        let result = full();
        assert_eq!(result.collected, 0);
    }
    (root, outside)
}

/// How the end is brought about.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trigger {
    /// Garbage, and a full collection by hand.
    Collect,
    /// Garbage, and an allocation.
    Automatic,
    /// No cycle: the last handle goes.
    Count,
}

/// Brings the end about.
fn pull(trigger: Trigger, root: Edge) {
    drop(root);
    match trigger {
        Trigger::Collect => {
            let result = collect();
            assert!(!result.refused);
        }
        Trigger::Automatic => {
            set_policy(Policy::default().with_young(1).with_full(1).with_growth(0.0));
            let before = alive();
            for _ in 0..5 {
                drop((Bystander::looped(""), Bystander::silent()));
                if alive() < before {
                    break;
                }
            }
        }
        Trigger::Count => {}
    }
}

/// Runs one column of the matrix: all n, until the n-th call does not happen. Gives how many did.
fn column(kind: Call, mode: Mode, trigger: Trigger, watched: bool, old: bool) -> usize {
    for n in 0.. {
        let at =
            format!("{kind:?} number {n}, {mode:?}, {trigger:?}, watched {watched}, old {old}");
        let (root, outside) = graph(trigger != Trigger::Count, watched, old);
        let before = alive();
        let counts: Vec<_> = outside.weaks.iter().map(WeakEdge::strong_count).collect();
        FIRED.set(0);
        FUSE.set(Some((kind, n, mode)));
        let payload = panic_payload(|| pull(trigger, root));
        let fired = FIRED.get() > 0;
        FUSE.set(None);
        set_policy(Policy::OFF);
        match payload {
            None => assert!(!fired, "{at}: a panic has got lost"),
            Some(payload) => match payload.downcast::<First>() {
                Ok(first) => assert_eq!(*first, First(kind), "{at}"),
                Err(other) => {
                    assert!(!other.is::<Later>(), "{at}: not the first panic has come out");
                    std::panic::resume_unwind(other);
                }
            },
        }
        let mut left = alive();
        if kind == Call::Trace && fired {
            // The walk was given up: nothing is lost. In the first pass nothing has happened at all, and
            // each object was traced once there at most.
            if n < N && trigger == Trigger::Collect {
                assert_eq!(left, before, "{at}: something is gone");
                let mut now: Vec<_> = outside.weaks.iter().map(WeakEdge::strong_count).collect();
                if let Some(root) = now.first_mut() {
                    // The handle that was dropped.
                    *root += 1;
                }
                assert_eq!(now, counts, "{at}: counts have changed");
            }
            let next = full();
            assert!(next.collected > 0 || left == 0, "{at}: nothing is found later");
            left = alive();
        } else if trigger == Trigger::Automatic {
            // Bystanders may be left, and what a young collection did not enter.
            let _rest = full();
            left = alive();
        }
        assert_eq!(left, 0, "{at}: values have not been dropped");
        assert_eq!(live().objects, 0, "{at}: memory has not been freed");
        assert!(outside.weaks.iter().all(|weak| weak.strong_count() == 0), "{at}");
        assert_eq!(collected(), 0, "{at}: something was left");
        // The collector works as before.
        drop(Bystander::looped(""));
        assert_eq!(collected(), 1, "{at}: the collector is broken");
        drop(outside);
        if !fired {
            return n;
        }
    }
    unreachable!()
}

fn matrix(kind: Call, triggers: &'static [Trigger], least: usize) {
    for mode in [Mode::One, Mode::Rest] {
        for &trigger in triggers {
            for (watched, old) in [(false, false), (true, false), (true, true)] {
                if kind == Call::Callback && !watched {
                    continue;
                }
                law(move || {
                    let calls = column(kind, mode, trigger, watched, old);
                    assert!(calls >= least, "{kind:?}, {trigger:?}: only {calls} calls");
                });
            }
        }
    }
}

#[test]
fn trace() {
    matrix(Call::Trace, &[Trigger::Collect, Trigger::Automatic], N);
}

#[test]
fn destructors() {
    matrix(Call::Drop, &[Trigger::Collect, Trigger::Automatic, Trigger::Count], N);
}

#[test]
fn finalizers() {
    matrix(Call::Finalizer, &[Trigger::Collect, Trigger::Automatic, Trigger::Count], N / 2);
}

#[test]
fn callbacks() {
    matrix(Call::Callback, &[Trigger::Collect, Trigger::Automatic, Trigger::Count], 2 * N);
}

thread_local!(static SAVED: RefCell<Vec<Gc<Saver>>> = const { RefCell::new(Vec::new()) });

/// Stores a handle of its neighbor when it ends: in its finalizer, which saves both, or in the drop of a
/// part of it that can reach the neighbor, which saves that one alone.
#[derive(Trace)]
#[trace(finalize)]
struct Saver {
    fuse: TraceFuse,
    name: u32,
    saves: Cell<bool>,
    next: RefCell<Option<Gc<Saver>>>,
    doomed: RefCell<Option<Gc<Rescuer>>>,
    #[trace(skip)]
    probe: Probe,
}

#[derive(Trace)]
struct Rescuer(RefCell<Option<Gc<Saver>>>, TraceFuse);

fn save(saver: &RefCell<Option<Gc<Saver>>>) {
    SAVED.with_borrow_mut(|saved| saved.extend(saver.borrow().clone()));
}

impl Finalize for Saver {
    fn finalize(&self) {
        if self.saves.get() {
            save(&self.next);
        }
    }
}

impl Drop for Rescuer {
    fn drop(&mut self) {
        save(&self.0);
    }
}

/// A ring of five that looks itself over.
fn ring(saves: bool) -> Gc<Saver> {
    let nodes: Vec<_> = (0..5)
        .map(|name| {
            Gc::new(Saver {
                fuse: TraceFuse,
                name,
                saves: Cell::new(saves && name == 3),
                next: RefCell::default(),
                doomed: RefCell::default(),
                probe: Probe::silent(),
            })
        })
        .collect();
    for (i, node) in nodes.iter().enumerate() {
        *node.next.borrow_mut() = Some(nodes[(i + 1) % 5].clone());
    }
    nodes[0].clone()
}

/// All five are there, and hold each other.
fn walk_around(ring: &Gc<Saver>) {
    let mut node = ring.clone();
    for _ in 0..5 {
        node.probe.check();
        let next = node.next.borrow().clone().expect("the ring is whole");
        assert_eq!(next.name, (node.name + 1) % 5);
        node = next;
    }
    assert!(Gc::ptr_eq(&node, ring));
}

#[test]
fn trace_after_a_finalizer_or_a_drop_has_saved_somebody() {
    // The garbage is examined again after user code. If that comes to nothing, everything must be taken
    // for saved: some of it is.
    for by_drop in [false, true] {
        law(move || {
            for n in 0.. {
                let root = ring(!by_drop);
                if by_drop {
                    let rescuer = Gc::new(Rescuer(RefCell::new(Some(root.clone())), TraceFuse));
                    *root.doomed.borrow_mut() = Some(rescuer);
                }
                drop(root);
                FIRED.set(0);
                FUSE.set(Some((Call::Trace, n, Mode::One)));
                let panicked = panic_payload(collect).is_some();
                FUSE.set(None);
                let mut saved = SAVED.take();
                if panicked && saved.is_empty() {
                    // It was the first walk: all is as it was.
                    assert_eq!(alive(), 5, "number {n}");
                    let _ = full();
                    saved = SAVED.take();
                }
                assert_eq!((saved.len(), alive()), (1, 5), "number {n}");
                walk_around(&saved[0]);
                drop(saved);
                let _ = full();
                assert!(SAVED.take().is_empty());
                assert_eq!((alive(), live().objects), (0, 0), "number {n}");
                if !panicked {
                    assert!(n > 10, "only {n} calls");
                    break;
                }
            }
        });
    }
}

/// Panics in its drop, and says which one it is.
#[derive(Trace)]
struct Loud(u32, Option<Gc<Loud>>, #[trace(skip)] Probe);

impl Drop for Loud {
    fn drop(&mut self) {
        if FIRED.replace(FIRED.get() + 1) == 0 {
            panic_any(self.0);
        }
        panic_any(Later);
    }
}

/// A chain of so many; the head has the largest number.
fn loud(n: u32) -> Gc<Loud> {
    let tail = Gc::new(Loud(0, None, Probe::silent()));
    (1..n).fold(tail, |next, i| Gc::new(Loud(i, Some(next), Probe::silent())))
}

#[test]
fn a_chain_of_which_every_destructor_panics() {
    for n in [2, 5, 1000] {
        law(move || {
            FIRED.set(0);
            let payload = panic_payload(|| drop(loud(n))).expect("panics");
            assert_eq!(*payload.downcast::<u32>().expect("the first"), n - 1);
            assert_eq!((alive(), FIRED.get()), (0, n as usize));
            assert_eq!(live().objects, 0);
        });
    }
}

#[test]
fn a_chain_that_is_dropped_while_the_program_unwinds() {
    law(|| {
        // None of theirs is the first.
        FIRED.set(1);
        let payload = panic_payload(|| {
            let _chain = loud(5);
            panic_any("outer")
        });
        assert_eq!(*payload.expect("panics").downcast::<&str>().expect("the outer one"), "outer");
        assert_eq!((alive(), FIRED.get()), (0, 6));
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn garbage_that_panics_and_holds_what_panics() {
    #[derive(Trace)]
    struct Holder(RefCell<Option<Gc<Holder>>>, Gc<Loud>, #[trace(skip)] Probe);

    impl Drop for Holder {
        fn drop(&mut self) {
            FIRED.set(FIRED.get() + 1);
            panic_any(First(Call::Drop));
        }
    }

    law(|| {
        let chain = loud(3);
        drop(chain.clone());
        let result = full();
        assert_eq!(result.collected, 0);
        let holder = Gc::new(Holder(RefCell::default(), chain, Probe::silent()));
        *holder.0.borrow_mut() = Some(holder.clone());
        drop(holder);
        // The chain is old and stays out of a young collection: it dies by counting, in the middle of the
        // holder's unwinding drop.
        let payload = panic_payload(refcycle::collect_young).expect("panics");
        assert!(payload.is::<First>());
        assert_eq!((alive(), FIRED.get()), (0, 4));
        assert_eq!(live().objects, 0);
    });
}

/// Panics at its n-th clone.
#[derive(Trace)]
struct Cloned(u32, RefCell<Option<Gc<Cloned>>>, #[trace(skip)] Probe);

thread_local!(static CLONES: Cell<Option<usize>> = const { Cell::new(None) });

impl Clone for Cloned {
    fn clone(&self) -> Cloned {
        if let Some(n) = CLONES.get() {
            CLONES.set(n.checked_sub(1));
            assert!(n > 0, "clone");
        }
        Cloned(self.0, RefCell::new(self.1.borrow().clone()), self.2.clone())
    }
}

fn cloned() -> Gc<Cloned> {
    let node = Gc::new(Cloned(7, RefCell::default(), Probe::silent()));
    *node.1.borrow_mut() = Some(node.clone());
    node
}

#[test]
fn clones() {
    law(|| {
        let mut node = cloned();
        CLONES.set(Some(0));
        assert!(panic_payload(|| Gc::make_mut(&mut node).0 = 8).is_some());
        assert_eq!((node.0, Gc::strong_count(&node), alive()), (7, 2, 1));
        CLONES.set(Some(0));
        assert!(panic_payload(|| Gc::unwrap_or_clone(node.clone())).is_some());
        assert_eq!((node.0, Gc::strong_count(&node), alive()), (7, 2, 1));

        let source: Vec<Cloned> = (0..5).map(|_| (*node).clone()).collect();
        for n in 0..5 {
            CLONES.set(Some(n));
            assert!(panic_payload(|| Gc::<[Cloned]>::from(&source[..])).is_some());
            assert_eq!((Gc::strong_count(&node), alive()), (7, 6));
        }
        let mut slice: Gc<[Cloned]> = Gc::from(source);
        let other = slice.clone();
        for n in 0..5 {
            CLONES.set(Some(n));
            assert!(panic_payload(|| Gc::make_mut(&mut slice)[0].0 = 8).is_some());
            assert!(Gc::ptr_eq(&slice, &other));
            assert_eq!((Gc::strong_count(&node), alive()), (7, 6));
        }
        drop((slice, other));
        assert_eq!(alive(), 1);
        drop(node);
        assert_eq!(collected(), 1);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn closures_of_new_cyclic() {
    law(|| {
        for after in [false, true] {
            let kept = RefCell::new(Vec::new());
            let payload = panic_payload(|| {
                Gc::new_cyclic(|me: &Weak<Cloned>| {
                    kept.borrow_mut().extend([me.clone(), me.clone()]);
                    drop(cloned());
                    if after {
                        assert_eq!(collected(), 1);
                    }
                    panic_any(First(Call::Drop))
                })
            });
            assert!(payload.expect("panics").is::<First>());
            for weak in kept.take() {
                assert!(weak.upgrade().is_none());
                assert_eq!((weak.strong_count(), weak.weak_count()), (0, 0));
            }
            assert_eq!(collected(), usize::from(!after));
            assert_eq!(live().objects, 0);
        }
    });
}

#[test]
fn iterators_of_slices() {
    law(|| {
        for n in 0..5 {
            let make = |i: usize| {
                assert!(i != n, "item");
                Bystander::looped("")
            };
            assert!(panic_payload(|| (0..5).map(make).collect::<Gc<[_]>>()).is_some());
            assert_eq!(alive(), n as isize);
            assert_eq!(collected(), n);
            assert_eq!(live().objects, 0);
        }
    });
}

/// A collection that panics in the midst of a slice's copying loses none of what was copied.
#[test]
fn copies_of_slices() {
    #[derive(Trace)]
    struct Copied(Gc<u64>);
    impl Clone for Copied {
        fn clone(&self) -> Copied {
            // Garbage whose drop panics, and that the next collection finds.
            let bomb = Gc::new(Bomb(RefCell::default()));
            *bomb.0.borrow_mut() = Some(bomb.clone());
            Copied(self.0.clone())
        }
    }
    #[derive(Trace)]
    struct Bomb(RefCell<Option<Gc<Bomb>>>);
    impl Drop for Bomb {
        fn drop(&mut self) {
            if !std::thread::panicking() {
                panic_any(First(Call::Drop));
            }
        }
    }
    law(|| {
        let one = Gc::new(1);
        let all = [Copied(one.clone())];
        set_policy(Policy::default().with_young(1).with_full(1));
        let payload = panic_payload(|| Gc::<[Copied]>::from(&all[..]));
        set_policy(Policy::OFF);
        drop(all);
        drop(panic_payload(collect));
        drop(payload);
        assert_eq!(Gc::strong_count(&one), 1);
    });
}
