//! Formatting: the mini-language of f-strings and `format`, and the `%` operator.

use crate::error::Result;
use crate::number::{exponent_text, float_repr, to_float};
use crate::value::Value;
use crate::vm::{Args, Vm};

/// `[[fill]align][sign][#][0][width][,][.precision][type]`
#[derive(Default)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    zero: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Spec {
    fn parse(text: &str) -> Option<Spec> {
        let mut spec = Spec::default();
        let chars: Vec<char> = text.chars().collect();
        let is_align = |at: usize| chars.get(at).is_some_and(|char| "<>=^".contains(*char));
        let mut at = 0;
        if is_align(1) {
            (spec.fill, spec.align, at) = (Some(chars[0]), Some(chars[1]), 2);
        } else if is_align(0) {
            (spec.align, at) = (Some(chars[0]), 1);
        }
        let mut rest = chars[at..].iter().copied().peekable();
        spec.sign = rest.next_if(|char| "+- ".contains(*char));
        spec.alternate = rest.next_if_eq(&'#').is_some();
        spec.zero = rest.next_if_eq(&'0').is_some();
        while let Some(digit) = rest.peek().and_then(|char| char.to_digit(10)) {
            spec.width = spec.width.checked_mul(10)?.checked_add(digit as usize)?;
            rest.next();
        }
        spec.grouping = rest.next_if(|char| ",_".contains(*char));
        if rest.next_if_eq(&'.').is_some() {
            let mut precision: usize = rest.next()?.to_digit(10)? as usize;
            while let Some(digit) = rest.peek().and_then(|char| char.to_digit(10)) {
                precision = precision.checked_mul(10)?.checked_add(digit as usize)?;
                rest.next();
            }
            spec.precision = Some(precision);
        }
        spec.kind = rest.next();
        let reasonable = spec.width < 1 << 24 && spec.precision.unwrap_or(0) < 1 << 16;
        (rest.next().is_none() && reasonable).then_some(spec)
    }

    /// Pads a body with its sign in front.
    fn pad(&self, sign: &str, body: &str, default_align: char) -> String {
        let len = sign.chars().count() + body.chars().count();
        let missing = self.width.saturating_sub(len);
        let (fill, align) = match (self.fill, self.align) {
            (Some(fill), Some(align)) => (fill, align),
            (_, Some(align)) => (if self.zero { '0' } else { ' ' }, align),
            _ if self.zero => ('0', if default_align == '<' { '<' } else { '=' }),
            _ => (' ', default_align),
        };
        let fill = |count: usize| fill.to_string().repeat(count);
        match align {
            '<' => format!("{sign}{body}{}", fill(missing)),
            '^' => format!("{}{sign}{body}{}", fill(missing / 2), fill(missing - missing / 2)),
            '=' => format!("{sign}{}{body}", fill(missing)),
            _ => format!("{}{sign}{body}", fill(missing)),
        }
    }

    fn sign_of(&self, negative: bool) -> &'static str {
        match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        }
    }

    fn int(&self, number: i64) -> Option<String> {
        let magnitude = number.unsigned_abs();
        let (prefix, digits, group) = match self.kind {
            None | Some('d' | 'n') => ("", magnitude.to_string(), 3),
            Some('b') => ("0b", format!("{magnitude:b}"), 4),
            Some('o') => ("0o", format!("{magnitude:o}"), 4),
            Some('x') => ("0x", format!("{magnitude:x}"), 4),
            Some('X') => ("0X", format!("{magnitude:X}"), 4),
            Some('c') => {
                let char = u32::try_from(number).ok().and_then(char::from_u32)?;
                return Some(self.pad("", &char.to_string(), '<'));
            }
            _ => return None,
        };
        let digits = self.group(&digits, group);
        let prefix = if self.alternate { prefix } else { "" };
        let sign = format!("{}{prefix}", self.sign_of(number < 0));
        Some(self.pad(&sign, &digits, '>'))
    }

    fn float(&self, number: f64) -> Option<String> {
        let magnitude = number.abs();
        let precision = self.precision.unwrap_or(6);
        let body = if number.is_finite() {
            match self.kind {
                Some('f' | 'F') => format!("{magnitude:.precision$}"),
                Some('e') => scientific(magnitude, precision),
                Some('E') => scientific(magnitude, precision).to_uppercase(),
                Some('%') => format!("{:.precision$}%", magnitude * 100.0),
                Some('g' | 'n') => general(magnitude, precision, self.alternate),
                Some('G') => general(magnitude, precision, self.alternate).to_uppercase(),
                None => match self.precision {
                    None => float_repr(magnitude),
                    Some(precision) => {
                        let text = general(magnitude, precision, false);
                        let is_whole = !text.contains(['.', 'e']);
                        if is_whole { text + ".0" } else { text }
                    }
                },
                _ => return None,
            }
        } else {
            float_repr(magnitude)
        };
        let split = body.find(|char: char| !char.is_ascii_digit()).unwrap_or(body.len());
        let body = self.group(&body[..split], 3) + &body[split..];
        Some(self.pad(self.sign_of(number.is_sign_negative() && !number.is_nan()), &body, '>'))
    }

    fn str(&self, text: &str) -> Option<String> {
        if !matches!(self.kind, None | Some('s')) || self.sign.is_some() {
            return None;
        }
        let body: String = match self.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text.to_owned(),
        };
        Some(self.pad("", &body, '<'))
    }

    /// Puts the thousands separator between groups of digits.
    fn group(&self, digits: &str, size: usize) -> String {
        let Some(separator) = self.grouping else { return digits.to_owned() };
        let mut text = String::new();
        for (at, char) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(size) {
                text.push(separator);
            }
            text.push(char);
        }
        text
    }
}

