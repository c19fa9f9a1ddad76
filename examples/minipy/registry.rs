//! Which objects there are: what `gc.get_objects` lists and `--debug-refs` reports.
//!
//! CPython links its containers into lists by a header before each object. Here each object owns a
//! [`Tag`]: it counts the object by kind while it exists, and for containers (with `--debug-refs`: for
//! all objects) it stands for a weak handle in a table. The registry knows nothing of what objects hold.

use crate::value::{Value, WeakValue};
use refcycle::{Gc, Trace};
use std::cell::{Cell, RefCell};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Trace)]
pub(crate) enum Kind {
    Str,
    List,
    Tuple,
    Dict,
    Set,
    DictView,
    Slice,
    Range,
    Iter,
    Function,
    Method,
    Property,
    Wrapper,
    Super,
    Cell,
    Class,
    Instance,
    Module,
    WeakRef,
    Frame,
    Traceback,
}

impl Kind {
    /// The kinds that CPython's collector tracks from birth and programs may count on.
    pub(crate) fn is_listed(self) -> bool {
        !matches!(self, Kind::Str | Kind::Range | Kind::Slice | Kind::Frame)
    }
}

const KINDS: usize = Kind::Traceback as usize + 1;

/// A heap object of the interpreter.
pub(crate) trait Object: Trace + Sized + 'static {
    const KIND: Kind;

    fn tag(&self) -> &Tag;

    fn weak(this: &Gc<Self>) -> WeakValue;
}

/// An object's entry in the registry.
#[derive(Trace)]
pub(crate) struct Tag {
    kind: Kind,
    /// Objects are numbered as they are made.
    number: u64,
    /// Its place in the table, or `UNLISTED`.
    slot: Cell<u32>,
}

/// The place of an object that is not in the table.
const UNLISTED: u32 = u32::MAX;

impl Tag {
    pub(crate) fn new(kind: Kind) -> Tag {
        let number = REGISTRY.with(|registry| {
            registry.counts[kind as usize].update(|count| count + 1);
            registry.made.update(|made| made + 1);
            registry.made.get()
        });
        Tag { kind, number, slot: Cell::new(UNLISTED) }
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// A handle of the object that owns this tag.
    pub(crate) fn owner(&self) -> Option<Value> {
        let slot = self.slot.get() as usize;
        REGISTRY.with(|registry| registry.slots.borrow().get(slot)?.as_ref()?.upgrade())
    }
}

impl Drop for Tag {
    fn drop(&mut self) {
        // After the thread's registry there is nobody left to count for.
        let _ = REGISTRY.try_with(|registry| {
            registry.counts[self.kind as usize].update(|count| count - 1);
            let slot = self.slot.get();
            if let Some(place) = registry.slots.borrow_mut().get_mut(slot as usize) {
                *place = None;
                registry.free.borrow_mut().push(slot);
            }
        });
    }
}

#[derive(Default)]
struct Registry {
    counts: [Cell<usize>; KINDS],
    slots: RefCell<Vec<Option<WeakValue>>>,
    free: RefCell<Vec<u32>>,
    lists_all: Cell<bool>,
    /// How many objects there have been.
    made: Cell<u64>,
}

thread_local!(static REGISTRY: Registry = Registry::default());

/// Puts an object on the heap and into the registry.
pub(crate) fn alloc<T: Object>(object: T) -> Gc<T> {
    let object = Gc::new(object);
    REGISTRY.with(|registry| {
        if T::KIND.is_listed() || registry.lists_all.get() {
            let weak = Some(T::weak(&object));
            let free = registry.free.borrow_mut().pop();
            let mut slots = registry.slots.borrow_mut();
            let slot = free.unwrap_or(slots.len() as u32);
            if slot as usize == slots.len() {
                slots.push(weak);
            } else {
                slots[slot as usize] = weak;
            }
            object.tag().slot.set(slot);
        }
    });
    object
}

/// From now on the registry lists objects of all kinds.
pub(crate) fn list_all() {
    REGISTRY.with(|registry| registry.lists_all.set(true));
}

/// Whether the registry lists objects of all kinds.
pub(crate) fn lists_all() -> bool {
    REGISTRY.with(|registry| registry.lists_all.get())
}

/// All objects in the registry, oldest first.
pub(crate) fn objects() -> Vec<Value> {
    let mut objects: Vec<Value> = REGISTRY.with(|registry| {
        registry.slots.borrow().iter().flatten().filter_map(WeakValue::upgrade).collect()
    });
    objects.sort_by_cached_key(Value::number);
    objects
}

/// How many objects of each kind there are, without the kinds that have none.
pub(crate) fn counts() -> Vec<(&'static str, usize)> {
    const NAMES: [&str; KINDS] = [
        "str",
        "list",
        "tuple",
        "dict",
        "set",
        "dict_view",
        "slice",
        "range",
        "iterator",
        "function",
        "method",
        "property",
        "wrapper",
        "super",
        "cell",
        "type",
        "instance",
        "module",
        "weakref",
        "frame",
        "traceback",
    ];
    REGISTRY.with(|registry| {
        let counts = registry.counts.iter().map(Cell::get);
        NAMES.into_iter().zip(counts).filter(|&(_, count)| count > 0).collect()
    })
}
