//! Statements that hold other statements. Each can stop in the middle of a generator and go on there.

use crate::code::{Expr, For, Handler, Span, Stmt, Target, Try, With};
use crate::error::{Raised, Result};
use crate::exec::Flow;
use crate::frame::Frame;
use crate::generator::{Pending, Resume};
use crate::object::Instance;
use crate::value::Value;
use crate::vm::{Args, Vm};
use refcycle::Gc;

impl Vm {
    /// `if`
    pub(crate) fn branch(
        &self,
        frame: &Gc<Frame>,
        branches: &[(Expr, Vec<Stmt>)],
        otherwise: &[Stmt],
    ) -> Result<Flow> {
        let mut chosen = branches.len();
        if let Some(Resume::Branch(at)) = frame.resumed() {
            chosen = at;
        } else {
            for (at, (test, _)) in branches.iter().enumerate() {
                if self.test(frame, test)? {
                    chosen = at;
                    break;
                }
            }
        }
        let body = branches.get(chosen).map_or(otherwise, |(_, body)| body);
        let flow = self.block(frame, body)?;
        Ok(flow.passing(frame, || Resume::Branch(chosen)))
    }

    pub(crate) fn while_loop(
        &self,
        frame: &Gc<Frame>,
        test: &Expr,
        body: &[Stmt],
        otherwise: &[Stmt],
    ) -> Result<Flow> {
        let mut resumed = frame.resumed();
        while !matches!(resumed, Some(Resume::Otherwise)) {
            let in_body = matches!(resumed.take(), Some(Resume::Body));
            if !in_body && !self.test(frame, test)? {
                break;
            }
            match self.block(frame, body)? {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Next),
                flow => return Ok(flow.passing(frame, || Resume::Body)),
            }
        }
        let flow = self.block(frame, otherwise)?;
        Ok(flow.passing(frame, || Resume::Otherwise))
    }

    pub(crate) fn for_loop(&self, frame: &Gc<Frame>, span: Span, it: &For) -> Result<Flow> {
        let (iter, mut in_body) = match frame.resumed() {
            Some(Resume::For(iter)) => (Some(iter), true),
            Some(Resume::Otherwise) => (None, false),
            _ => {
                let iterable = self.eval(frame, &it.iter)?;
                frame.position.set(span);
                (Some(self.iterate(&iterable)?), false)
            }
        };
        if let Some(iter) = iter {
            loop {
                if !in_body {
                    frame.position.set(span);
                    let Some(value) = self.next(&iter)? else { break };
                    self.assign(frame, &it.target, value)?;
                }
                in_body = false;
                match self.block(frame, &it.body)? {
                    Flow::Next | Flow::Continue => {}
                    Flow::Break => return Ok(Flow::Next),
                    flow => return Ok(flow.passing(frame, || Resume::For(iter))),
                }
            }
        }
        let flow = self.block(frame, &it.otherwise)?;
        Ok(flow.passing(frame, || Resume::Otherwise))
    }

    pub(crate) fn try_finally(&self, frame: &Gc<Frame>, it: &Try) -> Result<Flow> {
        let pending = match frame.resumed() {
            Some(Resume::Finally(pending)) => pending,
            resumed => {
                let mut result = self.try_except(frame, it, resumed);
                if it.finally.is_empty() || matches!(result, Ok(Flow::Yield(_))) {
                    return result;
                }
                if let Err(raised) = &mut result {
                    raised.note(self, frame);
                }
                Pending::of(result)
            }
        };
        let finally = || self.block(frame, &it.finally);
        let flow = match &pending {
            Pending::Raise(exception) => self.handling(frame, exception.clone(), finally)?,
            _ => finally()?,
        };
        match flow {
            Flow::Next => pending.happen(),
            flow => Ok(flow.passing(frame, || Resume::Finally(pending))),
        }
    }

    /// Runs a handler. What it raises is noted while the exception that it handles is known.
    fn handling<T>(
        &self,
        frame: &Gc<Frame>,
        exception: Gc<Instance>,
        handler: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        self.handle(exception, || {
            handler().map_err(|mut other| {
                other.note(self, frame);
                other
            })
        })
    }

    fn try_except(&self, frame: &Gc<Frame>, it: &Try, resumed: Option<Resume>) -> Result<Flow> {
        let otherwise = || {
            let flow = self.block(frame, &it.otherwise)?;
            Ok(flow.passing(frame, || Resume::Otherwise))
        };
        let (at, exception) = match resumed {
            Some(Resume::Otherwise) => return otherwise(),
            Some(Resume::Handler(at, exception)) => (Some(at), exception),
            _ => match self.block(frame, &it.body) {
                Ok(Flow::Next) => return otherwise(),
                Ok(flow) => return Ok(flow.passing(frame, || Resume::Body)),
                Err(raised) if it.handlers.is_empty() => return Err(raised),
                Err(mut raised) => {
                    raised.note(self, frame);
                    (None, raised.exception)
                }
            },
        };
        let mut named = None;
        let result = self.handling(frame, exception, || {
            let Some(Value::Instance(exception)) = self.handled() else { return Ok(Flow::Next) };
            let Some((at, handler)) = self.choose(frame, &it.handlers, at, &exception)? else {
                return Err(Raised::again(exception));
            };
            named = handler.name.as_ref();
            // A program may count the references to what it handles.
            drop(exception);
            let flow = self.block(frame, &handler.body)?;
            Ok(match self.handled() {
                Some(Value::Instance(exception)) => {
                    flow.passing(frame, || Resume::Handler(at, exception))
                }
                _ => flow,
            })
        });
        if let Some(name) = named
            && !matches!(result, Ok(Flow::Yield(_)))
        {
            self.assign(frame, name, Value::None)?;
            self.delete(frame, name)?;
        }
        result
    }

    /// The handler for an exception, whose name is bound; the one at `at` was chosen before.
    fn choose<'a>(
        &self,
        frame: &Gc<Frame>,
        handlers: &'a [Handler],
        at: Option<usize>,
        exception: &Gc<Instance>,
    ) -> Result<Option<(usize, &'a Handler)>> {
        if let Some(at) = at {
            return Ok(handlers.get(at).map(|handler| (at, handler)));
        }
        for (at, handler) in handlers.iter().enumerate() {
            if let Some(class) = &handler.class {
                let class = self.eval(frame, class)?;
                frame.position.set(handler.span);
                if !self.exception_matches(exception, &class)? {
                    continue;
                }
            }
            if let Some(name) = &handler.name {
                self.assign(frame, name, Value::Instance(exception.clone()))?;
            }
            return Ok(Some((at, handler)));
        }
        Ok(None)
    }

    fn exception_matches(&self, exception: &Gc<Instance>, class: &Value) -> Result<bool> {
        match class {
            Value::Class(class) => Ok(exception.class().is_subclass_of(class)),
            Value::Tuple(classes) => {
                for class in classes.items.iter() {
                    if self.exception_matches(exception, class)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => self.type_error(
                "catching classes that do not inherit from BaseException is not allowed",
            ),
        }
    }

    pub(crate) fn with(&self, frame: &Gc<Frame>, span: Span, it: &With) -> Result<Flow> {
        let (manager, exit, value) = if let Some(Resume::With(manager, exit)) = frame.resumed() {
            (manager, exit, None)
        } else {
            let (manager, exit, value) = self.enter_manager(frame, span, it)?;
            (manager, exit, Some(value))
        };
        let body = || {
            if let (Some(target), Some(value)) = (&it.target, value) {
                self.assign(frame, target, value)?;
            }
            self.block(frame, &it.body)
        };
        match body() {
            Ok(flow @ Flow::Yield(_)) => Ok(flow.passing(frame, || Resume::With(manager, exit))),
            Ok(flow) => {
                frame.position.set(span);
                let args = vec![manager, Value::None, Value::None, Value::None];
                self.call(&exit, Args::of(args))?;
                Ok(flow)
            }
            Err(mut raised) => {
                raised.note(self, frame);
                let exception = raised.exception.clone();
                let args = vec![
                    manager,
                    Value::Class(exception.class()),
                    Value::Instance(exception.clone()),
                    Self::exception_state(&exception, |state| state.traceback.clone()),
                ];
                frame.position.set(span);
                let swallow =
                    self.handling(frame, exception, || self.call(&exit, Args::of(args)))?;
                if self.truth(&swallow)? { Ok(Flow::Next) } else { Err(raised) }
            }
        }
    }

    /// The manager of a `with`, its `__exit__`, and what its `__enter__` gave.
    fn enter_manager(
        &self,
        frame: &Gc<Frame>,
        span: Span,
        it: &With,
    ) -> Result<(Value, Value, Value)> {
        let manager = self.eval(frame, &it.manager)?;
        frame.position.set(span);
        let class = self.class_of(&manager);
        let enter = class.lookup(&self.names.enter);
        let exit = class.lookup(&self.names.exit);
        let (Some(enter), Some(exit)) = (&enter, exit) else {
            let missed = if enter.is_some() { " (missed __exit__ method)" } else { "" };
            let name = &class.name.text;
            return self.type_error(format!(
                "'{name}' object does not support the context manager protocol{missed}"
            ));
        };
        let value = self.call(enter, Args::of(vec![manager.clone()]))?;
        Ok((manager, exit, value))
    }

    pub(crate) fn yield_value(
        &self,
        frame: &Gc<Frame>,
        span: Span,
        targets: &[Target],
        value: Option<&Expr>,
    ) -> Result<Flow> {
        if !matches!(frame.resumed(), Some(Resume::Yield)) {
            let value = self.eval_optional(frame, value)?.into();
            frame.position.set(span);
            return Ok(Flow::Yield(value).passing(frame, || Resume::Yield));
        }
        frame.position.set(span);
        let sent = frame.take_sent()?;
        for target in targets {
            self.assign(frame, target, sent.clone())?;
        }
        Ok(Flow::Next)
    }

    pub(crate) fn yield_from(
        &self,
        frame: &Gc<Frame>,
        span: Span,
        iterable: &Expr,
    ) -> Result<Flow> {
        let iter = if let Some(Resume::Delegate(iter)) = frame.resumed() {
            frame.position.set(span);
            frame.take_sent()?;
            iter
        } else {
            let iterable = self.eval(frame, iterable)?;
            frame.position.set(span);
            self.iterate(&iterable)?
        };
        Ok(match self.next(&iter)? {
            Some(value) => Flow::Yield(value).passing(frame, || Resume::Delegate(iter)),
            None => Flow::Next,
        })
    }
}
