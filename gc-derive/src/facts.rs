//! What the type's facts are made of.
//!
//! The facts themselves are constants that the compiler works out; a macro sees no types.

use crate::ast::Type;
use proc_macro2::Span;

/// What the facts of a type are the sum of.
pub(crate) struct Facts<'a> {
    /// Only a type that has a size has facts.
    pub(crate) is_known: bool,
    /// The types of the fields that the collector looks into. A skipped field has no say: what its
    /// handles lead to counts as held from outside.
    pub(crate) fields: Vec<&'a syn::Type>,
    /// Where the type says that it has a finalizer.
    pub(crate) finalizer: Option<Span>,
}

pub(crate) fn of<'a>(ty: &Type<'a>) -> Facts<'a> {
    Facts {
        is_known: !ty.is_unsized(),
        fields: ty.traced_fields().map(|field| field.ty).collect(),
        finalizer: ty.options.finalize.name().map(proc_macro2::Ident::span),
    }
}
