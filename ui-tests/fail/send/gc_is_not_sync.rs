use refcycle::Gc;

fn main() {
    let handle = Gc::new(1);
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!(*handle, 1));
    });
}
