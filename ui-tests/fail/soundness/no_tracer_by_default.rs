use refcycle::Tracer;

fn main() {
    drop(Tracer::default());
}
