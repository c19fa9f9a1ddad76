//! JSON text, as far as the writers need it.

use std::io::{self, Write};

/// Writes a string. It may stand in a page's `<script>`, too: nothing in it can end that, nor start a
/// comment.
pub(super) fn write_string(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(b"\"")?;
    let mut plain = 0;
    for (at, c) in text.char_indices() {
        if c >= ' '
            && !matches!(
                c,
                '"' | '\\' | '<' | '>' | '&' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}'
            )
        {
            continue;
        }
        out.write_all(&text.as_bytes()[plain..at])?;
        // All of these are one UTF-16 unit.
        write!(out, "\\u{:04x}", u32::from(c))?;
        plain = at + c.len_utf8();
    }
    out.write_all(&text.as_bytes()[plain..])?;
    out.write_all(b"\"")
}

/// Writes a list, each item with `write`.
pub(super) fn write_list<W: Write, T>(
    out: &mut W,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut W, T) -> io::Result<()>,
) -> io::Result<()> {
    out.write_all(b"[")?;
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            out.write_all(b",")?;
        }
        write(out, item)?;
    }
    out.write_all(b"]")
}

/// Writes a list of numbers.
pub(super) fn write_numbers(
    out: &mut impl Write,
    numbers: impl IntoIterator<Item = u64>,
) -> io::Result<()> {
    write_list(out, numbers, |out, number| write!(out, "{number}"))
}

/// Writes a list of strings.
pub(super) fn write_strings<'a>(
    out: &mut impl Write,
    strings: impl IntoIterator<Item = &'a str>,
) -> io::Result<()> {
    write_list(out, strings, |out, text| write_string(out, text))
}

#[cfg(test)]
mod tests {
    use super::{write_numbers, write_string};

    #[test]
    fn a_string_has_nothing_that_ends_it_or_the_script_that_it_is_in() {
        let mut out = Vec::new();
        write_string(&mut out, "a\"\\\n</script><!--&\u{2028}ü").expect("a vector takes all");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text, r#""a\u0022\u005c\u000a\u003c/script\u003e\u003c!--\u0026\u2028ü""#);
    }

    #[test]
    fn a_list_has_commas_between_its_items_only() {
        let mut out = Vec::new();
        write_numbers(&mut out, []).expect("a vector takes all");
        write_numbers(&mut out, [1, 2, 3]).expect("a vector takes all");
        assert_eq!(out, b"[][1,2,3]");
    }
}
