//! `Trace` for the standard library's types: what each reports, and what is known of it beforehand.
//!
//! A container passes if a cycle that goes through it is found; an opaque type if the cycle is left
//! alone, and dies as soon as it is opened by hand.

use refcycle::facts::{Facts, TypeFacts};
use refcycle::{Gc, Live, Policy, Trace, Tracer, collect, facts, live, set_policy, stats, unsize};
use std::any::Any;
use std::borrow::Cow;
use std::cell::{Cell, LazyCell, OnceCell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::fmt;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader, BufWriter, Cursor, LineWriter};
use std::marker::PhantomData;
use std::mem::forget;
use std::num::{Saturating, Wrapping};
use std::ops::{Bound, ControlFlow, Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::{self, Rc};
use std::sync::{self, Arc, LazyLock, Mutex, OnceLock, RwLock, mpsc};
use std::task::Poll;

/// Turns automatic collection off, empties the heap of this thread and says what is left in it.
fn baseline() -> Live {
    set_policy(Policy::OFF);
    let _ = collect();
    live()
}

/// A handle as a key: equal if it is the same object, in the order of addresses.
#[derive(Trace)]
struct Key<T: 'static>(Gc<T>);

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Key<T>) -> bool {
        Gc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Eq for Key<T> {}

impl<T> PartialOrd for Key<T> {
    fn partial_cmp(&self, other: &Key<T>) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Key<T> {
    fn cmp(&self, other: &Key<T>) -> std::cmp::Ordering {
        Gc::as_ptr(&self.0).cmp(&Gc::as_ptr(&other.0))
    }
}

impl<T> Hash for Key<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Gc::as_ptr(&self.0).hash(state);
    }
}

/// A borrowed thing whose owned form is a handle, for `Cow`.
struct Borrowed<T>(PhantomData<T>);

impl<T: 'static> ToOwned for Borrowed<T> {
    type Owned = Owned<T>;

    fn to_owned(&self) -> Owned<T> {
        unreachable!("nothing here is borrowed")
    }
}

#[derive(Trace)]
struct Owned<T: 'static>(Gc<T>);

impl<T> std::borrow::Borrow<Borrowed<T>> for Owned<T> {
    fn borrow(&self) -> &Borrowed<T> {
        unreachable!("nothing here is borrowed")
    }
}

/// A reader and writer of nothing that owns a handle.
#[derive(Trace)]
struct Device<T: 'static>(Gc<T>);

