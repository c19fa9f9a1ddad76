//! gc-arena, which needs another shape: its pointers live only inside `mutate`, and collections run between
//! two calls of it. What can be said that way is said here again; the rest of its cells stay empty.

use std::hint::black_box;
use std::time::Duration;

use gc_arena::barrier::field;
use gc_arena::{Arena, Collect, Gc, Lock, Mutation, RefLock, Rootable};

use crate::measure::{Outcome, Pauses, Random, Worked, figure, median, nanoseconds, time};

#[derive(Collect)]
#[collect(no_drop)]
struct Two<'gc> {
    left: Lock<Option<Gc<'gc, Two<'gc>>>>,
    right: Lock<Option<Gc<'gc, Two<'gc>>>>,
    value: u64,
}

#[derive(Collect)]
#[collect(no_drop)]
struct Tree<'gc> {
    left: Option<Gc<'gc, Tree<'gc>>>,
    right: Option<Gc<'gc, Tree<'gc>>>,
}

type Live<'gc> = Gc<'gc, RefLock<Vec<Gc<'gc, Two<'gc>>>>>;
type Heap = Arena<Rootable![Live<'_>]>;

fn heap() -> Heap {
    Arena::new(|mutation| Gc::new(mutation, RefLock::new(Vec::new())))
}

fn two<'gc>(mutation: &Mutation<'gc>, value: u64) -> Gc<'gc, Two<'gc>> {
    Gc::new(mutation, Two { left: Lock::new(None), right: Lock::new(None), value })
}

fn set_left<'gc>(mutation: &Mutation<'gc>, from: Gc<'gc, Two<'gc>>, to: Gc<'gc, Two<'gc>>) {
    field!(Gc::write(mutation, from), Two, left).unlock().set(Some(to));
}

fn set_right<'gc>(mutation: &Mutation<'gc>, from: Gc<'gc, Two<'gc>>, to: Gc<'gc, Two<'gc>>) {
    field!(Gc::write(mutation, from), Two, right).unlock().set(Some(to));
}

fn make<'gc>(mutation: &Mutation<'gc>, objects: usize, double: bool) -> Gc<'gc, Two<'gc>> {
    let first = two(mutation, 0);
    let mut last = first;
    for i in 1..objects {
        let next = two(mutation, i as u64);
        if double {
            set_right(mutation, next, last);
        }
        set_left(mutation, last, next);
        last = next;
    }
    if !double {
        set_left(mutation, last, first);
    }
    first
}

fn random_graph(heap: &Heap, size: usize) {
    heap.mutate(|mutation, live| {
        let mut random = Random::new(12345);
        let objects: Vec<_> = (0..size).map(|i| two(mutation, i as u64)).collect();
        for &object in &objects {
            set_left(mutation, object, objects[random.below(size)]);
            set_right(mutation, object, objects[random.below(size)]);
        }
        *live.borrow_mut(mutation) = objects;
    });
}

fn batch(size: usize, objects: usize, double: bool) -> Outcome {
    let (mut whole, mut freeing) = (Vec::new(), Vec::new());
    let mut heap = heap();
    for _ in 0..=3 {
        let start = Worked::now();
        heap.mutate(|mutation, live| {
            let mut live = live.borrow_mut(mutation);
            live.extend((0..size / objects).map(|_| make(mutation, objects, double)));
        });
        let made = Worked::now();
        heap.mutate(|mutation, live| live.borrow_mut(mutation).clear());
        heap.finish_cycle();
        let end = Worked::now();
        whole.push(nanoseconds(end.since(start)) / size as f64);
        freeing.push(nanoseconds(end.since(made)) / size as f64);
    }
    let cold = whole.remove(0);
    freeing.remove(0);
    vec![
        ("ns".to_owned(), median(whole)),
        ("free".to_owned(), median(freeing)),
        ("cold".to_owned(), cold),
    ]
}

fn grow<'gc>(mutation: &Mutation<'gc>, depth: usize) -> Gc<'gc, Tree<'gc>> {
    let child = || (depth > 0).then(|| grow(mutation, depth - 1));
    let (left, right) = (child(), child());
    Gc::new(mutation, Tree { left, right })
}

fn tree(size: usize) -> Outcome {
    let depth = size.ilog2() as usize - 1;
    let mut heap = heap();
    time((2 << depth) - 1, || {
        heap.mutate(|mutation, _| {
            black_box(grow(mutation, depth));
        });
        heap.finish_cycle();
    })
}

fn random(size: usize) -> Outcome {
    let mut heap = heap();
    let mut passes = Vec::new();
    for _ in 0..3 {
        random_graph(&heap, size);
        let start = Worked::now();
        heap.mutate(|mutation, live| live.borrow_mut(mutation).clear());
        heap.finish_cycle();
        passes.push(nanoseconds(start.elapsed()) / size as f64);
    }
    passes.remove(0);
    figure("ns", median(passes))
}

fn abandon(size: usize, objects: usize, double: bool) -> Outcome {
    let mut heap = heap();
    time(size, || {
        for _ in 0..size / objects {
            heap.mutate(|mutation, _| {
                black_box(make(mutation, objects, double));
            });
            heap.collect_debt();
        }
    })
}

fn churn(size: usize) -> Outcome {
    let mut heap = heap();
    random_graph(&heap, size);
    let mut pauses = Pauses::new();
    for _ in 0..3_000_000 {
        heap.mutate(|mutation, _| {
            let first = make(mutation, 2, false);
            black_box(first.value);
        });
        heap.collect_debt();
        if pauses.step() > Duration::from_secs(8) {
            break;
        }
    }
    pauses.outcome()
}

fn full(size: usize) -> Outcome {
    let mut heap = heap();
    random_graph(&heap, size);
    heap.finish_cycle();
    let mut passes = Vec::new();
    for _ in 0..3 {
        let start = Worked::now();
        heap.finish_cycle();
        passes.push(nanoseconds(start.elapsed()) / size as f64);
    }
    figure("ns", median(passes))
}

/// Runs a workload that can be said with an arena.
pub(crate) fn run(key: &str, size: usize) -> Option<Outcome> {
    Some(match key {
        "tree" => tree(size),
        "ring-2" => batch(size, 2, false),
        "ring-10" => batch(size, 10, false),
        "ring-1000" => batch(size, 1000, false),
        "double-2" => batch(size, 2, true),
        "double-10" => batch(size, 10, true),
        "double-1000" => batch(size, 1000, true),
        "random" => random(size),
        "abandon-ring-2" => abandon(size, 2, false),
        "abandon-double-1000" => abandon(size, 1000, true),
        "churn" => churn(size),
        "full" => full(size),
        _ => return None,
    })
}
