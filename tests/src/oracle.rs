//! Knows which objects must be alive and which must be dead, without knowing how a collector works.
//!
//! It keeps its own graph: who was made, how many handles the program holds, which edges there are. The
//! driver ([`crate::world`]) tells it of each change *before* the library hears of it, and the values
//! themselves tell it of their ends. It knows nothing of refcycle; the random tests and the fuzzer share
//! it.

use std::collections::BTreeSet;

/// The name of a value: they are numbered in the order of their making.
pub type Id = usize;

/// What a value's type is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Edges in a cell, nothing else.
    Plain,
    /// With a `Drop` of its own.
    Doomed,
    /// With a finalizer.
    Fin,
    /// With both.
    Both,
    /// Edges that can be changed through `&mut` only.
    Fixed,
    /// No edges.
    Leaf,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 6] =
        [Kind::Plain, Kind::Doomed, Kind::Fin, Kind::Both, Kind::Fixed, Kind::Leaf];

    /// Has the type a finalizer?
    pub fn finalizes(self) -> bool {
        matches!(self, Kind::Fin | Kind::Both)
    }

    /// Has the type a `Drop` that could reach others?
    pub fn dooms(self) -> bool {
        matches!(self, Kind::Doomed | Kind::Both)
    }
}

/// Where a value is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not in an object: being made, or moved out.
    Loose,
    /// In an object.
    Alive,
    /// Its own `Drop` runs.
    Dropping,
    /// Dropped; its edges may still be on their way out.
    Gone,
}

#[derive(Debug)]
struct Life {
    kind: Kind,
    state: State,
    /// Handles in the program's hands.
    held: usize,
    edges: Vec<Id>,
    /// How many objects the value has been in, or has been cut off from its weak handles.
    epoch: u32,
    finalized: bool,
    finalizing: bool,
    /// An answer of the library said that it is as good as dead.
    condemned: bool,
}

/// The graph.
#[derive(Debug, Default)]
pub struct Oracle {
    lives: Vec<Life>,
    /// What could not be reached when a collection may have begun.
    suspects: BTreeSet<Id>,
    /// Those of them with a `Drop` of their own that nothing led to when a collection dropped the first
    /// one: all of them die, whatever the drops do.
    doomed: BTreeSet<Id>,
}

impl Oracle {
    // --- what the program does -------------------------------------------------------------------

    /// A value is being made.
    pub fn make(&mut self, kind: Kind) -> Id {
        self.lives.push(Life {
            kind,
            state: State::Loose,
            held: 0,
            edges: Vec::new(),
            epoch: 0,
            finalized: false,
            finalizing: false,
            condemned: false,
        });
        self.lives.len() - 1
    }

    /// It is in an object now, with one handle.
    pub fn enter(&mut self, id: Id) {
        let life = &mut self.lives[id];
        assert_eq!(life.state, State::Loose, "{id} enters an object");
        life.state = State::Alive;
        life.finalized = false;
        life.held += 1;
    }

    /// It is moved out of its object, whose only handle goes.
    pub fn leave(&mut self, id: Id) {
        assert_eq!(self.handles(id), 1, "{id} is moved out of an object that others hold");
        let life = &mut self.lives[id];
        assert_eq!(life.state, State::Alive, "{id} is moved out");
        assert!(!life.condemned, "{id} was condemned and is moved out");
        life.state = State::Loose;
        life.held = 0;
        life.epoch += 1;
    }

    /// Its weak handles are cut off.
    pub fn cut_off(&mut self, id: Id) {
        self.lives[id].epoch += 1;
    }

    /// The program has one handle more.
    pub fn hold(&mut self, id: Id) {
        self.lives[id].held += 1;
    }

    /// The program gives up a handle.
    pub fn release(&mut self, id: Id) {
        self.lives[id].held -= 1;
    }

    /// There is one edge more.
    pub fn link(&mut self, from: Id, to: Id) {
        self.lives[from].edges.push(to);
    }

    /// An edge goes.
    pub fn unlink(&mut self, from: Id, to: Id) {
        let edges = &mut self.lives[from].edges;
        let at = edges.iter().position(|&edge| edge == to).expect("there is such an edge");
        edges.swap_remove(at);
    }

    /// A top-level operation begins.
    pub fn begin(&mut self) {
        self.suspects.clear();
        self.doomed.clear();
    }

    /// A collection may begin.
    pub fn may_collect(&mut self) {
        let reachable = self.reachable(true);
        let unreachable = (0..self.lives.len())
            .filter(|&id| self.lives[id].state == State::Alive && !reachable.contains(&id));
        self.suspects.extend(unreachable);
    }

    // --- what the values say ---------------------------------------------------------------------

