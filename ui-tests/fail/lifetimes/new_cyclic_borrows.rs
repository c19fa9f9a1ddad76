use refcycle::Gc;

fn main() {
    let number = 1;
    let handle = Gc::new_cyclic(|_| &number);
    drop(handle);
}
