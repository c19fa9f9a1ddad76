// A tail whose size is a parameter's.
struct Tail<T: ?Sized> {
    len: usize,
    tail: T,
}

// ---- is written as ----

const _: () = {
    #[automatically_derived]
    unsafe impl<T: ?Sized> ::refcycle::private::Trace for Tail<T>
    where
        T: ::refcycle::private::Trace,
    {
        type Facts = Self where Self: ::refcycle::private::Sized;
        #[inline]
        fn trace(&self, refcycle_tracer: &mut ::refcycle::private::Tracer) {
            match *self {
                Self { len: ref refcycle_0, tail: ref refcycle_1 } => {
                    let refcycle_0 = ::refcycle::private::Field::of(refcycle_0);
                    ::refcycle::private::field::<
                        usize,
                    >(refcycle_tracer, "len", refcycle_0);
                    let refcycle_1 = ::refcycle::private::Field::of(refcycle_1);
                    ::refcycle::private::field::<T>(refcycle_tracer, "tail", refcycle_1);
                }
            }
        }
    }
    use ::refcycle::private::{CoarseField as _, NoDrop as _};
    #[automatically_derived]
    #[doc(hidden)]
    impl<T: ?Sized> ::refcycle::private::TypeFacts for Tail<T>
    where
        T: ::refcycle::private::Trace,
        Self: ::refcycle::private::Sized,
    {
        const L0: ::refcycle::private::Facts = ::refcycle::private::Facts::coarse::<
            Self,
        >();
        const L1: ::refcycle::private::Facts = ::refcycle::private::Facts::NONE
            .or(::refcycle::private::FieldFacts::<usize>::L1)
            .or(::refcycle::private::FieldFacts::<T>::L1)
            .with_drop(::refcycle::private::Probe::<Self>::HAS_DROP);
        const L2: ::refcycle::private::Facts = ::refcycle::private::Facts::NONE
            .or(::refcycle::private::FieldFacts::<usize>::L2)
            .or(::refcycle::private::FieldFacts::<T>::L2)
            .with_drop(::refcycle::private::Probe::<Self>::HAS_DROP);
    }
};
