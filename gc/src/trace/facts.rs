//! What is known of a type without looking at a value of it.
//!
//! Facts are constants, so code that depends on them costs nothing where they say "no". They may err
//! only towards "yes": a type that says it may own handles and never does is looked at for nothing; one
//! that denies it leaks.
//!
//! A recursive type (`enum Expr { Add(Box<Expr>, Box<Expr>) }`) has no finite answer, so each type
//! answers at three *levels*. What a value holds in itself is asked at the same level, what it holds
//! behind an allocation (`Vec`, `HashMap`) at the next lower one, and level 0 is the coarse answer
//! "everything, unless dropping such a value does nothing". A [`Gc`](crate::Gc) is exact at every level
//! because what it points at does not matter. So `RefCell<Vec<Gc<Node>>>` is exact and `Expr` is "yes".
//!
//! The types here are what a hand-written [`Trace`] names as its
//! [`Facts`](super::Trace::Facts); a tuple of them is "all of these, by value".

use super::{Finalize, Trace};
use std::marker::PhantomData;
use std::mem::needs_drop;
use std::ptr::NonNull;

/// Three answers about a type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// A value may own handles.
    pub owns: bool,
    /// The handles that a value owns can change while it is shared: some cell holds what owns.
    pub mutates: bool,
    /// Dropping a value may run a user's `Drop` that can reach handles which the value reports.
    pub drops: bool,
}

impl Facts {
    /// No to everything.
    pub const NONE: Facts = Facts { owns: false, mutates: false, drops: false };

    /// Yes to everything.
    pub const ALL: Facts = Facts { owns: true, mutates: true, drops: true };

    /// The coarse answer: no to everything for types whose drop does nothing (they can own no handle),
    /// yes for all others.
    pub const fn coarse<T: ?Sized>() -> Facts {
        if needs_drop::<T>() { Facts::ALL } else { Facts::NONE }
    }

    /// Yes where one of the two says yes.
    #[must_use]
    pub const fn or(self, other: Facts) -> Facts {
        Facts {
            owns: self.owns || other.owns,
            mutates: self.mutates || other.mutates,
            drops: self.drops || other.drops,
        }
    }

    /// The facts of a cell whose content has these facts.
    #[must_use]
    pub const fn in_cell(self) -> Facts {
        Facts { mutates: self.mutates || self.owns, ..self }
    }

    /// The facts of a type with these fields that has a `Drop` of its own, if `has_drop`.
    #[must_use]
    pub const fn with_drop(self, has_drop: bool) -> Facts {
        Facts { drops: self.drops || (has_drop && self.owns), ..self }
    }
}

/// A finalizer with the type of its argument erased.
pub type Finalizer = unsafe fn(NonNull<()>);

/// A type's answers, level by level (see the [module](self)).
///
/// Implemented by the types of this module and by the derive; a hand-written [`Trace`] names one of
/// them.
pub trait TypeFacts {
    /// The coarse answer.
    const L0: Facts;
    /// The answer that looks through one allocation less than `L2`.
    const L1: Facts;
    /// The exact answer.
    const L2: Facts;
    /// Runs the finalizer, where the type itself (not a part of it) has one.
    const FINALIZER: Option<Finalizer> = None;
}

/// "May own, change and drop anything." Always right.
#[derive(Debug)]
pub enum All {}

impl TypeFacts for All {
    const L0: Facts = Facts::ALL;
    const L1: Facts = Facts::ALL;
    const L2: Facts = Facts::ALL;
}

/// "Owns no handle."
#[derive(Debug)]
pub enum Leaf {}

impl TypeFacts for Leaf {
    const L0: Facts = Facts::NONE;
    const L1: Facts = Facts::NONE;
    const L2: Facts = Facts::NONE;
}

/// "Is a handle."
#[derive(Debug)]
pub enum Handle {}

impl Handle {
    const FACTS: Facts = Facts { owns: true, mutates: false, drops: false };
}

impl TypeFacts for Handle {
    const L0: Facts = Handle::FACTS;
    const L1: Facts = Handle::FACTS;
    const L2: Facts = Handle::FACTS;
}

/// "Whatever is in a `T`, behind a pointer whose content the facts do not follow."
#[derive(Debug)]
pub struct Coarse<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> TypeFacts for Coarse<T> {
    const L0: Facts = Facts::coarse::<T>();
    const L1: Facts = Facts::coarse::<T>();
    const L2: Facts = Facts::coarse::<T>();
}

/// "Holds `T`s in itself."
#[derive(Debug)]
pub struct Inline<T>(PhantomData<T>);

impl<T: Trace> TypeFacts for Inline<T> {
    const L0: Facts = Facts::coarse::<T>();
    const L1: Facts = T::Facts::L1;
    const L2: Facts = T::Facts::L2;
}

/// "Holds `T`s behind an allocation."
#[derive(Debug)]
pub struct Heap<T>(PhantomData<T>);

impl<T: Trace> TypeFacts for Heap<T> {
    const L0: Facts = Facts::coarse::<T>();
    const L1: Facts = T::Facts::L0;
    const L2: Facts = T::Facts::L1;
}

/// "Holds a `T` in itself that can be replaced while the value is shared."
#[derive(Debug)]
pub struct Mutable<T>(PhantomData<T>);

impl<T: Trace> TypeFacts for Mutable<T> {
    const L0: Facts = Facts::coarse::<T>();
    const L1: Facts = T::Facts::L1.in_cell();
    const L2: Facts = T::Facts::L2.in_cell();
}

/// "May own, change and drop anything, and has a finalizer."
#[derive(Debug)]
pub struct Finalizes<T>(PhantomData<T>);

impl<T: Finalize> TypeFacts for Finalizes<T> {
    const L0: Facts = Facts::ALL;
    const L1: Facts = Facts::ALL;
    const L2: Facts = Facts::ALL;
    const FINALIZER: Option<Finalizer> = Some(finalize::<T>);
}

/// Runs `T`'s finalizer.
///
/// # Safety
///
/// 1. `value` points at a live `T` that nobody borrows mutably.
pub(crate) unsafe fn finalize<T: Finalize>(value: NonNull<()>) {
    // SAFETY: the caller guarantees a live, shareable `T` (1).
    let value = unsafe { value.cast::<T>().as_ref() };
    value.finalize(); // user code
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: TypeFacts),*> TypeFacts for ($($name,)*) {
            const L0: Facts = Facts::NONE$(.or($name::L0))*;
            const L1: Facts = Facts::NONE$(.or($name::L1))*;
            const L2: Facts = Facts::NONE$(.or($name::L2))*;
        }
    };
}

tuples!();
tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
tuples!(A B C D E F G H I);
tuples!(A B C D E F G H I J);
tuples!(A B C D E F G H I J K);
tuples!(A B C D E F G H I J K L);
