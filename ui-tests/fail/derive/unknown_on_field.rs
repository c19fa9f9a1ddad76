use refcycle::Trace;

#[derive(Trace)]
struct Node(#[trace(ignore)] u8);

fn main() {}
