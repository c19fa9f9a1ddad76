use refcycle::Trace;

trait Shape {}

#[derive(Trace)]
struct Node(Box<dyn Shape>);

fn main() {}
