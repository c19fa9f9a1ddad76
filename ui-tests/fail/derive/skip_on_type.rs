use refcycle::Trace;

#[derive(Trace)]
#[trace(skip)]
struct Node(u8);

fn main() {}
