use refcycle::Trace;

#[derive(Trace)]
struct Node(Box<dyn Fn(u8) -> u8>);

fn main() {}
