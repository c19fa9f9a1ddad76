use refcycle::Trace;

struct Foreign;

#[derive(Trace)]
struct Node {
    name: String,
    foreign: Foreign,
}

fn main() {}
