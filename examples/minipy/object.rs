//! The heap objects that hold data: strings, containers, classes, instances, modules, weak references.
//!
//! They only store. What operations mean is elsewhere; what matters here is what each object owns, since
//! that is what the collector walks. State that can change sits in a `RefCell` which is never borrowed
//! across an allocation or the drop of a value: both may run a Python destructor.

use crate::map::Map;
use crate::registry::{Kind, Tag, alloc};
use crate::sequence::Sequence;
use crate::value::{Value, WatchValue, WeakValue};
use crate::vm::{Args, Vm};
use refcycle::{Finalize, Gc, Trace};
use std::cell::{Cell, RefCell};
use std::hash::{DefaultHasher, Hash, Hasher};

#[derive(Trace)]
pub(crate) struct Str {
    pub(crate) tag: Tag,
    pub(crate) text: Box<str>,
    pub(crate) hash: u64,
}

impl Str {
    pub(crate) fn new(text: impl Into<Box<str>>) -> Gc<Str> {
        let text = text.into();
        let hash = str_hash(&text);
        alloc(Str { tag: Tag::new(Kind::Str), text, hash })
    }
}

/// The hash of a string key.
fn str_hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[derive(Trace)]
pub(crate) struct List {
    pub(crate) tag: Tag,
    pub(crate) items: RefCell<Sequence>,
}

impl List {
    pub(crate) fn new(items: Vec<Value>) -> Gc<List> {
        alloc(List { tag: Tag::new(Kind::List), items: RefCell::new(items.into()) })
    }

    /// A copy of the items, to work on while Python code may change the list.
    pub(crate) fn snapshot(&self) -> Vec<Value> {
        self.items.borrow().to_vec()
    }
}

#[derive(Trace)]
pub(crate) struct Tuple {
    pub(crate) tag: Tag,
    pub(crate) items: Sequence,
}

impl Tuple {
    /// A new empty tuple, for the interpreter to share.
    pub(crate) fn empty() -> Gc<Tuple> {
        alloc(Tuple { tag: Tag::new(Kind::Tuple), items: Sequence::default() })
    }

    /// A tuple; the empty one is always the same.
    pub(crate) fn new(items: Vec<Value>) -> Gc<Tuple> {
        if items.is_empty() {
            return Vm::current().map_or_else(Tuple::empty, |vm| vm.empty_tuple.clone());
        }
        alloc(Tuple { tag: Tag::new(Kind::Tuple), items: items.into() })
    }
}

#[derive(Trace)]
pub(crate) struct Dict {
    pub(crate) tag: Tag,
    pub(crate) map: RefCell<Map>,
}

impl Dict {
    pub(crate) fn new(map: Map) -> Gc<Dict> {
        alloc(Dict { tag: Tag::new(Kind::Dict), map: RefCell::new(map) })
    }

    pub(crate) fn get(&self, name: &Gc<Str>) -> Option<Value> {
        self.map.borrow().get_str(name)
    }

    pub(crate) fn set(&self, name: &Gc<Str>, value: Value) {
        let old = self.map.borrow_mut().set_str(name, value);
        drop(old);
    }
}

#[derive(Trace)]
pub(crate) struct Set {
    pub(crate) tag: Tag,
    pub(crate) map: RefCell<Map>,
    pub(crate) frozen: bool,
}

impl Set {
    pub(crate) fn new(map: Map, frozen: bool) -> Gc<Set> {
        alloc(Set { tag: Tag::new(Kind::Set), map: RefCell::new(map), frozen })
    }
}

/// Which part of its dict a view shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Trace)]
pub(crate) enum ViewKind {
    Keys,
    Values,
    Items,
}

#[derive(Trace)]
pub(crate) struct DictView {
    pub(crate) tag: Tag,
    pub(crate) dict: Gc<Dict>,
    pub(crate) kind: ViewKind,
}

impl DictView {
    pub(crate) fn new(dict: Gc<Dict>, kind: ViewKind) -> Gc<DictView> {
        alloc(DictView { tag: Tag::new(Kind::DictView), dict, kind })
    }
}

#[derive(Trace)]
pub(crate) struct Slice {
    pub(crate) tag: Tag,
    /// Start, stop, step.
    pub(crate) parts: [Value; 3],
}

impl Slice {
    pub(crate) fn new(parts: [Value; 3]) -> Gc<Slice> {
        alloc(Slice { tag: Tag::new(Kind::Slice), parts })
    }
}

#[derive(Trace)]
pub(crate) struct Range {
    pub(crate) tag: Tag,
    pub(crate) start: i64,
    pub(crate) stop: i64,
    pub(crate) step: i64,
}

impl Range {
    pub(crate) fn new(start: i64, stop: i64, step: i64) -> Gc<Range> {
        alloc(Range { tag: Tag::new(Kind::Range), start, stop, step })
    }

    pub(crate) fn len(&self) -> i64 {
        let (start, stop, step) =
            (i128::from(self.start), i128::from(self.stop), i128::from(self.step));
        let len = if step > 0 {
            (stop - start + step - 1) / step
        } else {
            (stop - start + step + 1) / step
        };
        len.clamp(0, i128::from(i64::MAX)) as i64
    }
}

/// Makes an instance of a built-in class from the arguments of the call.
pub(crate) type Constructor = fn(&Vm, &Gc<Class>, &Args) -> crate::error::Result<Value>;

#[derive(Trace)]
pub(crate) struct Class {
    pub(crate) tag: Tag,
    pub(crate) name: Gc<Str>,
    pub(crate) qualname: Gc<Str>,
    pub(crate) base: Option<Gc<Class>>,
    pub(crate) attributes: RefCell<Map>,
    /// Set for the classes that are written in Rust.
    #[trace(skip)]
    pub(crate) constructor: Option<Constructor>,
    /// Whether the class was defined by a program.
    pub(crate) is_user: bool,
}

