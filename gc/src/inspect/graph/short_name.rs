//! Type names that people can read.

use std::fmt;

/// A type's name without the modules: `Vec<Node>` for `alloc::vec::Vec<app::tree::Node>`.
///
/// Two types may have the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShortName(pub(super) &'static str);

impl ShortName {
    /// The whole name.
    pub fn full(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for ShortName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let mut rest = self.0;
        while let Some(first) = rest.chars().next() {
            let end = if is_word(first) {
                rest.find(|c| !is_word(c)).unwrap_or(rest.len())
            } else {
                first.len_utf8()
            };
            let (part, after) = rest.split_at(end);
            rest = after;
            if let Some(inside) = after.strip_prefix("::") {
                // A module, or a type's name before one of its items. A closure is nothing without the
                // function that it is in.
                if is_word(first) && !inside.starts_with('{') {
                    rest = inside;
                    continue;
                }
                f.write_str(part)?;
                f.write_str("::")?;
                rest = inside;
                continue;
            }
            f.write_str(part)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ShortName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::ShortName;

    #[test]
    fn modules_are_left_out() {
        for (name, short) in [
            ("u8", "u8"),
            ("app::tree::Node", "Node"),
            ("core::cell::RefCell<alloc::vec::Vec<app::Node>>", "RefCell<Vec<Node>>"),
            ("(app::A, &[app::B; 3])", "(A, &[B; 3])"),
            ("app::run::{{closure}}", "run::{{closure}}"),
            ("dyn core::ops::Fn(app::X) -> app::Y + core::marker::Send", "dyn Fn(X) -> Y + Send"),
            ("<app::A as app::B>::C", "<A as B>::C"),
            ("größe::Übergabe<'_>", "Übergabe<'_>"),
            ("", ""),
        ] {
            assert_eq!(ShortName(name).to_string(), short);
        }
    }
}
