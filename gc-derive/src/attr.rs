//! From the tokens of `#[trace(…)]` to options, and nothing else: whether the options go together is
//! for `check` to say.

use crate::errors::Errors;
use proc_macro2::{Ident, TokenStream, TokenTree};
use std::fmt;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, LitStr, Meta, Path, Token, WherePredicate};

/// Options in front of a type.
#[derive(Default)]
pub(crate) struct TypeOptions {
    pub(crate) bound: Given<Vec<WherePredicate>>,
    pub(crate) krate: Given<Path>,
    pub(crate) finalize: Given<()>,
    /// There was a `crate` that could not be read: where the library is, is unknown.
    pub(crate) crate_is_lost: bool,
}

/// Options in front of a field.
#[derive(Default)]
pub(crate) struct FieldOptions {
    pub(crate) skip: Given<()>,
}

/// Each time that an option is given: its name in the source, and its value.
pub(crate) struct Given<T>(pub(crate) Vec<(Ident, T)>);

impl<T> Given<T> {
    pub(crate) fn get(&self) -> Option<&T> {
        self.0.first().map(|(_, value)| value)
    }

    pub(crate) fn name(&self) -> Option<&Ident> {
        self.0.first().map(|(name, _)| name)
    }
}

impl<T> Default for Given<T> {
    fn default() -> Given<T> {
        Given(Vec::new())
    }
}

/// What an attribute is in front of.
#[derive(Clone, Copy)]
enum Place {
    Type,
    Variant,
    Field,
}

/// Says what can be written there.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Place::Type => "a type takes `bound = \"…\"`, `crate = path` and `finalize`",
            Place::Variant => "a variant takes no options, its fields take `skip`",
            Place::Field => "a field takes `skip`",
        })
    }
}

pub(crate) fn of_type(attributes: &[Attribute], errors: &mut Errors) -> TypeOptions {
    let mut options = TypeOptions::default();
    each(attributes, Place::Type, errors, |name, input| {
        match name.to_string().as_str() {
            "bound" => options.bound.0.push((name.clone(), bound(name, input)?)),
            "crate" => match krate(name, input) {
                Ok(path) => options.krate.0.push((name.clone(), path)),
                Err(error) => {
                    options.crate_is_lost = true;
                    return Err(error);
                }
            },
            "finalize" => options.finalize.0.push((name.clone(), alone(name, input)?)),
            "skip" => {
                return misplaced(
                    name,
                    "`skip` goes on a field: to have the collector ignore the type, skip its fields",
                );
            }
            _ => return unknown(name, Place::Type),
        }
        Ok(())
    });
    options
}

/// A variant takes no options.
pub(crate) fn of_variant(attributes: &[Attribute], errors: &mut Errors) {
    each(attributes, Place::Variant, errors, |name, _| match name.to_string().as_str() {
        "skip" => misplaced(name, "`skip` goes on a field; to skip a variant, skip its fields"),
        "bound" | "crate" | "finalize" => belongs_to_type(name),
        _ => unknown(name, Place::Variant),
    });
}

pub(crate) fn of_field(attributes: &[Attribute], errors: &mut Errors) -> FieldOptions {
    let mut options = FieldOptions::default();
    each(attributes, Place::Field, errors, |name, input| {
        match name.to_string().as_str() {
            "skip" => options.skip.0.push((name.clone(), alone(name, input)?)),
            "bound" | "crate" | "finalize" => return belongs_to_type(name),
            _ => return unknown(name, Place::Field),
        }
        Ok(())
    });
    options
}

/// Calls `option` with the name of each option in these attributes and with the tokens behind it. What
/// `option` leaves unread up to the next comma is passed over after an error.
fn each(
    attributes: &[Attribute],
    place: Place,
    errors: &mut Errors,
    mut option: impl FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>,
) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("trace")) {
        let list = match &attribute.meta {
            Meta::List(list) if list.tokens.is_empty() => {
                errors.at(list, format_args!("no option in here: {place}"));
                continue;
            }
            Meta::List(list) => list,
            meta => {
                errors.at(meta, format_args!("options go in `#[trace(…)]`: {place}"));
                continue;
            }
        };
        let read = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = one(input, place, &mut option) {
                    errors.push(error);
                    pass_over(input)?;
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = read.parse2(list.tokens.clone()) {
            errors.push(error);
        }
    }
}

/// Reads one option, up to the comma.
fn one(
    input: ParseStream<'_>,
    place: Place,
    option: &mut impl FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    if !input.peek(syn::Ident::peek_any) {
        let found: TokenTree = input.parse()?;
        return Err(syn::Error::new_spanned(
            found,
            format_args!("the name of an option is expected here: {place}"),
        ));
    }
    let name = input.call(Ident::parse_any)?;
    option(&name, input)?;
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    let found: TokenTree = input.parse()?;
    Err(syn::Error::new_spanned(found, "a comma or the end is expected here"))
}

/// Reads up to the next comma.
fn pass_over(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// The end of an option that has no value.
fn alone(name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    let is_next_option = input.peek(syn::Ident::peek_any);
    let rest = value(input)?;
    if is_next_option {
        return Err(syn::Error::new_spanned(rest, "a comma is missing in front of this option"));
    }
    let message = format_args!("`{name}` stands alone: write `#[trace({name})]`");
    Err(syn::Error::new_spanned(rest, message))
}

/// The predicates in `bound = "…"`.
fn bound(name: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<WherePredicate>> {
    const USE: &str = "`bound` takes bounds in quotes: write `bound = \"T: Trace\"`, or \
                       `bound = \"\"` for none";
    equals(name, input, USE)?;
    let text = value(input)?;
    let Ok(text) = syn::parse2::<LitStr>(text.clone()) else {
        return Err(syn::Error::new_spanned(text, USE));
    };
    let predicates = text
        .parse_with(Punctuated::<WherePredicate, Token![,]>::parse_terminated)
        .map_err(|error| {
            let message = format_args!(
                "`bound` takes what a where clause takes, such as `T: Trace`: {error}"
            );
            syn::Error::new(text.span(), message)
        })?;
    Ok(predicates.into_iter().collect())
}

/// The path in `crate = path`.
fn krate(name: &Ident, input: ParseStream<'_>) -> syn::Result<Path> {
    const USE: &str = "`crate` takes the path of the library: write `crate = some::path`, without \
                       quotes";
    equals(name, input, USE)?;
    let path = value(input)?;
    Path::parse_mod_style.parse2(path.clone()).map_err(|_| syn::Error::new_spanned(path, USE))
}

/// The `=` behind an option's name.
fn equals(name: &Ident, input: ParseStream<'_>, otherwise: &str) -> syn::Result<()> {
    if input.peek(Token![=]) {
        let equals = input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(syn::Error::new_spanned(equals, otherwise));
        }
        return Ok(());
    }
    Err(syn::Error::new_spanned(name, otherwise))
}

/// All tokens up to the comma.
fn value(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    Ok(tokens)
}

fn misplaced<T>(name: &Ident, message: &str) -> syn::Result<T> {
    Err(syn::Error::new_spanned(name, message))
}

fn belongs_to_type<T>(name: &Ident) -> syn::Result<T> {
    let message = format_args!("`{name}` goes on the type, beside `#[derive(Trace)]`");
    Err(syn::Error::new_spanned(name, message))
}

fn unknown<T>(name: &Ident, place: Place) -> syn::Result<T> {
    let message = format_args!("there is no option `{name}`: {place}");
    Err(syn::Error::new_spanned(name, message))
}
