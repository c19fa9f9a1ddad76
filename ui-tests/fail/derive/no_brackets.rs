use refcycle::Trace;

#[derive(Trace)]
struct Node(#[trace] u8);

fn main() {}
