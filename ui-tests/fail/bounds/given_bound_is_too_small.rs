use refcycle::Trace;

#[derive(Trace)]
#[trace(bound = "")]
struct Node<T>(Vec<T>);

fn main() {}
