//! What does not go together: rules that need two attributes, or an attribute and the type it is on.

use crate::ast::Type;
use crate::attr::Given;
use crate::errors::Errors;
use proc_macro2::{Ident, TokenTree};
use syn::Meta;

pub(crate) fn check(ty: &Type<'_>, errors: &mut Errors) {
    no_union(ty, errors);
    each_option_once(ty, errors);
    no_borrow_of_packed(ty, errors);
    no_finalizer_of_unsized(ty, errors);
}

fn no_union(ty: &Type<'_>, errors: &mut Errors) {
    if let Some(union) = ty.union {
        errors.at(
            union,
            "`Trace` cannot be derived for a union: which of its fields is alive is known only to \
             the code around it. Write `unsafe impl Trace` by hand, or put the union into a struct, \
             in a field with `#[trace(skip)]`",
        );
    }
}

fn each_option_once(ty: &Type<'_>, errors: &mut Errors) {
    once(&ty.options.bound, "put all bounds into one `bound = \"…\"`", errors);
    once(&ty.options.krate, "take one out", errors);
    once(&ty.options.finalize, "take one out", errors);
    for field in ty.fields() {
        once(&field.options.skip, "take one out", errors);
    }
}

fn once<T>(option: &Given<T>, way_out: &str, errors: &mut Errors) {
    for (name, _) in option.0.iter().skip(1) {
        errors.at(name, format_args!("`{name}` is given twice: {way_out}"));
    }
}

/// The fields of a packed type may not be aligned, and then they cannot be borrowed.
fn no_borrow_of_packed(ty: &Type<'_>, errors: &mut Errors) {
    if ty.traced_fields().next().is_none() {
        return;
    }
    for packed in ty.attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("repr") => packed(list.tokens.clone()),
        _ => None,
    }) {
        errors.at(
            packed,
            "the collector cannot look into a `packed` type, for its fields cannot be borrowed. \
             Take `packed` out, or put `#[trace(skip)]` on every field",
        );
    }
}

/// The word `packed` in a `repr`.
fn packed(repr: impl IntoIterator<Item = TokenTree>) -> Option<Ident> {
    repr.into_iter().find_map(|token| match token {
        TokenTree::Ident(name) if name == "packed" => Some(name),
        _ => None,
    })
}

/// A finalizer is called with the address of the value alone.
fn no_finalizer_of_unsized(ty: &Type<'_>, errors: &mut Errors) {
    if let Some(finalize) = ty.options.finalize.name()
        && ty.is_unsized()
    {
        errors.at(
            finalize,
            "a type without a fixed size has no finalizer: take `finalize` out, or put the last \
             field into a `Box`",
        );
    }
}
