//! Buffers around a reader or a writer.

use crate::facts::{Facts, Inline, TypeFacts};
use crate::{Trace, Tracer};
use std::io::{BufReader, BufWriter, Cursor, LineWriter, Write};
use std::marker::PhantomData;

/// "Holds a `W` in itself and writes to it when it is dropped", which is as good as a user's
/// `Drop`: the code of `W` runs and can reach `W`'s handles.
#[derive(Debug)]
pub struct Flushes<W>(PhantomData<W>);

impl<W: Trace> TypeFacts for Flushes<W> {
    const L0: Facts = <Inline<W> as TypeFacts>::L0.with_drop(true);
    const L1: Facts = <Inline<W> as TypeFacts>::L1.with_drop(true);
    const L2: Facts = <Inline<W> as TypeFacts>::L2.with_drop(true);
}

/// Implements `Trace` for a buffer with the inner value in it.
macro_rules! buffers {
    ($($type:ident<$param:ident $(: $bound:ident)?> is $facts:ident;)+) => {$(
        // SAFETY: the inner value belongs to the buffer alone and is passed on once, always (1, 2),
        // no other code runs (3), and the facts are its own and those of what dropping the buffer
        // does (4).
        unsafe impl<$param: Trace $(+ $bound)?> Trace for $type<$param> {
            type Facts = $facts<$param>;

            #[inline]
            fn trace(&self, tracer: &mut Tracer) {
                self.get_ref().trace(tracer);
            }
        }
    )+};
}

buffers! {
    Cursor<T> is Inline;
    BufReader<R> is Inline;
    BufWriter<W: Write> is Flushes;
    LineWriter<W: Write> is Flushes;
}
