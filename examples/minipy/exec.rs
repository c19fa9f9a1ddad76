//! Statements.

use crate::code::{BinaryOp, Code, Expr, Span, Stmt, StmtKind, Target, TargetKind};
use crate::error::Result;
use crate::frame::Frame;
use crate::generator::Resume;
use crate::object::{Dict, Module};
use crate::value::Value;
use crate::vm::{Args, Vm};
use refcycle::{Gc, sync};

/// How a statement ended.
pub(crate) enum Flow {
    Next,
    Break,
    Continue,
    Return(Value),
    /// A generator hands out a value and stops here.
    Yield(Value),
}

impl Flow {
    /// How a statement ends when something in it ended like this: if that stops, so does the statement.
    pub(crate) fn passing(self, frame: &Frame, note: impl FnOnce() -> Resume) -> Flow {
        if let Flow::Yield(_) = self {
            frame.suspend(note());
        }
        self
    }
}

impl Vm {
    /// Runs the main program's code in a new module.
    pub(crate) fn run_program(&self, code: &sync::Gc<Code>, module: &Gc<Module>) -> Result<()> {
        let frame = Frame::new(code, module.dict.clone(), None, Vec::new());
        self.enter(&frame, || self.block(&frame, &code.body))?;
        Ok(())
    }

    /// Runs a function's frame.
    pub(crate) fn run(&self, frame: &Gc<Frame>) -> Result<Value> {
        self.enter(frame, || match self.block(frame, &frame.code.body)? {
            Flow::Return(value) => Ok(value),
            _ => Ok(Value::None),
        })
    }

    pub(crate) fn block(&self, frame: &Gc<Frame>, stmts: &[Stmt]) -> Result<Flow> {
        let start = match frame.resumed() {
            Some(Resume::Stmt(at)) => at,
            _ => 0,
        };
        for (at, stmt) in stmts.iter().enumerate().skip(start) {
            match self.exec(frame, stmt)? {
                Flow::Next => {}
                flow => return Ok(flow.passing(frame, || Resume::Stmt(at))),
            }
        }
        Ok(Flow::Next)
    }

    fn exec(&self, frame: &Gc<Frame>, stmt: &Stmt) -> Result<Flow> {
        match &stmt.kind {
            StmtKind::Expr(value) => {
                self.eval(frame, value)?;
            }
            StmtKind::Assign(targets, value) => {
                let value = self.eval(frame, value)?;
                if let Some((last, others)) = targets.split_last() {
                    for target in others {
                        self.assign(frame, target, value.clone())?;
                    }
                    self.assign(frame, last, value)?;
                }
            }
            StmtKind::Augment(target, op, value) => {
                self.augment(frame, stmt.span, target, *op, value)?;
            }
            StmtKind::If(branches, otherwise) => {
                return self.branch(frame, branches, otherwise);
            }
            StmtKind::While(test, body, otherwise) => {
                return self.while_loop(frame, test, body, otherwise);
            }
            StmtKind::For(it) => return self.for_loop(frame, stmt.span, it),
            StmtKind::Try(it) => return self.try_finally(frame, it),
            StmtKind::With(it) => return self.with(frame, stmt.span, it),
            StmtKind::Yield(targets, value) => {
                return self.yield_value(frame, stmt.span, targets, value.as_ref());
            }
            StmtKind::YieldFrom(iterable) => {
                return self.yield_from(frame, stmt.span, iterable);
            }
            StmtKind::Return(value) => {
                let value = match value {
                    Some(value) => self.eval(frame, value)?,
                    None => Value::None,
                };
                return Ok(Flow::Return(value));
            }
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
            StmtKind::Pass => {}
            _ => self.exec_simple(frame, stmt)?,
        }
        Ok(Flow::Next)
    }

