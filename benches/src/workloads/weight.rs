//! Bytes that an object costs over its value, at rest and while it is collected (W9).

use super::cycles::{Shape, break_cycle, make};
use super::live::graph;
use crate::contender::Contender;
use crate::measure::{Outcome, count_bytes};

/// The size of the values, without what a library's own cell may add: that is its cost.
const LEAF: f64 = 8.0;
const NODE: f64 = 32.0;

pub(super) fn weight<C: Contender>(size: usize) -> Outcome {
    let objects = size as f64;
    let mut leaves: Vec<C::Leaf> = Vec::with_capacity(size);
    let mut nodes: Vec<C::Node> = Vec::with_capacity(size);
    let ((), leaf, _) = count_bytes(|| leaves.extend((0..size).map(|i| C::leaf(i as u64))));
    let ((), node, _) = count_bytes(|| nodes.extend((0..size).map(|_| C::node())));

    let structures: Vec<C::Two> = (0..size / 10).map(|_| make::<C>(Shape::Ring(10))).collect();
    let ((), _, garbage) = count_bytes(|| {
        if C::BY_HAND {
            for structure in structures {
                break_cycle::<C>(structure);
            }
        } else {
            drop(structures);
            C::collect();
        }
    });

    C::automatic(false);
    let live = graph::<C>(size);
    let ((), _, scanned) = count_bytes(|| {
        for object in &live {
            drop(std::hint::black_box(object.clone()));
        }
        C::collect();
    });
    std::mem::forget((leaves, nodes, live));
    vec![
        ("leaf".to_owned(), leaf / objects - LEAF),
        ("node".to_owned(), node / objects - NODE),
        ("garbage".to_owned(), garbage.max(0.0) / objects),
        ("live".to_owned(), scanned.max(0.0) / objects),
    ]
}
