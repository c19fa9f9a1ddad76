//! Nothing overflows the stack: law L4 and its neighbors, each in a thread with a stack of one MiB.

use refcycle::{Finalize, Gc, Trace, Weak, collect, live};
use refcycle_tests::{SHRINK, caught, collected, law};
use std::cell::{Cell, RefCell};
use std::fmt::Write;

thread_local! {
    static DROPS: Cell<usize> = const { Cell::new(0) };
    static FINS: Cell<usize> = const { Cell::new(0) };
    static IN_ORDER: Cell<bool> = const { Cell::new(true) };
}

const MILLION: usize = 1_000_000 / SHRINK;

#[derive(Debug, Trace)]
struct List {
    next: Option<Gc<List>>,
}

fn list(n: usize) -> Gc<List> {
    (0..n).fold(Gc::new(List { next: None }), |next, _| Gc::new(List { next: Some(next) }))
}

/// Counts its drops and checks that they come head to tail.
#[derive(Trace)]
struct Counted {
    number: usize,
    next: RefCell<Option<Gc<Counted>>>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let before = DROPS.replace(DROPS.get() + 1);
        if before != self.number {
            IN_ORDER.set(false);
        }
    }
}

/// A chain whose head has number 0; also gives its tail.
fn counted(n: usize) -> (Gc<Counted>, Gc<Counted>) {
    let tail = Gc::new(Counted { number: n - 1, next: RefCell::new(None) });
    let head = (0..n - 1).rev().fold(tail.clone(), |next, number| {
        Gc::new(Counted { number, next: RefCell::new(Some(next)) })
    });
    (head, tail)
}

