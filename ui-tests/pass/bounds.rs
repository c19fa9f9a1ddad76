//! What needs no bound gets none.

use refcycle::{Gc, Trace, Watch, Weak};
use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::marker::PhantomData;
use std::rc::{self, Rc};
use std::sync::{Arc, mpsc};

/// Not `Trace`.
struct Opaque;

struct OpaqueHasher;

impl BuildHasher for OpaqueHasher {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher::new()
    }
}

trait Message<T> {}

#[derive(Trace)]
struct Free<'a, T: 'static> {
    phantom: PhantomData<T>,
    gc: Option<Gc<T>>,
    gcs: Vec<(u8, Gc<Vec<T>>)>,
    weak: Option<Weak<T>>,
    watch: Option<Watch<T>>,
    rc: Option<Rc<T>>,
    rc_weak: Option<rc::Weak<T>>,
    arc: Option<Arc<[T]>>,
    lent: Option<&'a T>,
    function: Option<fn(T) -> T>,
    gc_of_trait: Option<Gc<dyn Message<T>>>,
    sender: Option<mpsc::Sender<T>>,
    lazy: Option<LazyCell<u8, T>>,
    hasher: BuildHasherDefault<T>,
    #[trace(skip)]
    skipped: Option<T>,
}

impl<T> Default for Free<'_, T> {
    fn default() -> Self {
        Free {
            phantom: PhantomData,
            gc: None,
            gcs: Vec::new(),
            weak: None,
            watch: None,
            rc: None,
            rc_weak: None,
            arc: None,
            lent: None,
            function: None,
            gc_of_trait: None,
            sender: None,
            lazy: None,
            hasher: BuildHasherDefault::new(),
            skipped: None,
        }
    }
}

#[derive(Trace)]
struct Hashed<S>(HashMap<u8, u8, S>, HashSet<u8, S>);

#[derive(Trace)]
#[trace(bound = "")]
struct Unbounded<T>(PhantomData<T>, <Vec<T> as Chosen>::Out);

trait Chosen {
    type Out;
}

impl<T> Chosen for Vec<T> {
    type Out = u8;
}

#[derive(Trace)]
#[trace(bound = "T: Trace + Clone, U: Clone,")]
struct Bounded<T, U>(T, #[trace(skip)] U);

fn traced<T: Trace>(_: &T) {}

fn main() {
    traced(&Free::<Opaque>::default());
    traced(&Hashed(HashMap::with_hasher(OpaqueHasher), HashSet::with_hasher(OpaqueHasher)));
    traced(&Unbounded::<Opaque>(PhantomData, 1));
    traced(&Bounded(1, 2));
}
