use refcycle::Trace;

#[derive(Trace)]
struct Node(&'static mut u8);

fn main() {}
