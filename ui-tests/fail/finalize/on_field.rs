use refcycle::Trace;

#[derive(Trace)]
struct Session(#[trace(finalize)] String);

fn main() {}
