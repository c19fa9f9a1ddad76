// All kinds of variants; a recursive type is bounded by its parameter, not by itself.
enum Tree<T> {
    Empty,
    Leaf(T),
    Node { left: Box<Tree<T>>, right: Box<Tree<T>>, #[trace(skip)] note: Foreign },
    Foreign(#[trace(skip)] Foreign),
}

// ---- is written as ----

const _: () = {
    #[automatically_derived]
    unsafe impl<T> ::refcycle::private::Trace for Tree<T>
    where
        T: ::refcycle::private::Trace,
    {
        type Facts = Self where Self: ::refcycle::private::Sized;
        #[inline]
        fn trace(&self, refcycle_tracer: &mut ::refcycle::private::Tracer) {
            match *self {
                Self::Empty {} => {}
                Self::Leaf { 0: ref refcycle_0 } => {
                    let refcycle_0 = ::refcycle::private::Field::of(refcycle_0);
                    ::refcycle::private::field::<
                        T,
                    >(refcycle_tracer, "Leaf.0", refcycle_0);
                }
                Self::Node { left: ref refcycle_0, right: ref refcycle_1, note: _ } => {
                    let refcycle_0 = ::refcycle::private::Field::of(refcycle_0);
                    ::refcycle::private::field::<
                        Box<Tree<T>>,
                    >(refcycle_tracer, "Node.left", refcycle_0);
                    let refcycle_1 = ::refcycle::private::Field::of(refcycle_1);
                    ::refcycle::private::field::<
                        Box<Tree<T>>,
                    >(refcycle_tracer, "Node.right", refcycle_1);
                }
                Self::Foreign { 0: _ } => {}
            }
        }
    }
    use ::refcycle::private::{CoarseField as _, NoDrop as _};
    #[automatically_derived]
    #[doc(hidden)]
    impl<T> ::refcycle::private::TypeFacts for Tree<T>
    where
        T: ::refcycle::private::Trace,
        Self: ::refcycle::private::Sized,
    {
        const L0: ::refcycle::private::Facts = ::refcycle::private::Facts::coarse::<
            Self,
        >();
        const L1: ::refcycle::private::Facts = ::refcycle::private::Facts::NONE
            .or(::refcycle::private::FieldFacts::<T>::L1)
            .or(::refcycle::private::FieldFacts::<Box<Tree<T>>>::L1)
            .or(::refcycle::private::FieldFacts::<Box<Tree<T>>>::L1)
            .with_drop(::refcycle::private::Probe::<Self>::HAS_DROP);
        const L2: ::refcycle::private::Facts = ::refcycle::private::Facts::NONE
            .or(::refcycle::private::FieldFacts::<T>::L2)
            .or(::refcycle::private::FieldFacts::<Box<Tree<T>>>::L2)
            .or(::refcycle::private::FieldFacts::<Box<Tree<T>>>::L2)
            .with_drop(::refcycle::private::Probe::<Self>::HAS_DROP);
    }
};
