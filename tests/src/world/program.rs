//! What a random program is: operations and scripts, and how bytes become one.

use crate::oracle::Kind;

/// One operation. Numbers choose among what there is, by their remainder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Makes an object with the script of this number (0: none); a fixed one gets edges to two of the
    /// pool.
    New(Kind, u8, u8),
    /// Makes a chain of forty objects and more, with this script in each, and holds its head.
    Chain(Kind, u8),
    /// Makes another handle.
    Clone(u8),
    /// Drops a handle.
    Drop(u8),
    /// Adds an edge.
    Link(u8, u8),
    /// Moves a handle into a cell: nothing is counted, nobody is a candidate.
    Move(u8, u8),
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
    /// Makes so many objects, one at a time, and drops each: what automatic collections go on with.
    Tick(u8),
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
        match code % 46 {
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
            39 => Op::Chain(kind, b),
            40 | 41 => Op::Move(a, b),
            42 => Op::Panic,
            _ => Op::Tick(a),
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
