//! Rings of nodes with edges both ways, some of which save themselves or sever their edges in the
//! finalizer: laws H1 to H8.

use super::flavor::{full, law};
use super::{Gc, Trace, Weak};
use crate::support::{Probe, alive, lock, log, take_log};
use refcycle::Finalize;
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Mutex, OnceLock};

#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    Plain,
    Resurrects,
    Severs,
}

#[derive(Trace)]
#[trace(finalize)]
struct Node {
    id: usize,
    left: Mutex<Option<Gc<Node>>>,
    right: Mutex<Option<Gc<Node>>>,
    #[trace(skip)]
    kind: Kind,
    suicided: AtomicBool,
    #[trace(skip)]
    me: OnceLock<Weak<Node>>,
    #[trace(skip)]
    probe: Probe,
}

thread_local!(static SURVIVORS: RefCell<Vec<Gc<Node>>> = RefCell::default());

impl Node {
    /// What CPython's `check_sanity` asserts: neighbors know each other, as long as they have edges.
    fn check(&self) {
        self.probe.check();
        let (left, right) = (lock(&self.left).clone(), lock(&self.right).clone());
        if self.suicided.load(SeqCst) {
            assert!(left.is_none() && right.is_none());
            return;
        }
        let (left, right) = (left.as_ref().unwrap(), right.as_ref().unwrap());
        for (neighbor, back) in [(left, &left.right), (right, &right.left)] {
            neighbor.probe.check();
            match lock(back).as_ref() {
                Some(back) => assert_eq!(back.id, self.id),
                None => assert!(neighbor.suicided.load(SeqCst)),
            }
        }
    }
}

impl Finalize for Node {
    fn finalize(&self) {
        self.check();
        log(format!("fin {}", self.id));
        match self.kind {
            Kind::Plain => {}
            Kind::Resurrects => {
                let me = self.me.get().unwrap().upgrade().expect("intact in its finalizer");
                SURVIVORS.with_borrow_mut(|survivors| survivors.push(me));
            }
            Kind::Severs => {
                self.suicided.store(true, SeqCst);
                let left = lock(&self.left).take();
                let right = lock(&self.right).take();
                drop((left, right));
                self.probe.check();
            }
        }
    }
}

/// Makes a ring, drops it, and gives weak handles to its nodes.
fn ring(kinds: &str) -> Vec<Weak<Node>> {
    let nodes: Vec<_> = kinds
        .chars()
        .enumerate()
        .map(|(id, kind)| {
            let kind = match kind {
                'P' => Kind::Plain,
                'R' => Kind::Resurrects,
                'S' => Kind::Severs,
                _ => unreachable!(),
            };
            Gc::new_cyclic(|me: &Weak<Node>| Node {
                id,
                left: Mutex::default(),
                right: Mutex::default(),
                kind,
                suicided: AtomicBool::new(false),
                me: OnceLock::from(me.clone()),
                probe: Probe::new(""),
            })
        })
        .collect();
    let n = nodes.len();
    for (i, node) in nodes.iter().enumerate() {
        *lock(&node.left) = Some(nodes[(i + n - 1) % n].clone());
        *lock(&node.right) = Some(nodes[(i + 1) % n].clone());
        assert!(!Gc::is_finalized(node));
    }
    for node in &nodes {
        node.check();
    }
    nodes.iter().map(Gc::downgrade).collect()
}

fn survivors() -> Vec<Gc<Node>> {
    let mut survivors = SURVIVORS.take();
    survivors.sort_by_key(|node| node.id);
    for node in &survivors {
        node.check();
    }
    survivors
}

fn ids(nodes: &[Gc<Node>]) -> Vec<usize> {
    nodes.iter().map(|node| node.id).collect()
}

fn upgradable(weaks: &[Weak<Node>]) -> usize {
    weaks.iter().filter(|weak| weak.upgrade().is_some()).count()
}

