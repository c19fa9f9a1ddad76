//! Facts at compile time about the shared flavour.

use super::shared::flavor::law;
use super::shared::nodes::{Doomed, Plain};
use refcycle::sync::{Collected, Gc, Policy, Stats, Watch, Weak};
use refcycle::{Trace, Tracer, facts};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt::Debug;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

assert_eq_size!(Gc<Plain>, usize);
assert_eq_size!(Option<Gc<Plain>>, usize);
assert_eq_size!(Weak<Plain>, usize);
assert_eq_size!(Option<Weak<Plain>>, Option<std::sync::Weak<Plain>>);
assert_eq_size!(Gc<dyn Any>, [usize; 2]);
assert_eq_size!(Option<Gc<str>>, [usize; 2]);
assert_eq_size!(Weak<[u8]>, [usize; 2]);

// Exactly when the value is both, as for `Arc`.
assert_impl_all!(Gc<Plain>: Send, Sync);
assert_impl_all!(Weak<Plain>: Send, Sync);
assert_impl_all!(Watch<Plain>: Send, Sync);
assert_impl_all!(Gc<str>: Send, Sync);
assert_impl_all!(Gc<dyn Any + Send + Sync>: Send, Sync);
assert_impl_all!(Gc<Mutex<Option<Gc<Plain>>>>: Send, Sync);
assert_not_impl_any!(Gc<Cell<u8>>: Send, Sync);
assert_not_impl_any!(Weak<Cell<u8>>: Send, Sync);
assert_not_impl_any!(Watch<Cell<u8>>: Send, Sync);
assert_not_impl_any!(Gc<Rc<u8>>: Send, Sync);
assert_not_impl_any!(Gc<MutexGuard<'static, u8>>: Send, Sync);
assert_not_impl_any!(Gc<dyn Any>: Send, Sync);
assert_not_impl_any!(Gc<dyn Any + Send>: Send, Sync);
assert_not_impl_any!(Gc<refcycle::Gc<u8>>: Send, Sync);
assert_not_impl_any!(Mutex<Gc<RefCell<u8>>>: Send, Sync);

assert_impl_all!(Gc<std::marker::PhantomPinned>: Unpin);
assert_impl_all!(Weak<std::marker::PhantomPinned>: Unpin);
assert_impl_all!(Gc<u8>: UnwindSafe, RefUnwindSafe);
assert_impl_all!(Gc<Plain>: Clone, Debug, Trace);
assert_impl_all!(Weak<Plain>: Clone, Debug, Default, Trace);
assert_impl_all!(Watch<Plain>: Debug, Trace);
assert_impl_all!(Gc<str>: Ord, std::hash::Hash);
assert_impl_all!(Collected: Send, Sync, Copy);
assert_impl_all!(Stats: Send, Sync, Copy);
assert_impl_all!(Policy: Send, Sync, Copy);

#[test]
fn a_local_object_may_own_a_shared_one() {
    #[derive(Trace)]
    struct Owner {
        me: RefCell<Option<refcycle::Gc<Owner>>>,
        shared: Gc<Plain>,
    }
    law(|| {
        let shared = Plain::looped("shared");
        let owner = refcycle::Gc::new(Owner { me: RefCell::default(), shared: shared.clone() });
        *owner.me.borrow_mut() = Some(owner.clone());
        drop(shared);
        assert_eq!(refcycle::sync::collect().collected, 0, "it is owned");
        assert_eq!(owner.shared.name(), "shared");
        drop(owner);
        assert_eq!(refcycle::sync::collect().collected, 0, "by garbage, but of the other flavour");
        assert_eq!(refcycle::collect().collected, 1);
        assert_eq!(refcycle::sync::collect().collected, 1);
    });
}

#[test]
fn a_cell_of_ones_own_says_when_it_is_locked() {
    /// A lock by hand: its `Trace` gives the guard to the tracer.
    struct Own(Mutex<Vec<Gc<Holder>>>);
    // SAFETY: what is in the lock is reported once (1), whenever it is free (2), under the guard, which
    // is given to the tracer; nobody is waited for and no other code runs (3). It may change (4).
    unsafe impl Trace for Own {
        type Facts = facts::Mutable<Vec<Gc<Holder>>>;

        fn trace(&self, tracer: &mut Tracer) {
            match self.0.try_lock() {
                Ok(guard) => {
                    guard.trace(tracer);
                    // SAFETY: the guard is that of a lock in this value, and dropping it unlocks.
                    unsafe { tracer.keep(guard) };
                }
                Err(_) => tracer.opaque(),
            }
        }
    }
    #[derive(Trace)]
    struct Holder(Own);

    law(|| {
        let holder = Gc::new(Holder(Own(Mutex::default())));
        holder.0.0.lock().unwrap().push(holder.clone());
        let weak = Gc::downgrade(&holder);
        drop(holder);
        let strong = weak.upgrade().expect("not collected yet");
        let guard = strong.0.0.lock().unwrap();
        assert_eq!(refcycle::sync::collect().collected, 0);
        drop(guard);
        drop(strong);
        assert_eq!(refcycle::sync::collect().collected, 1);
    });
}

#[test]
fn a_locked_cell_is_looked_into_later() {
    #[derive(Trace)]
    struct Cells(Mutex<Vec<Gc<Cells>>>, RwLock<Vec<Gc<Cells>>>, #[trace(skip)] Arc<Mutex<()>>);
    law(|| {
        let new = || Gc::new(Cells(Mutex::default(), RwLock::default(), Arc::default()));
        let (locked, tail) = (new(), new());
        tail.1.write().unwrap().push(tail.clone());
        locked.0.lock().unwrap().push(tail);
        let guard = locked.0.lock().unwrap();
        drop(guard[0].clone());
        assert_eq!(refcycle::sync::collect().collected, 0);
        drop(guard);
        assert!(locked.2.lock().is_ok());
        // Poisoned locks are looked into as well.
        let poisoner = locked.clone();
        let result = std::thread::spawn(move || {
            let _poison = poisoner.0.lock();
            std::panic::resume_unwind(Box::new(()));
        });
        assert!(result.join().is_err() && locked.0.is_poisoned());
        drop(locked);
        assert_eq!(refcycle::sync::collect().collected, 1);
    });
}

#[test]
fn a_watch_may_be_dropped_on_another_thread() {
    law(|| {
        let node = Doomed::new("");
        let watch = Gc::watch(&node, || panic!("cancelled"));
        std::thread::spawn(move || drop(watch)).join().unwrap();
        drop(node);
    });
}
