//! What reports nothing, for good or for a while: a cycle through it is left alone, and dies when it is
//! opened by hand, or is found later.

use super::{Node, baseline};
use refcycle::{Gc, Trace, Tracer, collect, facts, live, unsize};
use std::any::Any;
use std::cell::{Cell, LazyCell, RefCell};
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Arc, LazyLock, Mutex, mpsc};

/// For each `test: Opaque = |handle| content`: an object with an opaque value in which a handle leads
/// back to the object is not found, stays intact, and dies when the value is taken out.
macro_rules! left_alone {
    ($($test:ident: $opaque:ty = |$handle:ident| $content:expr;)*) => {$(
        #[test]
        fn $test() {
            #[derive(Trace)]
            struct Node {
                content: RefCell<Option<$opaque>>,
                intact: u32,
            }

            let before = baseline();
            let node = Gc::new(Node { content: RefCell::new(None), intact: 0xFEED });
            let weak = Gc::downgrade(&node);
            let $handle = node.clone();
            let content: $opaque = $content;
            *node.content.borrow_mut() = Some(content);
            drop(node);
            assert_eq!(collect().collected, 0);

            let node = weak.upgrade().expect("is alive");
            assert_eq!(node.intact, 0xFEED);
            let content = node.content.take();
            drop(node);
            drop(content);
            assert!(weak.upgrade().is_none(), "dies by its count");
            drop(weak);
            assert_eq!(live(), before);
        }
    )*};
}

/// An error that owns a handle.
struct Failure<T: 'static>(#[expect(dead_code, reason = "owned, not read")] Gc<T>);

impl<T> fmt::Debug for Failure<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Failure")
    }
}

impl<T> fmt::Display for Failure<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failure")
    }
}

impl<T> Error for Failure<T> {}

left_alone! {
    rcs: Rc<Gc<Node>> = |me| Rc::new(me);
    shared_rcs: [Rc<Gc<Node>>; 2] = |me| {
        let shared = Rc::new(me);
        [shared.clone(), shared]
    };
    rcs_of_slices: Rc<[Gc<Node>]> = |me| Rc::new([me]);
    arcs: Arc<Gc<Node>> = |me| {
        #[expect(clippy::arc_with_non_send_sync, reason = "an `Arc` is opaque whatever it holds")]
        let arc = Arc::new(me);
        arc
    };
    boxed_any: Box<dyn Any> = |me| Box::new(me);
    boxed_errors: Box<dyn Error> = |me| Box::new(Failure(me));
    channels: (mpsc::Sender<Gc<Node>>, mpsc::Receiver<Gc<Node>>) = |me| {
        let (sender, receiver) = mpsc::channel();
        sender.send(me).expect("there is a receiver");
        (sender, receiver)
    };
    lazy_cells_before: LazyCell<Gc<Node>, Box<dyn FnOnce() -> Gc<Node>>> =
        |me| LazyCell::new(Box::new(|| me));
    lazy_locks_before: LazyLock<Gc<Node>, Box<dyn FnOnce() -> Gc<Node>>> =
        |me| LazyLock::new(Box::new(|| me));
    hashers: HashMap<u8, u8, Hashing<Node>> = |me| HashMap::with_hasher(Hashing(me));
}

/// A hasher builder that owns a handle.
struct Hashing<T: 'static>(#[expect(dead_code, reason = "owned, not read")] Gc<T>);

#[test]
fn references_are_not_followed() {
    let before = baseline();
    let node = Node::new();
    let weak = Gc::downgrade(&node);
    let place = Box::into_raw(Box::new(node.clone()));
    // SAFETY: the box is taken back only when the reference is gone.
    node.reference.set(Some(unsafe { &*place }));
    drop(node);
    assert_eq!(collect().collected, 0);

    let node = weak.upgrade().expect("is alive");
    node.reference.set(None);
    drop(node);
    // SAFETY: `place` came from a box, and the only reference to it is gone.
    drop(unsafe { Box::from_raw(place) });
    assert!(weak.upgrade().is_none());
    drop(weak);
    assert_eq!(live(), before);
}

#[test]
fn trait_objects_in_a_gc_are_not_opaque() {
    #[derive(Trace)]
    struct Holder(RefCell<Option<Gc<dyn Any>>>);

    let before = baseline();
    let holder = Gc::new(Holder(RefCell::new(None)));
    let any: Gc<dyn Any> = unsize!(holder.clone() => dyn Any);
    *holder.0.borrow_mut() = Some(any);
    drop(holder);
    assert_eq!(collect().collected, 1);
    assert_eq!(live(), before);
}

