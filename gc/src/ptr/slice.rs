//! Slices, `str` and their kin: making them, and seeing one as another.

use super::Gc;
use super::exclusive::sealed::CloneIntoGc;
use super::uninit::{slice_from_iter, slice_from_moved};
use crate::flavor::sealed::Address;
use crate::flavor::{Flavor, Holds};
use crate::heap::registry::Site;
use crate::heap::table::Table;
use crate::trace::{Check, Pointee};
use std::ffi::{CStr, CString, OsStr, OsString};
use std::path::{Path, PathBuf};
use std::ptr::{self, NonNull};

impl<T: Clone + 'static, F: Holds<T>> From<&[T]> for Gc<[T], F> {
    /// Makes an object with copies of the elements.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(elements: &[T]) -> Gc<[T], F> {
        slice_from_iter(elements.len(), elements.iter().cloned())
    }
}

impl<T: Clone + 'static, F: Holds<T>> From<&mut [T]> for Gc<[T], F> {
    /// Makes an object with copies of the elements.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(elements: &mut [T]) -> Gc<[T], F> {
        Gc::from(&*elements)
    }
}

impl<T: 'static, F: Holds<T>> From<Vec<T>> for Gc<[T], F> {
    /// Moves the elements into an object.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(mut elements: Vec<T>) -> Gc<[T], F> {
        // SAFETY: the elements are the vector's until they are moved, and forgotten in the next line.
        let moved = unsafe { slice_from_moved(elements.as_ptr(), elements.len()) };
        // SAFETY: they have been moved out.
        unsafe { elements.set_len(0) };
        moved
    }
}

impl<T: 'static, F: Holds<T>> From<Box<[T]>> for Gc<[T], F> {
    /// Moves the elements into an object.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(elements: Box<[T]>) -> Gc<[T], F> {
        Gc::from(elements.into_vec())
    }
}

impl<T: 'static, F: Holds<T>, const N: usize> From<[T; N]> for Gc<[T], F> {
    /// Moves the elements into an object.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(elements: [T; N]) -> Gc<[T], F> {
        // SAFETY: the elements are the array's until they are moved, and forgotten in the next line.
        let moved = unsafe { slice_from_moved(elements.as_ptr(), N) };
        std::mem::forget(elements);
        moved
    }
}

impl<T: 'static, F: Holds<T>> FromIterator<T> for Gc<[T], F> {
    /// Collects the elements into an object, by way of a `Vec`.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Gc<[T], F> {
        Gc::from(elements.into_iter().collect::<Vec<T>>())
    }
}

impl<T: 'static, F: Flavor, const N: usize> TryFrom<Gc<[T], F>> for Gc<[T; N], F> {
    type Error = Gc<[T], F>;

    /// The same object seen as an array, if it has `N` elements.
    fn try_from(slice: Gc<[T], F>) -> Result<Gc<[T; N], F>, Gc<[T], F>> {
        if slice.ptr.len() != N {
            return Err(slice);
        }
        // SAFETY: a slice of `N` elements is an array of `N`, and the handle is passed on.
        Ok(unsafe { Gc::from_ptr(Gc::into_ptr(slice).cast::<[T; N]>()) })
    }
}

impl<F: Holds<u8>> From<&str> for Gc<str, F> {
    /// Copies the text into an object.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(text: &str) -> Gc<str, F> {
        let Address(value) = F::allocate(Table::of_str(), text.len());
        let bytes = NonNull::slice_from_raw_parts(value.cast::<u8>(), text.len());
        // SAFETY: so many bytes lie there, and the new object has room for as many.
        unsafe { ptr::copy_nonoverlapping(text.as_ptr(), value.cast().as_ptr(), text.len()) };
        F::enroll(Address(value), Site::here());
        // SAFETY: the bytes are those of a `str`, and the object was made with one handle, this one.
        unsafe { Gc::from_raw(bytes.as_ptr() as *const str) }
    }
}

impl<F: Holds<u8>> From<&mut str> for Gc<str, F> {
    /// Copies the text into an object.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(text: &mut str) -> Gc<str, F> {
        Gc::from(&*text)
    }
}

