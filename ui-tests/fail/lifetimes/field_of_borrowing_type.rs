use refcycle::{Gc, Trace};

#[derive(Trace)]
struct Lent<'a>(&'a str);

#[derive(Trace)]
struct Node<'a>(Gc<Lent<'a>>);

fn main() {}
