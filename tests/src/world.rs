//! Runs random programs on the library and tells the [oracle](crate::oracle) what they do.
//!
//! A program is a list of operations on a pool of handles, plus scripts: lists of operations that
//! finalizers, `Drop`s and callbacks carry out. Everything the values are asked to do goes through
//! [`exec`], whether it comes from the program or from a script. The world is a thread-local, since a
//! `Drop` has no other way to it.

use crate::law::is_verbose;
use crate::oracle::{Id, Kind, Oracle};
use crate::{Probe, panic_payload};
use refcycle::{
    Collected, Finalize, Gc, Policy, Trace, Watch, Weak, collect, collect_young, live, pause,
    set_policy, unsize,
};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

/// One operation. Numbers choose among what there is, by their remainder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Makes an object with the script of this number (0: none); a fixed one gets edges to two of the
    /// pool.
    New(Kind, u8, u8),
    /// Makes another handle.
    Clone(u8),
    /// Drops a handle.
    Drop(u8),
    /// Adds an edge.
    Link(u8, u8),
    /// Takes an edge out of its cell and drops it.
    Unlink(u8, u8),
    /// Clears a cell, with the drops inside the borrow.
    Clear(u8),
    /// Swaps the edges of two nodes.
    Swap(u8, u8),
    /// Moves an edge into the pool.
    Take(u8, u8),
    /// Makes a handle of what an edge leads to.
    Follow(u8, u8),
    /// Makes a weak handle.
    Downgrade(u8),
    /// Copies a weak handle.
    CloneWeak(u8),
    /// Drops a weak handle.
    DropWeak(u8),
    /// Upgrades a weak handle.
    Upgrade(u8),
    /// Makes a watch whose callback runs a script.
    Watch(u8, u8),
    /// Drops a watch.
    DropWatch(u8),
    /// Forgets the type of a handle.
    Erase(u8),
    /// Finds it again.
    Recover(u8),
    /// `get_mut`: reorders the edges, collecting meanwhile, and adds one.
    GetMut(u8, u8),
    /// `make_mut`.
    MakeMut(u8),
    /// `try_unwrap`, and drops the value.
    Unwrap(u8),
    /// `try_unwrap`, and makes a new object of the value.
    Rewrap(u8),
    /// `into_inner`.
    IntoInner(u8),
    /// A full collection.
    Collect,
    /// A young one.
    CollectYoung,
    /// A full one while a cell is borrowed mutably.
    CollectBorrowed(u8),
    /// Another policy.
    SetPolicy(u8),
    /// In a script: stores a handle of what the value's own edge leads to.
    Stash(u8),
    /// In a script: moves an edge of the value into the pool.
    Give(u8),
    /// In a script: moves an edge of the value to another node.
    Pass(u8, u8),
    /// In a script: drops all edges of the value.
    Sever,
    /// In a script: upgrades a weak handle to the value and stores it.
    Save,
    /// In a script: panics.
    Panic,
}

impl Op {
    /// The operation that three bytes stand for.
    pub fn decode([code, a, b]: [u8; 3]) -> Op {
        let kind = Kind::ALL[usize::from(a) % Kind::ALL.len()];
        match code % 40 {
            0..4 => Op::New(kind, b % 8, b / 8),
            4 => Op::Clone(a),
            5..8 => Op::Drop(a),
            8..12 => Op::Link(a, b),
            12 => Op::Unlink(a, b),
            13 => Op::Clear(a),
            14 => Op::Swap(a, b),
            15 => Op::Take(a, b),
            16 => Op::Follow(a, b),
            17 => Op::Downgrade(a),
            18 => Op::CloneWeak(a),
            19 => Op::DropWeak(a),
            20 => Op::Upgrade(a),
            21 => Op::Watch(a, b),
            22 => Op::DropWatch(a),
            23 => Op::Erase(a),
            24 => Op::Recover(a),
            25 => Op::GetMut(a, b),
            26 => Op::MakeMut(a),
            27 => Op::Unwrap(a),
            28 => Op::Rewrap(a),
            29 => Op::IntoInner(a),
            30 => Op::Collect,
            31 => Op::CollectYoung,
            32 => Op::CollectBorrowed(a),
            33 => Op::SetPolicy(a),
            34 => Op::Stash(a),
            35 => Op::Give(a),
            36 => Op::Pass(a, b),
            37 => Op::Sever,
            38 => Op::Save,
            _ => Op::Panic,
        }
    }
}

/// A program.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// What is done.
    pub ops: Vec<Op>,
    /// What values do when they end.
    pub scripts: Vec<Vec<Op>>,
}

impl Program {
    /// The program that bytes stand for: the first says how many scripts there are.
    pub fn decode(bytes: &[u8]) -> Program {
        let Some((&scripts, rest)) = bytes.split_first() else { return Program::default() };
        let mut ops = rest.as_chunks::<3>().0.iter().map(|chunk| Op::decode(*chunk));
        let scripts = (0..scripts % 8).map(|_| ops.by_ref().take(4).collect()).collect();
        Program { ops: ops.collect(), scripts }
    }
}

// --- values ------------------------------------------------------------------------------------------

/// The part of a value that the oracle knows: tells it when the value's fields are dropped.
struct Ghost {
    id: Id,
    kind: Kind,
    script: u8,
    probe: Probe,
}

impl Ghost {
    fn new(kind: Kind, script: u8) -> Ghost {
        Ghost { id: ask(|oracle| oracle.make(kind)), kind, script, probe: Probe::silent() }
    }
}

impl Clone for Ghost {
    fn clone(&self) -> Ghost {
        Ghost::new(self.kind, self.script)
    }
}

