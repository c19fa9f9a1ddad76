use refcycle::Gc;

fn main() {
    let handle = Gc::new(1);
    *Gc::get_mut(&handle).unwrap() = 2;
}
