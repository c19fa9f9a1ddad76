//! The methods of strings.

use crate::error::Result;
use crate::function::{ANY_KEYWORD, Builtin};
use crate::value::Value;
use crate::vm::{Args, Vm};

/// A table entry for a method.
pub(crate) const fn method(
    name: &'static str,
    least: usize,
    most: usize,
    body: fn(&Vm, &Args) -> Result<Value>,
) -> Builtin {
    Builtin { name, arity: (least, most), is_method: true, keywords: &[], body }
}

pub(crate) static STR_METHODS: &[Builtin] = &[
    method("upper", 0, 0, |vm, args| Ok(Value::str(this(vm, args)?.to_uppercase()))),
    method("lower", 0, 0, |vm, args| Ok(Value::str(this(vm, args)?.to_lowercase()))),
    method("capitalize", 0, 0, |vm, args| {
        let mut chars = this(vm, args)?.chars();
        let first = chars.next().map(|char| char.to_uppercase().to_string()).unwrap_or_default();
        Ok(Value::str(first + &chars.as_str().to_lowercase()))
    }),
    method("title", 0, 0, title),
    method("swapcase", 0, 0, |vm, args| {
        let swap = |char: char| {
            if char.is_uppercase() {
                char.to_lowercase().to_string()
            } else {
                char.to_uppercase().to_string()
            }
        };
        Ok(Value::str(this(vm, args)?.chars().map(swap).collect::<String>()))
    }),
    method("strip", 0, 1, |vm, args| strip(vm, args, true, true)),
    method("lstrip", 0, 1, |vm, args| strip(vm, args, true, false)),
    method("rstrip", 0, 1, |vm, args| strip(vm, args, false, true)),
    method("split", 0, 2, split),
    method("splitlines", 0, 0, |vm, args| {
        Ok(Value::list(this(vm, args)?.lines().map(Value::str).collect()))
    }),
    method("join", 1, 1, join),
    method("replace", 2, 3, |vm, args| {
        let (text, old, new) = (this(vm, args)?, text(vm, args, 1)?, text(vm, args, 2)?);
        Ok(Value::str(match args.get(3).and_then(Value::as_int) {
            Some(count) if count >= 0 => text.replacen(old, new, count as usize),
            _ => text.replace(old, new),
        }))
    }),
    method("startswith", 1, 1, |vm, args| affix(vm, args, |text, part| text.starts_with(part))),
    method("endswith", 1, 1, |vm, args| affix(vm, args, |text, part| text.ends_with(part))),
    method("removeprefix", 1, 1, |vm, args| {
        let text_here = this(vm, args)?;
        let prefix = text(vm, args, 1)?;
        Ok(Value::str(text_here.strip_prefix(prefix).unwrap_or(text_here)))
    }),
    method("removesuffix", 1, 1, |vm, args| {
        let text_here = this(vm, args)?;
        let suffix = text(vm, args, 1)?;
        Ok(Value::str(text_here.strip_suffix(suffix).unwrap_or(text_here)))
    }),
    method("find", 1, 1, |vm, args| {
        let text_here = this(vm, args)?;
        let at = text_here.find(text(vm, args, 1)?);
        Ok(Value::Int(at.map_or(-1, |at| text_here[..at].chars().count() as i64)))
    }),
    method("rfind", 1, 1, |vm, args| {
        let text_here = this(vm, args)?;
        let at = text_here.rfind(text(vm, args, 1)?);
        Ok(Value::Int(at.map_or(-1, |at| text_here[..at].chars().count() as i64)))
    }),
    method("index", 1, 1, |vm, args| {
        let text_here = this(vm, args)?;
        match text_here.find(text(vm, args, 1)?) {
            Some(at) => Ok(Value::from(text_here[..at].chars().count())),
            None => vm.value_error("substring not found"),
        }
    }),
    method("count", 1, 1, |vm, args| {
        let (text_here, part) = (this(vm, args)?, text(vm, args, 1)?);
        let count = text_here.matches(part).count();
        Ok(Value::from(count))
    }),
    method("isdigit", 0, 0, |vm, args| all(vm, args, |char| char.is_ascii_digit())),
    method("isalpha", 0, 0, |vm, args| all(vm, args, char::is_alphabetic)),
    method("isalnum", 0, 0, |vm, args| all(vm, args, char::is_alphanumeric)),
    method("isspace", 0, 0, |vm, args| all(vm, args, char::is_whitespace)),
    method("isupper", 0, 0, |vm, args| {
        let text = this(vm, args)?;
        let has_case = text.chars().any(char::is_uppercase);
        Ok(Value::Bool(has_case && !text.chars().any(char::is_lowercase)))
    }),
    method("islower", 0, 0, |vm, args| {
        let text = this(vm, args)?;
        let has_case = text.chars().any(char::is_lowercase);
        Ok(Value::Bool(has_case && !text.chars().any(char::is_uppercase)))
    }),
    method("ljust", 1, 2, |vm, args| justify(vm, args, '<')),
    method("rjust", 1, 2, |vm, args| justify(vm, args, '>')),
    method("center", 1, 2, |vm, args| justify(vm, args, '^')),
    method("zfill", 1, 1, |vm, args| {
        let text = this(vm, args)?;
        let width = args.get(1).and_then(Value::as_int).unwrap_or(0).clamp(0, 1 << 24) as usize;
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text),
        };
        let missing = width.saturating_sub(text.chars().count());
        Ok(Value::str(format!("{sign}{}{digits}", "0".repeat(missing))))
    }),
    Builtin {
        name: "format",
        arity: (0, usize::MAX),
        is_method: true,
        keywords: &[ANY_KEYWORD],
        body: |vm, args| Ok(Value::str(vm.format_template(this(vm, args)?, args)?)),
    },
];

