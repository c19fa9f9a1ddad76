//! An attribute macro that changes a type behind the back of a derive in front of it: the derive sees
//! the item as it was. No macro that means well does this to a traced field; the derive has to notice.

use proc_macro::{Ident, TokenStream, TokenTree};

/// Puts the second of the two given names wherever the item has the first.
#[proc_macro_attribute]
pub fn swap(names: TokenStream, item: TokenStream) -> TokenStream {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    replace(item, &names[0], &names[1])
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
