use refcycle::{Gc, Trace};

struct Foreign;

#[derive(Trace)]
struct Peeked<I: Iterator>(Option<I::Item>);

fn main() {
    drop(Gc::new(Peeked::<std::vec::IntoIter<Foreign>>(None)));
}
