//! What `Arc<dyn Any + Send + Sync>` can do.

use refcycle::sync::Gc;
use refcycle::unsize;
use std::any::Any;

fn main() {
    let any: Gc<dyn Any + Send + Sync> = unsize!(Gc::new(5_u8) => dyn Any + Send + Sync);
    let any = std::thread::spawn(move || any).join().unwrap();
    let Err(any) = any.downcast::<u16>() else { panic!("it is none") };
    assert_eq!(any.downcast::<u8>().map(|five| *five).ok(), Some(5));
}
