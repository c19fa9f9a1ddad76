//! Equality, order, membership and hashes.

use crate::code::CompareOp;
use crate::error::Result;
use crate::number;
use crate::value::Value;
use crate::vm::Vm;
use std::cmp::Ordering;
use std::hash::{BuildHasher, Hash, Hasher};

#[expect(clippy::float_cmp, reason = "Python's `==` compares floats exactly")]
impl Vm {
    pub(crate) fn compare(&self, op: CompareOp, left: &Value, right: &Value) -> Result<Value> {
        Ok(Value::Bool(match op {
            CompareOp::Is => left.is(right),
            CompareOp::IsNot => !left.is(right),
            CompareOp::In => self.contains(right, left)?,
            CompareOp::NotIn => !self.contains(right, left)?,
            CompareOp::Eq | CompareOp::Ne => return self.rich_equal(op, left, right),
            CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
                return self.rich_order(op, left, right);
            }
        }))
    }

    fn rich_equal(&self, op: CompareOp, left: &Value, right: &Value) -> Result<Value> {
        if matches!(left, Value::Instance(_)) || matches!(right, Value::Instance(_)) {
            let name = if op == CompareOp::Eq { &self.names.eq } else { &self.names.ne };
            for (this, other) in [(left, right), (right, left)] {
                if let Some(result) = self.call_special(this, name, vec![other.clone()]) {
                    match result? {
                        Value::NotImplemented => {}
                        result => return Ok(result),
                    }
                }
            }
            if op == CompareOp::Eq {
                return Ok(Value::Bool(left.is(right)));
            }
        }
        Ok(Value::Bool(self.equal(left, right)? == (op == CompareOp::Eq)))
    }

    /// Whether two values are equal.
    pub(crate) fn equal(&self, left: &Value, right: &Value) -> Result<bool> {
        match (left, right) {
            (Value::Float(a), Value::Float(b)) => return Ok(a == b),
            (Value::Float(a), b) | (b, Value::Float(a)) => {
                if let Some(b) = b.as_int() {
                    return Ok(*a == b as f64);
                }
            }
            _ => {}
        }
        if let (Some(a), Some(b)) = (left.as_int(), right.as_int()) {
            return Ok(a == b);
        }
        if left.is(right) {
            return Ok(true);
        }
        match (left, right) {
            (Value::Str(a), Value::Str(b)) => Ok(a.text == b.text),
            (Value::List(a), Value::List(b)) => self.all_equal(&a.snapshot(), &b.snapshot()),
            (Value::Tuple(a), Value::Tuple(b)) => {
                self.all_equal(&a.items.to_vec(), &b.items.to_vec())
            }
            (Value::Dict(a), Value::Dict(b)) => {
                if a.map.borrow().len() != b.map.borrow().len() {
                    return Ok(false);
                }
                for (key, value) in Self::dict_items(a) {
                    match self.map_get(&b.map, &key)? {
                        Some(other) if self.equal(&value, &other)? => {}
                        _ => return Ok(false),
                    }
                }
                Ok(true)
            }
            (Value::Set(a), Value::Set(b)) => {
                Ok(a.map.borrow().len() == b.map.borrow().len() && self.is_subset(left, right)?)
            }
            (Value::Range(a), Value::Range(b)) => {
                Ok((a.start, a.stop, a.step) == (b.start, b.stop, b.step))
            }
            (Value::Method(a), Value::Method(b)) => {
                Ok(a.receiver.is(&b.receiver) && a.function.is(&b.function))
            }
            (Value::WeakRef(a), Value::WeakRef(b)) => match (a.upgrade(), b.upgrade()) {
                (Some(a), Some(b)) => self.equal(&a, &b),
                _ => Ok(false),
            },
            (Value::Instance(_), _) | (_, Value::Instance(_)) => {
                for (this, other) in [(left, right), (right, left)] {
                    let answer = self.call_special(this, &self.names.eq, vec![other.clone()]);
                    match answer.transpose()? {
                        None | Some(Value::NotImplemented) => {}
                        Some(result) => return self.truth(&result),
                    }
                }
                Ok(false)
            }
            _ => Ok(false),
        }
    }

    fn all_equal(&self, a: &[Value], b: &[Value]) -> Result<bool> {
        if a.len() != b.len() {
            return Ok(false);
        }
        self.nested(" in comparison", || {
            for (a, b) in a.iter().zip(b) {
                if !self.equal(a, b)? {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    fn rich_order(&self, op: CompareOp, left: &Value, right: &Value) -> Result<Value> {
        let (name, mirrored, sign) = match op {
            CompareOp::Lt => (&self.names.lt, &self.names.gt, "<"),
            CompareOp::Le => (&self.names.le, &self.names.ge, "<="),
            CompareOp::Gt => (&self.names.gt, &self.names.lt, ">"),
            _ => (&self.names.ge, &self.names.le, ">="),
        };
        if let (Value::Set(_), Value::Set(_)) = (left, right) {
            let (small, large) = match op {
                CompareOp::Lt | CompareOp::Le => (left, right),
                _ => (right, left),
            };
            let strict = matches!(op, CompareOp::Lt | CompareOp::Gt);
            let holds = self.is_subset(small, large)? && !(strict && self.equal(small, large)?);
            return Ok(Value::Bool(holds));
        }
        for (this, name, other) in [(left, name, right), (right, mirrored, left)] {
            if let Some(result) = self.call_special(this, name, vec![other.clone()]) {
                match result? {
                    Value::NotImplemented => {}
                    result => return Ok(result),
                }
            }
        }
        let both_sequences = matches!(
            (left, right),
            (Value::List(_), Value::List(_)) | (Value::Tuple(_), Value::Tuple(_))
        );
        if both_sequences {
            let (a, b) = (self.collect(left)?, self.collect(right)?);
            for (a, b) in a.iter().zip(&b) {
                if !self.equal(a, b)? {
                    return self.rich_order(op, a, b);
                }
            }
            return Ok(Value::Bool(holds(op, Some(a.len().cmp(&b.len())))));
        }
        let order = match (left, right) {
            (Value::Str(a), Value::Str(b)) => Some(a.text.cmp(&b.text)),
            (
                Value::Int(_) | Value::Bool(_) | Value::Float(_),
                Value::Int(_) | Value::Bool(_) | Value::Float(_),
            ) => match (left.as_int(), right.as_int()) {
                (Some(a), Some(b)) => Some(a.cmp(&b)),
                _ => number::to_float(left).partial_cmp(&number::to_float(right)),
            },
            _ => {
                let (a, b) = (self.type_name(left), self.type_name(right));
                return self.type_error(format!(
                    "'{sign}' not supported between instances of '{a}' and '{b}'"
                ));
            }
        };
        Ok(Value::Bool(holds(op, order)))
    }

    pub(crate) fn less(&self, left: &Value, right: &Value) -> Result<bool> {
        let result = self.rich_order(CompareOp::Lt, left, right)?;
        self.truth(&result)
    }

    fn is_subset(&self, small: &Value, large: &Value) -> Result<bool> {
        for item in self.collect(small)? {
            if !self.contains(large, &item)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Python's `item in container`.
    pub(crate) fn contains(&self, container: &Value, item: &Value) -> Result<bool> {
        match (container, item) {
            (Value::Str(text), Value::Str(part)) => Ok(text.text.contains(&*part.text)),
            (Value::Str(_), other) => {
                let name = self.type_name(other);
                self.type_error(format!(
                    "'in <string>' requires string as left operand, not {name}"
                ))
            }
            (Value::Dict(dict), _) => Ok(self.map_get(&dict.map, item)?.is_some()),
            (Value::Set(set), _) => Ok(self.map_get(&set.map, item)?.is_some()),
            (Value::DictView(view), _) if view.kind == crate::object::ViewKind::Keys => {
                Ok(self.map_get(&view.dict.map, item)?.is_some())
            }
            (Value::Range(range), _) if item.as_int().is_some() => {
                let at = item.as_int().unwrap_or(0);
                let inside = if range.step > 0 {
                    (range.start..range.stop).contains(&at)
                } else {
                    at <= range.start && at > range.stop
                };
                Ok(inside && (at - range.start) % range.step == 0)
            }
            _ => {
                let args = vec![item.clone()];
                if let Some(result) = self.call_special(container, &self.names.contains, args) {
                    return self.truth(&result?);
                }
                let mut found = false;
                let visit = |other: Value| {
                    found = other.is(item) || self.equal(&other, item)?;
                    Ok(!found)
                };
                if let Err(raised) = self.for_each(container, visit) {
                    if matches!(container, Value::Instance(_) | Value::Iter(_) | Value::List(_)) {
                        return Err(raised);
                    }
                    let name = self.type_name(container);
                    return self.type_error(format!("argument of type '{name}' is not iterable"));
                }
                Ok(found)
            }
        }
    }

    /// Python's `hash(value)`; equal values have equal hashes.
    pub(crate) fn hash(&self, value: &Value) -> Result<u64> {
        Ok(match value {
            Value::Str(text) => text.hash,
            Value::Int(_) | Value::Bool(_) => value.as_int().unwrap_or(0).cast_unsigned(),
            Value::Float(number) if number.fract() == 0.0 && number.abs() < 9.0e18 => {
                (*number as i64).cast_unsigned()
            }
            Value::Float(number) => number.to_bits(),
            Value::None => 0x0fce_5ced,
            Value::Tuple(tuple) => {
                let mut hasher = self.hash_seed.build_hasher();
                for item in tuple.items.iter() {
                    self.hash(item)?.hash(&mut hasher);
                }
                hasher.finish()
            }
            Value::Set(set) if set.frozen => {
                let keys = set.map.borrow();
                keys.iter().fold(0, |sum: u64, entry| sum.wrapping_add(entry.hash))
            }
            Value::Instance(instance) => {
                let class = instance.class();
                if let Some(result) = self.call_special(value, &self.names.hash, Vec::new()) {
                    return match result?.as_int() {
                        Some(hash) => Ok(hash.cast_unsigned()),
                        None => self.type_error("__hash__ method should return an integer"),
                    };
                }
                if class.lookup(&self.names.eq).is_some() {
                    return self.type_error(format!("unhashable type: '{}'", class.name.text));
                }
                value.address().unwrap_or(0) as u64
            }
            Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::Slice(_) => {
                return self.type_error(format!("unhashable type: '{}'", self.type_name(value)));
            }
            Value::Builtin(builtin) => std::ptr::from_ref(*builtin).addr() as u64,
            Value::WeakRef(reference) => match (reference.hash.get(), reference.upgrade()) {
                (Some(known), _) => known,
                (None, Some(target)) => {
                    let hash = self.hash(&target)?;
                    reference.hash.set(Some(hash));
                    hash
                }
                (None, None) => return self.type_error("weak object has gone away"),
            },
            Value::Method(method) => {
                self.hash(&method.function)? ^ method.receiver.address().unwrap_or(0) as u64
            }
            other => other.address().unwrap_or(0) as u64,
        })
    }
}

fn holds(op: CompareOp, order: Option<Ordering>) -> bool {
    order.is_some_and(|order| match op {
        CompareOp::Lt => order.is_lt(),
        CompareOp::Le => order.is_le(),
        CompareOp::Gt => order.is_gt(),
        _ => order.is_ge(),
    })
}
