//! The type as the later stages see it: a struct is an enum with one variant that has no name.
//!
//! It borrows syn's tree and adds the options that the attributes gave.

use crate::attr::{self, FieldOptions, TypeOptions};
use crate::errors::Errors;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Generics, Ident, Member, Token};

/// A type that derives `Trace`.
pub(crate) struct Type<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) options: TypeOptions,
    /// A union's keyword; a union has no variants here.
    pub(crate) union: Option<&'a Token![union]>,
    pub(crate) variants: Vec<Variant<'a>>,
    /// All attributes of the type itself.
    pub(crate) attributes: &'a [Attribute],
    /// The `allow` and `expect` attributes of the type and of what is in it.
    pub(crate) lints: Vec<TokenStream>,
}

/// A variant of an enum, or the fields of a struct.
pub(crate) struct Variant<'a> {
    pub(crate) name: Option<&'a Ident>,
    pub(crate) fields: Vec<Field<'a>>,
}

pub(crate) struct Field<'a> {
    pub(crate) member: Member,
    pub(crate) ty: &'a syn::Type,
    /// What verify mode and pictures call it: `name`, `0`, `Variant.name`.
    pub(crate) label: String,
    pub(crate) options: FieldOptions,
}

impl Field<'_> {
    pub(crate) fn is_skipped(&self) -> bool {
        self.options.skip.get().is_some()
    }
}

impl<'a> Type<'a> {
    pub(crate) fn read(input: &'a DeriveInput, errors: &mut Errors) -> Type<'a> {
        let mut this = Type {
            name: &input.ident,
            generics: &input.generics,
            options: attr::of_type(&input.attrs, errors),
            union: None,
            variants: Vec::new(),
            attributes: &input.attrs,
            lints: lints(&input.attrs).collect(),
        };
        match &input.data {
            Data::Struct(data) => this.push(None, &data.fields, errors),
            Data::Enum(data) => {
                for variant in &data.variants {
                    attr::of_variant(&variant.attrs, errors);
                    this.lints.extend(lints(&variant.attrs));
                    this.push(Some(&variant.ident), &variant.fields, errors);
                }
            }
            Data::Union(data) => this.union = Some(&data.union_token),
        }
        this
    }

    fn push(&mut self, name: Option<&'a Ident>, fields: &'a syn::Fields, errors: &mut Errors) {
        self.lints.extend(fields.iter().flat_map(|field| lints(&field.attrs)));
        let fields = fields.members().zip(fields).map(|(member, field)| {
            let label = match &member {
                Member::Named(name) => name.unraw().to_string(),
                Member::Unnamed(index) => index.index.to_string(),
            };
            Field {
                label: match name {
                    Some(variant) => format!("{}.{label}", variant.unraw()),
                    None => label,
                },
                member,
                ty: &field.ty,
                options: attr::of_field(&field.attrs, errors),
            }
        });
        self.variants.push(Variant { name, fields: fields.collect() });
    }

    pub(crate) fn fields(&self) -> impl DoubleEndedIterator<Item = &Field<'a>> {
        self.variants.iter().flat_map(|variant| &variant.fields)
    }

    /// The fields that the collector looks into.
    pub(crate) fn traced_fields(&self) -> impl DoubleEndedIterator<Item = &Field<'a>> {
        self.fields().filter(|field| !field.is_skipped())
    }

    /// Whether the type's own definition says that it has no size: its last field is a slice, a `str`
    /// or a trait object.
    pub(crate) fn is_unsized(&self) -> bool {
        let last = match self.variants.as_slice() {
            [Variant { name: None, fields }] => fields.last(),
            _ => None,
        };
        last.is_some_and(|field| has_no_size(field.ty))
    }
}

fn has_no_size(ty: &syn::Type) -> bool {
    match ty {
        syn::Type::Slice(_) | syn::Type::TraitObject(_) => true,
        syn::Type::Path(path) => path.qself.is_none() && path.path.is_ident("str"),
        syn::Type::Group(group) => has_no_size(&group.elem),
        syn::Type::Paren(paren) => has_no_size(&paren.elem),
        _ => false,
    }
}

/// The lint levels that the user set for the type hold for what is written about it. An `expect` is
/// met or not met by the type itself and becomes an `allow`.
fn lints(attributes: &[Attribute]) -> impl Iterator<Item = TokenStream> + '_ {
    attributes.iter().filter_map(|attribute| {
        let list = attribute.meta.require_list().ok()?;
        let is_lint = list.path.is_ident("allow") || list.path.is_ident("expect");
        is_lint.then(|| list.tokens.to_token_stream())
    })
}
