//! Attribute macros that change a type behind the back of a derive in front of them: the derive sees
//! the item as it was. No macro that means well does this to a traced field; the derive has to notice.

use proc_macro::{Ident, TokenStream, TokenTree};

/// Puts the second of the two given names wherever the item has the first.
///
/// # Panics
///
/// If it is not given two names.
#[proc_macro_attribute]
pub fn swap(names: TokenStream, item: TokenStream) -> TokenStream {
    let names = names.to_string();
    let (from, to) = names.split_once(", ").expect("two names");
    replace(item, from, to)
}

/// Adds fields to a struct that has named ones.
#[proc_macro_attribute]
pub fn grow(fields: TokenStream, item: TokenStream) -> TokenStream {
    item.into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => {
                let stream = TokenStream::from_iter([group.stream(), fields.clone()]);
                TokenTree::Group(proc_macro::Group::new(group.delimiter(), stream))
            }
            token => token,
        })
        .collect()
}

fn replace(item: TokenStream, from: &str, to: &str) -> TokenStream {
    item.into_iter()
        .map(|token| match token {
            TokenTree::Ident(name) if name.to_string() == from => {
                TokenTree::Ident(Ident::new(to, name.span()))
            }
            TokenTree::Group(group) => {
                let stream = replace(group.stream(), from, to);
                TokenTree::Group(proc_macro::Group::new(group.delimiter(), stream))
            }
            token => token,
        })
        .collect()
}
