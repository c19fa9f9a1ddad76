//! Expressions.

use crate::code::{
    Call, CompareOp, ComprehensionKind, Expr, ExprKind, FormatPart, Item, Name, Target, TargetKind,
    UnaryOp,
};
use crate::error::{Raised, Result};
use crate::frame::{Frame, Slot};
use crate::iter::Iter;
use crate::map::Map;
use crate::object::{Dict, Set, Slice};
use crate::value::Value;
use crate::vm::{Args, Vm};
use refcycle::Gc;
use std::cell::RefCell;

impl Vm {
    pub(crate) fn eval_optional(
        &self,
        frame: &Gc<Frame>,
        expr: Option<&Expr>,
    ) -> Result<Option<Value>> {
        expr.map(|expr| self.eval(frame, expr)).transpose()
    }

    /// Whether an expression is true.
    pub(crate) fn test(&self, frame: &Gc<Frame>, expr: &Expr) -> Result<bool> {
        let value = self.eval(frame, expr)?;
        if let Value::Bool(flag) = value {
            return Ok(flag);
        }
        frame.position.set(expr.span);
        self.truth(&value)
    }

    pub(crate) fn eval(&self, frame: &Gc<Frame>, expr: &Expr) -> Result<Value> {
        match &expr.kind {
            ExprKind::Const(constant) => Ok(self.constant(*constant)),
            ExprKind::Local(slot) => frame.local(*slot).ok_or_else(|| {
                frame.position.set(expr.span);
                self.unbound(frame, *slot)
            }),
            ExprKind::Global(name) => {
                self.global(frame, *name).inspect_err(|_| frame.position.set(expr.span))
            }
            ExprKind::Own(name) => {
                self.own(frame, *name).inspect_err(|_| frame.position.set(expr.span))
            }
            ExprKind::Attribute(object, name) => {
                let object = self.eval(frame, object)?;
                frame.position.set(expr.span);
                self.get_attribute(&object, self.name(*name))
            }
            ExprKind::Index(object, index) => {
                let object = self.eval(frame, object)?;
                let index = self.eval(frame, index)?;
                frame.position.set(expr.span);
                self.get_item(&object, &index)
            }
            ExprKind::Call(call) => self.eval_call(frame, expr, call),
            ExprKind::Binary(op, operands) => {
                let left = self.eval(frame, &operands.0)?;
                let right = self.eval(frame, &operands.1)?;
                frame.position.set(expr.span);
                self.binary(*op, &left, &right)
            }
            ExprKind::Compare(first, rest) => self.eval_compare(frame, expr, first, rest),
            ExprKind::Unary(UnaryOp::Not, operand) => Ok(Value::Bool(!self.test(frame, operand)?)),
            ExprKind::Unary(op, operand) => {
                let operand = self.eval(frame, operand)?;
                frame.position.set(expr.span);
                self.unary(*op, &operand)
            }
            ExprKind::Logical { and, values } => {
                let mut result = Value::None;
                for (number, value) in values.iter().enumerate() {
                    result = self.eval(frame, value)?;
                    frame.position.set(value.span);
                    if number + 1 < values.len() && self.truth(&result)? != *and {
                        break;
                    }
                }
                Ok(result)
            }
            ExprKind::If(parts) => {
                let chosen = if self.test(frame, &parts.0)? { &parts.1 } else { &parts.2 };
                self.eval(frame, chosen)
            }
            ExprKind::Walrus(parts) => {
                let value = self.eval(frame, &parts.1)?;
                self.assign(frame, &parts.0, value.clone())?;
                Ok(value)
            }
            ExprKind::Lambda(def) => self.make_function(frame, def),
            ExprKind::Comprehension(kind, code, iter) => {
                let iterable = self.eval(frame, iter)?;
                frame.position.set(iter.span);
                let iter = self.iterate(&iterable)?;
                drop(iterable);
                frame.position.set(expr.span);
                let closure = Self::closure(frame, code);
                let globals = frame.globals.clone();
                let inner =
                    Frame::new(code, globals, frame.names.clone(), vec![Slot::Own(Some(iter))]);
                Self::fill_free(&inner, closure.as_ref());
                self.comprehension(*kind, &inner)
            }
            _ => self.eval_display(frame, expr),
        }
    }

