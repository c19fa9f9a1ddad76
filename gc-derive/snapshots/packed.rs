// No field of a packed type may be borrowed, and none is.
#[repr(C, packed(2))]
struct Packed(#[trace(skip)] u8, #[trace(skip)] u64);

// ---- is written as ----

const _: () = {
    #[automatically_derived]
    unsafe impl ::refcycle::private::Trace for Packed {
        type Facts = Self where Self: ::refcycle::private::Sized;
        #[inline]
        fn trace(&self, _: &mut ::refcycle::private::Tracer) {
            match *self {
                Self { 0: _, 1: _ } => {}
            }
        }
    }
    use ::refcycle::private::{CoarseField as _, NoDrop as _};
    #[automatically_derived]
    #[doc(hidden)]
    impl ::refcycle::private::TypeFacts for Packed
    where
        Self: ::refcycle::private::Sized,
    {
        const L0: ::refcycle::private::Facts = ::refcycle::private::Facts::coarse::<
            Self,
        >();
        const L1: ::refcycle::private::Facts = ::refcycle::private::Facts::NONE
            .with_drop(::refcycle::private::Probe::<Self>::HAS_DROP);
        const L2: ::refcycle::private::Facts = ::refcycle::private::Facts::NONE
            .with_drop(::refcycle::private::Probe::<Self>::HAS_DROP);
    }
};
