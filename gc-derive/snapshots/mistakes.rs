// Mistakes are reported together, and an empty implementation follows.
#[trace(skip, bound = 5)]
enum Wrong<T> {
    #[trace(skip)]
    One(#[trace(ignore)] T),
}

// ---- is written as ----

::core::compile_error! {
    "`skip` goes on a field: to have the collector ignore the type, skip its fields"
}
::core::compile_error! {
    "`bound` takes bounds in quotes: write `bound = \"T: Trace\"`, or `bound = \"\"` for none"
}
::core::compile_error! {
    "`skip` goes on a field; to skip a variant, skip its fields"
}
::core::compile_error! {
    "there is no option `ignore`: a field takes `skip`"
}
const _: () = {
    #[automatically_derived]
    unsafe impl<T> ::refcycle::private::Trace for Wrong<T> {
        type Facts = ::refcycle::private::All where Self: ::refcycle::private::Sized;
        fn trace(&self, _: &mut ::refcycle::private::Tracer) {}
    }
};
