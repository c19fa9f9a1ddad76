use refcycle::Trace;
use std::cell::UnsafeCell;

#[derive(Trace)]
struct Node(UnsafeCell<u8>);

fn main() {}
