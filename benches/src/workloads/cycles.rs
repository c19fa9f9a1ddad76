//! Cyclic garbage: made, dropped and collected (W5).

use std::hint::black_box;

use super::live::graph;
use crate::contender::{Contender, EVERY};
use crate::measure::{Outcome, Worked, figure, median, nanoseconds};

/// A cyclic structure and the number of its objects.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Each object leads to the next, the last to the first.
    Ring(usize),
    /// Each object leads to the next and to the one before, from end to end.
    Double(usize),
}

impl Shape {
    fn objects(self) -> usize {
        match self {
            Self::Ring(objects) | Self::Double(objects) => objects,
        }
    }
}

/// Makes one structure; a handle of one of its objects.
pub(super) fn make<C: Contender>(shape: Shape) -> C::Two {
    let first = C::two(0);
    let mut last = first.clone();
    for i in 1..shape.objects() {
        let next = C::two(i as u64);
        if let Shape::Double(_) = shape {
            C::set_right(&next, Some(last.clone()));
        }
        C::set_left(&last, Some(next.clone()));
        last = next;
    }
    if let Shape::Ring(_) = shape {
        C::set_left(&last, Some(first.clone()));
    }
    first
}

/// Takes a structure apart by hand, so that counting alone frees it, object by object.
pub(super) fn break_cycle<C: Contender>(first: C::Two) {
    let mut object = first;
    loop {
        C::set_right(&object, None);
        match C::take_left(&object) {
            Some(next) => object = next,
            None => break,
        }
    }
}

fn free<C: Contender>(structures: Vec<C::Two>) {
    if C::BY_HAND {
        for structure in structures {
            break_cycle::<C>(structure);
        }
    } else {
        drop(structures);
        C::collect();
    }
}

/// `size` objects in structures of one shape, kept until all are made, then dropped and collected: the
/// whole (`ns`) and the second half alone (`free`), per object; and the whole when the heap is fresh (`cold`), so
/// that every page of it is touched for the first time.
pub(super) fn batch<C: Contender>(size: usize, shape: Shape) -> Outcome {
    let structures = (size / shape.objects()).max(1);
    let objects = (structures * shape.objects()) as f64;
    let passes = (1_000_000 / size).clamp(3, 100);
    let (mut whole, mut freeing, mut cold) = (Vec::new(), Vec::new(), 0.0);
    for pass in 0..=passes {
        let start = Worked::now();
        let kept: Vec<C::Two> = (0..structures).map(|_| make::<C>(shape)).collect();
        let made = Worked::now();
        free::<C>(black_box(kept));
        let end = Worked::now();
        if pass == 0 {
            cold = nanoseconds(end.since(start)) / objects;
        } else {
            whole.push(nanoseconds(end.since(start)) / objects);
            freeing.push(nanoseconds(end.since(made)) / objects);
        }
    }
    vec![
        ("ns".to_owned(), median(whole)),
        ("free".to_owned(), median(freeing)),
        ("cold".to_owned(), cold),
    ]
}

/// A random graph of `size` objects with two edges each, dropped and collected.
pub(super) fn random<C: Contender>(size: usize) -> Outcome {
    let mut passes = Vec::new();
    for _ in 0..3 {
        let objects = graph::<C>(size);
        let start = Worked::now();
        if C::BY_HAND {
            for object in &objects {
                C::set_left(object, None);
                C::set_right(object, None);
            }
        }
        drop(objects);
        C::collect();
        passes.push(nanoseconds(start.elapsed()) / size as f64);
    }
    passes.remove(0);
    figure("ns", median(passes))
}

/// Structures abandoned one after another, `size` objects together, under the default policy.
pub(super) fn abandon<C: Contender>(size: usize, shape: Shape) -> Outcome {
    let structures = (size / shape.objects()).max(1);
    let objects = structures * shape.objects();
    crate::measure::time(objects, || {
        let mut waiting = 0;
        for _ in 0..structures {
            let structure = make::<C>(shape);
            if C::BY_HAND {
                break_cycle::<C>(structure);
            } else {
                drop(structure);
            }
            waiting += shape.objects();
            if C::MANUAL && waiting >= EVERY {
                C::collect();
                waiting = 0;
            }
        }
    })
}
