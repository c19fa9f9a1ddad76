#![deny(unused_must_use)]

fn main() {
    refcycle::pause();
}
