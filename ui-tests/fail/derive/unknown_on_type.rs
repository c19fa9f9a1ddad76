use refcycle::Trace;

#[derive(Trace)]
#[trace(unsafe_no_drop)]
struct Node(u8);

fn main() {}
