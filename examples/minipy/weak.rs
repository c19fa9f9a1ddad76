//! `weakref`: weak references are refcycle's, and so are their callbacks.

use crate::error::Result;
use crate::object::{Class, Referent, WeakRef};
use crate::value::Value;
use crate::vm::{Args, Vm};
use refcycle::Gc;

/// `weakref.ref(object, callback)`.
pub(crate) fn reference(vm: &Vm, _: &Gc<Class>, args: &Args) -> Result<Value> {
    let (target, callback) = match &args.pos[..] {
        [target] => (target, Value::None),
        [target, callback] => (target, callback.clone()),
        _ => return vm.type_error("ref() takes 1 or 2 arguments"),
    };
    let has_callback = !callback.is_none();
    let reference = WeakRef::new(callback);
    let weak = Gc::downgrade(&reference);
    let call_back = move || {
        if let (Some(vm), Some(reference)) = (Vm::current(), weak.upgrade()) {
            vm.call_weak_callback(&reference);
        }
    };
    let referent = match (target, has_callback) {
        (Value::Instance(it), false) => Referent::Instance(Gc::downgrade(it)),
        (Value::Instance(it), true) => Referent::WatchedInstance(Gc::watch(it, call_back)),
        (Value::Function(it), false) => Referent::Function(Gc::downgrade(it)),
        (Value::Function(it), true) => Referent::WatchedFunction(Gc::watch(it, call_back)),
        (Value::Class(it), false) => Referent::Class(Gc::downgrade(it)),
        (Value::Class(it), true) => Referent::WatchedClass(Gc::watch(it, call_back)),
        (Value::Set(it), false) => Referent::Set(Gc::downgrade(it)),
        (Value::Set(it), true) => Referent::WatchedSet(Gc::watch(it, call_back)),
        (other, _) => {
            let name = vm.type_name(other);
            return vm.type_error(format!("cannot create weak reference to '{name}' object"));
        }
    };
    reference.referent.replace(Some(referent));
    Ok(reference.into())
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
}