    /// Its finalizer begins.
    pub fn finalize(&mut self, id: Id) {
        let legal = self.handles(id) == 0
            || self.suspects.contains(&id)
            || !self.reachable(true).contains(&id);
        assert!(legal, "{id} is in use and is finalized");
        let life = &mut self.lives[id];
        assert!(life.kind.finalizes());
        assert_eq!(life.state, State::Alive, "{id} is finalized");
        assert!(!life.finalized, "{id} is finalized twice");
        assert!(!life.condemned, "{id} was condemned before its finalizer ran");
        life.finalized = true;
        life.finalizing = true;
    }

    /// Its finalizer ends.
    pub fn finalized(&mut self, id: Id) {
        self.lives[id].finalizing = false;
    }

    /// Its own `Drop` begins.
    pub fn dropping(&mut self, id: Id) {
        self.may_drop(id);
        let held = self.handles(id) > 0;
        if held && !self.doomed.contains(&id) {
            let reachable = self.reachable(true);
            let doomed = self.suspects.difference(&reachable).copied();
            let doomed: Vec<Id> = doomed.filter(|&id| self.lives[id].kind.dooms()).collect();
            self.doomed.extend(doomed);
        }
        let life = &mut self.lives[id];
        // If there are handles, they lead to a husk from now on.
        life.condemned |= life.state == State::Alive && held;
        life.state = State::Dropping;
    }

    /// Its fields are being dropped.
    pub fn gone(&mut self, id: Id) {
        if self.lives[id].state != State::Dropping {
            assert!(!self.lives[id].kind.dooms(), "{id} goes without its `Drop`");
            self.may_drop(id);
        }
        self.lives[id].state = State::Gone;
    }

    /// May it be dropped now?
    fn may_drop(&self, id: Id) {
        let life = &self.lives[id];
        match life.state {
            State::Loose => return,
            State::Alive => {}
            State::Dropping | State::Gone => panic!("{id} is dropped twice"),
        }
        assert!(!life.finalizing, "{id} is dropped in its finalizer");
        assert!(life.finalized || !life.kind.finalizes(), "{id} is dropped unfinalized");
        if self.handles(id) > 0 && !life.condemned && !self.doomed.contains(&id) {
            assert!(!self.reachable(true).contains(&id), "{id} is in use and is dropped");
        }
    }

    // --- what the library answers ----------------------------------------------------------------

    /// A handle of it says that it is dead.
    pub fn is_dead(&mut self, id: Id) {
        let life = &self.lives[id];
        assert!(life.kind.dooms(), "{id} is seen dead, and has no `Drop` of its own");
        self.condemn(id);
    }

    /// A handle of it says that it is not.
    pub fn is_not_dead(&self, id: Id) {
        let life = &self.lives[id];
        assert!(!life.condemned, "{id} was condemned and is back");
        assert_ne!(life.state, State::Gone, "{id} is gone and says it is not");
    }

    /// A weak handle made in `epoch` was upgraded, or was not. `quiet`: no user code of a value runs, so
    /// there is one right answer. Says whether it is an answer at all.
    pub fn upgraded(&mut self, id: Id, epoch: u32, quiet: bool, answer: bool) {
        let life = &self.lives[id];
        if epoch != life.epoch || life.condemned || life.state != State::Alive {
            assert!(!answer, "{id} is upgraded: {life:?}");
        } else if quiet {
            assert!(answer, "{id} is alive and is not upgraded");
        } else if !answer {
            self.condemn(id);
        }
    }

    /// It dies for sure.
    fn condemn(&mut self, id: Id) {
        let life = &self.lives[id];
        if life.state == State::Alive && !life.condemned && !self.doomed.contains(&id) {
            assert!(!self.reachable(false).contains(&id), "{id} is in use and as good as dead");
        }
        self.lives[id].condemned = true;
    }

    // --- what must be ----------------------------------------------------------------------------

    /// All values.
    pub fn ids(&self) -> std::ops::Range<Id> {
        0..self.lives.len()
    }

    /// What kind of value it is.
    pub fn kind(&self, id: Id) -> Kind {
        self.lives[id].kind
    }

    /// Is it in an object, whole?
    pub fn is_alive(&self, id: Id) -> bool {
        self.lives[id].state == State::Alive
    }

    /// Has it been dropped?
    pub fn is_gone(&self, id: Id) -> bool {
        self.lives[id].state == State::Gone
    }

    /// The number of its object.
    pub fn epoch(&self, id: Id) -> u32 {
        self.lives[id].epoch
    }

    /// The ends of its edges, sorted.
    pub fn edges(&self, id: Id) -> Vec<Id> {
        let mut edges = self.lives[id].edges.clone();
        edges.sort_unstable();
        edges
    }

    /// How many handles of it there are: held ones and edges.
    pub fn handles(&self, id: Id) -> usize {
        let edges = self.lives.iter().flat_map(|life| &life.edges);
        self.lives[id].held + edges.filter(|&&edge| edge == id).count()
    }