impl<F: Holds<u8>> From<String> for Gc<str, F> {
    /// Copies the text into an object.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(text: String) -> Gc<str, F> {
        Gc::from(&*text)
    }
}

impl<F: Holds<u8>> From<Box<str>> for Gc<str, F> {
    /// Copies the text into an object.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(text: Box<str>) -> Gc<str, F> {
        Gc::from(&*text)
    }
}

impl<F: Flavor> From<Gc<str, F>> for Gc<[u8], F> {
    /// The same object seen as bytes.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(text: Gc<str, F>) -> Gc<[u8], F> {
        let ptr = Gc::into_ptr(text);
        let bytes = NonNull::new(ptr.as_ptr() as *mut [u8]).expect("a handle is not null");
        // SAFETY: a `str` is bytes, and the handle is passed on.
        unsafe { Gc::from_ptr(bytes) }
    }
}

impl<F: Holds<u8>> Default for Gc<str, F> {
    /// The empty text.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn default() -> Gc<str, F> {
        Gc::from("")
    }
}

impl<T: 'static, F: Holds<T>> Default for Gc<[T], F> {
    /// No element.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn default() -> Gc<[T], F> {
        Gc::from([])
    }
}

/// Bytes under another name: `CStr`, `OsStr`, `Path`.
macro_rules! bytes {
    ($($name:ty, $owned:ty, $as_bytes:ident, $doc:literal;)*) => {$(
        impl Pointee for $name {
            const CHECK: Check<Self> = Check::NEVER;
        }

        impl<F: Holds<u8>> From<&$name> for Gc<$name, F> {
            #[doc = $doc]
            #[cfg_attr(feature = "track-sites", track_caller)]
            fn from(text: &$name) -> Gc<$name, F> {
                let bytes = Gc::<[u8], F>::from($as_bytes(text));
                let ptr = Gc::into_ptr(bytes).as_ptr() as *mut $name;
                // SAFETY: the type is bytes under another name (the standard library makes its own
                // `Rc`s of it by this very cast); these are those of a valid value, and the handle is
                // passed on.
                unsafe { Gc::from_raw(ptr) }
            }
        }

        impl<F: Holds<u8>> From<&mut $name> for Gc<$name, F> {
            #[doc = $doc]
            #[cfg_attr(feature = "track-sites", track_caller)]
            fn from(text: &mut $name) -> Gc<$name, F> {
                Gc::from(&*text)
            }
        }

        impl<F: Holds<u8>> From<Box<$name>> for Gc<$name, F> {
            #[doc = $doc]
            #[cfg_attr(feature = "track-sites", track_caller)]
            fn from(text: Box<$name>) -> Gc<$name, F> {
                Gc::from(&*text)
            }
        }

        impl<F: Holds<u8>> CloneIntoGc<F> for $name {
            #[cfg_attr(feature = "track-sites", track_caller)]
            fn clone_into_gc(this: &Gc<$name, F>) -> Gc<$name, F> {
                Gc::from(&**this)
            }
        }

        impl<F: Holds<u8>> From<$owned> for Gc<$name, F> {
            #[doc = $doc]
            #[cfg_attr(feature = "track-sites", track_caller)]
            fn from(text: $owned) -> Gc<$name, F> {
                Gc::from(&*text)
            }
        }
    )*};
}

fn c_bytes(text: &CStr) -> &[u8] {
    text.to_bytes_with_nul()
}

fn os_bytes(text: &OsStr) -> &[u8] {
    text.as_encoded_bytes()
}

fn path_bytes(text: &Path) -> &[u8] {
    text.as_os_str().as_encoded_bytes()
}

bytes! {
    CStr, CString, c_bytes, "Copies the text into an object.";
    OsStr, OsString, os_bytes, "Copies the text into an object.";
    Path, PathBuf, path_bytes, "Copies the path into an object.";
}

impl<F: Holds<u8>> Default for Gc<CStr, F> {
    /// The empty text.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn default() -> Gc<CStr, F> {
        Gc::from(c"")
    }
}
