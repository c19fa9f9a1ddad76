// Fields without names; the lint levels of the type go along.
#[expect(deprecated, reason = "still needed")]
struct Pair(u8, #[trace(skip)] Foreign, Old);

// ---- is written as ----

#[allow(deprecated, reason = "still needed")]
const _: () = {
    #[automatically_derived]
    unsafe impl ::refcycle::private::Trace for Pair {
        type Facts = Self where Self: ::refcycle::private::Sized;
        #[inline]
        fn trace(&self, refcycle_tracer: &mut ::refcycle::private::Tracer) {
            match *self {
                Self { 0: ref refcycle_0, 1: _, 2: ref refcycle_2 } => {
                    let refcycle_0 = ::refcycle::private::Field::of(refcycle_0);
                    ::refcycle::private::field::<u8>(refcycle_tracer, "0", refcycle_0);
                    let refcycle_2 = ::refcycle::private::Field::of(refcycle_2);
                    ::refcycle::private::field::<Old>(refcycle_tracer, "2", refcycle_2);
                }
            }
        }
    }
    use ::refcycle::private::{CoarseField as _, NoDrop as _};
    #[automatically_derived]
    #[doc(hidden)]
    impl ::refcycle::private::TypeFacts for Pair
    where
        Self: ::refcycle::private::Sized,
    {
        const L0: ::refcycle::private::Facts = ::refcycle::private::Facts::coarse::<
            Self,
        >();
        const L1: ::refcycle::private::Facts = ::refcycle::private::Facts::NONE
            .or(::refcycle::private::FieldFacts::<u8>::L1)
            .or(::refcycle::private::FieldFacts::<Old>::L1)
            .with_drop(::refcycle::private::Probe::<Self>::HAS_DROP);
        const L2: ::refcycle::private::Facts = ::refcycle::private::Facts::NONE
            .or(::refcycle::private::FieldFacts::<u8>::L2)
            .or(::refcycle::private::FieldFacts::<Old>::L2)
            .with_drop(::refcycle::private::Probe::<Self>::HAS_DROP);
    }
};