/// While a cell is borrowed mutably, what only it leads to is left alone; afterwards it is found.
#[test]
fn a_mutably_borrowed_cell_is_opaque_until_the_borrow_ends() {
    let before = baseline();
    let (held, other) = (Node::new(), Node::new());
    held.edges.borrow_mut().push(other.clone());
    other.edges.borrow_mut().push(held.clone());

    let borrow = held.edges.borrow_mut();
    drop(other);
    assert_eq!(collect().collected, 0);
    assert!(Gc::ptr_eq(&borrow[0].edges.borrow()[0], &held), "is intact");
    drop(borrow);

    drop(held);
    assert_eq!(collect().collected, 2);
    assert_eq!(live(), before);
}

/// The worst case: a borrow that never ends, in garbage.
#[test]
fn a_forgotten_mutable_borrow_leaks_what_the_cell_leads_to() {
    let before = baseline();
    let node = Node::new();
    let weak = Gc::downgrade(&node);
    node.edges.borrow_mut().push(node.clone());
    forget(node.edges.borrow_mut());
    drop(node);
    assert_eq!(collect().collected, 0);

    let node = weak.upgrade().expect("is alive");
    // SAFETY: the forgotten borrow is used by nobody any more, and there is no other.
    drop(unsafe { std::mem::take(&mut *node.edges.as_ptr()) });
    drop(node);
    assert!(weak.upgrade().is_none());
    drop(weak);
    assert_eq!(live(), before);
}

#[test]
fn a_shared_borrow_hides_nothing() {
    let before = baseline();
    let node = Node::new();
    node.edges.borrow_mut().push(node.clone());
    forget(node.edges.borrow());
    drop(node);
    assert_eq!(collect().collected, 1);
    assert_eq!(live(), before);
}

#[test]
fn a_locked_mutex_is_opaque_and_not_waited_for() {
    let before = baseline();
    let (held, other) = (Node::new(), Node::new());
    *held.guarded.lock().expect("is free") = Some(other.clone());
    *other.guarded.lock().expect("is free") = Some(held.clone());

    let guard = held.guarded.lock().expect("is free");
    drop(other);
    assert_eq!(collect().collected, 0);
    assert!(guard.as_ref().is_some_and(|other| other.guarded.try_lock().is_ok()), "is intact");
    drop(guard);

    drop(held);
    assert_eq!(collect().collected, 2);
    assert_eq!(live(), before);
}

#[test]
fn a_lock_held_for_writing_is_opaque_and_one_held_for_reading_is_not() {
    let before = baseline();
    let (held, other) = (Node::new(), Node::new());
    *held.shared.write().expect("is free") = Some(other.clone());
    *other.shared.write().expect("is free") = Some(held.clone());

    let guard = held.shared.write().expect("is free");
    drop(other);
    assert_eq!(collect().collected, 0);
    assert!(guard.is_some());
    drop(guard);

    forget(held.shared.read());
    drop(held);
    assert_eq!(collect().collected, 2);
    assert_eq!(live(), before);
}

#[test]
fn poisoned_locks_are_looked_through() {
    let before = baseline();
    let (one, two) = (Node::new(), Node::new());
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut guarded = one.guarded.lock().expect("is free");
        let mut shared = two.shared.write().expect("is free");
        *guarded = Some(two.clone());
        *shared = Some(one.clone());
        panic!("poison");
    }));
    assert!(outcome.is_err());
    assert!(one.guarded.is_poisoned() && two.shared.is_poisoned());
    drop((one, two));
    assert_eq!(collect().collected, 2);
    assert_eq!(live(), before);
}

/// A value whose `trace` panics while it is told to.
struct Grumpy {
    grumpy: Rc<Cell<bool>>,
    edge: Option<Gc<Locked>>,
}

#[derive(Trace)]
struct Locked(Mutex<Grumpy>);

// SAFETY: the one handle is reported once (1), or there is a panic, which is allowed (3); no handle is
// touched (3), and `All` says yes to everything (4). The flag only changes between collections (2).
unsafe impl Trace for Grumpy {
    type Facts = facts::All;

    fn trace(&self, tracer: &mut Tracer) {
        assert!(!self.grumpy.get(), "grumpy");
        tracer.field("edge", &self.edge);
    }
}

#[test]
fn a_panic_in_trace_poisons_no_lock() {
    let before = baseline();
    let grumpy = Rc::new(Cell::new(true));
    let locked = Gc::new(Locked(Mutex::new(Grumpy { grumpy: grumpy.clone(), edge: None })));
    locked.0.lock().expect("is free").edge = Some(locked.clone());
    drop(locked.clone());

    assert!(catch_unwind(collect).is_err());
    assert!(!locked.0.is_poisoned());

    grumpy.set(false);
    drop(locked);
    assert_eq!(collect().collected, 1);
    assert_eq!(live(), before);
}
