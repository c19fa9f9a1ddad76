use refcycle::Trace;

#[derive(Trace)]
struct Node<T>(#[trace(bound = "T: Trace")] Vec<T>);

fn main() {}
