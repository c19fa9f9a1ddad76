use refcycle::Trace;

#[derive(Trace)]
#[trace(finalize)]
struct Session(String);

fn main() {}
