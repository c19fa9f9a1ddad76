//! A pointer with its address exchanged and its metadata kept.

use std::ptr::NonNull;

/// `pointer` with its data address (and provenance) replaced by those of `address`; a length or a vtable
/// stays as it is.
#[inline]
pub(super) fn at_address<T: ?Sized>(pointer: NonNull<T>, address: NonNull<()>) -> NonNull<T> {
    const { assert!(size_of::<*const u8>() == size_of::<*mut ()>()) };
    let mut pointer = pointer.as_ptr();
    // SAFETY: a pointer, thin or fat, begins with its data address (a unit test below checks it; the
    // standard library relied on it for years), and writing another address there makes no invalid
    // value of a raw pointer.
    unsafe { (&raw mut pointer).cast::<*mut ()>().write(address.as_ptr()) };
    // SAFETY: the address comes from a `NonNull`.
    unsafe { NonNull::new_unchecked(pointer) }
}

/// An address at which nothing can lie: that of a weak handle of nothing.
pub(super) const NOWHERE: NonNull<()> =
    NonNull::without_provenance(std::num::NonZero::new(usize::MAX).expect("it is not zero"));

/// Does the pointer lead nowhere?
#[inline]
pub(super) fn is_nowhere<T: ?Sized>(pointer: *const T) -> bool {
    pointer.addr() == usize::MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Debug;

    #[test]
    fn address_comes_first_and_metadata_stays() {
        let (from, to) = ([1_u8, 2, 3], [4_u8, 5, 6]);
        let slice: NonNull<[u8]> = NonNull::from(&from[..]);
        let moved = at_address(slice, NonNull::from(&to).cast());
        // SAFETY: three bytes lie there.
        assert_eq!(unsafe { moved.as_ref() }, [4, 5, 6]);

        let object: NonNull<dyn Debug> = NonNull::from(&from as &dyn Debug);
        let moved = at_address(object, NonNull::from(&to).cast());
        // SAFETY: the vtable is that of `[u8; 3]`, and one lies there.
        assert_eq!(format!("{:?}", unsafe { moved.as_ref() }), "[4, 5, 6]");
        assert!(is_nowhere(at_address(object, NOWHERE).as_ptr()));
    }
}
