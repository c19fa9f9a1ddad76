use refcycle::Trace;

#[derive(Trace)]
#[trace(finalize = cleanup)]
struct Node(u8);

fn main() {}
