//! The hand-written limits: what a collection costs when somebody who knows the one type writes it out.
//!
//! **DFS** is a mark bit and an explicit stack over a live graph; **DFS-pf** the same with a prefetch queue
//! of 16; **trial** is one counting traversal, one linear pass that rescues, and the freeing: the least that a
//! synchronous counting collector has to do. They run on the graphs of the other contenders.

use std::collections::VecDeque;
use std::hint::black_box;
use std::ptr::null_mut;

use crate::measure::{Outcome, Random, Worked, figure, median, nanoseconds};

/// 56 bytes: count, mark, two edges and a value of 24.
#[repr(C)]
struct Object {
    count: u64,
    mark: u64,
    edges: [*mut Object; 2],
    value: [u64; 3],
}

fn new(value: u64) -> *mut Object {
    Box::into_raw(Box::new(Object { count: 1, mark: 0, edges: [null_mut(); 2], value: [value; 3] }))
}

/// Sets an edge of `from`, which must be alive, as `to` must.
fn link(from: *mut Object, edge: usize, to: *mut Object) {
    // SAFETY: every object of this file is alive until `trial` or `free` ends its graph.
    unsafe { (*from).edges[edge] = to };
    // SAFETY: as above.
    unsafe { (*to).count += 1 };
}

fn graph(size: usize) -> Vec<*mut Object> {
    let mut random = Random::new(12345);
    let objects: Vec<_> = (0..size).map(|i| new(i as u64)).collect();
    for &object in &objects {
        link(object, 0, objects[random.below(size)]);
        link(object, 1, objects[random.below(size)]);
    }
    objects
}

/// Rings, and all their objects: the maker has dropped a handle of each, which makes it a candidate.
fn rings(size: usize, length: usize) -> (Vec<*mut Object>, Vec<*mut Object>) {
    let mut candidates = Vec::new();
    let ring = |_| {
        let first = new(0);
        let mut last = first;
        for i in 1..length {
            let next = new(i as u64);
            link(last, 0, next);
            // SAFETY: alive, as in `link`; the maker's handle of `last` is given up.
            unsafe { (*last).count -= u64::from(last != first) };
            candidates.push(last);
            last = next;
        }
        link(last, 0, first);
        // SAFETY: alive, as in `link`.
        unsafe { (*last).count -= u64::from(last != first) };
        candidates.push(last);
        first
    };
    let handles = (0..size / length).map(ring).collect();
    (handles, candidates)
}

fn free(objects: impl IntoIterator<Item = *mut Object>) {
    for object in objects {
        // SAFETY: from `Box::into_raw`, and each object of a graph is freed once.
        drop(unsafe { Box::from_raw(object) });
    }
}

/// Drops the given handles and collects what they and the candidates lead to: all of it, as it happens.
fn trial(
    handles: Vec<*mut Object>,
    mut candidates: Vec<*mut Object>,
    objects: &mut Vec<*mut Object>,
    external: &mut Vec<u64>,
) {
    for object in handles {
        // SAFETY: alive, as in `link`.
        unsafe { (*object).count -= 1 };
        candidates.push(object);
    }
    let mut find = |object: *mut Object, objects: &mut Vec<*mut Object>, edges: u64| {
        // SAFETY: alive, as in `link`.
        let found = unsafe { &mut *object };
        if found.mark == 0 {
            objects.push(object);
            external.push(found.count);
            found.mark = objects.len() as u64;
        }
        external[found.mark as usize - 1] -= edges;
    };
    let mut next = 0;
    for candidate in candidates {
        find(candidate, objects, 0);
        while let Some(&object) = objects.get(next) {
            next += 1;
            // SAFETY: alive, as in `link`.
            let edges = unsafe { (*object).edges };
            for target in edges.into_iter().filter(|target| !target.is_null()) {
                find(target, objects, 1);
            }
        }
    }
    let rescued = external.iter().filter(|&&external| external > 0).count();
    assert_eq!(rescued, 0, "all of it is garbage");
    free(objects.drain(..));
    external.clear();
}

fn time_trial(size: usize, make: impl Fn() -> (Vec<*mut Object>, Vec<*mut Object>)) -> Outcome {
    let (mut objects, mut external) = (Vec::new(), Vec::new());
    let mut passes = Vec::new();
    for _ in 0..=(1_000_000 / size).clamp(3, 100) {
        let (handles, candidates) = make();
        let start = Worked::now();
        trial(black_box(handles), candidates, &mut objects, &mut external);
        passes.push(nanoseconds(start.elapsed()) / size as f64);
    }
    passes.remove(0);
    let time = median(passes);
    vec![("ns".to_owned(), time), ("free".to_owned(), time)]
}

fn dfs(roots: &[*mut Object], round: u64, stack: &mut Vec<*mut Object>) {
    for &root in roots {
        stack.push(root);
        while let Some(object) = stack.pop() {
            // SAFETY: alive, as in `link`.
            let object = unsafe { &mut *object };
            if object.mark != round {
                object.mark = round;
                stack.extend(object.edges);
            }
        }
    }
}

#[inline]
fn prefetch(object: *mut Object) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing.
        unsafe { _mm_prefetch(object.cast(), _MM_HINT_T0) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = object;
}

fn dfs_prefetching(roots: &[*mut Object], round: u64, stack: &mut Vec<*mut Object>) {
    let mut queue = VecDeque::with_capacity(16);
    let mut roots = roots.iter().copied();
    loop {
        while queue.len() < 16 {
            let Some(object) = stack.pop().or_else(|| roots.next()) else { break };
            prefetch(object);
            queue.push_back(object);
        }
        let Some(object) = queue.pop_front() else { return };
        // SAFETY: alive, as in `link`.
        let object = unsafe { &mut *object };
        if object.mark != round {
            object.mark = round;
            stack.extend(object.edges);
        }
    }
}

fn time_dfs(size: usize, scan: fn(&[*mut Object], u64, &mut Vec<*mut Object>)) -> Outcome {
    let objects = graph(size);
    let mut stack = Vec::new();
    let mut passes = Vec::new();
    for round in 1..=5 {
        let start = Worked::now();
        scan(black_box(&objects), round, &mut stack);
        passes.push(nanoseconds(start.elapsed()) / size as f64);
    }
    let marked: u64 = objects
        .iter()
        // SAFETY: alive, as in `link`.
        .map(|&object| unsafe { (*object).value[0] })
        .sum();
    assert_eq!(marked, (0..size as u64).sum());
    free(objects);
    figure("ns", median(passes))
}

/// Runs the trial collector.
pub(crate) fn run_trial(key: &str, size: usize) -> Option<Outcome> {
    let length = match key {
        "random" => return Some(time_trial(size, || (graph(size), Vec::new()))),
        "ring-2" => 2,
        "ring-10" => 10,
        "ring-1000" => 1000,
        _ => return None,
    };
    Some(time_trial(size, || rings(size, length)))
}

/// Runs the plain walk.
pub(crate) fn run_dfs(key: &str, size: usize) -> Option<Outcome> {
    (key == "full").then(|| time_dfs(size, dfs))
}

/// Runs the walk with prefetching.
pub(crate) fn run_dfs_prefetching(key: &str, size: usize) -> Option<Outcome> {
    (key == "full").then(|| time_dfs(size, dfs_prefetching))
}
