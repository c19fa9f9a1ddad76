use refcycle::{Gc, unsize};

fn main() {
    let wide: Gc<u64> = unsize!(Gc::new(1_u8) => u64);
    drop(wide);
}
