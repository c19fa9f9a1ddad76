use refcycle::Trace;

#[derive(Trace)]
enum Choice {
    #[trace(skip)]
    One(u8),
}

fn main() {}
