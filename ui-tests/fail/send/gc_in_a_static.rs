use refcycle::Gc;

static HANDLE: Option<Gc<u8>> = None;

fn main() {
    assert!(HANDLE.is_none());
}
