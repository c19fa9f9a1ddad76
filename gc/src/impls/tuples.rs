//! Tuples of up to twelve values.

use super::leaf::leaf;
use crate::{Trace, Tracer, facts};

macro_rules! tuple {
    ($($param:ident $index:tt),+) => {
        // SAFETY: each value is owned by the tuple and passed on once, always (1, 2), no other code
        // runs (3), and the facts are those of all of them (4).
        unsafe impl<$($param: Trace),+> Trace for ($($param,)+) {
            type Facts = ($(facts::Inline<$param>,)+);

            #[inline]
            fn trace(&self, tracer: &mut Tracer) {
                $(tracer.part(stringify!($index), &self.$index);)+
            }
        }
    };
}

leaf! { () }

tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