fn scientific(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{digits}{}", exponent_text(exponent.parse().unwrap_or(0)))
}

/// The `g` format: scientific for large and small numbers, no trailing zeros.
fn general(number: f64, precision: usize, keep_zeros: bool) -> String {
    let precision = precision.max(1);
    let rounded = format!("{number:.*e}", precision - 1);
    let exponent: i32 =
        rounded.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    let trim = |text: &str| {
        if keep_zeros || !text.contains('.') {
            text.to_owned()
        } else {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    };
    if exponent < -4 || exponent >= precision as i32 {
        let digits = rounded.split('e').next().unwrap_or_default();
        return trim(digits) + &exponent_text(exponent);
    }
    let decimals = (precision as i32 - 1 - exponent).max(0) as usize;
    trim(&format!("{number:.decimals$}"))
}

impl Vm {
    /// Python's `format(value, spec)`.
    pub(crate) fn format(&self, value: &Value, spec: &str) -> Result<String> {
        if let Value::Instance(_) = value {
            let args = vec![Value::str(spec)];
            if let Some(result) = self.call_special(value, &self.names.format, args) {
                return self.str(&result?);
            }
        }
        if spec.is_empty() {
            return self.str(value);
        }
        let class = self.type_name(value);
        let Some(parsed) = Spec::parse(spec) else {
            let message = format!("Invalid format specifier '{spec}' for object of type '{class}'");
            return self.value_error(message);
        };
        let is_float_kind = matches!(parsed.kind, Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%'));
        let text = match value {
            Value::Int(_) | Value::Bool(_) if is_float_kind => parsed.float(to_float(value)),
            Value::Int(number) => parsed.int(*number),
            Value::Bool(flag) if parsed.kind.is_some() => parsed.int(i64::from(*flag)),
            Value::Float(number) => parsed.float(*number),
            Value::Str(text) => parsed.str(&text.text),
            Value::Bool(_) => parsed.str(&self.str(value)?),
            _ => {
                let message = format!("unsupported format string passed to {class}.__format__");
                return self.type_error(message);
            }
        };
        match (text, parsed.kind) {
            (Some(text), _) => Ok(text),
            (None, Some(kind)) => self
                .value_error(format!("Unknown format code '{kind}' for object of type '{class}'")),
            (None, None) => self.value_error("Sign not allowed in string format specifier"),
        }
    }

    /// `format % args`.
    pub(crate) fn format_percent(&self, format: &str, args: &Value) -> Result<String> {
        let values = match args {
            Value::Tuple(tuple) => tuple.items.to_vec(),
            other => vec![other.clone()],
        };
        let mut values = values.into_iter();
        let mut text = String::new();
        let mut rest = format;
        while let Some(at) = rest.find('%') {
            text.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let end = rest.find(|char: char| char.is_ascii_alphabetic() || char == '%');
            let Some(end) = end else { return self.value_error("incomplete format") };
            let (flags, kind) = (&rest[..end], &rest[end..=end]);
            rest = &rest[end + 1..];
            if kind == "%" {
                text.push('%');
                continue;
            }
            let Some(value) = values.next() else {
                return self.type_error("not enough arguments for format string");
            };
            let (align, flags) = match flags.strip_prefix('-') {
                Some(flags) => ("<", flags),
                None => (">", flags),
            };
            let align = if flags.starts_with('0') { "" } else { align };
            let spec = |kind: &str| match flags.strip_prefix('+') {
                Some(flags) => format!("{align}+{flags}{kind}"),
                None => format!("{align}{flags}{kind}"),
            };
            text.push_str(&match kind {
                "s" => self.format(&Value::str(self.str(&value)?), &spec(""))?,
                "r" | "a" => self.format(&Value::str(self.repr(&value)?), &spec(""))?,
                "d" | "i" | "u" => match &value {
                    Value::Int(_) | Value::Bool(_) => self.format(&value, &spec("d"))?,
                    Value::Float(number) => {
                        let whole = crate::number::float_to_int(self, *number)?;
                        self.format(&Value::Int(whole), &spec("d"))?
                    }
                    other => {
                        let class = self.type_name(other);
                        return self.type_error(format!(
                            "%{kind} format: a real number is required, not {class}"
                        ));
                    }
                },
                _ => self.format(&value, &spec(kind))?,
            });
        }
        text.push_str(rest);
        if values.next().is_some() && !matches!(args, Value::Dict(_)) {
            return self.type_error("not all arguments converted during string formatting");
        }
        Ok(text)
    }

    /// `template.format(...)`: fields by number, by name, or in order, with a format after a colon.
    pub(crate) fn format_template(&self, template: &str, args: &Args) -> Result<String> {
        let mut text = String::new();
        let mut number = 0;
        let mut rest = template;
        while let Some(at) = rest.find(['{', '}']) {
            text.push_str(&rest[..at]);
            let (brace, after) = rest[at..].split_at(1);
            rest = after;
            if let Some(after) = rest.strip_prefix(brace) {
                text.push_str(brace);
                rest = after;
                continue;
            }
            let Some(end) = rest.find('}').filter(|_| brace == "{") else {
                let message = if brace == "{" { "{" } else { "}" };
                return self
                    .value_error(format!("Single '{message}' encountered in format string"));
            };
            let field = &rest[..end];
            rest = &rest[end + 1..];
            let (field, spec) = field.split_once(':').unwrap_or((field, ""));
            let (field, conversion) = match field.split_once('!') {
                Some((field, conversion)) => (field, Some(conversion)),
                None => (field, None),
            };
            let value = if field.is_empty() {
                number += 1;
                args.get(number)
            } else if let Ok(at) = field.parse::<usize>() {
                args.get(at.saturating_add(1))
            } else {
                args.keyword(field)
            };
            let Some(value) = value else {
                let message = "Replacement index out of range for positional args tuple";
                return Err(self.error("IndexError", message));
            };
            let value = match conversion {
                Some("r") => Value::str(self.repr(value)?),
                Some(_) => Value::str(self.str(value)?),
                None => value.clone(),
            };
            text.push_str(&self.format(&value, spec)?);
        }
        text.push_str(rest);
        Ok(text)
    }
}
