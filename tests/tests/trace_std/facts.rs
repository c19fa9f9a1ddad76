//! What is known of a type without a value.

use super::{Device, Node, baseline};
use refcycle::facts::{Facts, TypeFacts};
use refcycle::{Gc, Trace, live, stats};
use std::borrow::Cow;
use std::cell::{Cell, LazyCell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufReader, BufWriter};
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::{self, Rc};
use std::sync::{self, Arc, LazyLock, Mutex, OnceLock, RwLock, mpsc};

/// The exact facts of a type.
const fn exact<T: Trace>() -> Facts {
    <T::Facts as TypeFacts>::L2
}

/// Asserts that the type owns no handle, and that objects of it never become candidates.
#[track_caller]
fn assert_leaf<T: Trace + 'static>(value: T) {
    assert_eq!(exact::<T>(), Facts::NONE, "{}", std::any::type_name::<T>());
    let candidates = stats().young_candidates;
    let leaf = Gc::new(value);
    drop(leaf.clone());
    assert_eq!(stats().young_candidates, candidates, "{}", std::any::type_name::<T>());
}

#[test]
fn objects_that_own_no_handle_are_never_candidates() {
    let before = baseline();
    assert_leaf(());
    assert_leaf((true, 'c', 1_u8, -1_i64, 1.0_f32, 2.0_f64));
    assert_leaf([1_u128; 4]);
    assert_leaf(std::num::NonZeroU32::MIN);
    assert_leaf(sync::atomic::AtomicU64::new(1));
    assert_leaf(sync::atomic::AtomicPtr::<u8>::default());
    assert_leaf(String::from("text"));
    assert_leaf("text");
    assert_leaf(c"text");
    assert_leaf(std::path::PathBuf::from("a/b"));
    assert_leaf(std::ffi::OsString::from("a/b"));
    assert_leaf(Cow::Borrowed("text"));
    assert_leaf(Some(Ok::<u8, io::Error>(1)));
    assert_leaf(vec![String::new()]);
    assert_leaf(HashMap::from([(1, String::new())]));
    assert_leaf(RefCell::new(vec![1]));
    assert_leaf(Cell::new(1));
    assert_leaf(Mutex::new(BTreeMap::from([(1, 2)])));
    assert_leaf(Box::new(1));
    assert_leaf(PhantomData::<Gc<Node>>);
    assert_leaf(Rc::new(1));
    assert_leaf(rc::Weak::<u8>::new());
    assert_leaf(Arc::new(1));
    assert_leaf(sync::Weak::<u8>::new());
    assert_leaf(mpsc::channel::<u8>());
    assert_leaf(std::time::Duration::ZERO);
    assert_leaf(std::time::Instant::now());
    assert_leaf(std::any::TypeId::of::<u8>());
    assert_leaf(std::alloc::Layout::new::<u8>());
    assert_leaf(std::cmp::Ordering::Less);
    assert_leaf(std::net::Ipv4Addr::LOCALHOST);
    assert_leaf(std::thread::current());
    assert_leaf(sync::Condvar::new());
    assert_leaf(io::Error::other("text"));
    assert_leaf("x".parse::<u8>());
    assert_leaf(function as fn(u8) -> u8);
    assert_leaf(function as unsafe fn(u8) -> u8);
    assert_leaf(foreign as extern "C" fn());
    assert_eq!(live(), before);
}

fn function(number: u8) -> u8 {
    number
}

extern "C" fn foreign() {}

#[test]
fn objects_that_may_own_a_handle_become_candidates() {
    baseline();
    let candidates = stats().young_candidates;
    let node = Gc::new(RefCell::new(None::<Gc<u8>>));
    drop(node.clone());
    assert_eq!(stats().young_candidates, candidates + 1);
}

/// An `enum` that contains itself: no finite answer, so "yes".
#[derive(Trace)]
enum Expr {
    #[expect(dead_code, reason = "only its type matters")]
    Add(Box<Expr>, Box<Expr>),
    #[expect(dead_code, reason = "only its type matters")]
    Leaf(u8),
}

#[derive(Trace)]
struct DropsAndOwns(Option<Gc<u8>>);

impl Drop for DropsAndOwns {
    fn drop(&mut self) {
        self.0 = None;
    }
}

#[derive(Trace)]
struct DropsOnly(u8);

impl Drop for DropsOnly {
    fn drop(&mut self) {
        self.0 = 0;
    }
}

#[derive(Trace)]
struct SkipsWhatDrops {
    edge: Gc<u8>,
    #[trace(skip)]
    #[expect(dead_code, reason = "only its type matters")]
    skipped: DropsAndOwns,
}

const OWNS: Facts = Facts { owns: true, mutates: false, drops: false };
const CHANGES: Facts = Facts { owns: true, mutates: true, drops: false };

// What is claimed of types is claimed at compile time.
const _: () = {
    const fn same(a: Facts, b: Facts) -> bool {
        a.owns == b.owns && a.mutates == b.mutates && a.drops == b.drops
    }

    assert!(same(exact::<Gc<Node>>(), OWNS));
    assert!(same(exact::<Vec<Gc<Node>>>(), OWNS));
    assert!(same(exact::<[(u8, Gc<Node>); 2]>(), OWNS));
    assert!(same(exact::<HashMap<String, Gc<Node>>>(), OWNS));
    assert!(same(exact::<Cow<'static, str>>(), Facts::NONE));
    assert!(same(exact::<Cell<Option<Gc<Node>>>>(), CHANGES));
    assert!(same(exact::<RefCell<Vec<Gc<Node>>>>(), CHANGES));
    assert!(same(exact::<OnceCell<Gc<Node>>>(), CHANGES));
    assert!(same(exact::<LazyCell<Gc<Node>>>(), CHANGES));
    assert!(same(exact::<Mutex<BTreeMap<u8, Gc<Node>>>>(), CHANGES));
    assert!(same(exact::<RwLock<Gc<Node>>>(), CHANGES));
    assert!(same(exact::<OnceLock<Gc<Node>>>(), CHANGES));
    assert!(same(exact::<LazyLock<Gc<Node>>>(), CHANGES));
    assert!(same(exact::<RefCell<Vec<String>>>(), Facts::NONE));
    assert!(same(exact::<Box<u8>>(), Facts::NONE));
    assert!(same(exact::<Box<Gc<Node>>>(), Facts::ALL));
    assert!(same(exact::<Box<dyn Trace>>(), Facts::ALL));
    assert!(same(exact::<Rc<Gc<Node>>>(), Facts::NONE));
    assert!(same(exact::<&Gc<Node>>(), Facts::NONE));
    assert!(same(exact::<Pin<Gc<Node>>>(), OWNS));
    assert!(same(exact::<Node>(), CHANGES));
    assert!(same(exact::<Expr>(), Facts::ALL));
    assert!(same(exact::<DropsAndOwns>(), Facts { drops: true, ..OWNS }));
    assert!(same(exact::<Vec<DropsAndOwns>>(), Facts { drops: true, ..OWNS }));
    assert!(same(exact::<DropsOnly>(), Facts::NONE));
    assert!(same(exact::<(DropsOnly, Gc<u8>)>(), OWNS));
    assert!(same(exact::<SkipsWhatDrops>(), OWNS));
    // What is read or written through a buffer is written to once more when the buffer is dropped.
    assert!(same(exact::<BufReader<Device<Node>>>(), OWNS));
    assert!(same(exact::<BufWriter<Device<Node>>>(), Facts { drops: true, ..OWNS }));
    assert!(same(exact::<BufWriter<io::Stdout>>(), Facts::NONE));
};
