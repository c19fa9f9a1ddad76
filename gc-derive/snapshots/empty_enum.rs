// No variant, no value.
enum Never {}

// ---- is written as ----

const _: () = {
    #[automatically_derived]
    unsafe impl ::refcycle::private::Trace for Never {
        type Facts = Self where Self: ::refcycle::private::Sized;
        #[inline]
        fn trace(&self, _: &mut ::refcycle::private::Tracer) {
            match *self {}
        }
    }
    use ::refcycle::private::{CoarseField as _, NoDrop as _};
    #[automatically_derived]
    #[doc(hidden)]
    impl ::refcycle::private::TypeFacts for Never
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
