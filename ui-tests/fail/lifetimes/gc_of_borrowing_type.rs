use refcycle::{Gc, Trace};

#[derive(Trace)]
struct Lent<'a>(&'a str);

fn share(text: &str) -> usize {
    Gc::new(Lent(text)).0.len()
}

fn main() {
    share("text");
}
