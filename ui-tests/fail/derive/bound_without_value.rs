use refcycle::Trace;

#[derive(Trace)]
#[trace(bound)]
struct Node<T>(T);

fn main() {}
