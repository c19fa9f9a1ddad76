use refcycle::Trace;

#[derive(Trace)]
#[trace(finalize, finalize)]
struct Node(u8);

impl refcycle::Finalize for Node {
    fn finalize(&self) {}
}

fn main() {}