impl Drop for Ghost {
    fn drop(&mut self) {
        self.probe.check();
        tell(|oracle| oracle.gone(self.id));
    }
}

/// Tells the oracle when an edge goes.
struct Note {
    from: Id,
    to: Id,
}

impl Drop for Note {
    fn drop(&mut self) {
        tell(|oracle| oracle.unlink(self.from, self.to));
    }
}

/// An edge. The note goes first, then the handle.
#[derive(Trace)]
struct Edge {
    #[trace(skip)]
    note: Note,
    handle: Handle,
}

impl Edge {
    fn new(from: Id, held: &Held) -> Edge {
        Edge::to(from, held.id, held.handle.clone())
    }

    fn to(from: Id, to: Id, handle: Handle) -> Edge {
        tell(|oracle| oracle.link(from, to));
        Edge { note: Note { from, to }, handle }
    }

    /// Moves the handle into the program's hands.
    fn into_held(self) -> Held {
        let id = self.note.to;
        if self.handle.is_dead() {
            tell(|oracle| oracle.is_dead(id));
        }
        tell(|oracle| oracle.hold(id));
        drop(self.note);
        Held { id, handle: self.handle }
    }
}

type Edges = Vec<Edge>;

fn clone_edges(from: Id, edges: &Edges) -> Edges {
    edges.iter().map(|edge| Edge::to(from, edge.note.to, edge.handle.clone())).collect()
}

#[derive(Trace)]
struct Plain {
    #[trace(skip)]
    ghost: Ghost,
    edges: RefCell<Edges>,
}

#[derive(Trace)]
struct Doomed {
    #[trace(skip)]
    ghost: Ghost,
    edges: RefCell<Edges>,
}

#[derive(Trace)]
#[trace(finalize)]
struct Fin {
    #[trace(skip)]
    ghost: Ghost,
    edges: RefCell<Edges>,
}

#[derive(Trace)]
#[trace(finalize)]
struct Both {
    #[trace(skip)]
    ghost: Ghost,
    edges: RefCell<Edges>,
}

#[derive(Trace)]
struct Fixed {
    #[trace(skip)]
    ghost: Ghost,
    edges: Edges,
}

#[derive(Clone, Trace)]
struct Leaf {
    #[trace(skip)]
    ghost: Ghost,
}

/// What can be done with a value whatever its type.
trait Value: Any {
    fn ghost(&self) -> &Ghost;

    /// Its edges, if they can be changed while it is shared.
    fn cell(&self) -> Option<&RefCell<Edges>>;

    fn edges_mut(&mut self) -> Option<&mut Edges>;

    /// The ends of its edges.
    fn look(&self, see: &mut dyn FnMut(&Edge));
}

macro_rules! cell_values {
    ($($value:ident)*) => {$(
        impl Value for $value {
            fn ghost(&self) -> &Ghost {
                self.ghost.probe.check();
                &self.ghost
            }

            fn cell(&self) -> Option<&RefCell<Edges>> {
                Some(&self.edges)
            }

            fn edges_mut(&mut self) -> Option<&mut Edges> {
                Some(self.edges.get_mut())
            }

            fn look(&self, see: &mut dyn FnMut(&Edge)) {
                self.edges.borrow().iter().for_each(see);
            }
        }

        impl Clone for $value {
            fn clone(&self) -> $value {
                let ghost = self.ghost.clone();
                let edges = RefCell::new(clone_edges(ghost.id, &self.edges.borrow()));
                $value { ghost, edges }
            }
        }
    )*};
}

cell_values!(Plain Doomed Fin Both);

impl Value for Fixed {
    fn ghost(&self) -> &Ghost {
        self.ghost.probe.check();
        &self.ghost
    }

    fn cell(&self) -> Option<&RefCell<Edges>> {
        None
    }

    fn edges_mut(&mut self) -> Option<&mut Edges> {
        Some(&mut self.edges)
    }

    fn look(&self, see: &mut dyn FnMut(&Edge)) {
        self.edges.iter().for_each(see);
    }
}

impl Clone for Fixed {
    fn clone(&self) -> Fixed {
        let ghost = self.ghost.clone();
        let edges = clone_edges(ghost.id, &self.edges);
        Fixed { ghost, edges }
    }
}

impl Value for Leaf {
    fn ghost(&self) -> &Ghost {
        self.ghost.probe.check();
        &self.ghost
    }

    fn cell(&self) -> Option<&RefCell<Edges>> {
        None
    }

    fn edges_mut(&mut self) -> Option<&mut Edges> {
        None
    }

    fn look(&self, _: &mut dyn FnMut(&Edge)) {}
}

macro_rules! ends {
    ($($value:ident: $finalize:ident $drop:ident;)*) => {$(
        ends!($finalize $value);
        ends!($drop $value);
    )*};
    (finalize $value:ident) => {
        impl Finalize for $value {
            fn finalize(&self) {
                let id = self.ghost().id;
                tell(|oracle| oracle.finalize(id));
                let end = AtEnd(|| tell(|oracle| oracle.finalized(id)));
                run_script(self.ghost.script, Some(self));
                drop(end);
            }
        }
    };
    (drop $value:ident) => {
        impl Drop for $value {
            fn drop(&mut self) {
                let id = self.ghost().id;
                tell(|oracle| oracle.dropping(id));
                run_script(self.ghost.script.wrapping_add(1), Some(self));
            }
        }
    };
    (none $value:ident) => {};
}

ends! {
    Doomed: none drop;
    Fin: finalize none;
    Both: finalize drop;
}

struct AtEnd<F: Fn()>(F);

impl<F: Fn()> Drop for AtEnd<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

// --- handles ---------------------------------------------------------------------------------------

