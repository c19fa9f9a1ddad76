//! Conversions from sized values, boxes and `Cow`.

use super::Gc;
use crate::flavor::{Flavor, Holds};
use crate::trace::Pointee;
use std::borrow::Cow;
use std::pin::Pin;

impl<T: 'static, F: Holds<T>> From<T> for Gc<T, F> {
    /// Makes an object with this value.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(value: T) -> Gc<T, F> {
        Gc::<T, F>::new(value)
    }
}

impl<T: 'static, F: Holds<T>> From<Box<T>> for Gc<T, F> {
    /// Moves the value into an object.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(value: Box<T>) -> Gc<T, F> {
        Gc::<T, F>::new(*value)
    }
}

impl<'a, B, F> From<Cow<'a, B>> for Gc<B, F>
where
    B: ToOwned + ?Sized + 'static,
    F: Flavor,
    Gc<B, F>: From<&'a B> + From<B::Owned>,
{
    /// Copies what is borrowed, moves what is owned.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(value: Cow<'a, B>) -> Gc<B, F> {
        match value {
            Cow::Borrowed(value) => Gc::from(value),
            Cow::Owned(value) => Gc::from(value),
        }
    }
}

impl<T: Default + 'static, F: Holds<T>> Default for Gc<T, F> {
    /// Makes an object with the default value.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn default() -> Gc<T, F> {
        Gc::<T, F>::new(T::default())
    }
}

impl<T: ?Sized + Pointee, F: Flavor> Default for Pin<Gc<T, F>>
where
    Gc<T, F>: Default,
{
    /// Makes an object with the default value, pinned.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn default() -> Pin<Gc<T, F>> {
        // SAFETY: as for `Gc::pin`: the handle was just made and is the only one.
        unsafe { Pin::new_unchecked(<Gc<T, F> as Default>::default()) }
    }
}
