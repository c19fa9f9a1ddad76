use refcycle::Gc;

fn text<T: ToString + 'static>(handle: &Gc<T>) -> String {
    handle.to_string()
}

fn main() {
    text(&Gc::new(1));
}
