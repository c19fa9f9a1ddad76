//! Structures without cycles, and deep ones (W3, W4, W8).

use std::hint::black_box;

use super::cycles::{Shape, break_cycle, make};
use super::live::scatter;
use crate::contender::Contender;
use crate::measure::{Outcome, Worked, figure, nanoseconds, time};

/// A list whose nodes lie in random order in memory.
fn shuffled_list<C: Contender>(size: usize) -> C::List {
    // Holes of the right size, freed in random order, are what the list is then made of.
    let mut holes: Vec<C::List> = (0..size).map(|i| C::cons(i as u64, None)).collect();
    scatter(&mut holes);
    drop(holes);
    C::collect();
    list::<C>(size)
}

fn list<C: Contender>(size: usize) -> C::List {
    let mut list = C::cons(0, None);
    for i in 1..size {
        list = C::cons(i as u64, Some(list));
    }
    list
}

pub(super) fn walk<C: Contender>(size: usize) -> Option<Outcome> {
    let list = shuffled_list::<C>(size);
    C::sum(&list)?;
    let rounds = (1_000_000 / size).max(1);
    let outcome = time(size * rounds, || {
        for _ in 0..rounds {
            black_box(C::sum(black_box(&list)));
        }
    });
    C::unlink(list);
    Some(outcome)
}

pub(super) fn walk_clones<C: Contender>(size: usize) -> Outcome {
    let list = shuffled_list::<C>(size);
    let rounds = (1_000_000 / size).max(1);
    let outcome = time(size * rounds, || {
        for _ in 0..rounds {
            let mut node = list.clone();
            let mut sum = C::head(&node);
            while let Some(next) = C::tail(&node) {
                node = next;
                sum += C::head(&node);
            }
            black_box(sum);
        }
    });
    C::unlink(list);
    outcome
}

fn grow<C: Contender>(depth: usize) -> C::Tree {
    C::tree((depth > 0).then(|| (grow::<C>(depth - 1), grow::<C>(depth - 1))))
}

/// One tree of about `size` nodes.
pub(super) fn tree<C: Contender>(size: usize) -> Outcome {
    assert!(C::has_children(&grow::<C>(1)));
    let depth = size.ilog2() as usize - 1;
    time((2 << depth) - 1, || {
        black_box(grow::<C>(depth));
    })
}

/// Trees of depth 4 to 16, one after another, of about `size` nodes together.
pub(super) fn trees<C: Contender>(size: usize) -> Outcome {
    let depths = || {
        (4..=16).cycle().scan(0, |made, depth| {
            let before = *made;
            *made += (2 << depth) - 1;
            (before < size).then_some(depth)
        })
    };
    let nodes = depths().map(|depth| (2 << depth) - 1).sum();
    time(nodes, || {
        for depth in depths() {
            black_box(grow::<C>(depth));
        }
    })
}

/// Runs `body` on a thread with 2 MiB of stack, as Rust gives by default.
fn on_a_small_stack<R: Send + 'static>(body: impl FnOnce() -> R + Send + 'static) -> R {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(body);
    thread.expect("threads can be started").join().expect("the workload does not panic")
}

/// A list of `size` dropped at once (`Rc`: iteratively, by hand).
pub(super) fn list_drop<C: Contender>(size: usize) -> Outcome {
    on_a_small_stack(move || {
        let list = list::<C>(size);
        let start = Worked::now();
        C::unlink(list);
        figure("ns", nanoseconds(start.elapsed()) / size as f64)
    })
}

/// A ring of `size` dropped and collected.
pub(super) fn ring_deep<C: Contender>(size: usize) -> Outcome {
    on_a_small_stack(move || {
        let ring = make::<C>(Shape::Ring(size));
        let start = Worked::now();
        if C::BY_HAND {
            break_cycle::<C>(ring);
        } else {
            drop(ring);
            C::collect();
        }
        figure("ns", nanoseconds(start.elapsed()) / size as f64)
    })
}

/// A ring of `size` that is alive, and looked at by a collection.
pub(super) fn live_ring_deep<C: Contender>(size: usize) -> Outcome {
    on_a_small_stack(move || {
        C::automatic(false);
        let ring = make::<C>(Shape::Ring(size));
        drop(black_box(ring.clone()));
        let start = Worked::now();
        C::collect();
        let outcome = figure("ns", nanoseconds(start.elapsed()) / size as f64);
        // How the ring is dropped is another row's question.
        std::mem::forget(ring);
        outcome
    })
}
