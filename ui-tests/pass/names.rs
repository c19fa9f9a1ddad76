//! Names that a macro could stumble over: raw ones, those of the library's own items, and constants
//! that have the name of a field.

#![allow(non_camel_case_types, non_upper_case_globals, dead_code)]

use refcycle::Gc;

const tracer: u8 = 1;
static value: u8 = 2;
const a: u8 = 3;
struct binding;

#[derive(refcycle::Trace)]
struct r#struct<r#type> {
    r#fn: r#type,
    r#mut: Option<Box<r#struct<r#type>>>,
    tracer: u8,
    value: u8,
    a: u8,
}

#[derive(refcycle::Trace)]
enum r#enum {
    r#match(u8),
    r#loop { r#in: u16 },
    binding(u8),
}

#[derive(refcycle::Trace)]
struct Trace<Tracer, Facts, Self_>(Tracer, Facts, Self_);

#[derive(refcycle::Trace)]
struct Gc_<Gc, Trace, PhantomData: Default, L0>(Gc, Vec<(Trace, L0)>, PhantomData);

/// A parameter that hides what is outside.
#[derive(refcycle::Trace)]
struct Hides<Option, String>(Option, String);

/// A field type whose own `trace` is not the trait's.
struct Liar;

impl Liar {
    fn trace(&self, _: &mut refcycle::Tracer) {
        panic!("this is not the trait's method");
    }
}

unsafe impl refcycle::Trace for Liar {
    type Facts = refcycle::facts::All;

    fn trace(&self, _: &mut refcycle::Tracer) {}
}

#[derive(refcycle::Trace)]
struct HasLiar(Liar, std::cell::RefCell<Option<Gc<HasLiar>>>);

macro_rules! define {
    ($name:ident { $($field:ident: $type:ty),* } $own:ty) => {
        #[derive(refcycle::Trace)]
        struct $name {
            $($field: $type,)*
            own: $own,
            of_crate: Option<$crate::Liar>,
            of_macro: Vec<u8>,
        }
    };
}

define!(Defined { first: u8, second: Vec<Gc<Defined>> } Option<(u8, String)>);

fn traced<T: refcycle::Trace>(_: &T) {}

fn main() {
    traced(&r#struct { r#fn: 1, r#mut: None, tracer, value, a });
    traced(&r#enum::r#loop { r#in: 1 });
    traced(&Trace(1, 2, 3));
    traced(&Gc_(1, vec![(2, 3)], 4));
    traced(&Hides(1, 2));
    traced(&Defined {
        first: 1,
        second: Vec::new(),
        own: None,
        of_crate: None,
        of_macro: Vec::new(),
    });
    let node = Gc::new(HasLiar(Liar, Default::default()));
    *node.1.borrow_mut() = Some(node.clone());
    drop(node);
    assert_eq!(refcycle::collect().collected, 1);
}

macro_rules! tail {
    ($name:ident, $tail:ty) => {
        #[derive(refcycle::Trace)]
        struct $name(u8, $tail);
    };
}

tail!(TailOfBytes, [u8]);
tail!(TailOfText, str);
tail!(TailOfObject, (dyn std::any::Any));