impl<T> io::Read for Device<T> {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

impl<T> io::Write for Device<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// For each `test: Container = |handle| content`: an object with a container in which a handle leads
/// back to the object is garbage once its last outside handle is gone, and is found.
macro_rules! found {
    ($($test:ident: $container:ty = |$handle:ident| $content:expr;)*) => {$(
        #[test]
        fn $test() {
            #[derive(Trace)]
            struct Node {
                content: RefCell<Option<$container>>,
            }

            let before = baseline();
            let node = Gc::new(Node { content: RefCell::new(None) });
            let $handle = node.clone();
            let content: $container = $content;
            *node.content.borrow_mut() = Some(content);
            drop(node);
            assert!(live().objects > before.objects, "dies before it is found");
            assert_eq!(collect().collected, 1, "is not found");
            assert_eq!(live(), before);
        }
    )*};
}

found! {
    a_gc_itself: Gc<Node> = |me| me;
    boxes: Box<Gc<Node>> = |me| Box::new(me);
    boxed_slices: Box<[Gc<Node>]> = |me| Box::new([me]);
    boxed_trait_objects: Box<dyn Trace> = |me| Box::new(me);
    pinned_boxes: Pin<Box<Gc<Node>>> = |me| Box::pin(me);
    pinned_handles: Pin<Gc<Node>> = |me| {
        // SAFETY: the object is never moved out of its place nor borrowed mutably below.
        unsafe { Pin::new_unchecked(me) }
    };

    options: Option<Gc<Node>> = |me| Some(me);
    results_ok: Result<Gc<Node>, u8> = |me| Ok(me);
    results_err: Result<u8, Gc<Node>> = |me| Err(me);
    polls: Poll<Gc<Node>> = |me| Poll::Ready(me);
    control_flow_break: ControlFlow<Gc<Node>, u8> = |me| ControlFlow::Break(me);
    control_flow_continue: ControlFlow<u8, Gc<Node>> = |me| ControlFlow::Continue(me);
    bounds_included: Bound<Gc<Node>> = |me| Bound::Included(me);
    bounds_excluded: Bound<Gc<Node>> = |me| Bound::Excluded(me);
    reverses: Reverse<Gc<Node>> = |me| Reverse(me);
    saturating: Saturating<Gc<Node>> = |me| Saturating(me);
    wrapping: Wrapping<Gc<Node>> = |me| Wrapping(me);
    unwind_safe: AssertUnwindSafe<Gc<Node>> = |me| AssertUnwindSafe(me);
    ranges: Range<Gc<Node>> = |me| me.clone()..me;
    ranges_from: RangeFrom<Gc<Node>> = |me| me..;
    ranges_to: RangeTo<Gc<Node>> = |me| ..me;
    ranges_to_inclusive: RangeToInclusive<Gc<Node>> = |me| ..=me;
    ranges_inclusive: RangeInclusive<Gc<Node>> = |me| me.clone()..=me;
    owned_cows: Cow<'static, Borrowed<Node>> = |me| Cow::Owned(Owned(me));

    pairs: (u8, Gc<Node>) = |me| (0, me);
    tuples_of_twelve: (
        Gc<Node>, Gc<Node>, Gc<Node>, Gc<Node>, Gc<Node>, Gc<Node>,
        Gc<Node>, Gc<Node>, Gc<Node>, Gc<Node>, Gc<Node>, Gc<Node>,
    ) = |me| (
        me.clone(), me.clone(), me.clone(), me.clone(), me.clone(), me.clone(),
        me.clone(), me.clone(), me.clone(), me.clone(), me.clone(), me,
    );
    arrays: [Gc<Node>; 3] = |me| [me.clone(), me.clone(), me];
    array_iterators: std::array::IntoIter<Gc<Node>, 3> = |me| {
        let mut rest = [me.clone(), me.clone(), me].into_iter();
        rest.next();
        rest
    };

    vectors: Vec<Gc<Node>> = |me| vec![me.clone(), me];
    vector_iterators: std::vec::IntoIter<Gc<Node>> = |me| {
        let mut rest = vec![me.clone(), me].into_iter();
        rest.next();
        rest
    };
    deques: VecDeque<Gc<Node>> = |me| {
        let mut both_halves = VecDeque::from([me.clone()]);
        both_halves.push_front(me);
        both_halves
    };
    linked_lists: LinkedList<Gc<Node>> = |me| LinkedList::from([me.clone(), me]);
    binary_heaps: BinaryHeap<Key<Node>> = |me| BinaryHeap::from([Key(me.clone()), Key(me)]);
    tree_sets: BTreeSet<Key<Node>> = |me| BTreeSet::from([Key(me)]);
    tree_map_keys: BTreeMap<Key<Node>, u8> = |me| BTreeMap::from([(Key(me), 0)]);
    tree_map_values: BTreeMap<u8, Gc<Node>> = |me| BTreeMap::from([(0, me.clone()), (1, me)]);
    hash_sets: HashSet<Key<Node>> = |me| HashSet::from([Key(me)]);
    hash_map_keys: HashMap<Key<Node>, u8> = |me| HashMap::from([(Key(me), 0)]);
    hash_map_values: HashMap<u8, Gc<Node>> = |me| HashMap::from([(0, me.clone()), (1, me)]);
    hash_maps_of_any_hasher: HashMap<u8, Gc<Node>, BuildHasherDefault<DefaultHasher>> =
        |me| [(0, me)].into_iter().collect();
    hash_sets_of_any_hasher: HashSet<Key<Node>, BuildHasherDefault<DefaultHasher>> =
        |me| [Key(me)].into_iter().collect();
    nested: HashMap<String, Vec<Option<Box<(u8, [Gc<Node>; 1])>>>> =
        |me| HashMap::from([(String::new(), vec![None, Some(Box::new((0, [me])))])]);

    cells: Cell<Option<Gc<Node>>> = |me| Cell::new(Some(me));
    cells_of_vectors: Cell<Vec<Gc<Node>>> = |me| Cell::new(vec![me.clone(), me]);
    ref_cells: RefCell<Gc<Node>> = |me| RefCell::new(me);
    once_cells: OnceCell<Gc<Node>> = |me| OnceCell::from(me);
    mutexes: Mutex<Gc<Node>> = |me| Mutex::new(me);
    rw_locks: RwLock<Gc<Node>> = |me| RwLock::new(me);
    once_locks: OnceLock<Gc<Node>> = |me| OnceLock::from(me);
    forced_lazy_cells: LazyCell<Gc<Node>, Box<dyn FnOnce() -> Gc<Node>>> = |me| {
        let lazy: LazyCell<_, Box<dyn FnOnce() -> Gc<Node>>> = LazyCell::new(Box::new(|| me));
        LazyCell::force(&lazy);
        lazy
    };
    forced_lazy_locks: LazyLock<Gc<Node>, Box<dyn FnOnce() -> Gc<Node>>> = |me| {
        let lazy: LazyLock<_, Box<dyn FnOnce() -> Gc<Node>>> = LazyLock::new(Box::new(|| me));
        LazyLock::force(&lazy);
        lazy
    };

    cursors: Cursor<Gc<Node>> = |me| Cursor::new(me);
    buffered_readers: BufReader<Device<Node>> = |me| BufReader::new(Device(me));
    buffered_writers: BufWriter<Device<Node>> = |me| BufWriter::new(Device(me));
    line_writers: LineWriter<Device<Node>> = |me| LineWriter::new(Device(me));
}

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

impl<T> std::error::Error for Failure<T> {}

left_alone! {
    rcs: Rc<Gc<Node>> = |me| Rc::new(me);
    shared_rcs: [Rc<Gc<Node>>; 2] = |me| {
        let shared = Rc::new(me);
        [shared.clone(), shared]
    };
    rcs_of_slices: Rc<[Gc<Node>]> = |me| Rc::new([me]);
    arcs: Arc<Gc<Node>> = |me| Arc::new(me);
    boxed_any: Box<dyn Any> = |me| Box::new(me);
    boxed_errors: Box<dyn std::error::Error> = |me| Box::new(Failure(me));
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

#[derive(Trace)]
struct Node {
    edges: RefCell<Vec<Gc<Node>>>,
    reference: Cell<Option<&'static Gc<Node>>>,
    guarded: Mutex<Option<Gc<Node>>>,
    shared: RwLock<Option<Gc<Node>>>,
}

impl Node {
    fn new() -> Gc<Node> {
        Gc::new(Node {
            edges: RefCell::default(),
            reference: Cell::default(),
            guarded: Mutex::default(),
            shared: RwLock::default(),
        })
    }
}

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

/// What is borrowed by a `Cow` is not the value's own.
#[test]
fn a_borrowed_cow_reports_nothing() {
    #[derive(Trace)]
    struct Text(Cow<'static, str>, RefCell<Option<Gc<Text>>>);

    let before = baseline();
    let text = Gc::new(Text(Cow::Borrowed("borrowed"), RefCell::new(None)));
    *text.1.borrow_mut() = Some(text.clone());
    assert_eq!(text.0, "borrowed");
    drop(text);
    assert_eq!(collect().collected, 1);
    assert_eq!(live(), before);
}

/// A big container counts as work even where it leads to one object many times.
#[test]
fn what_a_container_leads_to_many_times_is_one_object() {
    let before = baseline();
    let node = Node::new();
    node.edges.borrow_mut().extend((0..1000).map(|_| node.clone()));
    drop(node);
    assert_eq!(collect().collected, 1);
    assert_eq!(live(), before);
}

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
