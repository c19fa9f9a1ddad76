use refcycle::Trace;
use std::cell::RefCell;

struct Foreign;

#[derive(Trace)]
enum Choice {
    One(RefCell<Vec<Foreign>>),
}

fn main() {}
