use refcycle::Trace;

#[derive(Trace)]
struct Node(u8);

refcycle::pointee!(Node);

fn main() {}