#[test]
fn l1_a_list_of_ten_million_is_dropped() {
    law(|| {
        let head = list(10 * MILLION);
        assert_eq!(live().objects, 10 * MILLION + 1);
        drop(head);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn l4_a_chain_with_destructors_is_dropped_head_to_tail() {
    law(|| {
        let (head, tail) = counted(MILLION);
        drop(tail);
        drop(head);
        assert_eq!(DROPS.get(), MILLION);
        assert!(IN_ORDER.get(), "not head to tail");
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn l5_a_cyclic_chain_is_collected() {
    law(|| {
        let (head, tail) = counted(MILLION);
        *tail.next.borrow_mut() = Some(head.clone());
        drop(tail);
        drop(head);
        assert_eq!(DROPS.get(), 0);
        assert_eq!(collected(), MILLION);
        assert_eq!(DROPS.get(), MILLION);
        assert_eq!(live().objects, 0);
    });
}

#[derive(Trace)]
struct Bare {
    next: RefCell<Option<Gc<Bare>>>,
}

#[test]
fn l5_a_cyclic_chain_without_destructors_is_collected() {
    law(|| {
        let tail = Gc::new(Bare { next: RefCell::default() });
        let mut head = tail.clone();
        for _ in 1..MILLION {
            head = Gc::new(Bare { next: RefCell::new(Some(head)) });
        }
        *tail.next.borrow_mut() = Some(head.clone());
        drop((head, tail));
        assert_eq!(collected(), MILLION);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn l5_a_chain_that_hangs_off_a_loop_is_collected() {
    law(|| {
        let mut chain = Gc::new(Bare { next: RefCell::default() });
        for _ in 0..MILLION {
            chain = Gc::new(Bare { next: RefCell::new(Some(chain)) });
        }
        let hook = Gc::new(Hook { me: RefCell::default(), _chain: chain });
        *hook.me.borrow_mut() = Some(hook.clone());
        drop(hook);
        assert_eq!(collected(), MILLION + 2);
        assert_eq!(live().objects, 0);
    });
}

#[derive(Trace)]
struct Hook {
    me: RefCell<Option<Gc<Hook>>>,
    _chain: Gc<Bare>,
}

#[test]
fn l5_a_live_chain_is_walked() {
    law(|| {
        let head = list(MILLION);
        drop(head.clone());
        assert_eq!(collected(), 0);
        drop(head);
        assert_eq!(live().objects, 0);
    });
}

#[derive(Trace)]
#[trace(finalize)]
struct Finalized(RefCell<Option<Gc<Finalized>>>);

impl Finalize for Finalized {
    fn finalize(&self) {
        FINS.set(FINS.get() + 1);
    }
}

#[test]
fn l6_a_chain_with_finalizers_is_dropped() {
    law(|| {
        let mut head = Gc::new(Finalized(RefCell::default()));
        for _ in 1..MILLION {
            head = Gc::new(Finalized(RefCell::new(Some(head))));
        }
        drop(head);
        assert_eq!(FINS.get(), MILLION);
        assert_eq!(live().objects, 0);
    });
}

/// Severs its edge in the finalizer.
#[derive(Trace)]
#[trace(finalize)]
struct Severing(RefCell<Option<Gc<Severing>>>);

impl Finalize for Severing {
    fn finalize(&self) {
        FINS.set(FINS.get() + 1);
        let next = self.0.take();
        drop(next);
    }
}

#[test]
fn l6_finalizers_that_let_a_cyclic_chain_fall_apart() {
    // Each death happens inside the finalizer of the node before: user code that recurses by itself
    // needs its own stack, so the chain is short; what is tested is that nothing is lost.
    law(|| {
        let n = 500;
        let tail = Gc::new(Severing(RefCell::default()));
        let mut head = tail.clone();
        for _ in 1..n {
            head = Gc::new(Severing(RefCell::new(Some(head))));
        }
        *tail.0.borrow_mut() = Some(head.clone());
        drop((head, tail));
        let result = collect();
        assert_eq!(result.collected + result.freed_in_finalizers, n);
        assert_eq!(FINS.get(), n);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn l6_finalizers_that_drop_the_next_node() {
    law(|| {
        let n = 100_000 / SHRINK;
        let mut head = Gc::new(Severing(RefCell::default()));
        for _ in 1..n {
            head = Gc::new(Severing(RefCell::new(Some(head))));
        }
        drop(head);
        assert_eq!(FINS.get(), n);
        assert_eq!(live().objects, 0);
    });
}

#[derive(Trace)]
struct Busy {
    next: Option<Gc<Busy>>,
    #[trace(skip)]
    weak_next: Option<Weak<Busy>>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        DROPS.set(DROPS.get() + 1);
        // The rest of the chain is there, as long as this one holds it.
        if let Some(next) = &self.next {
            assert!(next.next.as_ref().is_none_or(|next| !Gc::is_dead(next)));
            assert!(self.weak_next.as_ref().is_some_and(|weak| weak.upgrade().is_some()));
        }
        if DROPS.get().is_multiple_of(100) {
            let node = Gc::new(Bare { next: RefCell::default() });
            *node.next.borrow_mut() = Some(node.clone());
            drop(node);
            assert_eq!(collected(), 1);
        }
    }
}

#[test]
fn l6_destructors_that_collect_while_deaths_are_put_off() {
    law(|| {
        let n = 10_000 / SHRINK;
        let mut head = Gc::new(Busy { next: None, weak_next: None });
        for _ in 1..n {
            let weak_next = Some(Gc::downgrade(&head));
            head = Gc::new(Busy { next: Some(head), weak_next });
        }
        drop(head.clone());
        drop(head);
        assert_eq!(DROPS.get(), n);
        assert_eq!(live().objects, 0);
    });
}

#[test]
fn l7_weak_handles_and_callbacks_of_a_chain() {
    law(|| {
        let n = 100_000 / SHRINK;
        let mut head = Gc::new(Bare { next: RefCell::default() });
        let mut watches = Vec::new();
        for _ in 1..n {
            head = Gc::new(Bare { next: RefCell::new(Some(head)) });
            watches.push(Gc::watch(&head, || FINS.set(FINS.get() + 1)));
        }
        drop(head);
        assert_eq!(FINS.get(), n - 1);
        assert!(watches.iter().all(|watch| watch.upgrade().is_none()));
    });
}

#[test]
fn l8_debug_of_a_long_list_ends() {
    law(|| {
        let head = list(MILLION);
        let text = format!("{head:?}");
        assert!(text.contains("<deep>"), "{}", &text[..200.min(text.len())]);
        assert!(text.starts_with("List { next: Some(List { next: Some("));
        let mut pretty = String::new();
        write!(pretty, "{head:#?}").unwrap();
        assert!(pretty.contains("<deep>"));
    });
}

#[test]
fn l8_debug_of_a_cycle_ends() {
    #[derive(Debug, Trace)]
    struct Named(&'static str, RefCell<Vec<Gc<Named>>>);

    law(|| {
        let a = Gc::new(Named("a", RefCell::default()));
        let b = Gc::new(Named("b", RefCell::default()));
        a.1.borrow_mut().extend([b.clone(), b.clone()]);
        b.1.borrow_mut().push(a.clone());
        let inner = r#"Named("b", RefCell { value: [<cycle>] })"#;
        assert_eq!(
            format!("{a:?}"),
            format!(r#"Named("a", RefCell {{ value: [{inner}, {inner}] }})"#)
        );
        assert!(format!("{a:#?}").contains("<cycle>"));
        // The same object twice, but not inside itself, is no cycle.
        let pair = (b.clone(), b.clone());
        assert_eq!(format!("{pair:?}").matches("<cycle>").count(), 4);
        a.1.take();
    });
}

#[test]
fn l8_a_panic_inside_debug_leaves_no_trace() {
    #[derive(Trace)]
    struct Bad(Cell<bool>);

    impl std::fmt::Debug for Bad {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            assert!(!self.0.get(), "bad");
            f.write_str("good")
        }
    }

    law(|| {
        let bad = Gc::new(Bad(Cell::new(true)));
        assert_eq!(caught(|| format!("{bad:?}")), "bad");
        bad.0.set(false);
        assert_eq!(format!("{bad:?}"), "good");
    });
}

#[test]
fn l9_a_wide_object_is_collected() {
    #[derive(Trace)]
    struct Wide(RefCell<Vec<Gc<Wide>>>);

    law(|| {
        let hub = Gc::new(Wide(RefCell::default()));
        for _ in 0..MILLION {
            hub.0.borrow_mut().push(Gc::new(Wide(RefCell::new(vec![hub.clone()]))));
        }
        drop(hub);
        assert_eq!(collected(), MILLION + 1);
        assert_eq!(live().objects, 0);
    });
}
