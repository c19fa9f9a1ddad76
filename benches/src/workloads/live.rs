//! A live heap beside the garbage; a program that changes a graph (W6, W7).

use std::hint::black_box;
use std::time::Duration;

use crate::contender::{Contender, step_done};
use crate::measure::{Outcome, Pauses, Random, Worked, figure, nanoseconds, time};

/// The steps of a churn, unless the time limit ends it before.
const STEPS: usize = 3_000_000;
/// How long a churn may run.
const LIMIT: Duration = Duration::from_secs(8);

/// Shuffles.
pub(super) fn scatter<T>(items: &mut [T]) {
    let mut random = Random::new(3);
    for i in (1..items.len()).rev() {
        items.swap(i, random.below(i + 1));
    }
}

/// A random graph of `size` objects with two edges each; a handle of every one.
pub(super) fn graph<C: Contender>(size: usize) -> Vec<C::Two> {
    let mut random = Random::new(12345);
    let objects: Vec<C::Two> = (0..size).map(|i| C::two(i as u64)).collect();
    for object in &objects {
        C::set_left(object, Some(objects[random.below(size)].clone()));
        C::set_right(object, Some(objects[random.below(size)].clone()));
    }
    objects
}

/// Makes and abandons a cycle of two.
#[inline]
pub(super) fn abandon_cycle<C: Contender>(value: usize) {
    let a = C::two(value as u64);
    let b = C::two(value as u64);
    C::set_left(&a, Some(b.clone()));
    C::set_left(&b, Some(a.clone()));
    if C::BY_HAND {
        C::set_left(&a, None);
    }
}

/// Ends the process's interest in a graph without paying for its end.
fn keep<T>(graph: Vec<T>) {
    std::mem::forget(graph);
}

/// Steps that abandon a cycle of two beside `size` live objects; with `touch`, each also clones and drops a
/// handle of a random live object.
pub(super) fn churn<C: Contender>(size: usize, touch: bool) -> Outcome {
    let live = graph::<C>(size);
    let mut random = Random::new(99);
    let mut pauses = Pauses::new();
    for i in 0..STEPS {
        abandon_cycle::<C>(i);
        if touch {
            drop(black_box(live[random.below(size)].clone()));
        }
        step_done::<C>(i);
        if pauses.step() > LIMIT {
            break;
        }
    }
    keep(live);
    pauses.outcome()
}

/// A full collection of a live random graph, all of whose objects are held and were touched.
pub(super) fn full<C: Contender>(size: usize) -> Outcome {
    let live = graph::<C>(size);
    C::automatic(false);
    let mut passes = Vec::new();
    for _ in 0..if size > 1_000_000 { 2 } else { 5 } {
        for object in &live {
            drop(black_box(object.clone()));
        }
        let start = Worked::now();
        C::collect();
        passes.push(nanoseconds(start.elapsed()) / size as f64);
    }
    keep(live);
    figure("ns", crate::measure::median(passes))
}

/// The same graph, held by a few handles only: most of it is alive because something else is.
pub(super) fn full_one_holder<C: Contender>(size: usize) -> Outcome {
    let mut live = graph::<C>(size);
    C::automatic(false);
    C::collect();
    live.truncate(4);
    let mut passes = Vec::new();
    for _ in 0..3 {
        let start = Worked::now();
        C::collect();
        passes.push(nanoseconds(start.elapsed()) / size as f64);
        for object in &live {
            drop(black_box(object.clone()));
        }
    }
    keep(live);
    // The first collection is the one that finds a million dropped handles.
    figure("ns", passes[0])
}

/// Objects of a graph get new edges and are replaced by new objects.
pub(super) fn mutation<C: Contender>(size: usize) -> Outcome {
    let mut roots = graph::<C>(size);
    let mut random = Random::new(77);
    let steps = 1_000_000;
    let outcome = time(steps, || {
        for i in 0..steps {
            let (from, to) = (random.below(size), random.below(size));
            match i % 8 {
                0 => {
                    if C::BY_HAND {
                        C::set_left(&roots[from], None);
                        C::set_right(&roots[from], None);
                    }
                    roots[from] = C::two(i as u64);
                }
                1 | 3 | 5 | 7 => C::set_left(&roots[from], Some(roots[to].clone())),
                _ => C::set_right(&roots[from], Some(roots[to].clone())),
            }
            step_done::<C>(i);
        }
    });
    keep(roots);
    outcome
}