#[derive(Clone, Trace)]
enum Handle {
    Plain(Gc<Plain>),
    Doomed(Gc<Doomed>),
    Fin(Gc<Fin>),
    Both(Gc<Both>),
    Fixed(Gc<Fixed>),
    Leaf(Gc<Leaf>),
    Any(Kind0, Gc<dyn Any>),
}

/// The kind of a handle that has forgotten its type.
#[derive(Clone, Copy, Trace)]
struct Kind0(#[trace(skip)] Kind);

/// Does something with the typed handle, or with the erased one.
macro_rules! with_handle {
    ($handle:expr, $gc:ident => $body:expr) => {
        with_handle!($handle, $gc => $body, any _kind, $gc => $body)
    };
    ($handle:expr, $gc:ident => $body:expr, any $kind:pat, $any_gc:pat => $any:expr) => {
        match $handle {
            Handle::Plain($gc) => $body,
            Handle::Doomed($gc) => $body,
            Handle::Fin($gc) => $body,
            Handle::Both($gc) => $body,
            Handle::Fixed($gc) => $body,
            Handle::Leaf($gc) => $body,
            Handle::Any($kind, $any_gc) => $any,
        }
    };
}

impl Handle {
    /// The value, by a plain dereference where its type is never seen dead.
    fn value(&self) -> Option<&dyn Value> {
        match self {
            Handle::Plain(gc) => Some(&**gc),
            Handle::Fin(gc) => Some(&**gc),
            Handle::Fixed(gc) => Some(&**gc),
            Handle::Leaf(gc) => Some(&**gc),
            Handle::Doomed(gc) => Gc::try_deref(gc).map(|value| value as &dyn Value),
            Handle::Both(gc) => Gc::try_deref(gc).map(|value| value as &dyn Value),
            Handle::Any(kind, gc) => {
                let any = Gc::try_deref(gc)?;
                let value: Option<&dyn Value> = match kind.0 {
                    Kind::Plain => any.downcast_ref::<Plain>().map(|value| value as _),
                    Kind::Doomed => any.downcast_ref::<Doomed>().map(|value| value as _),
                    Kind::Fin => any.downcast_ref::<Fin>().map(|value| value as _),
                    Kind::Both => any.downcast_ref::<Both>().map(|value| value as _),
                    Kind::Fixed => any.downcast_ref::<Fixed>().map(|value| value as _),
                    Kind::Leaf => any.downcast_ref::<Leaf>().map(|value| value as _),
                };
                Some(value.expect("the handle has kept its type"))
            }
        }
    }

    fn is_dead(&self) -> bool {
        with_handle!(self, gc => Gc::is_dead(gc))
    }

    fn strong_count(&self) -> usize {
        with_handle!(self, gc => Gc::strong_count(gc))
    }

    fn weak_count(&self) -> usize {
        with_handle!(self, gc => Gc::weak_count(gc))
    }

    fn downgrade(&self) -> Weak<dyn Any> {
        with_handle!(self, gc => unsize!(Gc::downgrade(gc) => dyn Any), any _, gc => Gc::downgrade(gc))
    }

    fn watch(&self, callback: impl FnOnce() + 'static) -> Box<dyn Armed> {
        with_handle!(self, gc => Box::new(Gc::watch(gc, callback)))
    }

    fn erase(self, kind: Kind) -> Handle {
        let any: Gc<dyn Any> = with_handle!(self, gc => unsize!(gc => dyn Any), any _, gc => gc);
        Handle::Any(Kind0(kind), any)
    }

    fn recover(self) -> Handle {
        let Handle::Any(Kind0(kind), any) = self else { return self };
        // First as something it is not.
        let any = any.downcast::<u8>().expect_err("it is no number");
        let recovered = match kind {
            Kind::Plain => any.downcast().map(Handle::Plain),
            Kind::Doomed => any.downcast().map(Handle::Doomed),
            Kind::Fin => any.downcast().map(Handle::Fin),
            Kind::Both => any.downcast().map(Handle::Both),
            Kind::Fixed => any.downcast().map(Handle::Fixed),
            Kind::Leaf => any.downcast().map(Handle::Leaf),
        };
        recovered.unwrap_or_else(|_| panic!("the handle has forgotten that it is a {kind:?}"))
    }
}

/// A watch of any type.
trait Armed {
    fn is_armed(&self) -> bool;
}

impl<T: ?Sized> Armed for Watch<T> {
    fn is_armed(&self) -> bool {
        Watch::is_armed(self)
    }
}

/// A handle in the program's hands.
struct Held {
    id: Id,
    handle: Handle,
}

struct HeldWeak {
    id: Id,
    /// `None`: it never led anywhere.
    epoch: Option<u32>,
    weak: Weak<dyn Any>,
}

struct HeldWatch {
    id: Id,
    epoch: Option<u32>,
    watch: Box<dyn Armed>,
    fired: Rc<Cell<u32>>,
}

// --- the world ---------------------------------------------------------------------------------------

/// What a script's first panic carries out. It owns nothing, as all but the first are forgotten.
struct FirstPanic;

/// What later ones carry.
struct LaterPanic;

#[derive(Default)]
struct World {
    oracle: RefCell<Oracle>,
    pool: RefCell<Vec<Held>>,
    weaks: RefCell<Vec<HeldWeak>>,
    watches: RefCell<Vec<HeldWatch>>,
    /// Of dropped watches: the counter, and what it must stay at.
    silenced: RefCell<Vec<(Rc<Cell<u32>>, u32)>>,
    scripts: RefCell<Vec<Vec<Op>>>,
    /// Scripts running, one inside another.
    depth: Cell<u32>,
    /// Operations that scripts may still carry out.
    fuel: Cell<u32>,
    /// Has a script done anything in this operation?
    scripted: Cell<bool>,
    /// Has a script panicked in it?
    panicked: Cell<bool>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.oracle.fmt(f)
    }
}