    /// Displays of containers, slices and f-strings.
    fn eval_display(&self, frame: &Gc<Frame>, expr: &Expr) -> Result<Value> {
        match &expr.kind {
            ExprKind::List(items) => Ok(Value::list(self.eval_items(frame, items)?)),
            ExprKind::Tuple(items) => Ok(Value::tuple(self.eval_items(frame, items)?)),
            ExprKind::Set(items) => {
                let items = self.eval_items(frame, items)?;
                frame.position.set(expr.span);
                Ok(Value::Set(self.set_of(items, false)?))
            }
            ExprKind::Dict(items) => {
                let dict = Dict::new(Map::default());
                for (key, value) in items {
                    let key = self.eval_optional(frame, key.as_ref())?;
                    let value = self.eval(frame, value)?;
                    frame.position.set(expr.span);
                    match key {
                        Some(key) => self.map_set(&dict.map, key, value)?,
                        None => self.update_dict(&dict, &value)?,
                    }
                }
                Ok(Value::Dict(dict))
            }
            ExprKind::Slice(parts) => {
                let mut values = [Value::None, Value::None, Value::None];
                for (value, part) in values.iter_mut().zip(parts.iter()) {
                    *value = self.eval_optional(frame, part.as_ref())?.into();
                }
                Ok(Value::Slice(Slice::new(values)))
            }
            ExprKind::Format(parts) => {
                let text = self.format_parts(frame, expr, parts)?;
                Ok(Value::str(text))
            }
            _ => self.type_error("minipy cannot evaluate this expression"),
        }
    }

    fn format_parts(&self, frame: &Gc<Frame>, expr: &Expr, parts: &[FormatPart]) -> Result<String> {
        let mut text = String::new();
        for part in parts {
            match part {
                FormatPart::Text(literal) => text.push_str(literal),
                FormatPart::Value { value, conversion, spec } => {
                    let value = self.eval(frame, value)?;
                    let spec = self.format_parts(frame, expr, spec)?;
                    frame.position.set(expr.span);
                    let value = match conversion {
                        None => value,
                        Some('s') => Value::str(self.str(&value)?),
                        Some(_) => Value::str(self.repr(&value)?),
                    };
                    text.push_str(&self.format(&value, &spec)?);
                }
            }
        }
        Ok(text)
    }