    /// What is reachable from the program's hands. With `passing`, also from what is on its way: edges
    /// of values that nothing leads to any more but that are not dropped yet.
    fn reachable(&self, passing: bool) -> BTreeSet<Id> {
        let mut queue: Vec<Id> = Vec::new();
        for (id, life) in self.lives.iter().enumerate() {
            let on_its_way = match life.state {
                State::Loose => true,
                State::Gone => passing,
                // A suspect may be kept by the collector while it disposes of the others.
                State::Alive | State::Dropping => {
                    passing && !self.suspects.contains(&id) && self.handles(id) == 0
                }
            };
            if life.held > 0 || life.finalizing || (on_its_way && !life.edges.is_empty()) {
                queue.push(id);
            }
        }
        let mut reached: BTreeSet<Id> = queue.iter().copied().collect();
        while let Some(id) = queue.pop() {
            let life = &self.lives[id];
            if life.condemned {
                // Its handles lend nothing.
                continue;
            }
            for &edge in &life.edges {
                if reached.insert(edge) {
                    queue.push(edge);
                }
            }
        }
        reached
    }

    /// Values in objects that the program cannot reach.
    pub fn garbage(&self) -> Vec<Id> {
        let reachable = self.reachable(false);
        self.ids().filter(|&id| self.is_alive(id) && !reachable.contains(&id)).collect()
    }

    /// No user code runs: is every value what it must be?
    pub fn check_quiet(&self) {
        for (id, life) in self.lives.iter().enumerate() {
            let handles = self.handles(id);
            match life.state {
                State::Alive => {
                    assert!(!life.condemned, "{id} was condemned and lives");
                    assert!(handles > 0, "{id} lives and nobody holds it");
                    assert!(!life.finalizing, "the finalizer of {id} has not come back");
                }
                State::Gone => {
                    assert!(life.edges.is_empty(), "{id} is gone, and some of its edges are not");
                    assert!(handles == 0 || life.condemned, "{id} is held and gone");
                }
                State::Loose | State::Dropping => panic!("{id} is half-way: {life:?}"),
            }
        }
    }

    /// Everything is over: no value is left.
    pub fn check_end(&self) {
        for (id, life) in self.lives.iter().enumerate() {
            assert_eq!(life.state, State::Gone, "{id} was never dropped");
        }
    }

    /// Objects whose memory must be allocated, of types that may own handles.
    pub fn live_objects(&self) -> usize {
        self.ids()
            .filter(|&id| self.kind(id) != Kind::Leaf)
            .filter(|&id| self.is_alive(id) || self.handles(id) > 0)
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caught;

    /// a → b → a, both held.
    fn ring() -> (Oracle, Id, Id) {
        let mut oracle = Oracle::default();
        let (a, b) = (oracle.make(Kind::Plain), oracle.make(Kind::Plain));
        oracle.enter(a);
        oracle.enter(b);
        oracle.link(a, b);
        oracle.link(b, a);
        (oracle, a, b)
    }

    #[test]
    fn a_ring_is_garbage_once_nobody_holds_it() {
        let (mut oracle, a, b) = ring();
        oracle.release(a);
        assert!(oracle.garbage().is_empty());
        oracle.release(b);
        assert_eq!(oracle.garbage(), [a, b]);
        oracle.gone(a);
        oracle.unlink(a, b);
        oracle.gone(b);
        oracle.unlink(b, a);
        oracle.check_quiet();
        oracle.check_end();
    }

    #[test]
    fn it_complains() {
        type Wrong = fn(&mut Oracle, Id, Id);
        let wrongs: [(Wrong, &str); 8] = [
            (|oracle, a, _| oracle.gone(a), "in use"),
            (|oracle, _, _| oracle.check_end(), "never dropped"),
            (|oracle, a, _| oracle.upgraded(a, 0, true, false), "not upgraded"),
            (|oracle, a, _| oracle.upgraded(a, 1, true, true), "is upgraded"),
            (|oracle, a, _| oracle.leave(a), "others hold"),
            (|oracle, a, _| oracle.is_dead(a), "no `Drop`"),
            (
                |oracle, a, b| {
                    oracle.release(a);
                    oracle.release(b);
                    oracle.gone(a);
                    oracle.gone(a);
                },
                "twice",
            ),
            (
                |oracle, a, b| {
                    oracle.release(a);
                    oracle.unlink(b, a);
                    oracle.check_quiet();
                },
                "nobody holds it",
            ),
        ];
        for (wrong, complaint) in wrongs {
            let (mut oracle, a, b) = ring();
            let message = caught(|| wrong(&mut oracle, a, b));
            assert!(message.contains(complaint), "{message}");
        }
    }
}
