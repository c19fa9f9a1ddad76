//! Exceptions as CPython 3.11 prints them, with the marked source lines.

use crate::code::{Source, Span};
use crate::frame::Traceback;
use crate::object::Instance;
use crate::value::Value;
use crate::vm::Vm;
use refcycle::Gc;
use ruff_python_ast::Expr;
use ruff_text_size::Ranged;
use std::fmt::Write;

/// So often is the same line printed before the rest is counted.
const REPEATS: usize = 3;

/// An exception with its traceback and what led to it.
pub(crate) fn exception(vm: &Vm, exception: &Gc<Instance>) -> String {
    let mut chain = Vec::new();
    let mut current = Some((exception.clone(), ""));
    while let Some((exception, link)) = current.take() {
        let known =
            chain.iter().any(|(other, _): &(Gc<Instance>, _)| Gc::ptr_eq(other, &exception));
        if known {
            break;
        }
        current = cause_of(&exception);
        chain.push((exception, link));
    }
    let mut text = String::new();
    let mut links = chain.iter().rev().peekable();
    while let Some((exception, link)) = links.next() {
        let traceback = Vm::exception_state(exception, |state| state.traceback.clone());
        if let Value::Traceback(first) = traceback {
            text.push_str("Traceback (most recent call last):\n");
            text.push_str(&lines(vm, &first));
        }
        text.push_str(&last_line(vm, exception));
        if links.peek().is_some() {
            text.extend(["\n", link, "\n\n"]);
        }
    }
    text
}

fn cause_of(exception: &Instance) -> Option<(Gc<Instance>, &'static str)> {
    const CAUSE: &str = "The above exception was the direct cause of the following exception:";
    const CONTEXT: &str = "During handling of the above exception, another exception occurred:";
    if let Value::Instance(cause) = Vm::exception_state(exception, |state| state.cause.clone()) {
        return Some((cause, CAUSE));
    }
    let suppressed = Vm::exception_state(exception, |state| Value::Bool(state.suppress_context));
    match Vm::exception_state(exception, |state| state.context.clone()) {
        Value::Instance(context) if matches!(suppressed, Value::Bool(false)) => {
            Some((context, CONTEXT))
        }
        _ => None,
    }
}

fn last_line(vm: &Vm, exception: &Gc<Instance>) -> String {
    let class = exception.class();
    let path = vm.class_path(&class);
    let name = path.strip_prefix("__main__.").unwrap_or(&path);
    match vm.str(&Value::Instance(exception.clone())) {
        Ok(text) if text.is_empty() => format!("{name}\n"),
        Ok(text) => format!("{name}: {text}\n"),
        Err(_) => format!("{name}: <exception str() failed>\n"),
    }
}

fn lines(vm: &Vm, first: &Gc<Traceback>) -> String {
    let mut text = String::new();
    let mut last = None;
    let mut times = 0;
    let entries = std::iter::successors(Some(first.clone()), |entry| entry.next.clone());
    let repeated = |times: usize| match times.checked_sub(REPEATS) {
        None | Some(0) => String::new(),
        Some(1) => "  [Previous line repeated 1 more time]\n".to_owned(),
        Some(more) => format!("  [Previous line repeated {more} more times]\n"),
    };
    for entry in entries {
        let code = &entry.frame.code;
        let here = (entry.line(), vm.name(code.name).text.to_string());
        if last.as_ref() == Some(&here) {
            times += 1;
        } else {
            text.push_str(&repeated(times));
            times = 1;
        }
        if times <= REPEATS {
            let (path, (line, name)) = (&code.source.path, &here);
            // A string takes all that is written to it.
            let _ = writeln!(text, "  File \"{path}\", line {line}, in {name}");
            if !vm.is_finalizing.get() {
                text.push_str(&source_line(&code.source, entry.span));
            }
        }
        last = Some(here);
    }
    text + &repeated(times)
}

/// The source line, and markers under the part that failed unless that is all of it.
fn source_line(source: &Source, span: Span) -> String {
    let number = source.line_of(span.start);
    let line = source.line(number);
    let body = line.trim_start();
    let shown = body.trim_end();
    if shown.is_empty() {
        return String::new();
    }
    let text = format!("    {shown}\n");
    let indent = line.len() - body.len();
    let line_start = source.line_start(number);
    let start = span.start as usize - line_start;
    let is_one_line = source.line_of(span.end) == number;
    let end = if is_one_line { span.end as usize - line_start } else { line.trim_end().len() };
    let Some(segment) = line.get(start..end) else { return text };
    let anchors = if is_one_line { operator_of(segment) } else { None };
    if anchors.is_none() && segment.chars().count() == line[indent..].chars().count() {
        return text;
    }
    let width = |text: &str| text.chars().count();
    let margin = 4 + line.get(indent..start).map_or(0, width);
    let marks = match anchors {
        None => "^".repeat(width(segment)),
        Some((from, to)) => {
            let before = width(&segment[..from]);
            let inside = width(&segment[from..to]);
            let after = width(segment) - before - inside;
            format!("{}{}{}", "~".repeat(before), "^".repeat(inside), "~".repeat(after))
        }
    };
    format!("{text}{}{marks}\n", " ".repeat(margin))
}

/// Where the operator or subscript is in the text of an expression that is one.
fn operator_of(segment: &str) -> Option<(usize, usize)> {
    let parsed = ruff_python_parser::parse_expression(segment).ok()?;
    match parsed.expr() {
        Expr::BinOp(it) => {
            let from = it.left.range().end().to_usize();
            let to = it.right.range().start().to_usize();
            let gap = segment.get(from..to)?;
            let at = from + gap.find(|char: char| !char.is_whitespace())?;
            let two = segment[at + 1..to].starts_with(|char: char| !char.is_whitespace());
            Some((at, at + 1 + usize::from(two)))
        }
        Expr::Subscript(it) => {
            let from = it.value.range().end().to_usize();
            Some((from, it.slice.range().end().to_usize() + 1))
        }
        _ => None,
    }
}

/// A program that cannot be run, as CPython reports a syntax error.
pub(crate) fn rejection(source: &Source, span: Span, class: &str, message: &str) -> String {
    let number = source.line_of(span.start);
    let line = source.line(number);
    let body = line.trim_start();
    let indent = line.len() - body.len();
    let start = (span.start as usize - source.line_start(number)).min(line.len()).max(indent);
    let is_one_line = source.line_of(span.end) == number;
    let end = if is_one_line {
        span.end as usize - source.line_start(number)
    } else {
        line.trim_end().len()
    };
    let before = line.get(indent..start).map_or(0, |text| text.chars().count());
    let marked = line.get(start..end).map_or(0, |text| text.chars().count()).max(1);
    format!(
        "  File \"{}\", line {number}\n    {}\n    {}{}\n{class}: {message}\n",
        source.path,
        body.trim_end(),
        " ".repeat(before),
        "^".repeat(marked)
    )
}
