use refcycle::{Gc, unsize};

fn main() {
    let wide: Gc<[u16]> = unsize!(Gc::new([1_u8, 2]) => [u16]);
    drop(wide);
}
