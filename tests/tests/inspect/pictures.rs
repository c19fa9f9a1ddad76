//! What is said in words: leaks, garbage, reports.

use refcycle::inspect::{self, LeakGuard};
use refcycle::{Gc, Trace, assert_no_leaks};
use refcycle_tests::{caught, law, settle};
use std::cell::RefCell;

#[derive(Trace)]
struct Cache {
    entries: RefCell<Vec<Option<Gc<Session>>>>,
}

#[derive(Trace)]
struct Session {
    parent: RefCell<Option<Gc<Session>>>,
}

fn session() -> Gc<Session> {
    Gc::new(Session { parent: RefCell::default() })
}

#[test]
fn a_leak_is_named_with_what_keeps_it() {
    law(|| {
        let cache = Gc::new(Cache { entries: RefCell::default() });
        let guard = LeakGuard::new();
        let (inner, outer) = (session(), session());
        *outer.parent.borrow_mut() = Some(inner);
        cache.entries.borrow_mut().extend([None, Some(outer)]);
        let _number = Gc::new(1_u8);
        let message = caught(|| guard.check());
        let expected = "\
refcycle: 3 objects were made and are still alive
2 of type `inspect::pictures::Session`
    Cache (1 external handle)
      .entries[1] -> Session
      .parent -> Session
1 of type `u8`
    u8 (1 external handle)";
        assert_eq!(without_sites(&message), expected);
    });
}

/// With the feature `track-sites` there is more, which changes with each line of this file.
fn without_sites(message: &str) -> String {
    let lines = message.lines().map(|line| line.split(", the first made at").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_guard_that_is_dropped_looks_as_well() {
    law(|| {
        let message = caught(|| {
            let _guard = LeakGuard::new();
            std::mem::forget(Gc::new(1_u8));
        });
        assert!(message.contains("1 of type `u8`"), "{message}");
        // Give it back.
        let leaked = inspect::objects_of::<u8>().pop().unwrap();
        // SAFETY: the handle that was forgotten.
        unsafe { Gc::decrement_strong_count(Gc::as_ptr(&leaked)) };
    });
}

#[test]
fn a_guard_says_nothing_while_something_panics() {
    law(|| {
        let kept = RefCell::new(None);
        let message = caught(|| {
            let _guard = LeakGuard::new();
            *kept.borrow_mut() = Some(session());
            panic!("another reason");
        });
        assert_eq!(message, "another reason");
    });
}

#[test]
fn a_guard_watches_from_its_own_beginning() {
    law(|| {
        let old = session();
        let guard = LeakGuard::new();
        assert_no_leaks!(drop(session()));
        guard.check();
        let first = LeakGuard::new();
        let new = session();
        let second = LeakGuard::new();
        second.check();
        assert!(caught(|| first.check()).contains("1 of type"));
        drop((old, new));
    });
}

#[test]
fn a_block_that_leaks_fails() {
    law(|| {
        let kept = RefCell::new(None);
        assert_eq!(
            assert_no_leaks!({
                drop(session());
                7
            }),
            7
        );
        let message = caught(|| {
            assert_no_leaks!({
                kept.replace(Some(session()));
            });
        });
        assert!(message.contains("Session (1 external handle)"), "{message}");
    });
}

#[test]
fn garbage_is_displayed_by_its_cycles() {
    law(|| {
        let (a, b) = (session(), session());
        *a.parent.borrow_mut() = Some(b.clone());
        *b.parent.borrow_mut() = Some(a.clone());
        drop((a, b));
        let garbage = inspect::detect().to_string();
        let expected = "\
2 objects of garbage in 1 groups

Session (#0)
  .parent -> Session (#1)
  .parent -> Session (#0)
2 objects, 64 bytes";
        assert_eq!(garbage, expected);
        let report = inspect::collect_report().to_string();
        let expected = "2 objects freed in 1 groups\n       2 inspect::pictures::Session";
        assert_eq!(report, expected);
    });
}

#[test]
fn no_collection_inside_a_collection_is_said() {
    #[derive(Trace)]
    #[trace(finalize)]
    struct Checks {
        me: RefCell<Option<Gc<Checks>>>,
        #[trace(skip)]
        message: RefCell<std::rc::Rc<RefCell<String>>>,
    }

    impl refcycle::Finalize for Checks {
        fn finalize(&self) {
            let guard = LeakGuard::new();
            let _kept = session();
            *self.message.borrow().borrow_mut() = caught(|| guard.check());
        }
    }

    law(|| {
        let message = std::rc::Rc::default();
        let checks = Gc::new(Checks {
            me: RefCell::default(),
            message: RefCell::new(std::rc::Rc::clone(&message)),
        });
        *checks.me.borrow_mut() = Some(checks.clone());
        drop(checks);
        settle();
        assert!(message.borrow().contains("no collection was possible"), "{}", message.borrow());
    });
}
