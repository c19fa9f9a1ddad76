//! What a handle costs by itself: clone, drop, deref; new and death (W1, W2, S1).

use std::hint::black_box;

use super::live::graph;
use crate::contender::{Contender, step_done};
use crate::measure::{Outcome, Random, time};

pub(super) fn clone_leaf<C: Contender>(size: usize) -> Outcome {
    let leaf = C::leaf(7);
    time(size, || {
        for _ in 0..size {
            black_box(black_box(&leaf).clone());
        }
    })
}

pub(super) fn clone_node<C: Contender>(size: usize) -> Outcome {
    let node = C::node();
    time(size, || {
        for _ in 0..size {
            black_box(black_box(&node).clone());
        }
    })
}

pub(super) fn clone_two<C: Contender>(size: usize) -> Outcome {
    let two = C::two(7);
    time(size, || {
        for _ in 0..size {
            black_box(black_box(&two).clone());
        }
    })
}

pub(super) fn clone_round_robin<C: Contender>(size: usize) -> Outcome {
    let nodes: Vec<C::Node> = (0..1000).map(|_| C::node()).collect();
    time(size, || {
        for node in nodes.iter().cycle().take(size) {
            black_box(black_box(node).clone());
        }
    })
}

/// Handles of a live graph of 10^5 objects, in random order.
pub(super) fn clone_in_graph<C: Contender>(size: usize) -> Outcome {
    let live = graph::<C>(100_000);
    let mut random = Random::new(5);
    time(size, || {
        for i in 0..size {
            black_box(live[random.below(live.len())].clone());
            step_done::<C>(i);
        }
    })
}

pub(super) fn deref<C: Contender>(size: usize) -> Outcome {
    let leaf = C::leaf(7);
    time(size, || {
        let mut sum = 0;
        for _ in 0..size {
            sum += C::read(black_box(&leaf));
        }
        black_box(sum);
    })
}

pub(super) fn new_leaf<C: Contender>(size: usize) -> Outcome {
    time(size, || {
        for i in 0..size {
            black_box(C::leaf(i as u64));
        }
    })
}

pub(super) fn new_node<C: Contender>(size: usize) -> Outcome {
    time(size, || {
        for _ in 0..size {
            black_box(C::node());
        }
    })
}

pub(super) fn new_two<C: Contender>(size: usize) -> Outcome {
    time(size, || {
        for i in 0..size {
            black_box(C::two(i as u64));
        }
    })
}

/// The first drop makes the object a candidate, the second one kills it.
pub(super) fn new_cloned<C: Contender>(size: usize) -> Outcome {
    time(size, || {
        for i in 0..size {
            let node = black_box(C::node());
            let clone = black_box(node.clone());
            drop(node);
            drop(black_box(clone));
            step_done::<C>(i);
        }
    })
}
