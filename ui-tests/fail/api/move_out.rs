use refcycle::Gc;

fn main() {
    let handle = Gc::new(String::new());
    let text = *handle;
    drop(text);
}
