//! The edge-moving attack: handles move between cells while no count changes.
//!
//! Invariant: the edges that a check relies on are all there at one instant.
//!
//! Executions / seconds with two preemptions: b_move 7446 / 0.9, b_move_rev 5196 / 0.6, b_hide
//! 1427 / 0.2, b_swap 33162 / 5.5, i_clone_in_lock 7567 / 1.3; with every record a suspect 32685 /
//! 6.1, 47489 / 8.9, 1992 / 0.3, 77103 / 17.9, 8665 / 1.8.
#![cfg(loom)]

use refcycle::sync::collect;
use refcycle_loom::{model, pair, spawn};

/// The last outside handle hides in the cycle itself, now in one cell, now in the other, so that each
/// of the two objects can seem to have no outside handle.
fn moves(name: &str, x_first: bool) {
    model(name, move |world| {
        let (x, y) = (world.node(), world.node());
        pair(&x, &y);
        for node in if x_first { [&x, &y] } else { [&y, &x] } {
            drop(node.clone());
        }
        let mutator = spawn(move || {
            let Some(mut cell) = y.cell.try_lock() else { return };
            cell[1] = Some(x);
            drop(cell);
            let Some(mut cell) = y.cell.try_lock() else { return };
            let x = cell[1].take().unwrap();
            drop(cell);
            let Some(mut cell) = x.cell.try_lock() else { return };
            cell[1] = Some(y);
            drop(cell);
            x.check();
            if let Some(y) = x.get() {
                y.check();
            }
        });
        collect();
        mutator.join().unwrap();
    });
}

#[test]
fn b_move() {
    moves("b_move", true);
}

#[test]
fn b_move_rev() {
    moves("b_move_rev", false);
}

/// The same from the middle on: the handle is in the cell that the collector looks into first, and goes
/// to the other one before the collector gets there.
#[test]
fn b_hide() {
    model("b_hide", |world| {
        let (x, y) = (world.node(), world.node());
        pair(&x, &y);
        drop(y.clone());
        drop(x.clone());
        y.cell.lock()[1] = Some(x);
        let mutator = spawn(move || {
            let Some(mut cell) = y.cell.try_lock() else { return };
            let x = cell[1].take().unwrap();
            drop(cell);
            let Some(mut cell) = x.cell.try_lock() else { return };
            cell[1] = Some(y);
            drop(cell);
            x.check();
        });
        collect();
        mutator.join().unwrap();
    });
}

/// Two cells change their content.
#[test]
fn b_swap() {
    model("b_swap", |world| {
        let (x, y, z) = (world.node(), world.node(), world.node());
        x.link(&z);
        y.link(&y);
        z.link(&x);
        for node in [&x, &y, &z] {
            drop(node.clone());
        }
        drop(z);
        let mutator = spawn(move || {
            if let Some(mut one) = x.cell.try_lock()
                && let Some(mut other) = y.cell.try_lock()
            {
                std::mem::swap(&mut one[0], &mut other[0]);
            }
            drop(x);
            y.check();
            if let Some(next) = y.get() {
                next.check();
            }
        });
        collect();
        mutator.join().unwrap();
    });
}

/// A clone is put into a cell under its lock, and the handle is dropped afterwards.
#[test]
fn i_clone_in_lock() {
    model("i_clone_in_lock", |world| {
        let (x, y) = (world.node(), world.node());
        pair(&x, &y);
        drop(y.clone());
        drop(x);
        let mutator = spawn(move || {
            if let Some(mut cell) = y.cell.try_lock() {
                cell[1] = cell[0].clone();
            }
            let kept = y.cell.try_lock().and_then(|mut cell| cell[1].take());
            drop(y);
            if let Some(kept) = kept {
                kept.check();
            }
        });
        collect();
        mutator.join().unwrap();
    });
}
