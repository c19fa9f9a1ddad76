use refcycle::{Finalize, Trace};

#[derive(Trace)]
#[trace(finalize)]
struct Session(String);

impl Finalize for Session {
    fn finalize(self) {}
}

fn main() {}
