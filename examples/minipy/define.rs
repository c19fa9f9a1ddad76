//! Definitions: functions with their closures, and classes.

use crate::code::{ClassDef, Code, Constant, Expr, FunctionDef};
use crate::error::Result;
use crate::frame::Frame;
use crate::function::Function;
use crate::map::Map;
use crate::object::{Class, Dict, Tuple};
use crate::registry::{Kind, Tag, alloc};
use crate::value::Value;
use crate::vm::{Args, Vm};
use refcycle::Gc;
use std::cell::RefCell;

impl Vm {
    pub(crate) fn make_function(&self, frame: &Gc<Frame>, def: &FunctionDef) -> Result<Value> {
        let mut defaults = Vec::with_capacity(def.defaults.len());
        for default in &def.defaults {
            defaults.push(self.eval(frame, default)?);
        }
        let mut keyword_defaults = Vec::with_capacity(def.keyword_defaults.len());
        for &(name, ref default) in &def.keyword_defaults {
            keyword_defaults.push((self.name(name).clone(), self.eval(frame, default)?));
        }
        let defaults = (!defaults.is_empty()).then(|| Tuple::new(defaults));
        let closure = Self::closure(frame, &def.code);
        let (code, globals) = (def.code.clone(), frame.globals.clone());
        Ok(Function::new(code, globals, defaults, keyword_defaults, closure).into())
    }

    /// The cells that inner code takes from the frame around it.
    pub(crate) fn closure(frame: &Gc<Frame>, code: &Code) -> Option<Gc<Tuple>> {
        if code.free.is_empty() {
            return None;
        }
        let cells = code.free.iter().filter_map(|free| frame.cell(free.outer));
        Some(Tuple::new(cells.collect()))
    }

    pub(crate) fn decorate(
        &self,
        frame: &Gc<Frame>,
        decorators: &[Expr],
        mut value: Value,
    ) -> Result<Value> {
        for decorator in decorators.iter().rev() {
            let function = self.eval(frame, decorator)?;
            frame.position.set(decorator.span);
            value = self.call(&function, Args::of(vec![value]))?;
        }
        Ok(value)
    }

    pub(crate) fn make_class(&self, frame: &Gc<Frame>, def: &ClassDef) -> Result<Value> {
        let code = &def.code;
        let base = self.eval_optional(frame, def.base.as_ref())?;
        frame.position.set(code.start);
        let base = match base {
            None => self.class("object"),
            Some(Value::Class(base)) => base,
            Some(_) => return self.type_error("minipy wants a class as the base of a class"),
        };
        let native = base.native();
        if !matches!(&*native.name.text, "object")
            && !native.is_subclass_of(&self.class("BaseException"))
        {
            let message =
                format!("minipy does not support classes that derive from '{}'", native.name.text);
            return Err(self.error("NotImplementedError", message));
        }
        let names = Dict::new(Map::default());
        let module = frame.globals.get(&self.names.name);
        names.set(&self.names.module, module.into());
        names.set(&self.names.qualname, Value::Str(self.name(code.qualname).clone()));
        if code.doc != Constant::None {
            names.set(&self.names.doc, self.constant(code.doc));
        }
        let closure = Self::closure(frame, code);
        let body = Frame::new(code, frame.globals.clone(), Some(names.clone()), Vec::new());
        Self::fill_free(&body, closure.as_ref());
        self.enter(&body, || self.block(&body, &code.body))?;
        let attributes = names.map.take();
        if attributes.get_str(&self.names.del).is_some() {
            self.has_destructors.set(true);
        }
        let class = alloc(Class {
            tag: Tag::new(Kind::Class),
            name: self.name(code.name).clone(),
            qualname: self.name(code.qualname).clone(),
            base: Some(base),
            attributes: RefCell::new(attributes),
            constructor: None,
            is_user: true,
        });
        if let Some(slot) = def.class_cell {
            body.set_local(slot, Some(Value::Class(class.clone())));
        }
        Ok(Value::Class(class))
    }

    /// Puts the cells of a closure into the slots that they are for.
    pub(crate) fn fill_free(frame: &Gc<Frame>, closure: Option<&Gc<Tuple>>) {
        if let Some(cells) = closure {
            for (free, cell) in frame.code.free.iter().zip(cells.items.iter()) {
                if let Value::Cell(cell) = cell {
                    frame.share(free.slot, cell.clone());
                }
            }
        }
    }
}
