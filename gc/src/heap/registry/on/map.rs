//! A table by address.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A table by address.
pub(super) type Map<K, V> = HashMap<K, V, BuildHasherDefault<AddressHasher>>;

/// Hashes one address. Nobody chooses addresses in order to make tables slow.
#[derive(Debug, Default)]
pub(super) struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_usize(usize::from(byte));
        }
    }

    #[inline]
    fn write_usize(&mut self, address: usize) {
        /// 2⁶⁴ divided by the golden ratio: the product's upper bits depend on all of the address.
        const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
        self.0 = (self.0 ^ address as u64).wrapping_mul(SPREAD);
    }

    #[inline]
    fn finish(&self) -> u64 {
        // A table takes its place from the lower bits and a tag from the upper ones.
        self.0.rotate_left(26)
    }
}
