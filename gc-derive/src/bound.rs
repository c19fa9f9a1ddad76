//! What the fields need of the type parameters.
//!
//! A field's own type is never bounded: for a recursive type, that would ask for what is being
//! defined. The parts of it that are parameters are.

use crate::ast::Type;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::HashSet;
use syn::{GenericArgument, Ident, PathArguments, TypePath, WherePredicate};

/// What the implementation asks for, beside the where clause of the type.
pub(crate) enum Bounds<'a> {
    /// These types have to be `Trace`.
    Found(Vec<TokenStream>),
    /// What the user says.
    Given(&'a [WherePredicate]),
}

pub(crate) fn of<'a>(ty: &'a Type<'_>) -> Bounds<'a> {
    if let Some(given) = ty.options.bound.get() {
        return Bounds::Given(given);
    }
    let params: HashSet<&Ident> = ty.generics.type_params().map(|param| &param.ident).collect();
    let mut needs = Needs { params, found: Vec::new(), seen: HashSet::new() };
    if !needs.params.is_empty() {
        for field in ty.traced_fields() {
            needs.of(field.ty);
        }
    }
    Bounds::Found(needs.found)
}

struct Needs<'a> {
    params: HashSet<&'a Ident>,
    found: Vec<TokenStream>,
    seen: HashSet<String>,
}

impl Needs<'_> {
    fn of(&mut self, ty: &syn::Type) {
        match ty {
            syn::Type::Array(array) => self.of(&array.elem),
            syn::Type::Group(group) => self.of(&group.elem),
            syn::Type::Paren(paren) => self.of(&paren.elem),
            syn::Type::Path(path) => self.of_path(path),
            syn::Type::Slice(slice) => self.of(&slice.elem),
            syn::Type::Tuple(tuple) => tuple.elems.iter().for_each(|elem| self.of(elem)),
            syn::Type::Macro(_) | syn::Type::Verbatim(_) => self.of_tokens(ty.to_token_stream()),
            // References, raw pointers, function pointers and trait objects hold no `T` that the
            // collector would look into. The rest is not the type of a field.
            _ => {}
        }
    }

    fn of_path(&mut self, ty: &TypePath) {
        let segments = &ty.path.segments;
        let Some((first, last)) = segments.first().zip(segments.last()) else { return };
        if ty.qself.is_some() {
            if self.mentions(ty.to_token_stream()) {
                self.need(ty.to_token_stream());
            }
            return;
        }
        let is_param = self.params.contains(&first.ident) && ty.path.leading_colon.is_none();
        if is_param || (first.ident == "Self" && segments.len() > 1) {
            self.need(ty.to_token_stream());
            return;
        }
        let traced = traced_arguments(&last.ident.to_string());
        for segment in segments {
            if let PathArguments::AngleBracketed(arguments) = &segment.arguments {
                let types = arguments.args.iter().filter_map(|argument| match argument {
                    GenericArgument::Type(ty) => Some(ty),
                    _ => None,
                });
                types.take(traced).for_each(|ty| self.of(ty));
            }
        }
    }

    /// In code that cannot be read, each parameter that is mentioned counts as needed.
    fn of_tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(name) if self.params.contains(&name) => {
                    self.need(name.to_token_stream());
                }
                TokenTree::Group(group) => self.of_tokens(group.stream()),
                _ => {}
            }
        }
    }

    fn need(&mut self, ty: TokenStream) {
        if self.seen.insert(ty.to_string()) {
            self.found.push(ty);
        }
    }

    fn mentions(&self, tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(name) => name == "Self" || self.params.contains(&name),
            TokenTree::Group(group) => self.mentions(group.stream()),
            _ => false,
        })
    }
}

/// How many of the type arguments of the type called `name` have to be `Trace` for it to be: those
/// from the left.
fn traced_arguments(name: &str) -> usize {
    match name {
        "Gc" | "Weak" | "Watch" // edges, and what keeps nothing
        | "Rc" | "Arc" | "AtomicPtr" | "JoinHandle" | "Receiver" | "Sender" | "SyncSender" // shared
        | "PhantomData" | "BuildHasherDefault" => 0, // there is none
        "LazyCell" | "LazyLock" // not the function that makes the value
        | "HashSet" => 1, // not the hasher
        "HashMap" => 2,
        _ => usize::MAX,
    }
}