#[track_caller]
fn assert_nothing_more() {
    let again = full();
    let nothing = (again.collected, again.freed_in_finalizers, again.resurrected, again.finalized);
    assert_eq!(nothing, (0, 0, 0, 0));
    assert!(take_log().is_empty());
    assert_eq!(alive(), 0);
}

/// Collects a ring of nodes that save nothing but sever at most.
#[track_caller]
fn dies(kinds: &'static str, n: usize, freed: usize) {
    law(move || {
        let weaks = ring(kinds);
        let result = full();
        assert_eq!(take_log().len(), kinds.len(), "each is finalized once");
        assert!(survivors().is_empty());
        assert_eq!(upgradable(&weaks), 0);
        assert_eq!((result.collected, result.freed_in_finalizers), (n, freed));
        assert_eq!((result.finalized, result.resurrected), (kinds.len(), 0));
        assert_eq!(alive(), 0);
        assert_nothing_more();
    });
}

/// Collects a ring of which these save themselves, and all others with them.
#[track_caller]
fn survives(kinds: &'static str, saved: &'static [usize]) {
    law(move || {
        let n = kinds.len();
        let weaks = ring(kinds);
        let result = full();
        assert_eq!(take_log().len(), n, "each is finalized once");
        assert_eq!((result.collected, result.freed_in_finalizers), (0, 0));
        assert_eq!((result.finalized, result.resurrected), (n, n));
        assert_eq!(upgradable(&weaks), n, "everything hangs together");
        let kept = survivors();
        assert_eq!(ids(&kept), saved);
        // Walk around the ring through one survivor: all are whole.
        let mut node = kept[0].clone();
        for _ in 0..n {
            node.check();
            assert!(Gc::is_finalized(&node));
            let right = lock(&node.right).clone().unwrap();
            node = right;
        }
        assert!(Gc::ptr_eq(&node, &kept[0]));
        drop((node, kept));
        assert_eq!(full().collected, n);
        assert!(take_log().is_empty(), "nothing is finalized twice");
        assert_eq!(upgradable(&weaks), 0);
        assert_nothing_more();
    });
}

#[test]
fn h1_homogenous() {
    dies("PPP", 3, 0);
    dies("P", 1, 0);
    dies("PP", 2, 0);
    dies("PPPPPPPPPP", 10, 0);
}

#[test]
fn h2_homogenous_resurrect() {
    survives("RRR", &[0, 1, 2]);
    survives("R", &[0]);
}

#[test]
fn h3_homogenous_suicidal() {
    dies("SSS", 0, 3);
    dies("S", 0, 1);
}

#[test]
fn h4_heterogenous_suicidal_one() {
    // The severed ones let the plain ones go: S0 and S2 hold P1 and P3 on both sides.
    dies("SPSP", 0, 4);
}

#[test]
fn h5_heterogenous_suicidal_two() {
    law(|| {
        let weaks = ring("SSPP");
        let result = full();
        assert_eq!(take_log().len(), 4);
        assert_eq!(upgradable(&weaks), 0);
        // The two plain ones hold each other, and one severed one each: all is the collector's work.
        assert_eq!((result.collected, result.freed_in_finalizers), (4, 0));
        assert_nothing_more();
    });
}

#[test]
fn h6_heterogenous_resurrect_one() {
    survives("RPRP", &[0, 2]);
}

#[test]
fn h7_heterogenous_resurrect_two() {
    survives("RRPP", &[0, 1]);
}

#[test]
fn h8_heterogenous_resurrect_three() {
    law(|| {
        let weaks = ring("RRPPSS");
        let result = full();
        let mut fins = take_log();
        fins.sort();
        assert_eq!(fins, ["fin 0", "fin 1", "fin 2", "fin 3", "fin 4", "fin 5"]);
        assert_eq!((result.collected, result.freed_in_finalizers), (0, 0));
        let kept = survivors();
        assert_eq!(ids(&kept), [0, 1]);
        assert_eq!(upgradable(&weaks), 6);
        drop(kept);
        assert_eq!(full().collected, 6);
        assert!(take_log().is_empty());
        assert_eq!(upgradable(&weaks), 0);
        assert_nothing_more();
    });
}
