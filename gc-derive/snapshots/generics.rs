// A where clause, defaults, a lifetime, a constant, projections, and parameters that need nothing.
struct Everything<'a, I: Iterator = std::vec::IntoIter<u8>, K = u8, H = RandomState, P = (), const N: usize = 4>
where
    K: Ord + 'a,
    P: 'static,
{
    items: [I::Item; N],
    peeked: Option<<I as Iterator>::Item>,
    map: HashMap<u8, K, H>,
    lent: &'a I,
    edge: Gc<P>,
    made: PhantomData<fn(P) -> I>,
    callback: Box<dyn Fn(P) -> I>,
}

// ---- is written as ----

const _: () = {
    #[automatically_derived]
    unsafe impl<'a, I: Iterator, K, H, P, const N: usize> ::refcycle::private::Trace
    for Everything<'a, I, K, H, P, N>
    where
        K: Ord + 'a,
        P: 'static,
        I::Item: ::refcycle::private::Trace,
        <I as Iterator>::Item: ::refcycle::private::Trace,
        K: ::refcycle::private::Trace,
    {
        type Facts = Self where Self: ::refcycle::private::Sized;
        #[inline]
        fn trace(&self, refcycle_tracer: &mut ::refcycle::private::Tracer) {
            match *self {
                Self {
                    items: ref refcycle_0,
                    peeked: ref refcycle_1,
                    map: ref refcycle_2,
                    lent: ref refcycle_3,
                    edge: ref refcycle_4,
                    made: ref refcycle_5,
                    callback: ref refcycle_6,
                } => {
                    let refcycle_0 = ::refcycle::private::Field::of(refcycle_0);
                    ::refcycle::private::field::<
                        [I::Item; N],
                    >(refcycle_tracer, "items", refcycle_0);
                    let refcycle_1 = ::refcycle::private::Field::of(refcycle_1);
                    ::refcycle::private::field::<
                        Option<<I as Iterator>::Item>,
                    >(refcycle_tracer, "peeked", refcycle_1);
                    let refcycle_2 = ::refcycle::private::Field::of(refcycle_2);
                    ::refcycle::private::field::<
                        HashMap<u8, K, H>,
                    >(refcycle_tracer, "map", refcycle_2);
                    let refcycle_3 = ::refcycle::private::Field::of(refcycle_3);
                    ::refcycle::private::field::<
                        &'a I,
                    >(refcycle_tracer, "lent", refcycle_3);
                    let refcycle_4 = ::refcycle::private::Field::of(refcycle_4);
                    ::refcycle::private::field::<
                        Gc<P>,
                    >(refcycle_tracer, "edge", refcycle_4);
                    let refcycle_5 = ::refcycle::private::Field::of(refcycle_5);
                    ::refcycle::private::field::<
                        PhantomData<fn(P) -> I>,
                    >(refcycle_tracer, "made", refcycle_5);
                    let refcycle_6 = ::refcycle::private::Field::of(refcycle_6);
                    ::refcycle::private::field::<
                        Box<dyn Fn(P) -> I>,
                    >(refcycle_tracer, "callback", refcycle_6);
                }
            }
        }
    }
    use ::refcycle::private::{CoarseField as _, NoDrop as _};
    #[automatically_derived]
    #[doc(hidden)]
    impl<'a, I: Iterator, K, H, P, const N: usize> ::refcycle::private::TypeFacts
    for Everything<'a, I, K, H, P, N>
    where
        K: Ord + 'a,
        P: 'static,
        I::Item: ::refcycle::private::Trace,
        <I as Iterator>::Item: ::refcycle::private::Trace,
        K: ::refcycle::private::Trace,
        Self: ::refcycle::private::Sized,
    {
        const L0: ::refcycle::private::Facts = ::refcycle::private::Facts::coarse::<
            Self,
        >();
        const L1: ::refcycle::private::Facts = ::refcycle::private::Facts::NONE
            .or(::refcycle::private::FieldFacts::<[I::Item; N]>::L1)
            .or(::refcycle::private::FieldFacts::<Option<<I as Iterator>::Item>>::L1)
            .or(::refcycle::private::FieldFacts::<HashMap<u8, K, H>>::L1)
            .or(::refcycle::private::FieldFacts::<&'a I>::L1)
            .or(::refcycle::private::FieldFacts::<Gc<P>>::L1)
            .or(::refcycle::private::FieldFacts::<PhantomData<fn(P) -> I>>::L1)
            .or(::refcycle::private::FieldFacts::<Box<dyn Fn(P) -> I>>::L1)
            .with_drop(::refcycle::private::Probe::<Self>::HAS_DROP);
        const L2: ::refcycle::private::Facts = ::refcycle::private::Facts::NONE
            .or(::refcycle::private::FieldFacts::<[I::Item; N]>::L2)
            .or(::refcycle::private::FieldFacts::<Option<<I as Iterator>::Item>>::L2)
            .or(::refcycle::private::FieldFacts::<HashMap<u8, K, H>>::L2)
            .or(::refcycle::private::FieldFacts::<&'a I>::L2)
            .or(::refcycle::private::FieldFacts::<Gc<P>>::L2)
            .or(::refcycle::private::FieldFacts::<PhantomData<fn(P) -> I>>::L2)
            .or(::refcycle::private::FieldFacts::<Box<dyn Fn(P) -> I>>::L2)
            .with_drop(::refcycle::private::Probe::<Self>::HAS_DROP);
    }
};
