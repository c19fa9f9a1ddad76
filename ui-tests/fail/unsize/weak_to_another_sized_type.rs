use refcycle::{Gc, Weak, unsize};

fn main() {
    let wide: Weak<u64> = unsize!(Gc::downgrade(&Gc::new(1_u8)) => u64);
    drop(wide);
}