thread_local! {
    static WORLD: World = World::default();
    /// A check has failed: whatever happens to the values now, nobody listens.
    static OVER: Cell<bool> = const { Cell::new(false) };
    /// What the oracle said to a value's confession. It is kept until the operation is over: a panic in
    /// the middle of a drop would have the library's own panic handling tested, or end the process.
    static COMPLAINT: RefCell<Option<String>> = const { RefCell::new(None) };
}

fn world<R>(f: impl FnOnce(&World) -> R) -> R {
    WORLD.with(f)
}

/// Tells the oracle what happens. If it disagrees, the program is over.
fn tell(f: impl FnOnce(&mut Oracle)) {
    if OVER.get() {
        return;
    }
    if let Some(payload) = panic_payload(|| world(|world| f(&mut world.oracle.borrow_mut()))) {
        OVER.set(true);
        if is_verbose() {
            eprintln!("{}", world(|world| format!("{world:?}").replace("Life {", "\nLife {")));
        }
        COMPLAINT.set(payload.downcast::<String>().ok().map(|message| *message));
    }
}

/// Asks the oracle.
fn ask<R>(f: impl FnOnce(&mut Oracle) -> R) -> R {
    world(|world| f(&mut world.oracle.borrow_mut()))
}

const POOL: usize = 24;

fn hold(held: Held) {
    world(|world| world.pool.borrow_mut().push(held));
}

/// Takes a handle out of the pool: it still counts as held.
fn take(n: u8) -> Option<Held> {
    world(|world| {
        let mut pool = world.pool.borrow_mut();
        let at = usize::from(n).checked_rem(pool.len())?;
        Some(pool.swap_remove(at))
    })
}

/// A handle that is held for a moment: it is given up at the end of its scope, however that ends.
struct Temporary(Option<Held>);

impl Temporary {
    fn keep(mut self) -> Held {
        self.0.take().expect("given up only once")
    }
}

impl Deref for Temporary {
    type Target = Held;

    fn deref(&self) -> &Held {
        self.0.as_ref().expect("not given up yet")
    }
}

impl DerefMut for Temporary {
    fn deref_mut(&mut self) -> &mut Held {
        self.0.as_mut().expect("not given up yet")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(held) = self.0.take() {
            release(held);
        }
    }
}

/// Another handle like one of the pool, which is held like that one.
fn copy(n: u8) -> Option<Temporary> {
    world(|world| {
        let pool = world.pool.borrow();
        let held = &pool[usize::from(n).checked_rem(pool.len())?];
        tell(|oracle| oracle.hold(held.id));
        Some(Temporary(Some(Held { id: held.id, handle: held.handle.clone() })))
    })
}

/// Gives a handle up.
fn release(held: Held) {
    tell(|oracle| oracle.release(held.id));
    drop(held.handle);
}

/// Notices whether a handle says that it is dead; gives its value if not.
fn look(held: &Held) -> Option<&dyn Value> {
    if held.handle.is_dead() {
        tell(|oracle| oracle.is_dead(held.id));
        return None;
    }
    tell(|oracle| oracle.is_not_dead(held.id));
    let value = held.handle.value().expect("it says that it is not dead");
    assert_eq!(value.ghost().id, held.id, "another value lies there");
    Some(value)
}

fn is_quiet() -> bool {
    world(|world| world.depth.get() == 0)
}

/// A value's own end: carries out its script.
fn run_script(script: u8, me: Option<&dyn Value>) {
    if OVER.get() {
        return;
    }
    let ops = world(|world| {
        let scripts = world.scripts.borrow();
        // Number 0 is "none".
        let at = usize::from(script) % (scripts.len() + 1);
        if at == 0 || world.depth.get() >= 4 { Vec::new() } else { scripts[at - 1].clone() }
    });
    world(|world| world.depth.set(world.depth.get() + 1));
    let end = AtEnd(|| world(|world| world.depth.set(world.depth.get() - 1)));
    for op in ops {
        let Some(fuel) = world(|world| world.fuel.get().checked_sub(1)) else { break };
        world(|world| {
            world.fuel.set(fuel);
            world.scripted.set(true);
        });
        exec(op, me);
    }
    drop(end);
}

/// Carries an operation out.
fn exec(op: Op, me: Option<&dyn Value>) {
    if OVER.get() {
        return;
    }
    match op {
        Op::New(kind, script, edges) => new(kind, script, edges),
        Op::Clone(n) => {
            if pool_has_room()
                && let Some(held) = copy(n)
            {
                hold(held.keep());
            }
        }
        Op::Drop(n) => {
            if let Some(held) = take(n) {
                release(held);
            }
        }
        Op::Link(..)
        | Op::Unlink(..)
        | Op::Clear(_)
        | Op::Swap(..)
        | Op::Take(..)
        | Op::Follow(..) => edges(op),
        Op::Downgrade(_)
        | Op::CloneWeak(_)
        | Op::DropWeak(_)
        | Op::Upgrade(_)
        | Op::Watch(..)
        | Op::DropWatch(_) => weaks(op),
        Op::Erase(n) => {
            if let Some(Held { id, handle }) = take(n) {
                let kind = ask(|oracle| oracle.kind(id));
                hold(Held { id, handle: handle.erase(kind) });
            }
        }
        Op::Recover(n) => {
            if let Some(Held { id, handle }) = take(n) {
                hold(Held { id, handle: handle.recover() });
            }
        }
        Op::GetMut(n, to) => get_mut(n, to),
        Op::MakeMut(n) => make_mut(n),
        Op::Unwrap(n) => unwrap(n, false),
        Op::Rewrap(n) => unwrap(n, true),
        Op::IntoInner(n) => into_inner(n),
        Op::Collect => full_collection(),
        Op::CollectYoung => {
            tell(Oracle::may_collect);
            let _what_it_did = collect_young();
        }
        Op::CollectBorrowed(n) => {
            if let Some(held) = copy(n) {
                if let Some(cell) = look(&held).and_then(|value| value.cell()) {
                    let borrow = cell.try_borrow_mut();
                    tell(Oracle::may_collect);
                    let _what_it_did = collect();
                    drop(borrow);
                }
            }
        }
        Op::SetPolicy(n) => {
            set_policy(match n % 3 {
                0 => Policy::OFF,
                1 => Policy::default().with_young(1).with_full(1).with_growth(0.0),
                _ => Policy::default().with_young(3).with_full(8).with_growth(0.5),
            });
        }
        Op::Stash(_) | Op::Give(_) | Op::Pass(..) | Op::Sever | Op::Save => {
            if let Some(me) = me {
                own(op, me);
            }
        }
        Op::Panic => {
            if !is_quiet() && !std::thread::panicking() {
                if world(|world| world.panicked.replace(true)) {
                    std::panic::panic_any(LaterPanic);
                }
                std::panic::panic_any(FirstPanic);
            }
        }
    }
}

