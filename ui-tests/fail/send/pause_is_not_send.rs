fn main() {
    let pause = refcycle::pause();
    std::thread::spawn(move || drop(pause));
}
