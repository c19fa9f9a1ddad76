//! What reports its content: a cycle that goes through it is found.

use super::{Device, Node, baseline};
use refcycle::{Gc, Trace, collect, live};
use std::array;
use std::borrow::{Borrow, Cow};
use std::cell::{Cell, LazyCell, OnceCell, RefCell};
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::io::{BufReader, BufWriter, Cursor, LineWriter};
use std::marker::PhantomData;
use std::num::{Saturating, Wrapping};
use std::ops::{Bound, ControlFlow, Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{LazyLock, Mutex, OnceLock, RwLock};
use std::task::Poll;
use std::vec;

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
    fn partial_cmp(&self, other: &Key<T>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Key<T> {
    fn cmp(&self, other: &Key<T>) -> Ordering {
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

impl<T> Borrow<Borrowed<T>> for Owned<T> {
    fn borrow(&self) -> &Borrowed<T> {
        unreachable!("nothing here is borrowed")
    }
}

type Twelve<T> = (T, T, T, T, T, T, T, T, T, T, T, T);

type Nested<T> = HashMap<String, Vec<Option<Box<(u8, [T; 1])>>>>;

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
    tuples_of_twelve: Twelve<Gc<Node>> = |me| (
        me.clone(), me.clone(), me.clone(), me.clone(), me.clone(), me.clone(),
        me.clone(), me.clone(), me.clone(), me.clone(), me.clone(), me,
    );
    arrays: [Gc<Node>; 3] = |me| [me.clone(), me.clone(), me];
    array_iterators: array::IntoIter<Gc<Node>, 3> = |me| {
        let mut rest = [me.clone(), me.clone(), me].into_iter();
        rest.next();
        rest
    };

    vectors: Vec<Gc<Node>> = |me| vec![me.clone(), me];
    vector_iterators: vec::IntoIter<Gc<Node>> = |me| {
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
    nested: Nested<Gc<Node>> =
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

#[test]
fn what_a_container_leads_to_many_times_is_one_object() {
    let before = baseline();
    let node = Node::new();
    node.edges.borrow_mut().extend((0..1000).map(|_| node.clone()));
    drop(node);
    assert_eq!(collect().collected, 1);
    assert_eq!(live(), before);
}
