use refcycle::Trace;
use std::mem::ManuallyDrop;

#[derive(Trace)]
struct Node(ManuallyDrop<String>);

fn main() {}
