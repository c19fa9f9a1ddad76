use refcycle::Trace;

#[derive(Trace)]
struct Node(#[trace(skip = true)] u8);

fn main() {}
