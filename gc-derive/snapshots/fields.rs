// Named fields, one of them skipped; a raw name loses its mark in the label.
struct Node {
    r#type: u32,
    edges: std::cell::RefCell<Vec<Gc<Node>>>,
    #[trace(skip)]
    foreign: Foreign,
}

// ---- is written as ----

const _: () = {
    #[automatically_derived]
    unsafe impl ::refcycle::private::Trace for Node {
        type Facts = Self where Self: ::refcycle::private::Sized;
        #[inline]
        fn trace(&self, refcycle_tracer: &mut ::refcycle::private::Tracer) {
            match *self {
                Self { r#type: ref refcycle_0, edges: ref refcycle_1, foreign: _ } => {
                    let refcycle_0 = ::refcycle::private::Field::of(refcycle_0);
                    ::refcycle::private::field::<
                        u32,
                    >(refcycle_tracer, "type", refcycle_0);
                    let refcycle_1 = ::refcycle::private::Field::of(refcycle_1);
                    ::refcycle::private::field::<
                        std::cell::RefCell<Vec<Gc<Node>>>,
                    >(refcycle_tracer, "edges", refcycle_1);
                }
            }
        }
    }
    use ::refcycle::private::{CoarseField as _, NoDrop as _};
    #[automatically_derived]
    #[doc(hidden)]
    impl ::refcycle::private::TypeFacts for Node
    where
        Self: ::refcycle::private::Sized,
    {
        const L0: ::refcycle::private::Facts = ::refcycle::private::Facts::coarse::<
            Self,
        >();
        const L1: ::refcycle::private::Facts = ::refcycle::private::Facts::NONE
            .or(::refcycle::private::FieldFacts::<u32>::L1)
            .or(::refcycle::private::FieldFacts::<std::cell::RefCell<Vec<Gc<Node>>>>::L1)
            .with_drop(::refcycle::private::Probe::<Self>::HAS_DROP);
        const L2: ::refcycle::private::Facts = ::refcycle::private::Facts::NONE
            .or(::refcycle::private::FieldFacts::<u32>::L2)
            .or(::refcycle::private::FieldFacts::<std::cell::RefCell<Vec<Gc<Node>>>>::L2)
            .with_drop(::refcycle::private::Probe::<Self>::HAS_DROP);
    }
};
