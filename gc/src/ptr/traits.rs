//! What a handle passes on to its value: comparison, hashing, printing, borrowing.
//!
//! All of it dereferences, and panics where dereferencing does: see [`Gc`].

use super::Gc;
use crate::flavor::Flavor;
use crate::trace::Pointee;
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};

impl<T: ?Sized + PartialEq + Pointee, F: Flavor> PartialEq for Gc<T, F> {
    /// Compares the values. On a cycle this recurses without end, as any comparison of values would.
    fn eq(&self, other: &Gc<T, F>) -> bool {
        **self == **other
    }
}

impl<T: ?Sized + Eq + Pointee, F: Flavor> Eq for Gc<T, F> {}

impl<T: ?Sized + PartialOrd + Pointee, F: Flavor> PartialOrd for Gc<T, F> {
    /// Compares the values.
    fn partial_cmp(&self, other: &Gc<T, F>) -> Option<Ordering> {
        (**self).partial_cmp(&**other)
    }
}

impl<T: ?Sized + Ord + Pointee, F: Flavor> Ord for Gc<T, F> {
    /// Compares the values.
    fn cmp(&self, other: &Gc<T, F>) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl<T: ?Sized + Hash + Pointee, F: Flavor> Hash for Gc<T, F> {
    /// Hashes the value.
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: ?Sized + fmt::Display + Pointee, F: Flavor> fmt::Display for Gc<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized, F: Flavor> fmt::Pointer for Gc<T, F> {
    /// Prints the address of the value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.ptr, f)
    }
}

impl<T: ?Sized + Pointee, F: Flavor> AsRef<T> for Gc<T, F> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: ?Sized + Pointee, F: Flavor> Borrow<T> for Gc<T, F> {
    fn borrow(&self) -> &T {
        self
    }
}

impl<T: ?Sized + Error + Pointee, F: Flavor> Error for Gc<T, F> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        (**self).source()
    }
}

#[cfg(unix)]
mod unix {
    use super::{Flavor, Gc, Pointee};
    use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

    impl<T: AsFd + Pointee + ?Sized, F: Flavor> AsFd for Gc<T, F> {
        fn as_fd(&self) -> BorrowedFd<'_> {
            (**self).as_fd()
        }
    }

    impl<T: AsRawFd + Pointee + ?Sized, F: Flavor> AsRawFd for Gc<T, F> {
        fn as_raw_fd(&self) -> RawFd {
            (**self).as_raw_fd()
        }
    }
}
