//! A local object may own shared ones, in threads that are each their own.

use refcycle::{Trace, sync};
use std::cell::RefCell;
use std::sync::Mutex;

#[derive(Trace)]
struct Shared {
    next: Mutex<Option<sync::Gc<Shared>>>,
}

#[derive(Trace)]
struct Owner {
    me: RefCell<Option<refcycle::Gc<Owner>>>,
    shared: sync::Gc<Shared>,
    weak: sync::Weak<Shared>,
}

fn main() {
    let shared = sync::Gc::new(Shared { next: Mutex::default() });
    *shared.next.lock().unwrap() = Some(shared.clone());
    let threads = [(); 2].map(|()| {
        let shared = shared.clone();
        std::thread::spawn(move || {
            let weak = sync::Gc::downgrade(&shared);
            let owner = refcycle::Gc::new(Owner { me: RefCell::default(), shared, weak });
            *owner.me.borrow_mut() = Some(owner.clone());
            assert!(sync::Gc::ptr_eq(&owner.shared, &owner.weak.upgrade().unwrap()));
            drop(owner);
            assert_eq!(refcycle::collect().collected, 1);
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    drop(shared);
    assert_eq!(sync::collect().collected, 1);
}
