use refcycle::Trace;

#[derive(Trace)]
#[trace(bound = "T: Trace", bound = "U: Trace")]
struct Node<T, U>(T, U);

fn main() {}
