//! All that the derive writes, under lints that are stricter than most: that clippy is silent here is
//! the test.

#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::cargo)]
#![deny(
    clippy::absolute_paths,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::default_numeric_fallback,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::impl_trait_in_params,
    clippy::missing_docs_in_private_items,
    clippy::missing_trait_methods,
    clippy::multiple_inherent_impl,
    clippy::multiple_unsafe_ops_per_block,
    clippy::pattern_type_mismatch,
    clippy::redundant_type_annotations,
    clippy::ref_patterns,
    clippy::rest_pat_in_fully_bound_structs,
    clippy::same_name_method,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::single_call_fn,
    clippy::undocumented_unsafe_blocks,
    clippy::unneeded_field_pattern,
    clippy::unseparated_literal_suffix,
    clippy::wildcard_enum_match_arm
)]
#![deny(unsafe_code, unused_qualifications, unused_results, single_use_lifetimes)]
#![expect(clippy::use_self, reason = "a type that names itself is a shape to be tested")]

use refcycle::{Finalize, Gc, Trace};

/// Named fields.
#[derive(Trace)]
#[expect(missing_debug_implementations, reason = "that would bound `T`, and the derive does not")]
#[trace(finalize)]
#[non_exhaustive]
pub struct Node<T: 'static> {
    /// An edge.
    pub next: Option<Gc<Node<T>>>,
    /// Not an edge.
    #[trace(skip)]
    pub pointer: *const u8,
    /// A parameter.
    pub value: T,
}

impl<T> Finalize for Node<T> {
    fn finalize(&self) {}
}

/// Every kind of variant.
#[derive(Debug, Trace)]
#[non_exhaustive]
pub enum Choice<'text, const N: usize> {
    /// None.
    Nothing,
    /// Two without names.
    Two(u8, [u8; N]),
    /// Two with names.
    Named {
        /// An edge.
        edge: Gc<u8>,
        /// A borrow.
        text: &'text str,
    },
}

/// No field.
#[derive(Clone, Copy, Debug, Trace)]
#[non_exhaustive]
pub struct Unit;

/// No size, perhaps.
#[derive(Debug, Trace)]
#[non_exhaustive]
pub struct Tail<T: ?Sized>(u8, T);

/// No value.
#[derive(Clone, Copy, Debug, Trace)]
#[non_exhaustive]
pub enum Never {}
