//! No name has to be in scope, and no name that is in scope is in the way.

#![no_implicit_prelude]
#![allow(dead_code)]

struct Option;
struct Some;
struct Sized;
struct Self_;
trait Trace {}
trait Drop {}

mod refcycle {}
mod core {}
mod std {}

#[derive(::refcycle::Trace)]
struct Node<T: 'static> {
    name: Option,
    value: T,
    edge: ::std::option::Option<::refcycle::Gc<Node<T>>>,
}

#[derive(::refcycle::Trace)]
#[trace(finalize)]
enum Choice {
    None,
    Some(u8),
    Other { some: Some, sized: Sized },
}

impl ::refcycle::Finalize for Choice {
    fn finalize(&self) {}
}

unsafe impl ::refcycle::Trace for Option {
    type Facts = ::refcycle::facts::Leaf;
    fn trace(&self, _: &mut ::refcycle::Tracer) {}
}

#[derive(::refcycle::Trace)]
struct Inner(#[trace(skip)] Self_);

#[derive(::refcycle::Trace)]
struct Fields(Some_, Inner);

#[derive(::refcycle::Trace)]
struct Some_;

// The two that `Choice` needs.
const _: () = {
    #[derive(::refcycle::Trace)]
    struct InAConst;

    unsafe impl ::refcycle::Trace for Some {
        type Facts = ::refcycle::facts::Leaf;
        fn trace(&self, _: &mut ::refcycle::Tracer) {}
    }
    unsafe impl ::refcycle::Trace for Sized {
        type Facts = ::refcycle::facts::Leaf;
        fn trace(&self, _: &mut ::refcycle::Tracer) {}
    }
};

fn main() {
    let node =
        ::refcycle::Gc::new(Node { name: Option, value: 1, edge: ::std::option::Option::None });
    ::std::assert_eq!(node.value, 1);
}
