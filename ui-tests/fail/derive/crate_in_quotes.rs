use refcycle::Trace;

#[derive(Trace)]
#[trace(crate = "refcycle")]
struct Node(u8);

fn main() {}
