use refcycle::Trace;

#[derive(Trace)]
struct Node(#[trace("skip")] u8);

fn main() {}