fn pool_has_room() -> bool {
    world(|world| world.pool.borrow().len() < POOL)
}

fn new(kind: Kind, script: u8, to: u8) {
    if !pool_has_room() {
        return;
    }
    let ghost = Ghost::new(kind, script);
    let id = ghost.id;
    let cell = RefCell::default;
    // An allocation may collect, and panic with what panics in there.
    let handle = match kind {
        Kind::Plain => enter(Plain { ghost, edges: cell() }, Handle::Plain),
        Kind::Doomed => enter(Doomed { ghost, edges: cell() }, Handle::Doomed),
        Kind::Fin => enter(Fin { ghost, edges: cell() }, Handle::Fin),
        Kind::Both => enter(Both { ghost, edges: cell() }, Handle::Both),
        Kind::Fixed => {
            let edges = world(|world| {
                let pool = world.pool.borrow();
                let to = [to, to / 4].into_iter().filter(|_| !pool.is_empty());
                to.map(|to| Edge::new(id, &pool[usize::from(to) % pool.len()])).collect()
            });
            enter(Fixed { ghost, edges }, Handle::Fixed)
        }
        Kind::Leaf => enter(Leaf { ghost }, Handle::Leaf),
    };
    if kind.finalizes() && !script.is_multiple_of(2) {
        // Some can find themselves.
        let weak = HeldWeak { id, epoch: Some(0), weak: handle.downgrade() };
        world(|world| world.weaks.borrow_mut().push(weak));
    }
    hold(Held { id, handle });
}

/// Makes an object of a value.
fn enter<T: Trace + Value>(value: T, wrap: impl FnOnce(Gc<T>) -> Handle) -> Handle {
    let id = value.ghost().id;
    tell(Oracle::may_collect);
    let gc = Gc::new(value);
    tell(|oracle| oracle.enter(id));
    wrap(gc)
}

/// A mutable borrow of the cell of a node of the pool, if it has one that is free.
fn with_cell<R>(n: u8, f: impl FnOnce(Id, &mut Edges) -> R) -> Option<R> {
    let held = copy(n)?;
    let result = (|| {
        let cell = look(&held)?.cell()?;
        Some(f(held.id, &mut *cell.try_borrow_mut().ok()?))
    })();
    result
}

fn edges(op: Op) {
    match op {
        Op::Link(from, to) => {
            let Some(to) = copy(to) else { return };
            with_cell(from, |from, edges| {
                if edges.len() < POOL {
                    edges.push(Edge::new(from, &to));
                }
            });
        }
        Op::Unlink(from, at) => drop(with_cell(from, |_, edges| take_edge(edges, at))),
        Op::Clear(from) => {
            let Some(held) = copy(from) else { return };
            if let Some(cell) = look(&held).and_then(|value| value.cell())
                && let Ok(mut edges) = cell.try_borrow_mut()
            {
                edges.clear();
            }
        }
        Op::Swap(one, other) => {
            let Some(held) = copy(one) else { return };
            with_cell(other, |other, edges| {
                let Some(cell) = look(&held).and_then(|value| value.cell()) else { return };
                let Ok(mut own) = cell.try_borrow_mut() else { return };
                std::mem::swap(&mut *own, edges);
                tell(|oracle| {
                    for (from, edges) in [(held.id, &mut *own), (other, edges)] {
                        for edge in edges.iter_mut() {
                            oracle.link(from, edge.note.to);
                            oracle.unlink(edge.note.from, edge.note.to);
                            edge.note.from = from;
                        }
                    }
                });
            });
        }
        Op::Take(from, at) => {
            if pool_has_room()
                && let Some(Some(edge)) = with_cell(from, |_, edges| take_edge(edges, at))
            {
                hold(edge.into_held());
            }
        }
        Op::Follow(from, at) => {
            if !pool_has_room() {
                return;
            }
            let Some(held) = copy(from) else { return };
            let found = look(&held).and_then(|value| edge_of(value, at));
            drop(held);
            if let Some(found) = found {
                hold(found);
            }
        }
        _ => unreachable!(),
    }
}

fn take_edge(edges: &mut Edges, at: u8) -> Option<Edge> {
    let at = usize::from(at).checked_rem(edges.len())?;
    Some(edges.swap_remove(at))
}

