//! Function pointers of up to twelve arguments.
//!
//! One whose arguments are references of any lifetime (`fn(&T)`) is a type of its own that cannot
//! be named here once for all; `#[trace(skip)]` it.

use super::leaf::leaf;

macro_rules! functions {
    ($($argument:ident)*) => {
        leaf! {
            fn($($argument),*) -> R where [$($argument,)* R],
            unsafe fn($($argument),*) -> R where [$($argument,)* R],
            extern "C" fn($($argument),*) -> R where [$($argument,)* R],
            unsafe extern "C" fn($($argument),*) -> R where [$($argument,)* R],
        }
    };
}

functions!();
functions!(A);
functions!(A B);
functions!(A B C);
functions!(A B C D);
functions!(A B C D E);
functions!(A B C D E F);
functions!(A B C D E F G);
functions!(A B C D E F G H);
functions!(A B C D E F G H I);
functions!(A B C D E F G H I J);
functions!(A B C D E F G H I J K);
functions!(A B C D E F G H I J K L);