fn this<'a>(vm: &Vm, args: &'a Args) -> Result<&'a str> {
    text(vm, args, 0)
}

/// An argument that must be a string.
fn text<'a>(vm: &Vm, args: &'a Args, number: usize) -> Result<&'a str> {
    match args.get(number) {
        Some(Value::Str(text)) => Ok(&text.text),
        Some(other) => vm.type_error(format!("argument must be str, not {}", vm.type_name(other))),
        None => vm.type_error("argument missing"),
    }
}

fn title(vm: &Vm, args: &Args) -> Result<Value> {
    let mut inside = false;
    let mut title = String::new();
    for char in this(vm, args)?.chars() {
        if inside {
            title.extend(char.to_lowercase());
        } else {
            title.extend(char.to_uppercase());
        }
        inside = char.is_alphabetic();
    }
    Ok(Value::str(title))
}

fn strip(vm: &Vm, args: &Args, left: bool, right: bool) -> Result<Value> {
    let chars = match args.get(1) {
        None | Some(Value::None) => None,
        Some(_) => Some(text(vm, args, 1)?),
    };
    let is_stripped = |char: char| chars.map_or(char.is_whitespace(), |chars| chars.contains(char));
    let mut text = this(vm, args)?;
    if left {
        text = text.trim_start_matches(is_stripped);
    }
    if right {
        text = text.trim_end_matches(is_stripped);
    }
    Ok(Value::str(text))
}

fn split(vm: &Vm, args: &Args) -> Result<Value> {
    let text_here = this(vm, args)?;
    let limit = args.get(2).and_then(Value::as_int).and_then(|limit| usize::try_from(limit).ok());
    let parts: Vec<Value> = match args.get(1) {
        None | Some(Value::None) => text_here.split_whitespace().map(Value::str).collect(),
        Some(_) => match (text(vm, args, 1)?, limit) {
            ("", _) => return vm.value_error("empty separator"),
            (separator, None) => text_here.split(separator).map(Value::str).collect(),
            (separator, Some(limit)) => {
                text_here.splitn(limit.saturating_add(1), separator).map(Value::str).collect()
            }
        },
    };
    Ok(Value::list(parts))
}

fn join(vm: &Vm, args: &Args) -> Result<Value> {
    let separator = this(vm, args)?;
    if !vm.is_iterable(&args.pos[1]) {
        return vm.type_error("can only join an iterable");
    }
    let items = vm.collect(&args.pos[1])?;
    let mut joined = String::new();
    for (number, item) in items.iter().enumerate() {
        let Value::Str(item) = item else {
            let name = vm.type_name(item);
            return vm.type_error(format!(
                "sequence item {number}: expected str instance, {name} found"
            ));
        };
        if number > 0 {
            joined.push_str(separator);
        }
        joined.push_str(&item.text);
    }
    Ok(Value::str(joined))
}

fn affix(vm: &Vm, args: &Args, is_affix: fn(&str, &str) -> bool) -> Result<Value> {
    let text_here = this(vm, args)?;
    if let Some(Value::Tuple(parts)) = args.get(1) {
        let found = parts.items.iter().filter_map(Value::as_str).any(|it| is_affix(text_here, it));
        return Ok(Value::Bool(found));
    }
    Ok(Value::Bool(is_affix(text_here, text(vm, args, 1)?)))
}

fn all(vm: &Vm, args: &Args, is_it: fn(char) -> bool) -> Result<Value> {
    let text = this(vm, args)?;
    Ok(Value::Bool(!text.is_empty() && text.chars().all(is_it)))
}

fn justify(vm: &Vm, args: &Args, align: char) -> Result<Value> {
    let text_here = this(vm, args)?;
    let width = args.get(1).and_then(Value::as_int).unwrap_or(0).clamp(0, 1 << 24) as usize;
    let fill = if args.pos.len() > 2 { text(vm, args, 2)? } else { " " };
    let len = text_here.chars().count();
    let missing = width.saturating_sub(len);
    let left = match align {
        '<' => 0,
        '>' => missing,
        // CPython puts the odd one to the left where the width is odd.
        _ => missing / 2 + (missing & width & 1),
    };
    Ok(Value::str(format!("{}{text_here}{}", fill.repeat(left), fill.repeat(missing - left))))
}
