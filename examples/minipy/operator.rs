//! Operators on values: arithmetic, truth, and the special methods behind them.

use crate::code::{BinaryOp, UnaryOp};
use crate::error::Result;
use crate::number;
use crate::object::{List, Set};
use crate::value::Value;
use crate::vm::Vm;
use refcycle::Gc;

/// The largest sequence that repetition makes, in elements.
const MAX_REPEAT: usize = 1 << 28;

impl BinaryOp {
    /// The operator's sign, and the name between the underscores of its special method.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            BinaryOp::Add => ("+", "add"),
            BinaryOp::Sub => ("-", "sub"),
            BinaryOp::Mul => ("*", "mul"),
            BinaryOp::Div => ("/", "truediv"),
            BinaryOp::FloorDiv => ("//", "floordiv"),
            BinaryOp::Mod => ("%", "mod"),
            BinaryOp::Pow => ("** or pow()", "pow"),
            BinaryOp::Shl => ("<<", "lshift"),
            BinaryOp::Shr => (">>", "rshift"),
            BinaryOp::And => ("&", "and"),
            BinaryOp::Or => ("|", "or"),
            BinaryOp::Xor => ("^", "xor"),
            BinaryOp::MatMul => ("@", "matmul"),
        }
    }
}

impl Vm {
    /// Python's truth of a value.
    pub(crate) fn truth(&self, value: &Value) -> Result<bool> {
        Ok(match value {
            Value::None => false,
            Value::Bool(flag) => *flag,
            Value::Int(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::Str(text) => !text.text.is_empty(),
            Value::List(list) => !list.items.borrow().is_empty(),
            Value::Tuple(tuple) => !tuple.items.is_empty(),
            Value::Dict(dict) => dict.map.borrow().len() > 0,
            Value::Set(set) => set.map.borrow().len() > 0,
            Value::DictView(view) => view.dict.map.borrow().len() > 0,
            Value::Range(range) => range.len() > 0,
            Value::Instance(_) => {
                if let Some(result) = self.call_special(value, &self.names.bool, Vec::new()) {
                    return match result? {
                        Value::Bool(flag) => Ok(flag),
                        other => self.type_error(format!(
                            "__bool__ should return bool, returned {}",
                            self.type_name(&other)
                        )),
                    };
                }
                match self.call_special(value, &self.names.len, Vec::new()) {
                    Some(len) => self.truth(&len?)?,
                    None => true,
                }
            }
            _ => true,
        })
    }

    pub(crate) fn binary(&self, op: BinaryOp, left: &Value, right: &Value) -> Result<Value> {
        self.operate(op, left, right, "")
    }

    /// The result of `left op right`; messages name the operator with `assign` after it.
    fn operate(&self, op: BinaryOp, left: &Value, right: &Value, assign: &str) -> Result<Value> {
        if let Some(result) = both_bool(op, left, right) {
            return Ok(result);
        }
        match (left, right) {
            (Value::Int(_) | Value::Bool(_), Value::Int(_) | Value::Bool(_)) => {
                let (a, b) = (left.as_int().unwrap_or(0), right.as_int().unwrap_or(0));
                if let Some(result) = number::int_binary(self, op, a, b) {
                    return result;
                }
            }
            (
                Value::Float(_) | Value::Int(_) | Value::Bool(_),
                Value::Float(_) | Value::Int(_) | Value::Bool(_),
            ) => {
                let (a, b) = (number::to_float(left), number::to_float(right));
                if let Some(result) = number::float_binary(self, op, a, b) {
                    return result;
                }
            }
            _ => {
                if let Some(result) = self.container_binary(op, left, right)? {
                    return Ok(result);
                }
            }
        }
        self.special_binary(op, left, right, assign)
    }

    fn container_binary(&self, op: BinaryOp, left: &Value, right: &Value) -> Result<Option<Value>> {
        Ok(Some(match (op, left, right) {
            (BinaryOp::Add, Value::Str(a), Value::Str(b)) => {
                Value::str([&*a.text, &*b.text].concat())
            }
            (BinaryOp::Add, Value::List(a), Value::List(b)) => {
                let mut items = a.snapshot();
                items.extend(b.snapshot());
                Value::list(items)
            }
            (BinaryOp::Add, Value::Tuple(a), Value::Tuple(b)) => {
                Value::tuple(a.items.iter().chain(b.items.iter()).cloned().collect())
            }
            (BinaryOp::Add, Value::Str(_), other) => {
                let name = self.type_name(other);
                return self
                    .type_error(format!("can only concatenate str (not \"{name}\") to str"));
            }
            (BinaryOp::Add, Value::List(_), other) if !matches!(other, Value::Instance(_)) => {
                let name = self.type_name(other);
                return self
                    .type_error(format!("can only concatenate list (not \"{name}\") to list"));
            }
            (BinaryOp::Mul, Value::Str(_) | Value::List(_) | Value::Tuple(_), count)
                if count.as_int().is_some() =>
            {
                self.repeat(left, count.as_int().unwrap_or(0))?
            }
            (BinaryOp::Mul, count, Value::Str(_) | Value::List(_) | Value::Tuple(_))
                if count.as_int().is_some() =>
            {
                self.repeat(right, count.as_int().unwrap_or(0))?
            }
            (BinaryOp::Mod, Value::Str(format), args) => {
                Value::str(self.format_percent(&format.text, args)?)
            }
            (BinaryOp::Or, Value::Dict(a), Value::Dict(_)) => {
                let dict = Self::copy_dict(a);
                self.update_dict(&dict, right)?;
                Value::Dict(dict)
            }
            (_, Value::Set(a), Value::Set(b)) => match self.set_binary(op, a, b)? {
                Some(set) => Value::Set(set),
                None => return Ok(None),
            },
            _ => return Ok(None),
        }))
    }

    fn repeat(&self, value: &Value, count: i64) -> Result<Value> {
        let count = usize::try_from(count).unwrap_or(0);
        let check = |len: usize| {
            if len.saturating_mul(count) > MAX_REPEAT {
                return Err(self.error("MemoryError", ""));
            }
            Ok(())
        };
        Ok(match value {
            Value::Str(text) => {
                check(text.text.len())?;
                Value::str(text.text.repeat(count))
            }
            Value::List(list) => {
                let items = list.snapshot();
                check(items.len())?;
                Value::list(items.iter().cycle().take(items.len() * count).cloned().collect())
            }
            Value::Tuple(tuple) => {
                let items = tuple.items.to_vec();
                check(items.len())?;
                Value::tuple(items.iter().cycle().take(items.len() * count).cloned().collect())
            }
            _ => Value::None,
        })
    }

    /// Set algebra.
    fn set_binary(&self, op: BinaryOp, a: &Gc<Set>, b: &Gc<Set>) -> Result<Option<Gc<Set>>> {
        let (left, right) = (Self::keys(&a.map), Self::keys(&b.map));
        let mut kept = Vec::new();
        let keep = |items: &[Value], other: &Gc<Set>, wanted: bool, kept: &mut Vec<Value>| {
            for item in items {
                if self.map_get(&other.map, item)?.is_some() == wanted {
                    kept.push(item.clone());
                }
            }
            Ok(())
        };
        match op {
            BinaryOp::And => keep(&left, b, true, &mut kept)?,
            BinaryOp::Sub => keep(&left, b, false, &mut kept)?,
            BinaryOp::Or => kept.extend(left.into_iter().chain(right)),
            BinaryOp::Xor => {
                keep(&left, b, false, &mut kept)?;
                keep(&right, a, false, &mut kept)?;
            }
            _ => return Ok(None),
        }
        self.set_of(kept, a.frozen).map(Some)
    }

    /// `__add__` and `__radd__` and the like.
    fn special_binary(
        &self,
        op: BinaryOp,
        left: &Value,
        right: &Value,
        assign: &str,
    ) -> Result<Value> {
        let (sign, name) = op.names();
        let forward = self.intern(&format!("__{name}__"));
        if let Some(result) = self.call_special(left, &forward, vec![right.clone()]) {
            match result? {
                Value::NotImplemented => {}
                result => return Ok(result),
            }
        }
        let backward = self.intern(&format!("__r{name}__"));
        if let Some(result) = self.call_special(right, &backward, vec![left.clone()]) {
            match result? {
                Value::NotImplemented => {}
                result => return Ok(result),
            }
        }
        let (a, b) = (self.type_name(left), self.type_name(right));
        let sign = if assign.is_empty() { sign } else { sign.trim_end_matches(" or pow()") };
        self.type_error(format!("unsupported operand type(s) for {sign}{assign}: '{a}' and '{b}'"))
    }

    /// The new value of a variable after `op=`.
    pub(crate) fn binary_in_place(
        &self,
        op: BinaryOp,
        left: Value,
        right: &Value,
    ) -> Result<Value> {
        match (op, &left, right) {
            (BinaryOp::Add, Value::List(list), _) => {
                self.extend(list, right)?;
                return Ok(left);
            }
            (BinaryOp::Or, Value::Dict(dict), _) => {
                self.update_dict(dict, right)?;
                return Ok(left);
            }
            (_, Value::Set(a), Value::Set(b)) if !a.frozen => {
                if let Some(set) = self.set_binary(op, a, b)? {
                    let new = set.map.take();
                    let old = a.map.replace(new);
                    drop(old);
                    return Ok(left);
                }
            }
            (_, Value::Instance(_), _) => {
                let name = self.intern(&format!("__i{}__", op.names().1));
                if let Some(result) = self.call_special(&left, &name, vec![right.clone()]) {
                    match result? {
                        Value::NotImplemented => {}
                        result => return Ok(result),
                    }
                }
            }
            _ => {}
        }
        self.operate(op, &left, right, "=")
    }

    /// Adds all elements of an iterable to a list.
    pub(crate) fn extend(&self, list: &Gc<List>, iterable: &Value) -> Result<()> {
        let items = self.collect(iterable)?;
        list.items.borrow_mut().extend(items);
        Ok(())
    }

    pub(crate) fn unary(&self, op: UnaryOp, operand: &Value) -> Result<Value> {
        let (sign, name) = match op {
            UnaryOp::Not => return Ok(Value::Bool(!self.truth(operand)?)),
            UnaryOp::Neg => ("-", &self.names.neg),
            UnaryOp::Pos => ("+", &self.names.pos),
            UnaryOp::Invert => ("~", &self.names.invert),
        };
        match (op, operand) {
            (UnaryOp::Neg, Value::Float(number)) => return Ok(Value::Float(-number)),
            (UnaryOp::Pos, Value::Float(number)) => return Ok(Value::Float(*number)),
            (UnaryOp::Neg, Value::Int(_) | Value::Bool(_)) => {
                let negated = operand.as_int().and_then(i64::checked_neg);
                return negated.map(Value::Int).ok_or_else(|| number::too_large(self));
            }
            (UnaryOp::Pos, Value::Int(_) | Value::Bool(_)) => {
                return Ok(Value::Int(operand.as_int().unwrap_or(0)));
            }
            (UnaryOp::Invert, Value::Int(_) | Value::Bool(_)) => {
                return Ok(Value::Int(!operand.as_int().unwrap_or(0)));
            }
            _ => {}
        }
        self.call_special(operand, name, Vec::new()).unwrap_or_else(|| {
            let class = self.type_name(operand);
            self.type_error(format!("bad operand type for unary {sign}: '{class}'"))
        })
    }
}

/// `&`, `|` and `^` of two bools are bools.
fn both_bool(op: BinaryOp, left: &Value, right: &Value) -> Option<Value> {
    let (Value::Bool(a), Value::Bool(b)) = (left, right) else { return None };
    match op {
        BinaryOp::And => Some(Value::Bool(a & b)),
        BinaryOp::Or => Some(Value::Bool(a | b)),
        BinaryOp::Xor => Some(Value::Bool(a ^ b)),
        _ => None,
    }
}
