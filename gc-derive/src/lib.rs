//! `#[derive(Trace)]` for [refcycle](https://docs.rs/refcycle).
//!
//! Use it through `refcycle`, which exports it; the two versions must match.
//!
//! The stages: `attr` reads the attributes, `ast` makes the tree that all others look at, `check` finds
//! what does not go together, `facts` and `bound` decide what is to be written, and `expand` writes
//! it. Errors are collected on the way and reported together.

#![forbid(unsafe_code)]

mod ast;
mod attr;
mod bound;
mod check;
mod errors;
mod expand;
mod facts;
#[cfg(test)]
mod snapshots;

use errors::Errors;
use proc_macro2::TokenStream;
use syn::DeriveInput;

/// Derives `Trace`: a type tells the collector which handles it owns.
///
/// ```
/// use refcycle::{Gc, Trace};
/// use std::cell::RefCell;
///
/// #[derive(Trace)]
/// struct Node {
///     name: String,
///     edges: RefCell<Vec<Gc<Node>>>,
/// }
///
/// let node = Gc::new(Node { name: "me".into(), edges: RefCell::default() });
/// node.edges.borrow_mut().push(node.clone());
/// assert_eq!(node.edges.borrow()[0].name, "me");
///
/// drop(node);
/// assert_eq!(refcycle::collect().collected, 1);
/// ```
///
/// It goes on structs and enums, generic or not; a type with a lifetime parameter can go into a `Gc`
/// only where that is `'static`. It does not go on unions, whose live field only the code around them
/// knows, nor on `#[repr(packed)]` types, whose fields cannot be borrowed, unless all fields are
/// skipped.
///
/// # What it writes
///
/// - `unsafe impl Trace`, which passes each field on to the collector.
/// - What is known of the type at compile time (see `refcycle::facts`): whether values own handles,
///   whether those can change, whether dropping a value runs a `Drop` of yours that can reach them.
///
/// It writes no `Drop`, so that fields can still be moved out, and it does not mind one of yours: it
/// finds out whether there is one.
///
/// # Bounds
///
/// The implementation asks of the type parameters what the fields need, no more. Each type parameter
/// that stands in a field's type is bound by `Trace`; where a projection such as `T::Item` stands, the
/// projection is. Nothing is asked for what stands
///
/// - in a pointer that is an edge or is not looked through: `Gc`, `Weak`, `Watch`, `Rc`, `Arc`,
///   references, raw pointers;
/// - in `PhantomData`, function pointers, trait objects, atomics and channels;
/// - in the place of a hasher (`HashMap`, `HashSet`) or of a `LazyCell`'s or `LazyLock`'s function;
/// - in a field that is skipped.
///
/// ```
/// use refcycle::{Gc, Trace};
/// use std::marker::PhantomData;
///
/// #[derive(Trace)]
/// struct List<T: 'static> {
///     value: T,
///     next: Option<Gc<List<T>>>,
/// }
///
/// #[derive(Trace)]
/// struct Id<T>(u32, PhantomData<T>);
///
/// struct NotTraced;
///
/// fn traced<T: Trace>(_: &T) {}
/// traced(&List { value: 5, next: None });
/// traced(&Id(7, PhantomData::<NotTraced>));
/// ```
///
/// Types are known by name here: a macro does not see what a name means. `#[trace(bound = "…")]`
/// replaces what it finds out.
///
/// # Attributes of the type
///
/// - `#[trace(finalize)]`: run the type's `Finalize` when an object dies.
///
///   ```
///   use refcycle::{Finalize, Trace};
///
///   #[derive(Trace)]
///   #[trace(finalize)]
///   struct Session(String);
///
///   impl Finalize for Session {
///       fn finalize(&self) {
///           println!("bye, {}", self.0);
///       }
///   }
///   # let _ = Session(String::new());
///   ```
///
/// - `#[trace(bound = "T: Trace, U: Clone")]`: these bounds instead of those found; `""` for none. The
///   where clause of the type stays in force.
///
///   ```
///   use refcycle::Trace;
///   use std::borrow::Cow;
///
///   #[derive(Trace)]
///   #[trace(bound = "T::Owned: Trace")]
///   struct Text<'a, T: ToOwned + ?Sized>(Cow<'a, T>);
///   # fn traced<T: Trace>(_: &T) {}
///   # traced(&Text(Cow::Borrowed("text")));
///   ```
///
/// - `#[trace(crate = path)]`: where `refcycle` is to be found, if not at `::refcycle`.
///
///   ```
///   mod reexports {
///       pub extern crate refcycle as cycles;
///   }
///
///   #[derive(reexports::cycles::Trace)]
///   #[trace(crate = crate::reexports::cycles)]
///   pub struct Leaf(u8);
///   # fn main() {}
///   ```
///
/// # Attributes of a field
///
/// - `#[trace(skip)]`: do not look into this field. Its type need not be `Trace`. What only it leads
///   to counts as held from outside: a cycle through it is never freed.
///
///   ```
///   use refcycle::Trace;
///
///   struct Foreign;
///
///   #[derive(Trace)]
///   enum Value {
///       Number(f64),
///       Other(#[trace(skip)] Foreign),
///   }
///   # let _ = (Value::Number(0.0), Value::Other(Foreign));
///   ```
///
/// # Errors
///
/// All that is wrong with the attributes is reported at once. Whatever has a field that is not `Trace`
/// does not compile, with the error at the field's type:
///
/// ```compile_fail,E0277
/// use refcycle::Trace;
///
/// struct Foreign;
///
/// #[derive(Trace)]
/// struct Holder(Vec<Foreign>);
/// ```
#[proc_macro_derive(Trace, attributes(trace))]
pub fn derive_trace(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    derive(&input).into()
}

/// All stages.
fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let tree = ast::Type::read(input, &mut errors);
    check::check(&tree, &mut errors);
    match errors.to_tokens() {
        None => expand::whole(&tree, &facts::of(&tree), &bound::of(&tree)),
        Some(errors) => {
            let stub = expand::stub(&tree);
            quote::quote! { #errors #stub }
        }
    }
}
