use refcycle::Trace;
use std::mem::MaybeUninit;

#[derive(Trace)]
struct Node(MaybeUninit<u8>);

fn main() {}
