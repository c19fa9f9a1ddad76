//! Introspection: laws D3 and D4, as far as they speak of what exists.

use refcycle::{Gc, Trace, live, stats};
use refcycle_tests::nodes::{Fin, Plain};
use refcycle_tests::{law, settle};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

thread_local!(static KEEP: RefCell<Vec<Gc<Fin>>> = RefCell::default());

#[track_caller]
fn assert_leaf<T: ?Sized + 'static>(handle: &Gc<T>) {
    let candidates = stats().young_candidates;
    drop(handle.clone());
    assert_eq!(stats().young_candidates, candidates, "a leaf has become a candidate");
}

#[track_caller]
fn assert_tracked<T: ?Sized + 'static>(handle: &Gc<T>) {
    let candidates = stats().young_candidates;
    drop(handle.clone());
    assert_eq!(stats().young_candidates, candidates + 1, "no candidate");
}

#[derive(Trace)]
struct Leaf {
    _text: String,
    _numbers: Vec<u64>,
    _cell: RefCell<Option<Box<Cell<u8>>>>,
    _shared: Rc<str>,
}

#[derive(Trace)]
struct Empty(RefCell<Option<Gc<Empty>>>);

#[derive(Trace)]
enum Expr {
    Number(f64),
    Add(Box<Expr>, Box<Expr>),
}

#[test]
fn d3_leaf_types_are_never_tracked() {
    law(|| {
        assert_leaf(&Gc::new(1_u64));
        assert_leaf(&Gc::new(String::from("s")));
        assert_leaf(&Gc::<str>::from("s"));
        assert_leaf(&Gc::<[u8]>::from(&[1_u8, 2, 3][..]));
        assert_leaf(&Gc::new(Leaf {
            _text: String::new(),
            _numbers: vec![1],
            _cell: RefCell::new(None),
            _shared: Rc::from("x"),
        }));
        assert_leaf(&Gc::new(()));
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn d3_what_could_hold_an_edge_is_tracked() {
    law(|| {
        assert_tracked(&Gc::new(Empty(RefCell::default())));
        assert_tracked(&Plain::silent());
        assert_tracked(&Gc::new(None::<Gc<u64>>));
        assert_tracked(&Gc::new(Box::new(RefCell::new(Vec::<Gc<u64>>::new()))));
        let node = Gc::new(Empty(RefCell::default()));
        assert_eq!(live().objects, 1);
        drop(node);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn d3_a_recursive_type_is_tracked() {
    fn sum(expr: &Expr) -> f64 {
        match expr {
            Expr::Number(number) => *number,
            Expr::Add(left, right) => sum(left) + sum(right),
        }
    }

    law(|| {
        // It has no finite answer, so the coarse one holds: it may own handles.
        let expr = Expr::Add(Box::new(Expr::Number(1.0)), Box::new(Expr::Number(2.0)));
        let expr = Gc::new(expr);
        assert_tracked(&expr);
        assert_eq!(sum(&expr).to_bits(), 3_f64.to_bits());
    });
}

#[test]
fn d3_an_immutable_object_of_leaves_is_let_go_by_the_collector() {
    law(|| {
        let pair = Gc::new((Gc::new(1_u64), Gc::new(2_u64)));
        assert_tracked(&pair);
        settle();
        // CPython's untracking of tuples: allowed, not required. What must hold: it still works.
        drop(pair.clone());
        assert_eq!((*pair.0, *pair.1), (1, 2));
    });
}

#[test]
fn d4_is_finalized_says_whether_the_finalizer_has_run() {
    law(|| {
        let node = Fin::new("a");
        let me = Gc::downgrade(&node);
        node.on_finalize.set(Some(Box::new(move |_| {
            KEEP.with_borrow_mut(|keep| keep.push(me.upgrade().unwrap()));
        })));
        assert!(!Gc::is_finalized(&node));
        drop(node);
        let kept = KEEP.take().pop().unwrap();
        assert!(Gc::is_finalized(&kept));
        assert!(!Gc::is_finalized(&Gc::new(1_u64)));
        assert!(!Gc::is_finalized(&Plain::silent()));
    });
}
