// A type that has no size has no facts.
struct Bytes {
    len: usize,
    tail: [u8],
}

// ---- is written as ----

const _: () = {
    #[automatically_derived]
    unsafe impl ::refcycle::private::Trace for Bytes {
        #[inline]
        fn trace(&self, refcycle_tracer: &mut ::refcycle::private::Tracer) {
            match *self {
                Self { len: ref refcycle_0, tail: ref refcycle_1 } => {
                    let refcycle_0 = ::refcycle::private::Field::of(refcycle_0);
                    ::refcycle::private::field::<
                        usize,
                    >(refcycle_tracer, "len", refcycle_0);
                    let refcycle_1 = ::refcycle::private::Field::of(refcycle_1);
                    ::refcycle::private::field::<
                        [u8],
                    >(refcycle_tracer, "tail", refcycle_1);
                }
            }
        }
    }
};