/// A new handle of what an edge of `value` leads to, held.
fn edge_of(value: &dyn Value, at: u8) -> Option<Held> {
    if value.cell().is_some_and(|cell| cell.try_borrow().is_err()) {
        return None;
    }
    let mut all = Vec::new();
    value.look(&mut |edge| all.push((edge.note.to, edge.handle.clone())));
    // Those clones are nobody's: they go before anybody looks, and none is the last.
    let at = usize::from(at).checked_rem(all.len())?;
    let (id, handle) = all.swap_remove(at);
    let held = Held { id, handle };
    drop(all);
    // Asked before it counts as held.
    look(&held);
    tell(|oracle| oracle.hold(id));
    Some(held)
}

fn weaks(op: Op) {
    match op {
        Op::Downgrade(n) => {
            if world(|world| world.weaks.borrow().len()) >= POOL {
                return;
            }
            let Some(held) = copy(n) else { return };
            let epoch = look(&held).is_some().then(|| ask(|oracle| oracle.epoch(held.id)));
            let weak = HeldWeak { id: held.id, epoch, weak: held.handle.downgrade() };
            world(|world| world.weaks.borrow_mut().push(weak));
        }
        Op::CloneWeak(n) => world(|world| {
            let mut weaks = world.weaks.borrow_mut();
            if let Some(at) = usize::from(n).checked_rem(weaks.len())
                && weaks.len() < POOL
            {
                let HeldWeak { id, epoch, ref weak } = weaks[at];
                let weak = weak.clone();
                weaks.push(HeldWeak { id, epoch, weak });
            }
        }),
        Op::DropWeak(n) => world(|world| {
            let mut weaks = world.weaks.borrow_mut();
            if let Some(at) = usize::from(n).checked_rem(weaks.len()) {
                weaks.swap_remove(at);
            }
        }),
        Op::Upgrade(n) => {
            let found = world(|world| {
                let weaks = world.weaks.borrow();
                let weak = weaks.get(usize::from(n).checked_rem(weaks.len())?)?;
                upgrade(weak)
            });
            match found {
                Some(held) if pool_has_room() => hold(held),
                Some(held) => release(held),
                None => {}
            }
        }
        Op::Watch(n, script) => {
            if world(|world| world.watches.borrow().len()) >= POOL {
                return;
            }
            let Some(held) = copy(n) else { return };
            let id = held.id;
            let epoch = look(&held).is_some().then(|| ask(|oracle| oracle.epoch(id)));
            let fired = Rc::new(Cell::new(0));
            let watch = held.handle.watch({
                let fired = fired.clone();
                move || {
                    fired.set(fired.get() + 1);
                    run_script(script, None);
                }
            });
            world(|world| world.watches.borrow_mut().push(HeldWatch { id, epoch, watch, fired }));
        }
        Op::DropWatch(n) => {
            let watch = world(|world| {
                let mut watches = world.watches.borrow_mut();
                let at = usize::from(n).checked_rem(watches.len())?;
                Some(watches.swap_remove(at))
            });
            if let Some(HeldWatch { watch, fired, .. }) = watch {
                let count = fired.get();
                drop(watch);
                world(|world| world.silenced.borrow_mut().push((fired, count)));
            }
        }
        _ => unreachable!(),
    }
}

/// Upgrades; the handle is held.
fn upgrade(weak: &HeldWeak) -> Option<Held> {
    let found = weak.weak.upgrade();
    let id = weak.id;
    let quiet = is_quiet();
    match weak.epoch {
        Some(epoch) => tell(|oracle| oracle.upgraded(id, epoch, quiet, found.is_some())),
        None => assert!(found.is_none(), "a weak handle made of a dead object is upgraded"),
    }
    let handle = Handle::Any(Kind0(ask(|oracle| oracle.kind(id))), found?);
    let held = Held { id, handle };
    assert!(look(&held).is_some(), "an upgraded handle leads to a dead value");
    tell(|oracle| oracle.hold(id));
    Some(held)
}

/// What a value does to itself in its script.
fn own(op: Op, me: &dyn Value) {
    let id = me.ghost().id;
    match op {
        Op::Stash(at) => {
            if pool_has_room()
                && let Some(held) = edge_of(me, at)
            {
                hold(held);
            }
        }
        Op::Give(at) => {
            let edge = me.cell().and_then(|cell| take_edge(&mut *cell.try_borrow_mut().ok()?, at));
            if let Some(edge) = edge {
                hold(edge.into_held());
            }
        }
        Op::Pass(at, to) => {
            let edge = me.cell().and_then(|cell| take_edge(&mut *cell.try_borrow_mut().ok()?, at));
            let Some(edge) = edge else { return };
            let held = edge.into_held();
            with_cell(to, |from, edges| edges.push(Edge::new(from, &held)));
            release(held);
        }
        Op::Sever => {
            let edges =
                me.cell().and_then(|cell| Some(std::mem::take(&mut *cell.try_borrow_mut().ok()?)));
            drop(edges);
        }
        Op::Save => {
            let saved = world(|world| {
                let weaks = world.weaks.borrow();
                let mine = weaks.iter().find(|weak| weak.id == id);
                mine.and_then(upgrade)
            });
            if let Some(held) = saved {
                hold(held);
            }
        }
        _ => unreachable!(),
    }
}

/// How many weak handles the world has that lead to the object.
fn weak_handles(id: Id) -> usize {
    let epoch = Some(ask(|oracle| oracle.epoch(id)));
    world(|world| {
        let weaks = world.weaks.borrow();
        let watches = world.watches.borrow();
        weaks.iter().filter(|weak| weak.id == id && weak.epoch == epoch).count()
            + watches.iter().filter(|watch| watch.id == id && watch.epoch == epoch).count()
    })
}

