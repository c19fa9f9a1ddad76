use refcycle::Trace;

#[derive(Trace)]
#[trace(bound = T: Trace)]
struct Node<T>(T);

fn main() {}
