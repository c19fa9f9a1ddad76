//! A graph that several threads edit at once, while a fourth collects.
//!
//! No thread is stopped for a collection, and none takes a lock that is not a vertex's own.

use refcycle::Trace;
use refcycle::sync::{Gc, collect, live};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::thread;

static DROPPED: AtomicUsize = AtomicUsize::new(0);

#[derive(Trace)]
struct Vertex {
    number: usize,
    edges: Mutex<Vec<Gc<Vertex>>>,
}

impl Drop for Vertex {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Relaxed);
    }
}

impl Vertex {
    fn new(number: usize) -> Gc<Vertex> {
        Gc::new(Vertex { number, edges: Mutex::default() })
    }

    /// Does something with the edges. Handles that go are given back, to be dropped without the lock.
    fn edit<R>(&self, edit: impl FnOnce(&mut Vec<Gc<Vertex>>) -> R) -> R {
        edit(&mut self.edges.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

const THREADS: usize = 3;
const ROUNDS: usize = 20_000;

/// Grows rings at the hubs and cuts others off: what is cut off is garbage in cycles.
fn work(hubs: &[Gc<Vertex>], thread: usize) -> usize {
    let mut seen = 0;
    for round in 0..ROUNDS {
        let hub = &hubs[(round + thread) % hubs.len()];
        let next = &hubs[(round * 7 + thread) % hubs.len()];
        let (a, b) = (Vertex::new(round), Vertex::new(round + 1));
        a.edit(|edges| edges.push(b.clone()));
        b.edit(|edges| edges.extend([a.clone(), hub.clone()]));
        let cut_off = hub.edit(|edges| {
            edges.push(a);
            if edges.len() > 4 { Some(edges.remove(0)) } else { None }
        });
        // Somebody may be walking over the ring that was cut off: it stays as long as they do.
        let path: Vec<_> = next.edit(|edges| edges.clone());
        for vertex in &path {
            let ring = vertex.edit(|edges| edges.first().cloned());
            seen += ring.map_or(0, |other| usize::from(other.number > vertex.number));
        }
        drop(cut_off);
    }
    seen
}

fn main() {
    let hubs: Vec<_> = (0..8).map(|_| Vertex::new(0)).collect();
    let done = AtomicBool::new(false);
    let (seen, freed) = thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|n| {
                scope.spawn({
                    let hubs = &hubs;
                    move || work(hubs, n)
                })
            })
            .collect();
        let collector = scope.spawn(|| {
            let mut freed = 0;
            while !done.load(Relaxed) {
                freed += collect().collected;
                thread::yield_now();
            }
            freed
        });
        let seen: usize = workers.into_iter().filter_map(|worker| worker.join().ok()).sum();
        done.store(true, Relaxed);
        (seen, collector.join().unwrap_or(0))
    });

    // Whatever the order was, at most four rings are left at each hub.
    collect();
    assert!(live().objects <= 8 + 8 * 4 * 2, "{:?}", live());
    drop(hubs);
    collect();
    assert_eq!(live().objects, 0);
    let made = 8 + THREADS * ROUNDS * 2;
    assert_eq!(DROPPED.load(Relaxed), made, "each vertex was dropped once");
    println!("{made} vertices: {seen} edges seen, {freed} vertices freed while the others went on");
}
