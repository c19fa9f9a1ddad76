use refcycle::Trace;

#[derive(Trace)]
#[trace(finalize bound = "")]
struct Node(u8);

fn main() {}
