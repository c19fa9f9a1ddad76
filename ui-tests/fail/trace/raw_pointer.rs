use refcycle::Trace;

#[derive(Trace)]
struct Node(*const u8);

fn main() {}