fn get_mut(n: u8, to: u8) {
    let Some(mut held) = take(n) else { return };
    let id = held.id;
    let dead = look(&held).is_none();
    let (handles, weaks) = (ask(|oracle| oracle.handles(id)), weak_handles(id));
    let other = copy(to).filter(|other| other.id != id);
    let exclusive: Option<&mut dyn Value> = with_handle!(
        &mut held.handle,
        gc => Gc::get_mut(gc).map(|value| value as &mut dyn Value),
        any _, _ => return hold(held)
    );
    let got = exclusive.is_some();
    if let Some(value) = exclusive
        && let Some(edges) = value.edges_mut()
    {
        // While this happens the edges are somewhere between the vector and the stack.
        edges.sort_by(|a, b| {
            tell(Oracle::may_collect);
            let caught = panic_payload(collect);
            if let Some(payload) = caught {
                assert!(payload.is::<FirstPanic>() || payload.is::<LaterPanic>());
            }
            b.note.to.cmp(&a.note.to)
        });
        if let Some(other) = &other
            && edges.len() < POOL
        {
            edges.push(Edge::new(id, other));
        }
    }
    if is_quiet() {
        assert_eq!(got, handles == 1 && weaks == 0 && !dead, "get_mut of {id}");
    } else {
        assert!(!got || (handles == 1 && weaks == 0 && !dead), "get_mut of {id}");
    }
    drop(other);
    hold(held);
}

fn make_mut(n: u8) {
    // A callback may panic: then the handle is given up.
    let Some(held) = take(n) else { return };
    let mut held = Temporary(Some(held));
    if look(&held).is_none() {
        return hold(held.keep());
    }
    let (id, quiet) = (held.id, is_quiet());
    let handles = ask(|oracle| oracle.handles(id));
    let borrowed = held
        .handle
        .value()
        .and_then(|value| value.cell())
        .is_some_and(|cell| cell.try_borrow().is_err());
    if borrowed {
        return hold(held.keep());
    }
    // The callbacks run before it is over.
    let sole = held.handle.strong_count() == 1 && !matches!(held.handle, Handle::Any(..));
    if sole {
        tell(|oracle| oracle.cut_off(id));
    }
    // What the library clones is an object of its own; no collection may come between.
    let paused = pause();
    let new: Option<Id> = with_handle!(
        &mut held.handle,
        gc => Some(Gc::make_mut(gc).ghost().id),
        any _, _ => None
    );
    drop(paused);
    let Some(new) = new else { return hold(held.keep()) };
    if new == held.id {
        assert!(sole && handles == 1, "make_mut lends out a shared value");
    } else {
        assert!(!quiet || handles > 1, "make_mut clones an unshared value");
        tell(|oracle| {
            oracle.enter(new);
            oracle.release(held.id);
        });
    }
    held.id = new;
    hold(held.keep());
}

/// Is anybody called when the object loses its weak handles?
fn is_watched(id: Id) -> bool {
    let epoch = Some(ask(|oracle| oracle.epoch(id)));
    world(|world| world.watches.borrow().iter().any(|watch| watch.id == id && watch.epoch == epoch))
}

fn unwrap(n: u8, again: bool) {
    let Some(held) = take(n) else { return };
    if is_watched(held.id) {
        // A callback may panic before it is known how this ends.
        return hold(held);
    }
    let Held { id, handle } = held;
    let alive = !handle.is_dead();
    let handles = ask(|oracle| oracle.handles(id));
    macro_rules! typed {
        ($gc:expr, $wrap:path) => {
            match Gc::try_unwrap($gc) {
                Ok(value) => {
                    tell(|oracle| oracle.leave(id));
                    assert!(alive);
                    if again {
                        Some(enter(value, $wrap))
                    } else {
                        drop(value);
                        None
                    }
                }
                Err(gc) => {
                    assert!(!is_quiet() || handles > 1 || !alive, "try_unwrap of {id}");
                    Some($wrap(gc))
                }
            }
        };
    }
    let handle = match handle {
        Handle::Plain(gc) => typed!(gc, Handle::Plain),
        Handle::Doomed(gc) => typed!(gc, Handle::Doomed),
        Handle::Fin(gc) => typed!(gc, Handle::Fin),
        Handle::Both(gc) => typed!(gc, Handle::Both),
        Handle::Fixed(gc) => typed!(gc, Handle::Fixed),
        Handle::Leaf(gc) => typed!(gc, Handle::Leaf),
        any @ Handle::Any(..) => Some(any),
    };
    if let Some(handle) = handle {
        hold(Held { id, handle });
    }
}

fn into_inner(n: u8) {
    let Some(held) = take(n) else { return };
    let Held { id, handle } = held;
    let last = ask(|oracle| oracle.handles(id)) == 1;
    if matches!(handle, Handle::Any(..)) || !is_quiet() || is_watched(id) {
        return hold(Held { id, handle });
    }
    if handle.is_dead() || !last {
        tell(|oracle| oracle.release(id));
        let inner: Option<Box<dyn Value>> = into_value(handle);
        assert!(inner.is_none(), "into_inner of {id}");
    } else {
        tell(|oracle| oracle.leave(id));
        assert!(into_value(handle).is_some(), "into_inner of {id}");
    }
}

fn into_value(handle: Handle) -> Option<Box<dyn Value>> {
    with_handle!(
        handle,
        gc => Gc::into_inner(gc).map(|value| Box::new(value) as Box<dyn Value>),
        any _, _ => unreachable!("only typed handles get this far")
    )
}

