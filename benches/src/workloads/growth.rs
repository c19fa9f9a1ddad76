//! Does the work of all collections stay in proportion to what the program does? Programs that tempt a
//! collector to look at the same objects again and again; each gives the objects looked at per object that
//! it made, at growing lengths of the program.

use std::hint::black_box;

use super::live::{abandon_cycle, graph};
use crate::contender::Contender;
use crate::measure::{Outcome, Random};

/// Runs `step`, which says how many objects it made, until `size` are made; notes the work on the way.
fn note<C: Contender>(size: usize, mut step: impl FnMut(usize) -> usize) -> Option<Outcome> {
    let before = C::visited()?;
    let (mut made, mut next, mut outcome) = (0, 1000, Vec::new());
    for i in 0.. {
        made += step(i);
        if made >= next {
            let visited = C::visited()? - before;
            outcome.push((format!("at{next}"), visited as f64 / made as f64));
            next *= 2;
        }
        if made >= size {
            break;
        }
    }
    Some(outcome)
}

/// Cycles of two beside a live heap of 10^5.
pub(super) fn churn<C: Contender>(size: usize) -> Option<Outcome> {
    let live = graph::<C>(100_000);
    let outcome = note::<C>(size, |i| {
        abandon_cycle::<C>(i);
        2
    });
    std::mem::forget(live);
    outcome
}

/// The same, and a random live object is touched in each step.
pub(super) fn touch<C: Contender>(size: usize) -> Option<Outcome> {
    let live = graph::<C>(100_000);
    let mut random = Random::new(99);
    let outcome = note::<C>(size, |i| {
        abandon_cycle::<C>(i);
        drop(black_box(live[random.below(live.len())].clone()));
        2
    });
    std::mem::forget(live);
    outcome
}

/// A heap that only grows, all of it reachable from one object that is touched in each step.
pub(super) fn growing<C: Contender>(size: usize) -> Option<Outcome> {
    let mut newest = C::two(0);
    let outcome = note::<C>(size, |i| {
        let object = C::two(i as u64);
        C::set_left(&object, Some(newest.clone()));
        C::set_right(&newest, Some(object.clone()));
        newest = object;
        1
    });
    std::mem::forget(newest);
    outcome
}

/// An object with 10^4 edges, to which each abandoned object leads.
pub(super) fn hub<C: Contender>(size: usize) -> Option<Outcome> {
    let hub = C::node();
    for _ in 0..10_000 {
        let spoke = C::node();
        C::push(&spoke, hub.clone());
        C::push(&hub, spoke);
    }
    let outcome = note::<C>(size, |_| {
        let a = C::node();
        C::push(&a, a.clone());
        C::push(&a, hub.clone());
        drop(black_box(hub.clone()));
        1
    });
    std::mem::forget(hub);
    outcome
}

/// A ring that grows by one object in each step, and is always held by one handle that moves.
pub(super) fn long_ring<C: Contender>(size: usize) -> Option<Outcome> {
    let mut at = C::two(0);
    C::set_left(&at, Some(at.clone()));
    let outcome = note::<C>(size, |i| {
        let object = C::two(i as u64);
        C::set_left(&object, C::take_left(&at));
        C::set_left(&at, Some(object.clone()));
        at = object;
        1
    });
    std::mem::forget(at);
    outcome
}

/// A doubly linked list that grows to 10^5 objects and is abandoned, again and again.
pub(super) fn saw<C: Contender>(size: usize) -> Option<Outcome> {
    let mut end = C::two(0);
    note::<C>(size, |i| {
        let object = C::two(i as u64);
        if i % 100_000 != 0 {
            C::set_left(&object, Some(end.clone()));
            C::set_right(&end, Some(object.clone()));
        }
        end = object;
        1
    })
}