    /// The statements after which the next one always runs, unless there is an exception.
    fn exec_simple(&self, frame: &Gc<Frame>, stmt: &Stmt) -> Result<()> {
        match &stmt.kind {
            StmtKind::Delete(targets) => {
                for target in targets {
                    self.delete(frame, target)?;
                }
            }
            StmtKind::Raise(exception, cause) => {
                let exception = self.eval_optional(frame, exception.as_ref())?;
                let cause = self.eval_optional(frame, cause.as_ref())?;
                frame.position.set(stmt.span);
                return Err(self.raise(exception, cause));
            }
            StmtKind::Assert(test, message) => {
                if self.test(frame, test)? {
                    return Ok(());
                }
                let args = self.eval_optional(frame, message.as_ref())?;
                frame.position.set(test.span);
                let class = self.class("AssertionError");
                let args = Args::of(args.into_iter().collect());
                let exception = self.instantiate(&class, args)?;
                return Err(self.raise(Some(exception), None));
            }
            StmtKind::Import(modules) => {
                for (name, target) in modules {
                    frame.position.set(stmt.span);
                    let module = self.import(&self.name(*name).text)?;
                    self.assign(frame, target, Value::Module(module))?;
                }
            }
            StmtKind::ImportFrom(module_name, names) => {
                frame.position.set(stmt.span);
                let module_name = self.name(*module_name);
                let module = self.import(&module_name.text)?;
                for (name, target) in names {
                    let name = self.name(*name);
                    let Some(value) = module.dict.get(name) else {
                        let message = format!(
                            "cannot import name '{}' from '{}' (unknown location)",
                            name.text, module_name.text
                        );
                        return Err(self.error("ImportError", message));
                    };
                    self.assign(frame, target, value)?;
                }
            }
            StmtKind::Function(target, def) => {
                let function = self.make_function(frame, def)?;
                let function = self.decorate(frame, &def.decorators, function)?;
                self.assign(frame, target, function)?;
            }
            StmtKind::Class(target, def) => {
                let class = self.make_class(frame, def)?;
                let class = self.decorate(frame, &def.decorators, class)?;
                self.assign(frame, target, class)?;
            }
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn assign(&self, frame: &Gc<Frame>, target: &Target, value: Value) -> Result<()> {
        match &target.kind {
            TargetKind::Local(slot) => {
                frame.set_local(*slot, Some(value));
            }
            TargetKind::Global(name) => frame.globals.set(self.name(*name), value),
            TargetKind::Own(name) => {
                frame.names.as_ref().unwrap_or(&frame.globals).set(self.name(*name), value);
            }
            TargetKind::Attribute(object, name) => {
                let object = self.eval(frame, object)?;
                frame.position.set(target.span);
                self.set_attribute(&object, self.name(*name), value)?;
            }
            TargetKind::Index(object, index) => {
                let object = self.eval(frame, object)?;
                let index = self.eval(frame, index)?;
                frame.position.set(target.span);
                self.set_item(&object, &index, value)?;
            }
            TargetKind::Unpack(targets, starred) => {
                frame.position.set(target.span);
                let values = self.unpack(&value, targets.len(), *starred)?;
                drop(value);
                for (target, value) in targets.iter().zip(values) {
                    self.assign(frame, target, value)?;
                }
            }
        }
        Ok(())
    }

    pub(crate) fn delete(&self, frame: &Gc<Frame>, target: &Target) -> Result<()> {
        let missing = |name: &str| {
            frame.position.set(target.span);
            self.error("NameError", format!("name '{name}' is not defined"))
        };
        let remove = |dict: &Gc<Dict>, name| {
            let old = dict.map.borrow_mut().remove_str(name);
            old.is_some()
        };
        match &target.kind {
            TargetKind::Local(slot) => {
                if !frame.set_local(*slot, None) {
                    frame.position.set(target.span);
                    return Err(self.unbound(frame, *slot));
                }
            }
            TargetKind::Global(name) => {
                let name = self.name(*name);
                if !remove(&frame.globals, name) {
                    return Err(missing(&name.text));
                }
            }
            TargetKind::Own(name) => {
                let name = self.name(*name);
                if !remove(frame.names.as_ref().unwrap_or(&frame.globals), name) {
                    return Err(missing(&name.text));
                }
            }
            TargetKind::Attribute(object, name) => {
                let object = self.eval(frame, object)?;
                frame.position.set(target.span);
                self.delete_attribute(&object, self.name(*name))?;
            }
            TargetKind::Index(object, index) => {
                let object = self.eval(frame, object)?;
                let index = self.eval(frame, index)?;
                frame.position.set(target.span);
                self.delete_item(&object, &index)?;
            }
            TargetKind::Unpack(targets, _) => {
                for target in targets {
                    self.delete(frame, target)?;
                }
            }
        }
        Ok(())
    }

    fn augment(
        &self,
        frame: &Gc<Frame>,
        span: Span,
        target: &Target,
        op: BinaryOp,
        value: &Expr,
    ) -> Result<()> {
        match &target.kind {
            TargetKind::Attribute(object, name) => {
                let object = self.eval(frame, object)?;
                frame.position.set(target.span);
                let name = self.name(*name);
                let old = self.get_attribute(&object, name)?;
                let value = self.eval(frame, value)?;
                frame.position.set(span);
                let new = self.binary_in_place(op, old, &value)?;
                frame.position.set(target.span);
                self.set_attribute(&object, name, new)
            }
            TargetKind::Index(object, index) => {
                let object = self.eval(frame, object)?;
                let index = self.eval(frame, index)?;
                frame.position.set(target.span);
                let old = self.get_item(&object, &index)?;
                let value = self.eval(frame, value)?;
                frame.position.set(span);
                let new = self.binary_in_place(op, old, &value)?;
                frame.position.set(target.span);
                self.set_item(&object, &index, new)
            }
            _ => {
                let old = self.load_target(frame, target)?;
                let value = self.eval(frame, value)?;
                frame.position.set(span);
                let new = self.binary_in_place(op, old, &value)?;
                self.assign(frame, target, new)
            }
        }
    }
}
