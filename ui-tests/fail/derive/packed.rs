use refcycle::Trace;

#[derive(Trace)]
#[repr(C, packed(2))]
struct Packed {
    small: u8,
    large: u64,
}

fn main() {}
