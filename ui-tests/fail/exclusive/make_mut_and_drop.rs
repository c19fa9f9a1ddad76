use refcycle::Gc;

fn main() {
    let mut handle = Gc::new(String::new());
    let text = Gc::make_mut(&mut handle);
    drop(handle);
    text.push('x');
}