fn full_collection() {
    let quiet = is_quiet();
    tell(Oracle::may_collect);
    let garbage = ask(|oracle| oracle.garbage());
    let Collected { collected, resurrected, refused, .. } = collect();
    if !quiet {
        return;
    }
    assert!(!refused, "refused, though none is running");
    if world(|world| world.scripted.get()) {
        return;
    }
    // Nobody interfered: all of it is gone, and counted, but what cannot be part of a cycle.
    let left = ask(|oracle| oracle.garbage());
    assert!(left.is_empty(), "a full collection has left {left:?}");
    assert_eq!(resurrected, 0);
    let sure = garbage
        .iter()
        .filter(|&&id| ask(|oracle| !matches!(oracle.kind(id), Kind::Leaf | Kind::Fixed)));
    assert!((sure.count()..=garbage.len()).contains(&collected), "{collected} of {garbage:?}");
}

// --- checks ------------------------------------------------------------------------------------------

/// Between two operations everything is known.
fn check() {
    ask(|oracle| oracle.check_quiet());
    world(|world| {
        for held in world.pool.borrow().iter() {
            let Some(value) = look(held) else {
                assert!(ask(|oracle| oracle.is_gone(held.id)), "{} is not gone", held.id);
                continue;
            };
            check_from(held.id, value);
            let handles = ask(|oracle| oracle.handles(held.id));
            assert_eq!(held.handle.strong_count(), handles, "handles of {}", held.id);
            assert_eq!(held.handle.weak_count(), weak_handles(held.id), "weak ones of {}", held.id);
        }
        for (fired, count) in world.silenced.borrow().iter() {
            assert_eq!(fired.get(), *count, "a dropped watch has called back");
        }
        for HeldWatch { id, epoch, watch, fired } in world.watches.borrow().iter() {
            if *epoch == Some(ask(|oracle| oracle.epoch(*id))) {
                let gone = ask(|oracle| oracle.is_gone(*id));
                assert_eq!(fired.get(), u32::from(gone), "callbacks of {id}");
                assert_eq!(watch.is_armed(), !gone, "the watch of {id}");
            } else {
                assert!(fired.get() <= 1, "callbacks of {id}");
            }
        }
    });
    // Weak handles of what is gone stay dead; of the others it would be an operation to ask.
    world(|world| {
        for weak in world.weaks.borrow().iter() {
            if ask(|oracle| oracle.is_gone(weak.id)) {
                assert!(weak.weak.upgrade().is_none(), "{} is gone and upgraded", weak.id);
            }
        }
    });
    assert_eq!(live().objects, ask(|oracle| oracle.live_objects()), "live objects");
}

/// Everything that the value leads to is whole and has the edges that the oracle knows.
fn check_from(id: Id, value: &dyn Value) {
    let mut seen: BTreeMap<Id, Handle> = BTreeMap::new();
    let mut queue: Vec<Id> = Vec::new();
    let mut visit = |id: Id, value: &dyn Value, queue: &mut Vec<Id>| {
        assert_eq!(value.ghost().id, id, "another value lies there");
        let mut edges = Vec::new();
        value.look(&mut |edge| {
            assert_eq!(edge.note.from, id);
            edges.push(edge.note.to);
            if !edge.handle.is_dead() && !seen.contains_key(&edge.note.to) {
                seen.insert(edge.note.to, edge.handle.clone());
                queue.push(edge.note.to);
            }
        });
        edges.sort_unstable();
        assert_eq!(edges, ask(|oracle| oracle.edges(id)), "edges of {id}");
        queue.pop().map(|id| (id, seen[&id].clone()))
    };
    let mut next = visit(id, value, &mut queue);
    while let Some((id, handle)) = next {
        assert!(ask(|oracle| oracle.is_alive(id)), "{id} is reachable and not alive");
        let value = handle.value().expect("asked above");
        next = visit(id, value, &mut queue);
    }
}

/// Carries an operation out from the top and checks the state afterwards.
fn step(op: Op) {
    if is_verbose() {
        eprintln!(
            "{op:?}; pool {:?}",
            world(|world| { world.pool.borrow().iter().map(|held| held.id).collect::<Vec<_>>() })
        );
    }
    world(|world| {
        world.scripted.set(false);
        world.panicked.set(false);
    });
    tell(Oracle::begin);
    let payload = panic_payload(|| exec(op, None));
    complain(op);
    match payload {
        Some(payload) if payload.is::<FirstPanic>() => {
            assert!(world(|world| world.panicked.get()));
        }
        Some(payload) if payload.is::<LaterPanic>() => panic!("not the first panic came out"),
        Some(payload) => std::panic::resume_unwind(payload),
        None => {
            let lost = world(|world| world.panicked.get()) && !matches!(op, Op::GetMut(..));
            assert!(!lost, "a panic has got lost");
        }
    }
    check();
    complain(op);
}

/// Passes on what the oracle has said.
fn complain(op: Op) {
    assert!(!OVER.get(), "during {op:?}: {}", COMPLAINT.take().unwrap_or_default());
}

/// Runs a program in this thread, which must not have run one before, and panics where the library and
/// the oracle disagree.
pub fn run(program: &Program) {
    world(|world| {
        *world.scripts.borrow_mut() = program.scripts.clone();
        world.fuel.set(500);
    });
    set_policy(Policy::OFF);
    let failed = AtEnd(|| OVER.set(std::thread::panicking()));
    for &op in &program.ops {
        step(op);
    }
    set_policy(Policy::OFF);
    // The end: everything goes, with whatever the scripts make of it, then without them.
    for fuel in [500, 0] {
        world(|world| world.fuel.set(fuel));
        while world(|world| !world.pool.borrow().is_empty()) {
            step(Op::Drop(0));
        }
        for _ in 0..3 {
            step(Op::Collect);
        }
    }
    world(|world| {
        world.weaks.take();
        world.watches.take();
        world.silenced.take();
    });
    ask(|oracle| oracle.check_end());
    assert_eq!(live().objects, 0);
    drop(failed);
}
