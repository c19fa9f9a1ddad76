//! Handles of values of any type, and what can be done with them whatever the type.

use super::values::{Both, Doomed, Fin, Fixed, Leaf, Plain, Value};
use crate::oracle::{Id, Kind};
use refcycle::{Gc, Trace, Watch, Weak, unsize};
use std::any::Any;
use std::cell::Cell;
use std::rc::Rc;

#[derive(Clone, Trace)]
pub(super) enum Handle {
    Plain(Gc<Plain>),
    Doomed(Gc<Doomed>),
    Fin(Gc<Fin>),
    Both(Gc<Both>),
    Fixed(Gc<Fixed>),
    Leaf(Gc<Leaf>),
    Any(Kind0, Gc<dyn Any>),
}

/// The kind of a handle that has forgotten its type.
#[derive(Clone, Copy, Trace)]
pub(super) struct Kind0(#[trace(skip)] pub(super) Kind);

/// Does something with the typed handle, or with the erased one.
macro_rules! with_handle {
    ($handle:expr, $gc:ident => $body:expr) => {
        with_handle!($handle, $gc => $body, any _kind, $gc => $body)
    };
    ($handle:expr, $gc:ident => $body:expr, any $kind:pat, $any_gc:pat => $any:expr) => {
        match $handle {
            Handle::Plain($gc) => $body,
            Handle::Doomed($gc) => $body,
            Handle::Fin($gc) => $body,
            Handle::Both($gc) => $body,
            Handle::Fixed($gc) => $body,
            Handle::Leaf($gc) => $body,
            Handle::Any($kind, $any_gc) => $any,
        }
    };
}

impl Handle {
    /// The value, by a plain dereference where its type is never seen dead.
    pub(super) fn value(&self) -> Option<&dyn Value> {
        match self {
            Handle::Plain(gc) => Some(&**gc),
            Handle::Fin(gc) => Some(&**gc),
            Handle::Fixed(gc) => Some(&**gc),
            Handle::Leaf(gc) => Some(&**gc),
            Handle::Doomed(gc) => Gc::try_deref(gc).map(|value| value as &dyn Value),
            Handle::Both(gc) => Gc::try_deref(gc).map(|value| value as &dyn Value),
            Handle::Any(kind, gc) => {
                let any = Gc::try_deref(gc)?;
                let value: Option<&dyn Value> = match kind.0 {
                    Kind::Plain => any.downcast_ref::<Plain>().map(|value| value as _),
                    Kind::Doomed => any.downcast_ref::<Doomed>().map(|value| value as _),
                    Kind::Fin => any.downcast_ref::<Fin>().map(|value| value as _),
                    Kind::Both => any.downcast_ref::<Both>().map(|value| value as _),
                    Kind::Fixed => any.downcast_ref::<Fixed>().map(|value| value as _),
                    Kind::Leaf => any.downcast_ref::<Leaf>().map(|value| value as _),
                };
                Some(value.expect("the handle has kept its type"))
            }
        }
    }

    pub(super) fn is_dead(&self) -> bool {
        with_handle!(self, gc => Gc::is_dead(gc))
    }

    pub(super) fn strong_count(&self) -> usize {
        with_handle!(self, gc => Gc::strong_count(gc))
    }

    pub(super) fn weak_count(&self) -> usize {
        with_handle!(self, gc => Gc::weak_count(gc))
    }

    pub(super) fn downgrade(&self) -> Weak<dyn Any> {
        with_handle!(self, gc => unsize!(Gc::downgrade(gc) => dyn Any), any _, gc => Gc::downgrade(gc))
    }

    pub(super) fn watch(&self, callback: impl FnOnce() + 'static) -> Box<dyn Armed> {
        with_handle!(self, gc => Box::new(Gc::watch(gc, callback)))
    }

    pub(super) fn erase(self, kind: Kind) -> Handle {
        let any: Gc<dyn Any> = with_handle!(self, gc => unsize!(gc => dyn Any), any _, gc => gc);
        Handle::Any(Kind0(kind), any)
    }

    pub(super) fn recover(self) -> Handle {
        let Handle::Any(Kind0(kind), any) = self else { return self };
        // First as something it is not.
        let any = any.downcast::<u8>().expect_err("it is no number");
        let recovered = match kind {
            Kind::Plain => any.downcast().map(Handle::Plain),
            Kind::Doomed => any.downcast().map(Handle::Doomed),
            Kind::Fin => any.downcast().map(Handle::Fin),
            Kind::Both => any.downcast().map(Handle::Both),
            Kind::Fixed => any.downcast().map(Handle::Fixed),
            Kind::Leaf => any.downcast().map(Handle::Leaf),
        };
        recovered.unwrap_or_else(|_| panic!("the handle has forgotten that it is a {kind:?}"))
    }
}

/// A watch of any type.
pub(super) trait Armed {
    fn is_armed(&self) -> bool;
}

impl<T: ?Sized> Armed for Watch<T> {
    fn is_armed(&self) -> bool {
        Watch::is_armed(self)
    }
}

/// A handle in the program's hands.
pub(super) struct Held {
    pub(super) id: Id,
    pub(super) handle: Handle,
}

pub(super) struct HeldWeak {
    pub(super) id: Id,
    /// `None`: it never led anywhere.
    pub(super) epoch: Option<u32>,
    pub(super) weak: Weak<dyn Any>,
}

pub(super) struct HeldWatch {
    pub(super) id: Id,
    pub(super) epoch: Option<u32>,
    pub(super) watch: Box<dyn Armed>,
    pub(super) fired: Rc<Cell<u32>>,
}

pub(super) use with_handle;