    pub(crate) fn eval_items(&self, frame: &Gc<Frame>, items: &[Item]) -> Result<Vec<Value>> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            let value = self.eval(frame, &item.value)?;
            if item.starred {
                frame.position.set(item.value.span);
                self.for_each(&value, |value| {
                    values.push(value);
                    Ok(true)
                })?;
            } else {
                values.push(value);
            }
        }
        Ok(values)
    }

    fn eval_call(&self, frame: &Gc<Frame>, expr: &Expr, call: &Call) -> Result<Value> {
        let mut args = Args { pos: Vec::with_capacity(call.args.len() + 1), kw: Vec::new() };
        let callee = match &call.callee.kind {
            ExprKind::Attribute(object, name) => {
                let object = self.eval(frame, object)?;
                frame.position.set(call.callee.span);
                let (callee, receiver) = self.load_method(object, self.name(*name))?;
                args.pos.extend(receiver);
                callee
            }
            _ => self.eval(frame, &call.callee)?,
        };
        for item in &call.args {
            let value = self.eval(frame, &item.value)?;
            if item.starred {
                frame.position.set(expr.span);
                if !self.is_iterable(&value) {
                    let (name, class) = (self.callee_name(&callee), self.type_name(&value));
                    return self.type_error(format!(
                        "{name} argument after * must be an iterable, not {class}"
                    ));
                }
                args.pos.extend(self.collect(&value)?);
            } else {
                args.pos.push(value);
            }
        }
        for (name, value) in &call.keywords {
            let value = self.eval(frame, value)?;
            match (name, &value) {
                (Some(name), _) => args.kw.push((self.name(*name).clone(), value)),
                (None, Value::Dict(dict)) => {
                    for (key, value) in Self::dict_items(dict) {
                        let Value::Str(name) = key else {
                            frame.position.set(expr.span);
                            return self.type_error("keywords must be strings");
                        };
                        args.kw.push((name, value));
                    }
                }
                (None, _) => {
                    frame.position.set(expr.span);
                    let (name, class) = (self.callee_name(&callee), self.type_name(&value));
                    return self.type_error(format!(
                        "{name} argument after ** must be a mapping, not {class}"
                    ));
                }
            }
        }
        frame.position.set(expr.span);
        self.call(&callee, args)
    }

    /// What is called, for messages.
    fn callee_name(&self, callee: &Value) -> String {
        match callee {
            Value::Function(it) => format!("__main__.{}()", self.name(it.code.qualname).text),
            Value::Class(it) => format!("{}()", self.class_path(it)),
            Value::Builtin(it) => format!("{}()", it.name),
            Value::Method(it) => self.callee_name(&it.function),
            other => format!("{} object", self.type_name(other)),
        }
    }

    fn eval_compare(
        &self,
        frame: &Gc<Frame>,
        expr: &Expr,
        first: &Expr,
        rest: &[(CompareOp, Expr)],
    ) -> Result<Value> {
        let mut left = self.eval(frame, first)?;
        let mut result = Value::Bool(true);
        for (number, (op, operand)) in rest.iter().enumerate() {
            let right = self.eval(frame, operand)?;
            frame.position.set(expr.span);
            result = self.compare(*op, &left, &right)?;
            if number + 1 < rest.len() && !self.truth(&result)? {
                break;
            }
            left = right;
        }
        Ok(result)
    }

    fn comprehension(&self, kind: ComprehensionKind, inner: &Gc<Frame>) -> Result<Value> {
        let state = RefCell::new(Vec::new());
        let elements = &inner.code.elements;
        let step = |number: usize| self.eval(inner, &elements[number]);
        match kind {
            ComprehensionKind::Generator => Ok(Value::Iter(Iter::generator(inner.clone()))),
            ComprehensionKind::List => self.enter(inner, || {
                let mut items = Vec::new();
                while self.advance(inner, &state)? {
                    items.push(step(0)?);
                }
                Ok(Value::list(items))
            }),
            ComprehensionKind::Set => self.enter(inner, || {
                let set = Set::new(Map::default(), false);
                while self.advance(inner, &state)? {
                    self.map_set(&set.map, step(0)?, Value::None)?;
                }
                Ok(Value::Set(set))
            }),
            ComprehensionKind::Dict => self.enter(inner, || {
                let dict = Dict::new(Map::default());
                while self.advance(inner, &state)? {
                    let key = step(0)?;
                    self.map_set(&dict.map, key, step(1)?)?;
                }
                Ok(Value::Dict(dict))
            }),
        }
    }

    /// Goes on to a comprehension's next element: sets its variables, and says whether there is one.
    ///
    /// `iters` are the iterators of the open loops, outermost first.
    pub(crate) fn advance(&self, frame: &Gc<Frame>, iters: &RefCell<Vec<Value>>) -> Result<bool> {
        let clauses = &frame.code.clauses;
        if iters.borrow().is_empty() {
            let Some(first) = frame.local(0) else { return Ok(false) };
            iters.borrow_mut().push(first);
        }
        loop {
            let level = iters.borrow().len() - 1;
            let clause = &clauses[level];
            frame.position.set(clause.iter_span);
            let iter = iters.borrow()[level].clone();
            let Some(value) = self.next(&iter)? else {
                let done = iters.borrow_mut().pop();
                drop(done);
                if level == 0 {
                    frame.set_local(0, None);
                    return Ok(false);
                }
                continue;
            };
            self.assign(frame, &clause.target, value)?;
            let mut holds = true;
            for condition in &clause.conditions {
                holds = holds && self.test(frame, condition)?;
            }
            match clauses.get(level + 1) {
                _ if !holds => {}
                None => return Ok(true),
                Some(inner) => {
                    let iterable = self.eval_optional(frame, inner.iter.as_ref())?;
                    frame.position.set(inner.iter_span);
                    let iter = self.iterate(&Value::from(iterable))?;
                    iters.borrow_mut().push(iter);
                }
            }
        }
    }

    /// The value of a name that is assigned to in place.
    pub(crate) fn load_target(&self, frame: &Gc<Frame>, target: &Target) -> Result<Value> {
        frame.position.set(target.span);
        match &target.kind {
            TargetKind::Local(slot) => frame.local(*slot).ok_or_else(|| self.unbound(frame, *slot)),
            TargetKind::Global(name) => self.global(frame, *name),
            TargetKind::Own(name) => self.own(frame, *name),
            _ => self.type_error("minipy cannot assign to this in place"),
        }
    }

    /// A name in a class body.
    fn own(&self, frame: &Gc<Frame>, name: Name) -> Result<Value> {
        let own = frame.names.as_ref().and_then(|names| names.get(self.name(name)));
        own.map_or_else(|| self.global(frame, name), Ok)
    }

    fn global(&self, frame: &Gc<Frame>, name: Name) -> Result<Value> {
        let name = self.name(name);
        if let Some(value) = frame.globals.get(name) {
            return Ok(value);
        }
        if let Some(value) = self.builtins.get(name) {
            return Ok(value);
        }
        Err(self.error("NameError", format!("name '{}' is not defined", name.text)))
    }

    /// The error for a variable without a value.
    pub(crate) fn unbound(&self, frame: &Gc<Frame>, slot: usize) -> Raised {
        let name = &self.name(frame.code.slots[slot]).text;
        if frame.code.free.iter().any(|free| free.slot == slot) {
            let message = format!(
                "cannot access free variable '{name}' where it is not associated with a value in \
                 enclosing scope"
            );
            return self.error("NameError", message);
        }
        let message = format!(
            "cannot access local variable '{name}' where it is not associated with a value"
        );
        self.error("UnboundLocalError", message)
    }
}