impl Class {
    /// An attribute of the class or of a class that it derives from.
    pub(crate) fn lookup(&self, name: &Gc<Str>) -> Option<Value> {
        let own = self.attributes.borrow().get_str(name);
        own.or_else(|| self.base.as_ref()?.lookup(name))
    }

    pub(crate) fn is_subclass_of(&self, other: &Class) -> bool {
        std::ptr::eq(self, other)
            || self.base.as_ref().is_some_and(|base| base.is_subclass_of(other))
    }

    /// The class written in Rust that this one is or derives from.
    pub(crate) fn native(&self) -> &Class {
        match &self.base {
            Some(base) if self.is_user => base.native(),
            _ => self,
        }
    }
}

/// An object's attributes: its own until a program asks for `__dict__`, which makes them a dict.
#[derive(Trace)]
pub(crate) enum Attributes {
    Own(Map),
    Shared(Gc<Dict>),
}

/// What an exception has beside its attributes.
#[derive(Trace)]
pub(crate) struct ExceptionState {
    pub(crate) args: Value,
    pub(crate) traceback: Value,
    pub(crate) cause: Value,
    pub(crate) context: Value,
    pub(crate) suppress_context: bool,
}

#[derive(Trace)]
#[trace(finalize)]
pub(crate) struct Instance {
    pub(crate) tag: Tag,
    pub(crate) class: RefCell<Gc<Class>>,
    pub(crate) attributes: RefCell<Attributes>,
    pub(crate) exception: Option<Box<RefCell<ExceptionState>>>,
    /// Set at exit, where minipy asks for the destructors itself.
    pub(crate) is_destroyed: Cell<bool>,
}

impl Instance {
    pub(crate) fn new(class: Gc<Class>, exception: Option<ExceptionState>) -> Gc<Instance> {
        alloc(Instance {
            tag: Tag::new(Kind::Instance),
            class: RefCell::new(class),
            attributes: RefCell::new(Attributes::Own(Map::default())),
            exception: exception.map(|state| Box::new(RefCell::new(state))),
            is_destroyed: Cell::new(false),
        })
    }

    pub(crate) fn class(&self) -> Gc<Class> {
        self.class.borrow().clone()
    }

    pub(crate) fn get(&self, name: &Gc<Str>) -> Option<Value> {
        match &*self.attributes.borrow() {
            Attributes::Own(map) => map.get_str(name),
            Attributes::Shared(dict) => dict.get(name),
        }
    }

    pub(crate) fn set(&self, name: &Gc<Str>, value: Value) {
        let old = match &mut *self.attributes.borrow_mut() {
            Attributes::Own(map) => map.set_str(name, value),
            Attributes::Shared(dict) => dict.map.borrow_mut().set_str(name, value),
        };
        drop(old);
    }

    /// Takes an attribute away; whether it was there.
    pub(crate) fn delete(&self, name: &Gc<Str>) -> bool {
        let old = match &mut *self.attributes.borrow_mut() {
            Attributes::Own(map) => map.remove_str(name),
            Attributes::Shared(dict) => dict.map.borrow_mut().remove_str(name),
        };
        old.is_some()
    }

    /// The attributes as a dict that stays connected with the object.
    pub(crate) fn dict(&self) -> Gc<Dict> {
        if let Attributes::Shared(dict) = &*self.attributes.borrow() {
            return dict.clone();
        }
        let dict = Dict::new(Map::default());
        let mut attributes = self.attributes.borrow_mut();
        if let Attributes::Own(map) = &mut *attributes {
            *dict.map.borrow_mut() = std::mem::take(map);
            *attributes = Attributes::Shared(dict.clone());
        }
        dict
    }
}

impl Finalize for Instance {
    /// Python's `__del__`.
    fn finalize(&self) {
        if let Some(vm) = Vm::current()
            && !self.is_destroyed.get()
        {
            vm.call_destructor(self);
        }
    }
}

#[derive(Trace)]
pub(crate) struct Module {
    pub(crate) tag: Tag,
    pub(crate) name: Gc<Str>,
    pub(crate) dict: Gc<Dict>,
}

impl Module {
    pub(crate) fn new(name: Gc<Str>, dict: Gc<Dict>) -> Gc<Module> {
        alloc(Module { tag: Tag::new(Kind::Module), name, dict })
    }
}

/// What a weak reference refers to.
#[derive(Trace)]
pub(crate) enum Referent {
    Plain(WeakValue),
    Watched(WatchValue),
}

#[derive(Trace)]
pub(crate) struct WeakRef {
    pub(crate) tag: Tag,
    /// Empty only while the reference is being made.
    pub(crate) referent: RefCell<Option<Referent>>,
    pub(crate) callback: RefCell<Value>,
    /// The object's hash, once somebody has asked: it outlives the object.
    pub(crate) hash: Cell<Option<u64>>,
    /// The reference's place among those to the same object.
    pub(crate) place: crate::weak::Place,
}

impl WeakRef {
    pub(crate) fn new(callback: Value) -> Gc<WeakRef> {
        alloc(WeakRef {
            tag: Tag::new(Kind::WeakRef),
            referent: RefCell::new(None),
            callback: RefCell::new(callback),
            hash: Cell::new(None),
            place: crate::weak::Place::default(),
        })
    }

    /// The object, while it lives.
    pub(crate) fn upgrade(&self) -> Option<Value> {
        match self.referent.borrow().as_ref()? {
            Referent::Plain(weak) => weak.upgrade(),
            Referent::Watched(watch) => watch.upgrade(),
        }
    }
}
