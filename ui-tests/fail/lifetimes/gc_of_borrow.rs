use refcycle::Gc;

fn main() {
    let text = String::from("text");
    let handle = Gc::new(text.as_str());
    drop(handle);
}
