//! What the derive finds out about a type at compile time: `refcycle::facts` of types of every kind.

use refcycle::facts::{Facts, Finalizer, TypeFacts};
use refcycle::{Finalize, Gc, Trace};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::marker::PhantomData;
use std::rc::Rc;

const OWNS: Facts = Facts { owns: true, mutates: false, drops: false };
const MUTATES: Facts = Facts { owns: true, mutates: true, drops: false };
const OWNS_AND_DROPS: Facts = Facts { owns: true, mutates: false, drops: true };

/// The facts of `T`, level by level.
const fn levels<T: Trace>() -> [Facts; 3] {
    [<T::Facts>::L0, <T::Facts>::L1, <T::Facts>::L2]
}

const fn finalizer<T: Trace>() -> Option<Finalizer> {
    <T::Facts>::FINALIZER
}

#[derive(Trace)]
struct Leaf(u8, String, Option<Box<str>>);

#[derive(Trace)]
struct Plain(u8, PhantomData<Gc<u8>>);

#[derive(Trace)]
struct Edge {
    _edge: Option<Gc<Edge>>,
}

#[derive(Trace)]
enum Cells {
    _Inline(Cell<Option<Gc<u8>>>),
    _Heap { _edges: RefCell<Vec<Edge>> },
    _Nothing,
}

#[derive(Trace)]
struct CellsBehindPointers(Vec<Gc<Cells>>, Rc<Cells>, Cell<u8>);

/// A `Drop` that can reach a handle, and one that cannot.
#[derive(Trace)]
struct Drops<T>(T)
where
    T: Clone;

impl<T: Clone> Drop for Drops<T> {
    fn drop(&mut self) {}
}

#[derive(Trace)]
struct HoldsDrops(u8, Drops<Gc<u8>>);

#[derive(Trace)]
struct Skips {
    _edge: Gc<u8>,
    #[trace(skip)]
    _skipped: Drops<Gc<u8>>,
}

#[derive(Trace)]
struct SkipsAll {
    #[trace(skip)]
    _skipped: Drops<Gc<u8>>,
    _leaf: u8,
}

/// A `Drop` that can reach only handles which nobody reports.
#[derive(Trace)]
struct SkipsAndDrops {
    #[trace(skip)]
    _skipped: Gc<u8>,
}

impl Drop for SkipsAndDrops {
    fn drop(&mut self) {}
}

#[derive(Trace)]
enum Expr {
    _Number(f64),
    _Add(Box<Expr>, Box<Expr>),
}

#[derive(Trace)]
struct Tail<T: ?Sized>(Gc<u8>, T);

#[derive(Trace)]
#[trace(finalize)]
struct Finalized<T>(T);

impl<T> Finalize for Finalized<T> {
    fn finalize(&self) {}
}

#[derive(Trace)]
struct HoldsFinalized(Finalized<u8>);

#[derive(Trace)]
struct Unit;

#[derive(Trace)]
enum Never {}

/// The coarse answers: with and without something to drop.
const ALL: Facts = Facts::ALL;
const NONE: Facts = Facts::NONE;

#[test]
fn what_owns_no_handle_says_so() {
    assert_eq!(levels::<Plain>(), [NONE; 3]);
    assert_eq!(levels::<Unit>(), [NONE; 3]);
    assert_eq!(levels::<Never>(), [NONE; 3]);
    let [coarse, .., exact] = levels::<Leaf>();
    assert_eq!((coarse, exact), (ALL, NONE));
}

#[test]
fn an_edge_is_owned_and_cannot_change() {
    assert_eq!(levels::<Edge>(), [ALL, OWNS, OWNS]);
    assert_eq!(levels::<Gc<Edge>>(), [OWNS; 3]);
}

#[test]
fn an_edge_in_a_cell_can_change() {
    assert_eq!(levels::<Cells>()[2], MUTATES);
    // The coarse answer for what lies behind one allocation too many.
    assert_eq!(levels::<Cells>()[1], ALL);
}

#[test]
fn what_lies_behind_a_pointer_has_no_say() {
    assert_eq!(levels::<CellsBehindPointers>()[1..], [OWNS, OWNS]);
}

#[test]
fn a_drop_counts_where_it_can_reach_handles() {
    assert_eq!(levels::<Drops<Gc<u8>>>()[1..], [OWNS_AND_DROPS; 2]);
    assert_eq!(levels::<Drops<String>>()[1..], [NONE; 2]);
    assert_eq!(levels::<Drops<u8>>(), [ALL, NONE, NONE]);
    assert_eq!(levels::<HoldsDrops>()[1..], [OWNS_AND_DROPS; 2]);
    assert_eq!(levels::<HashMap<u8, Vec<HoldsDrops>>>()[2], ALL);
    assert_eq!(levels::<HashMap<u8, HoldsDrops>>()[2], OWNS_AND_DROPS);
}

#[test]
fn a_skipped_field_has_no_say() {
    assert_eq!(levels::<Skips>(), [ALL, OWNS, OWNS]);
    assert_eq!(levels::<SkipsAll>(), [ALL, NONE, NONE]);
    assert_eq!(levels::<SkipsAndDrops>(), [ALL, NONE, NONE]);
}

#[test]
fn a_recursive_type_says_yes() {
    assert_eq!(levels::<Expr>(), [ALL; 3]);
}

#[test]
fn a_tail_that_may_have_no_size_gets_the_coarse_answer() {
    assert_eq!(levels::<Tail<u8>>()[1..], [OWNS; 2]);
    assert_eq!(levels::<Tail<Gc<u8>>>()[1..], [ALL; 2]);
}

#[test]
fn a_finalizer_is_the_types_own() {
    assert!(finalizer::<Finalized<u8>>().is_some());
    assert!(finalizer::<HoldsFinalized>().is_none());
    assert!(finalizer::<Edge>().is_none());
    assert_eq!(levels::<Finalized<Edge>>()[1..], [OWNS; 2]);
}
