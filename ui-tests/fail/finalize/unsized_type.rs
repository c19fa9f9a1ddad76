use refcycle::{Finalize, Trace};

#[derive(Trace)]
#[trace(finalize)]
struct Text(str);

impl Finalize for Text {
    fn finalize(&self) {}
}

fn main() {}
