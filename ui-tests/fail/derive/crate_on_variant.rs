use refcycle::Trace;

#[derive(Trace)]
enum Choice {
    #[trace(crate = refcycle)]
    One(u8),
}

fn main() {}
