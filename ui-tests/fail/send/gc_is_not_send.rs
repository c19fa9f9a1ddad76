use refcycle::Gc;

fn main() {
    let handle = Gc::new(1);
    std::thread::spawn(move || assert_eq!(*handle, 1));
}
