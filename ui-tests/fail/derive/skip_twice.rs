use refcycle::Trace;

#[derive(Trace)]
struct Node(
    #[trace(skip)]
    #[trace(skip)]
    u8,
);

fn main() {}
