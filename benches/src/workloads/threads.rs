//! Several threads (S2 to S5).

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread::{Builder, Scope};
use std::time::{Duration, Instant};

use super::live::{abandon_cycle, graph};
use crate::contender::{EVERY, Shared, step_done};
use crate::measure::{Outcome, Pauses, Random, figure, median, nanoseconds, time};

/// How long a mutator runs while its pauses are watched.
const WATCH: Duration = Duration::from_secs(2);

/// Starts a thread with a stack for rivals that recurse: 512 MiB of addresses.
fn spawn<'scope>(scope: &'scope Scope<'scope, '_>, body: impl FnOnce() + Send + 'scope) {
    let thread = Builder::new().stack_size(512 << 20).spawn_scoped(scope, body);
    thread.expect("threads can be started");
}

/// Two threads run `body(0)` and `body(1)` at the same time; nanoseconds per operation of the slower one,
/// waiting for the other included.
fn two_threads(operations: usize, body: impl Fn(usize) + Sync) -> Outcome {
    let mut passes = Vec::new();
    for _ in 0..4 {
        let barrier = Barrier::new(2);
        let slower = Mutex::new(Duration::ZERO);
        std::thread::scope(|scope| {
            for thread in 0..2 {
                let (barrier, body, slower) = (&barrier, &body, &slower);
                spawn(scope, move || {
                    barrier.wait();
                    let start = Instant::now();
                    body(thread);
                    let elapsed = start.elapsed();
                    let mut slower = slower.lock().expect("no panic under the lock");
                    *slower = elapsed.max(*slower);
                });
            }
        });
        let slower = slower.into_inner().expect("no panic under the lock");
        passes.push(nanoseconds(slower) / operations as f64);
    }
    passes.remove(0);
    figure("ns", median(passes))
}

fn clones<T: Clone>(handle: &T, size: usize) {
    for _ in 0..size {
        black_box(black_box(handle).clone());
    }
}

pub(super) fn same_leaf<C: Shared>(size: usize) -> Outcome {
    let leaf = C::leaf(7);
    two_threads(size, |_| clones(&leaf, size))
}

/// Two objects far enough from each other in memory.
fn apart<T>(mut make: impl FnMut() -> T) -> [T; 2] {
    let mut objects: Vec<T> = (0..64).map(|_| make()).collect();
    let last = objects.pop().expect("64 are made");
    let first = objects.swap_remove(0);
    std::mem::forget(objects);
    [first, last]
}

pub(super) fn disjoint_leaves<C: Shared>(size: usize) -> Outcome {
    let leaves = apart(|| C::leaf(7));
    two_threads(size, |thread| clones(&leaves[thread], size))
}

pub(super) fn same_two<C: Shared>(size: usize) -> Outcome {
    let two = C::two(7);
    two_threads(size, |_| clones(&two, size))
}

pub(super) fn disjoint_twos<C: Shared>(size: usize) -> Outcome {
    let twos = apart(|| C::two(7));
    two_threads(size, |thread| clones(&twos[thread], size))
}

/// Two threads make and abandon cycles of two, and each collects by hand.
pub(super) fn make_by_hand<C: Shared>(size: usize) -> Outcome {
    C::automatic(false);
    two_threads(size, |_| {
        for i in 0..size {
            abandon_cycle::<C>(i);
            if !C::BY_HAND && i % EVERY == EVERY - 1 {
                C::collect();
            }
        }
    })
}

/// The same under the default policy.
pub(super) fn make_automatic<C: Shared>(size: usize) -> Outcome {
    two_threads(size, |_| {
        for i in 0..size {
            abandon_cycle::<C>(i);
            step_done::<C>(i);
        }
    })
}

/// One thread reads through a handle while another collects, all the time, a heap in which it has touched
/// every tenth object.
pub(super) fn deref_while_collecting<C: Shared>(size: usize) -> Outcome {
    let live = graph::<C>(100_000);
    let touched: Vec<C::Two> = live.iter().step_by(10).cloned().collect();
    let stop = AtomicBool::new(false);
    let outcome = std::thread::scope(|scope| {
        spawn(scope, || {
            while !stop.load(Ordering::Relaxed) {
                for object in &touched {
                    drop(black_box(object.clone()));
                }
                C::collect();
            }
        });
        let outcome = time(size, || {
            let mut sum = 0;
            for _ in 0..size {
                sum += C::value(black_box(&live[5]));
            }
            black_box(sum);
        });
        stop.store(true, Ordering::Relaxed);
        outcome
    });
    std::mem::forget((live, touched));
    outcome
}

/// The pauses of `threads` mutators beside a live heap; collections are automatic, or in the background
/// where there is a background collector.
pub(super) fn pause<C: Shared>(size: usize, threads: usize, background: bool) -> Option<Outcome> {
    C::automatic(true);
    let live = graph::<C>(size);
    let collector = if background { Some(C::background()?) } else { None };
    let all = Mutex::new(None::<Pauses>);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (live, all) = (&live, &all);
            spawn(scope, move || {
                let mut random = Random::new(thread as u64);
                let mut pauses = Pauses::new();
                for i in 0.. {
                    abandon_cycle::<C>(i);
                    drop(black_box(live[random.below(size)].clone()));
                    step_done::<C>(i);
                    if pauses.step() > WATCH {
                        break;
                    }
                }
                let mut all = all.lock().expect("no panic under the lock");
                match &mut *all {
                    Some(all) => all.join(&pauses),
                    all => *all = Some(pauses),
                }
            });
        }
    });
    drop(collector);
    std::mem::forget(live);
    let all = all.into_inner().expect("no panic under the lock");
    Some(all.expect("there is a thread").outcome())
}
