//! Writes the code; decides nothing.
//!
//! Names: everything of the library is reached through `<crate>::private`. Local names begin with
//! `refcycle_`, so that no constant of the user's has one of them. Spans: all that is written has the
//! macro's own, so that lints about the user's code pass it over (`forbid(unsafe_code)`); what a
//! field makes fail is located at the field.

use crate::ast::{Field, Type, Variant};
use crate::bound::Bounds;
use crate::facts::Facts;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Member;
use syn::spanned::Spanned;

/// The implementations.
///
/// `Trace` is kept as follows: a field belongs to the value alone and is passed on once (1), in every
/// call (2), to the implementation of its own type and with no other code run (3); the facts are the
/// sum of the fields' and of whether the type has a `Drop`, and the finalizer is that of `Self` (4).
pub(crate) fn whole(ty: &Type<'_>, facts: &Facts<'_>, bounds: &Bounds<'_>) -> TokenStream {
    let private = private(ty, Span::mixed_site());
    let name = relocated(ty.name);
    let (params, arguments, _) = ty.generics.split_for_impl();
    let predicates = predicates(ty, bounds, &private);
    let lints = lints(ty);
    let body = body(ty);
    let tracer =
        if ty.traced_fields().next().is_some() { tracer().into_token_stream() } else { quote!(_) };
    let (own_facts, facts) = if facts.is_known {
        (
            quote!(type Facts = Self where Self: #private::Sized;),
            type_facts(ty, facts, &predicates, &private),
        )
    } else {
        Default::default()
    };
    quote! {
        #lints
        const _: () = {
            #[automatically_derived]
            unsafe impl #params #private::Trace for #name #arguments where #predicates {
                #own_facts

                #[inline]
                fn trace(&self, #tracer: &mut #private::Tracer) {
                    #body
                }
            }

            #facts
        };
    }
}

/// An implementation without content, so that the one mistake in the type is not followed by messages
/// that the type is not `Trace`.
pub(crate) fn stub(ty: &Type<'_>) -> TokenStream {
    if ty.options.crate_is_lost {
        return TokenStream::new();
    }
    let private = private(ty, Span::mixed_site());
    let name = relocated(ty.name);
    let (params, arguments, predicates) = ty.generics.split_for_impl();
    let facts =
        (!ty.is_unsized()).then(|| quote!(type Facts = #private::All where Self: #private::Sized;));
    quote! {
        const _: () = {
            #[automatically_derived]
            unsafe impl #params #private::Trace for #name #arguments #predicates {
                #facts

                fn trace(&self, _: &mut #private::Tracer) {}
            }
        };
    }
}

/// The path of the library's macro-facing module, for code at `span`.
fn private(ty: &Type<'_>, span: Span) -> TokenStream {
    let path = ty.options.krate.get();
    path.map_or_else(
        || quote_spanned!(span=> ::refcycle::private),
        |path| quote_spanned!(span=> #path::private),
    )
}

fn lints(ty: &Type<'_>) -> TokenStream {
    ty.lints.iter().map(|lints| quote!(#[allow(#lints)])).collect()
}

/// What is asked of the type's parameters: predicates, each with a comma behind it.
fn predicates(ty: &Type<'_>, bounds: &Bounds<'_>, private: &TokenStream) -> TokenStream {
    let own = ty.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let more = match bounds {
        Bounds::Found(types) => quote!(#(#types: #private::Trace,)*),
        Bounds::Given(given) => quote!(#(#given,)*),
    };
    quote!(#(#own,)* #more)
}

/// The body of `trace`. Patterns name all fields, so that a field which another macro adds is a
/// compile error.
fn body(ty: &Type<'_>) -> TokenStream {
    let arms = ty.variants.iter().map(|variant| {
        let variant_name = variant.name.map(|name| {
            let name = relocated(name);
            quote!(::#name)
        });
        let fields = variant.fields.iter().enumerate().map(|(index, field)| {
            let member = match &field.member {
                Member::Named(name) => relocated(name).into_token_stream(),
                Member::Unnamed(index) => index.into_token_stream(),
            };
            let binding = if field.is_skipped() {
                quote!(_)
            } else {
                let binding = binding(index, field);
                quote!(ref #binding)
            };
            quote!(#member: #binding)
        });
        let calls = calls(ty, variant);
        quote!(Self #variant_name { #(#fields),* } => { #calls })
    });
    quote!(match *self { #(#arms)* })
}

fn calls(ty: &Type<'_>, variant: &Variant<'_>) -> TokenStream {
    let traced = variant.fields.iter().enumerate().filter(|(_, field)| !field.is_skipped());
    traced
        .map(|(index, field)| call(index, field, &private(ty, located(field.ty.span()))))
        .collect()
}

/// The call for a field, in two statements. The first takes the field as what it is, since nothing is
/// expected of it there; the second calls it by the type that the derive saw. Were it one expression,
/// a `Box<T>` could turn into a `T` on the way.
fn call(index: usize, field: &Field<'_>, private: &TokenStream) -> TokenStream {
    let (binding, tracer) = (binding(index, field), tracer());
    let Field { ty, label, .. } = field;
    let span = located(ty.span());
    quote_spanned! {span=>
        let #binding = #private::Field::of(#binding);
        #private::field::<#ty>(#tracer, #label, #binding);
    }
}

fn type_facts(
    ty: &Type<'_>,
    facts: &Facts<'_>,
    predicates: &TokenStream,
    private: &TokenStream,
) -> TokenStream {
    let name = relocated(ty.name);
    let (level_1, level_2) = (level(ty, facts, "L1"), level(ty, facts, "L2"));
    let (params, arguments, _) = ty.generics.split_for_impl();
    let finalizer = facts.finalizer.map(|span| {
        let private_there = self::private(ty, located(span));
        let finalizer = quote_spanned!(located(span)=> #private_there::finalizer::<Self>());
        quote! {
            const FINALIZER: #private::Option<#private::Finalizer> = #finalizer;
        }
    });
    quote! {
        use #private::{CoarseField as _, NoDrop as _};

        #[automatically_derived]
        #[doc(hidden)]
        impl #params #private::TypeFacts for #name #arguments
        where
            #predicates
            Self: #private::Sized,
        {
            const L0: #private::Facts = #private::Facts::coarse::<Self>();
            const L1: #private::Facts = #private::Facts::NONE
                #level_1
                .with_drop(#private::Probe::<Self>::HAS_DROP);
            const L2: #private::Facts = #private::Facts::NONE
                #level_2
                .with_drop(#private::Probe::<Self>::HAS_DROP);
            #finalizer
        }
    }
}

/// What the fields add to the facts of a level.
fn level(ty: &Type<'_>, facts: &Facts<'_>, level: &str) -> TokenStream {
    let one = |field: &&syn::Type| {
        let span = located(field.span());
        let (private, level) = (private(ty, span), Ident::new(level, span));
        quote_spanned!(span=> .or(#private::FieldFacts::<#field>::#level))
    };
    facts.fields.iter().map(one).collect()
}

/// The name of the tracer.
fn tracer() -> Ident {
    Ident::new("refcycle_tracer", Span::mixed_site())
}

/// The name of a field's binding.
fn binding(index: usize, field: &Field<'_>) -> Ident {
    format_ident!("refcycle_{index}", span = located(field.ty.span()))
}

/// The macro's own span, shown at `span`.
fn located(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// A name as the macro's own token: a lint about this mention is not the user's concern.
fn relocated(name: &Ident) -> Ident {
    let mut name = name.clone();
    name.set_span(located(name.span()));
    name
}
