use refcycle::Trace;

#[derive(Trace)]
union Number {
    int: u32,
    float: f32,
}

fn main() {}
