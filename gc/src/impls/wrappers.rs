//! Types that hold other values in themselves and can only be changed by their owner.

use crate::{Trace, Tracer, facts};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::num::{Saturating, Wrapping};
use std::ops::{Bound, ControlFlow};
use std::ops::{Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};
use std::panic::AssertUnwindSafe;
use std::task::Poll;

/// Implements `Trace` for a wrapper by a `match` on it: one arm per shape, each with the values
/// that are in it.
macro_rules! wrappers {
    ($($type:ident<$($param:ident),+> { $($shape:pat => [$($value:expr),*]),+ $(,)? })+) => {$(
        // SAFETY: each value is owned by the wrapper and passed on once, whenever it is there (1,
        // 2), no other code runs (3), and the facts are those of all that may be inside (4).
        unsafe impl<$($param: Trace),+> Trace for $type<$($param),+> {
            type Facts = ($(facts::Inline<$param>,)+);

            #[inline]
            fn trace(&self, tracer: &mut Tracer) {
                match self {
                    $($shape => {
                        $($value.trace(tracer);)*
                    })+
                }
            }
        }
    )+};
}

wrappers! {
    Option<T> { Some(value) => [value], None => [] }
    Result<T, E> { Ok(value) => [value], Err(error) => [error] }
    Poll<T> { Poll::Ready(value) => [value], Poll::Pending => [] }
    ControlFlow<B, C> {
        ControlFlow::Break(value) => [value],
        ControlFlow::Continue(value) => [value],
    }
    Bound<T> { Bound::Included(end) | Bound::Excluded(end) => [end], Bound::Unbounded => [] }
    Reverse<T> { Reverse(value) => [value] }
    Saturating<T> { Saturating(value) => [value] }
    Wrapping<T> { Wrapping(value) => [value] }
    AssertUnwindSafe<T> { AssertUnwindSafe(value) => [value] }
    Range<T> { Range { start, end } => [start, end] }
    RangeFrom<T> { RangeFrom { start } => [start] }
    RangeTo<T> { RangeTo { end } => [end] }
    RangeToInclusive<T> { RangeToInclusive { end } => [end] }
    RangeInclusive<T> { range => [range.start(), range.end()] }
}

/// Reports what it owns, and nothing of what it borrows.
// SAFETY: an owned value belongs to the `Cow` alone and is passed on once, always; a borrowed one
// is not reported (1, 2). No other code runs (3); the facts are those of the owned value (4).
unsafe impl<B: ToOwned<Owned: Trace> + ?Sized> Trace for Cow<'_, B> {
    type Facts = facts::Inline<B::Owned>;

    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        match self {
            Cow::Borrowed(_) => {}
            Cow::Owned(value) => value.trace(tracer),
        }
    }
}
