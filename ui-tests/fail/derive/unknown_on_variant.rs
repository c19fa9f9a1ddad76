use refcycle::Trace;

#[derive(Trace)]
enum Choice {
    #[trace(leaf)]
    One(u8),
}

fn main() {}
