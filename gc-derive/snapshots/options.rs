// All options of a type.
#[trace(crate = crate::vendored::cycles, finalize)]
#[trace(bound = "T: Clone, Vec<T>: cycles::Trace")]
struct Session<T>(Vec<T>);

// ---- is written as ----

const _: () = {
    #[automatically_derived]
    unsafe impl<T> crate::vendored::cycles::private::Trace for Session<T>
    where
        T: Clone,
        Vec<T>: cycles::Trace,
    {
        type Facts = Self where Self: crate::vendored::cycles::private::Sized;
        #[inline]
        fn trace(&self, refcycle_tracer: &mut crate::vendored::cycles::private::Tracer) {
            match *self {
                Self { 0: ref refcycle_0 } => {
                    let refcycle_0 = crate::vendored::cycles::private::Field::of(
                        refcycle_0,
                    );
                    crate::vendored::cycles::private::field::<
                        Vec<T>,
                    >(refcycle_tracer, "0", refcycle_0);
                }
            }
        }
    }
    use crate::vendored::cycles::private::{CoarseField as _, NoDrop as _};
    #[automatically_derived]
    #[doc(hidden)]
    impl<T> crate::vendored::cycles::private::TypeFacts for Session<T>
    where
        T: Clone,
        Vec<T>: cycles::Trace,
        Self: crate::vendored::cycles::private::Sized,
    {
        const L0: crate::vendored::cycles::private::Facts = crate::vendored::cycles::private::Facts::coarse::<
            Self,
        >();
        const L1: crate::vendored::cycles::private::Facts = crate::vendored::cycles::private::Facts::NONE
            .or(crate::vendored::cycles::private::FieldFacts::<Vec<T>>::L1)
            .with_drop(crate::vendored::cycles::private::Probe::<Self>::HAS_DROP);
        const L2: crate::vendored::cycles::private::Facts = crate::vendored::cycles::private::Facts::NONE
            .or(crate::vendored::cycles::private::FieldFacts::<Vec<T>>::L2)
            .with_drop(crate::vendored::cycles::private::Probe::<Self>::HAS_DROP);
        const FINALIZER: crate::vendored::cycles::private::Option<
            crate::vendored::cycles::private::Finalizer,
        > = crate::vendored::cycles::private::finalizer::<Self>();
    }
};
