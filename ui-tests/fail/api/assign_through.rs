use refcycle::Gc;

fn main() {
    let handle = Gc::new(1);
    *handle = 2;
}
