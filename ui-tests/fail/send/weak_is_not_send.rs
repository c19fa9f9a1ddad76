use refcycle::Gc;

fn main() {
    let weak = Gc::downgrade(&Gc::new(1));
    std::thread::spawn(move || assert!(weak.upgrade().is_none()));
}
