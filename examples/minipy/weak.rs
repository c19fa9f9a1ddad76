//! `weakref`: weak references are refcycle's, and so are their callbacks.
//!
//! What is here are the references themselves and the list of those to one object. The rest of the module is
//! written in Python, in `weakref.py`, as most of CPython's is: its mappings are dicts of these references,
//! so that they compare keys as Python does, and own nothing that they ought not to.

use crate::builtins::function;
use crate::code::Source;
use crate::error::Result;
use crate::function::Builtin;
use crate::object::{Class, Referent, WeakRef};
use crate::report;
use crate::value::Value;
use crate::vm::{Args, Vm};
use refcycle::{Gc, Trace, Weak};
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The part of the module that is written in Rust, beside the class of the references.
pub(crate) static WEAKREF: &[Builtin] = &[
    function("getweakrefcount", 1, 1, |_, args| Ok(Value::from(references_to(&args.pos[0]).len()))),
    function("getweakrefs", 1, 1, |_, args| {
        let references = references_to(&args.pos[0]);
        Ok(Value::list(references.into_iter().map(Value::WeakRef).collect()))
    }),
    // For `weakref.py`: prints an exception and goes on.
    function("_report", 1, 1, |vm, args| {
        if let Value::Instance(exception) = &args.pos[0] {
            vm.write_error(&report::exception(vm, exception));
        }
        Ok(Value::None)
    }),
];

/// The part that is written in Python.
pub(crate) fn source() -> Source {
    Source::new("<minipy weakref>".to_owned(), include_str!("weakref.py").to_owned())
}

/// Where a reference is among all: by the object's address; then those without a callback come first, and
/// of those with one the newest.
type Key = (usize, bool, Reverse<u64>);

thread_local!(static REFERENCES: RefCell<BTreeMap<Key, Weak<WeakRef>>> = RefCell::default());

/// A reference's place among those to the same object, which it leaves when it dies.
#[derive(Default, Trace)]
pub(crate) struct Place {
    #[trace(skip)]
    key: Cell<Option<Key>>,
}

impl Place {
    fn take(reference: &Gc<WeakRef>, target: &Value, has_callback: bool) {
        let number = Reverse(reference.tag.number());
        let key = (target.address().unwrap_or(0), has_callback, number);
        reference.place.key.set(Some(key));
        let weak = Gc::downgrade(reference);
        REFERENCES.with(|references| references.borrow_mut().insert(key, weak));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(key) = self.key.get() {
            // After the table there is no place to leave.
            let _ = REFERENCES.try_with(|references| references.borrow_mut().remove(&key));
        }
    }
}

/// All weak references to an object, in CPython's order.
fn references_to(target: &Value) -> Vec<Gc<WeakRef>> {
    let Some(address) = target.address() else { return Vec::new() };
    let range = (address, false, Reverse(u64::MAX))..=(address, true, Reverse(0));
    let found: Vec<_> = REFERENCES.with(|references| {
        references.borrow().range(range).filter_map(|(_, weak)| weak.upgrade()).collect()
    });
    // Others may still refer to an object that was at this address before.
    found.into_iter().filter(|it| it.upgrade().is_some_and(|it| it.is(target))).collect()
}

/// `weakref.ref(object, callback)`.
pub(crate) fn reference(vm: &Vm, _: &Gc<Class>, args: &Args) -> Result<Value> {
    let (target, callback) = match &args.pos[..] {
        [target] => (target, Value::None),
        [target, callback] => (target, callback.clone()),
        _ => return vm.type_error("ref() takes 1 or 2 arguments"),
    };
    let has_callback = !callback.is_none();
    if !has_callback
        && let Some(known) = references_to(target).into_iter().next()
        && known.callback.borrow().is_none()
    {
        return Ok(known.into());
    }
    let reference = WeakRef::new(callback);
    let weak = Gc::downgrade(&reference);
    let call_back = move || {
        if let (Some(vm), Some(reference)) = (Vm::current(), weak.upgrade()) {
            vm.call_weak_callback(&reference);
        }
    };
    let referent = match has_callback {
        _ if !can_be_referred_to(target) => None,
        false => target.downgrade().map(Referent::Plain),
        true => target.watch(call_back).map(Referent::Watched),
    };
    let Some(referent) = referent else {
        let name = vm.type_name(target);
        return vm.type_error(format!("cannot create weak reference to '{name}' object"));
    };
    reference.referent.replace(Some(referent));
    Place::take(&reference, target, has_callback);
    Ok(reference.into())
}

/// Whether CPython has weak references to such objects.
fn can_be_referred_to(target: &Value) -> bool {
    match target {
        Value::Instance(instance) => instance.class().is_user,
        Value::Iter(iter) => iter.type_name() == "generator",
        Value::Function(_)
        | Value::Method(_)
        | Value::Class(_)
        | Value::Set(_)
        | Value::Module(_) => true,
        _ => false,
    }
}

impl Vm {
    /// Tells a program that an object is gone. The callback is not called again.
    fn call_weak_callback(&self, reference: &Gc<WeakRef>) {
        let callback = reference.callback.replace(Value::None);
        let args = Args::of(vec![Value::WeakRef(reference.clone())]);
        if let Err(raised) = self.call(&callback, args) {
            self.ignore(&raised, &callback);
        }
    }

    /// The end of the program: `weakref.finalize` calls what waits for it.
    pub(crate) fn run_finalizers(&self) {
        let Ok(module) = self.import("weakref") else { return };
        if let Some(run) = module.dict.get(&self.intern("_run_at_exit"))
            && let Err(raised) = self.call(&run, Args::default())
        {
            self.write_error(&report::exception(self, &raised.exception));
        }
    }
}
