//! What the derive writes meets no lint, and the lint levels that a type has hold for what is written
//! about it.

#![deny(warnings)]
#![deny(
    deprecated,
    future_incompatible,
    keyword_idents,
    let_underscore,
    missing_debug_implementations,
    missing_docs,
    nonstandard_style,
    rust_2018_idioms,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unreachable_pub,
    unsafe_code,
    unused,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]

use refcycle::{Finalize, Gc, Trace};
use std::convert::Infallible;

#[deprecated]
#[derive(Debug, Trace)]
pub(crate) struct Old;

/// The whole type.
#[derive(Debug, Trace)]
#[expect(deprecated)]
#[trace(finalize)]
pub(crate) struct Node {
    edge: Option<Gc<Node>>,
    old: Old,
    #[trace(skip)]
    _older: Option<Old>,
}

impl Finalize for Node {
    fn finalize(&self) {
        assert!(self.edge.is_none());
    }
}

/// One field.
#[derive(Debug, Trace)]
pub(crate) struct Field<'a, T: 'a, const N: usize> {
    array: [T; N],
    #[allow(deprecated)]
    old: Old,
    lent: &'a str,
    #[deprecated]
    _field: u8,
}

/// A variant that cannot be, one that should not be.
#[derive(Clone, Debug, Trace)]
pub(crate) enum Choice {
    Never(Infallible),
    #[deprecated]
    Old(u8),
    Unit,
}

#[derive(Debug, Trace)]
pub(crate) enum Never {}

#[expect(deprecated)]
fn main() {
    #[derive(Debug, Trace)]
    struct Local<T>(T);

    assert_eq!(Gc::new(Local(1)).0, 1);
    drop(Gc::new(Node { edge: None, old: Old, _older: Some(Old) }));
    let field = Field { array: [1, 2], old: Old, lent: "", _field: 0 };
    assert_eq!(format!("{:?}{}{:?}", field.array, field.lent, field.old), "[1, 2]Old");
    let choices: [Result<Choice, Infallible>; 2] = [Ok(Choice::Unit), Ok(Choice::Old(1))];
    let unit = |choice: &_| matches!(choice, Ok(Choice::Unit));
    assert_eq!(choices.iter().filter(|choice| unit(choice)).count(), 1);
    let _never = |never: Infallible| Choice::Never(never);
    assert!(None::<Never>.is_none());
}
