//! Arithmetic on ints (64 bits; beyond that an `OverflowError`) and floats, and floats as text.

use crate::code::BinaryOp;
use crate::error::{Raised, Result};
use crate::value::Value;
use crate::vm::Vm;

/// The error for an int that CPython could represent and minipy cannot.
pub(crate) fn too_large(vm: &Vm) -> Raised {
    vm.error("OverflowError", "minipy's integers have 64 bits, this result needs more")
}

pub(crate) fn to_float(value: &Value) -> f64 {
    match value {
        Value::Float(number) => *number,
        other => other.as_int().unwrap_or(0) as f64,
    }
}

/// `None`: the operator is not for ints.
pub(crate) fn int_binary(vm: &Vm, op: BinaryOp, a: i64, b: i64) -> Option<Result<Value>> {
    let zero = |message| Some(Err(vm.error("ZeroDivisionError", message)));
    let result = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mul => a.checked_mul(b),
        BinaryOp::Div if b == 0 => return zero("division by zero"),
        BinaryOp::FloorDiv if b == 0 => return zero("integer division or modulo by zero"),
        BinaryOp::Mod if b == 0 => return zero("integer modulo by zero"),
        BinaryOp::Div => return Some(Ok(Value::Float(a as f64 / b as f64))),
        BinaryOp::FloorDiv => a
            .checked_div(b)
            .map(|quotient| if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }),
        BinaryOp::Mod => Some(floor_mod(a, b)),
        BinaryOp::Pow if b < 0 => return float_binary(vm, op, a as f64, b as f64),
        BinaryOp::Pow => match (a, u32::try_from(b)) {
            (_, Ok(exponent)) => a.checked_pow(exponent),
            (0 | 1, _) => Some(a),
            (-1, _) => Some(if b % 2 == 0 { 1 } else { -1 }),
            _ => None,
        },
        BinaryOp::Shl | BinaryOp::Shr if b < 0 => {
            return Some(vm.value_error("negative shift count"));
        }
        BinaryOp::Shl if a == 0 => Some(0),
        BinaryOp::Shl => {
            let shifted = if b < 64 { a << b } else { 0 };
            (b < 63 && shifted >> b == a).then_some(shifted)
        }
        BinaryOp::Shr => Some(a >> b.min(63)),
        BinaryOp::And => Some(a & b),
        BinaryOp::Or => Some(a | b),
        BinaryOp::Xor => Some(a ^ b),
        BinaryOp::MatMul => return None,
    };
    Some(result.map(Value::Int).ok_or_else(|| too_large(vm)))
}

fn floor_mod(a: i64, b: i64) -> i64 {
    let rest = a.wrapping_rem(b);
    if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }
}

/// `None`: the operator is not for floats.
pub(crate) fn float_binary(vm: &Vm, op: BinaryOp, a: f64, b: f64) -> Option<Result<Value>> {
    let zero = |message| Some(Err(vm.error("ZeroDivisionError", message)));
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div if b == 0.0 => return zero("float division by zero"),
        BinaryOp::FloorDiv if b == 0.0 => return zero("float floor division by zero"),
        BinaryOp::Mod if b == 0.0 => return zero("float modulo"),
        BinaryOp::Div => a / b,
        BinaryOp::FloorDiv => (a / b).floor(),
        BinaryOp::Mod => {
            let rest = a % b;
            if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }
        }
        BinaryOp::Pow if a == 0.0 && b < 0.0 => {
            return zero("0.0 cannot be raised to a negative power");
        }
        BinaryOp::Pow if a < 0.0 && b.fract() != 0.0 => {
            let message = "minipy has no complex numbers, this result is one";
            return Some(vm.value_error(message));
        }
        BinaryOp::Pow => a.powf(b),
        _ => return None,
    };
    Some(Ok(Value::Float(result)))
}

/// A float as the shortest text that reads back as the same float.
pub(crate) fn float_repr(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let text = number.to_string();
        return if text.contains('.') { text } else { text + ".0" };
    }
    format!("{digits}{}", exponent_text(exponent))
}

/// An exponent as C prints it: a sign and at least two digits.
pub(crate) fn exponent_text(exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("e{sign}{:02}", exponent.unsigned_abs())
}

/// `int(number)`.
pub(crate) fn float_to_int(vm: &Vm, number: f64) -> Result<i64> {
    if number.is_nan() {
        return vm.value_error("cannot convert float NaN to integer");
    }
    if number.is_infinite() {
        return Err(vm.error("OverflowError", "cannot convert float infinity to integer"));
    }
    let whole = number.trunc();
    // 2^63, the first float that is too large.
    if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole) {
        return Err(too_large(vm));
    }
    Ok(whole as i64)
}
