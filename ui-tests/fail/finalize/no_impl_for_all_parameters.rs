use refcycle::{Finalize, Trace};

#[derive(Trace)]
#[trace(finalize)]
struct Session<T>(T);

impl Finalize for Session<u8> {
    fn finalize(&self) {}
}

fn main() {}
