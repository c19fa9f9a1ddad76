#![forbid(unsafe_code)]

use refcycle::{Gc, private::Unsize};

fn main() {
    let handle = Gc::new(1_u8);
    let wide: Gc<u64> = handle.coerced(std::ptr::null());
    drop(wide);
}
