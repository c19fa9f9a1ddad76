//! Iterators: the built-in ones, comprehension generators, and Python's protocol.

use crate::error::{Raised, Result};
use crate::frame::Frame;
use crate::function::Builtin;
use crate::generator::Sent;
use crate::object::{Dict, List, Set, Str, Tuple, ViewKind};
use crate::registry::{Kind, Tag, alloc};
use crate::str_methods::method;
use crate::value::Value;
use crate::vm::{Args, Vm};
use refcycle::{Finalize, Gc, Trace};
use std::cell::{Cell, RefCell};

/// A built-in iterator.
#[derive(Trace)]
#[trace(finalize)]
pub(crate) struct Iter {
    pub(crate) tag: Tag,
    /// What is iterated over; `Done` drops it.
    source: RefCell<Source>,
    /// How far it has come.
    at: Cell<i64>,
}

#[derive(Clone, Trace)]
enum Source {
    Done,
    List(Gc<List>),
    Tuple(Gc<Tuple>),
    Str(Gc<Str>),
    /// The dict's length must not change meanwhile.
    Dict(Gc<Dict>, ViewKind, usize),
    Set(Gc<Set>, usize),
    Range {
        stop: i64,
        step: i64,
    },
    /// An object with `__getitem__`.
    Items(Value),
    Reversed(Gc<List>),
    Enumerate(Value),
    Zip(Vec<Value>),
    Map(Value, Vec<Value>),
    Filter(Value, Value),
    /// A generator function's frame.
    Function(Gc<Frame>),
    /// A generator expression: its frame holds the variables, the vector the open loops.
    Generator(Gc<Frame>, Gc<List>),
}

impl Iter {
    fn new(source: Source, at: i64) -> Gc<Iter> {
        alloc(Iter { tag: Tag::new(Kind::Iter), source: RefCell::new(source), at: Cell::new(at) })
    }

    pub(crate) fn generator(frame: Gc<Frame>) -> Gc<Iter> {
        let loops = List::new(Vec::new());
        Iter::new(Source::Generator(frame, loops), 0)
    }

    pub(crate) fn generator_function(frame: Gc<Frame>) -> Gc<Iter> {
        Iter::new(Source::Function(frame), 0)
    }

    /// The frame of a generator that has not ended.
    pub(crate) fn frame(&self) -> Option<Gc<Frame>> {
        match &*self.source.borrow() {
            Source::Function(frame) | Source::Generator(frame, _) => Some(frame.clone()),
            _ => None,
        }
    }

    pub(crate) fn enumerate(inner: Value, start: i64) -> Value {
        Iter::new(Source::Enumerate(inner), start).into()
    }

    pub(crate) fn zip(inner: Vec<Value>) -> Value {
        Iter::new(Source::Zip(inner), 0).into()
    }

    pub(crate) fn map(function: Value, inner: Vec<Value>) -> Value {
        Iter::new(Source::Map(function, inner), 0).into()
    }

    pub(crate) fn filter(function: Value, inner: Value) -> Value {
        Iter::new(Source::Filter(function, inner), 0).into()
    }

    pub(crate) fn reversed(list: Gc<List>) -> Value {
        let last = list.items.borrow().len() as i64 - 1;
        Iter::new(Source::Reversed(list), last).into()
    }

    pub(crate) fn type_name(&self) -> &'static str {
        match &*self.source.borrow() {
            Source::Enumerate(_) => "enumerate",
            Source::Zip(_) => "zip",
            Source::Map(..) => "map",
            Source::Filter(..) => "filter",
            Source::Function(_) | Source::Generator(..) => "generator",
            Source::Done
            | Source::List(_)
            | Source::Tuple(_)
            | Source::Str(_)
            | Source::Dict(..)
            | Source::Set(..)
            | Source::Range { .. }
            | Source::Items(_)
            | Source::Reversed(_) => "iterator",
        }
    }

    /// The values that the iterator holds.
    pub(crate) fn held(&self) -> Vec<Value> {
        match self.source.borrow().clone() {
            Source::Done | Source::Range { .. } => Vec::new(),
            Source::List(it) | Source::Reversed(it) => vec![it.into()],
            Source::Tuple(it) => vec![it.into()],
            Source::Str(it) => vec![it.into()],
            Source::Dict(it, ..) => vec![it.into()],
            Source::Set(it, _) => vec![it.into()],
            Source::Items(it) | Source::Enumerate(it) => vec![it],
            Source::Zip(inner) => inner,
            Source::Map(function, mut inner) => {
                inner.push(function);
                inner
            }
            Source::Filter(function, inner) => vec![function, inner],
            Source::Function(frame) => vec![frame.into()],
            Source::Generator(frame, loops) => vec![frame.into(), loops.into()],
        }
    }

    /// No more elements: lets go of the source.
    pub(crate) fn finish(&self) {
        let source = self.source.replace(Source::Done);
        drop(source);
    }

    fn advance(&self) -> usize {
        let at = self.at.get();
        self.at.set(at + 1);
        at as usize
    }
}

impl Finalize for Iter {
    /// A generator that is dropped in the middle is closed.
    fn finalize(&self) {
        let frame = match &*self.source.borrow() {
            Source::Function(frame) => frame.clone(),
            _ => return,
        };
        if let Some(vm) = Vm::current()
            && let Err(raised) = vm.close(&frame)
            && let Some(this) = self.tag.owner()
        {
            vm.ignore(&raised, &this);
        }
    }
}

/// Resumes a generator with what a method of it was called with.
fn resume(vm: &Vm, args: &Args, sent: Sent) -> Result<Value> {
    let Some(Value::Iter(iter)) = args.get(0) else {
        return vm.type_error("this method needs a generator");
    };
    let frame = iter.frame();
    let next = match &frame {
        Some(frame) => vm.resume(frame, sent),
        None => match sent {
            Sent::Value(_) => Ok(None),
            Sent::Exception(exception) => Err(Raised::new(exception)),
        },
    };
    if !matches!(next, Ok(Some(_))) {
        iter.finish();
    }
    next?.ok_or_else(|| vm.stop(frame.as_ref()))
}

pub(crate) static GENERATOR_METHODS: &[Builtin] = &[
    method("send", 1, 1, |vm, args| resume(vm, args, Sent::Value(args.pos[1].clone()))),
    method("throw", 1, 1, |vm, args| {
        let raised = vm.raise(args.get(1).cloned(), None);
        resume(vm, args, Sent::Exception(raised.exception))
    }),
    method("close", 0, 0, |vm, args| {
        if let Some(Value::Iter(iter)) = args.get(0) {
            let closed = iter.frame().map_or(Ok(()), |frame| vm.close(&frame));
            iter.finish();
            closed?;
        }
        Ok(Value::None)
    }),
];

impl Vm {
    /// Python's `iter(value)`.
    pub(crate) fn iterate(&self, value: &Value) -> Result<Value> {
        let source = match value {
            Value::List(list) => Source::List(list.clone()),
            Value::Tuple(tuple) => Source::Tuple(tuple.clone()),
            Value::Str(text) => Source::Str(text.clone()),
            Value::Dict(dict) => {
                Source::Dict(dict.clone(), ViewKind::Keys, dict.map.borrow().len())
            }
            Value::DictView(view) => {
                Source::Dict(view.dict.clone(), view.kind, view.dict.map.borrow().len())
            }
            Value::Set(set) => Source::Set(set.clone(), set.map.borrow().len()),
            Value::Range(range) => {
                let source = Source::Range { stop: range.stop, step: range.step };
                return Ok(Iter::new(source, range.start).into());
            }
            Value::Iter(_) => return Ok(value.clone()),
            Value::Instance(instance) => {
                if let Some(iter) = self.call_special(value, &self.names.iter, Vec::new()) {
                    let iter = iter?;
                    let has_next = match &iter {
                        Value::Iter(_) => true,
                        other => self.class_of(other).lookup(&self.names.next).is_some(),
                    };
                    if !has_next {
                        let name = self.type_name(&iter);
                        let message = format!("iter() returned non-iterator of type '{name}'");
                        return self.type_error(message);
                    }
                    return Ok(iter);
                }
                if instance.class().lookup(&self.names.getitem).is_none() {
                    return self.not_iterable(value);
                }
                Source::Items(value.clone())
            }
            _ => return self.not_iterable(value),
        };
        Ok(Iter::new(source, 0).into())
    }

    /// Whether a value can be iterated over, as far as its class says.
    pub(crate) fn is_iterable(&self, value: &Value) -> bool {
        match value {
            Value::Instance(it) => {
                let class = it.class();
                [&self.names.iter, &self.names.getitem]
                    .iter()
                    .any(|name| class.lookup(name).is_some())
            }
            _ => self.iterate(value).is_ok(),
        }
    }

    fn not_iterable<T>(&self, value: &Value) -> Result<T> {
        self.type_error(format!("'{}' object is not iterable", self.type_name(value)))
    }

    /// The next element, unless there is none.
    pub(crate) fn next(&self, iter: &Value) -> Result<Option<Value>> {
        let Value::Iter(iter) = iter else {
            return match self.call_special(iter, &self.names.next, Vec::new()) {
                Some(result) => self.stop_iteration(result),
                None => {
                    self.type_error(format!("'{}' object is not an iterator", self.type_name(iter)))
                }
            };
        };
        let next = self.next_builtin(iter);
        if matches!(next, Ok(None)) || (next.is_err() && iter.frame().is_some()) {
            iter.finish();
        }
        next
    }

    /// The end of an iteration in place of the exception that stands for it.
    fn stop_iteration(&self, result: Result<Value>) -> Result<Option<Value>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(raised) => {
                let class = raised.exception.class();
                if class.is_subclass_of(&self.class("StopIteration")) {
                    Ok(None)
                } else {
                    Err(raised)
                }
            }
        }
    }

    fn next_builtin(&self, iter: &Gc<Iter>) -> Result<Option<Value>> {
        // The common ones are read in place; they run no Python code.
        match &*iter.source.borrow() {
            Source::Done => return Ok(None),
            Source::List(list) => {
                return Ok(list.items.borrow().get(iter.advance()).cloned());
            }
            Source::Tuple(tuple) => return Ok(tuple.items.get(iter.advance()).cloned()),
            Source::Range { stop, step } => {
                let at = iter.at.get();
                let more = if *step > 0 { at < *stop } else { at > *stop };
                iter.at.set(at.saturating_add(*step));
                return Ok(more.then_some(Value::Int(at)));
            }
            Source::Reversed(list) => {
                let at = iter.at.get();
                iter.at.set(at - 1);
                let at = usize::try_from(at).ok();
                return Ok(at.and_then(|at| list.items.borrow().get(at).cloned()));
            }
            _ => {}
        }
        let source = iter.source.borrow().clone();
        match source {
            Source::Str(text) => {
                let at = iter.at.get() as usize;
                let next = text.text[at..].chars().next();
                iter.at.set((at + next.map_or(0, char::len_utf8)) as i64);
                Ok(next.map(|char| Value::str(char.to_string())))
            }
            Source::Dict(dict, kind, len) => {
                if dict.map.borrow().len() != len {
                    let message = "dictionary changed size during iteration";
                    return Err(self.error("RuntimeError", message));
                }
                Ok(Self::next_entry(&dict.map, iter).map(|(key, value)| match kind {
                    ViewKind::Keys => key,
                    ViewKind::Values => value,
                    ViewKind::Items => Value::tuple(vec![key, value]),
                }))
            }
            Source::Set(set, len) => {
                if set.map.borrow().len() != len {
                    let message = "Set changed size during iteration";
                    return Err(self.error("RuntimeError", message));
                }
                Ok(Self::next_entry(&set.map, iter).map(|(key, _)| key))
            }
            Source::Items(object) => {
                let index = Value::Int(iter.advance() as i64);
                match self.get_item(&object, &index) {
                    Ok(value) => Ok(Some(value)),
                    Err(raised)
                        if raised.exception.class().is_subclass_of(&self.class("IndexError")) =>
                    {
                        Ok(None)
                    }
                    Err(raised) => Err(raised),
                }
            }
            other => self.next_derived(iter, other),
        }
    }

    /// Iterators over other iterators.
    fn next_derived(&self, iter: &Gc<Iter>, source: Source) -> Result<Option<Value>> {
        match source {
            Source::Enumerate(inner) => {
                let Some(value) = self.next(&inner)? else { return Ok(None) };
                let number = Value::Int(iter.advance() as i64);
                Ok(Some(Value::tuple(vec![number, value])))
            }
            Source::Zip(inner) => {
                let values = self.next_of_each(&inner)?;
                Ok(values.filter(|values| !values.is_empty()).map(Value::tuple))
            }
            Source::Map(function, inner) => match self.next_of_each(&inner)? {
                Some(values) => self.call(&function, Args::of(values)).map(Some),
                None => Ok(None),
            },
            Source::Filter(function, inner) => loop {
                let Some(value) = self.next(&inner)? else { return Ok(None) };
                let keep = match &function {
                    Value::None => value.clone(),
                    function => self.call(function, Args::of(vec![value.clone()]))?,
                };
                if self.truth(&keep)? {
                    return Ok(Some(value));
                }
            },
            Source::Function(frame) => self.resume(&frame, Sent::Value(Value::None)),
            Source::Generator(frame, loops) => self.enter(&frame, || {
                let open = RefCell::new(loops.items.take().to_vec());
                let more = self.advance(&frame, &open)?;
                loops.items.replace(open.into_inner().into());
                if more { self.eval(&frame, &frame.code.elements[0]).map(Some) } else { Ok(None) }
            }),
            _ => Ok(None),
        }
    }

    fn next_of_each(&self, iters: &[Value]) -> Result<Option<Vec<Value>>> {
        let mut values = Vec::with_capacity(iters.len());
        for iter in iters {
            match self.next(iter)? {
                Some(value) => values.push(value),
                None => return Ok(None),
            }
        }
        Ok(Some(values))
    }

    fn next_entry(map: &RefCell<crate::map::Map>, iter: &Iter) -> Option<(Value, Value)> {
        let map = map.borrow();
        loop {
            let place = iter.at.get() as usize;
            if place >= map.places() {
                return None;
            }
            iter.advance();
            if let Some(entry) = map.entry(place) {
                return Some((entry.key.clone(), entry.value.clone()));
            }
        }
    }

    /// Hands each element to `visit`, until that says no.
    pub(crate) fn for_each(
        &self,
        iterable: &Value,
        mut visit: impl FnMut(Value) -> Result<bool>,
    ) -> Result<()> {
        let iter = self.iterate(iterable)?;
        while let Some(value) = self.next(&iter)? {
            if !visit(value)? {
                break;
            }
        }
        Ok(())
    }

    /// All elements.
    pub(crate) fn collect(&self, iterable: &Value) -> Result<Vec<Value>> {
        match iterable {
            Value::List(list) => return Ok(list.snapshot()),
            Value::Tuple(tuple) => return Ok(tuple.items.to_vec()),
            _ => {}
        }
        let mut values = Vec::new();
        self.for_each(iterable, |value| {
            values.push(value);
            Ok(true)
        })?;
        Ok(values)
    }

    /// The values for `count` targets, of which one may take a list.
    pub(crate) fn unpack(
        &self,
        value: &Value,
        count: usize,
        starred: Option<usize>,
    ) -> Result<Vec<Value>> {
        let iter = match self.iterate(value) {
            Err(_) if !matches!(value, Value::Instance(_)) => {
                let name = self.type_name(value);
                return self.type_error(format!("cannot unpack non-iterable {name} object"));
            }
            iter => iter?,
        };
        let mut values = Vec::with_capacity(count);
        // One too many is enough to know.
        while starred.is_some() || values.len() <= count {
            match self.next(&iter)? {
                Some(value) => values.push(value),
                None => break,
            }
        }
        if let Some(starred) = starred {
            let Some(extra) = (values.len() + 1).checked_sub(count) else {
                return self.value_error(format!(
                    "not enough values to unpack (expected at least {}, got {})",
                    count - 1,
                    values.len()
                ));
            };
            let list = Value::list(values.drain(starred..starred + extra).collect());
            values.insert(starred, list);
            return Ok(values);
        }
        if values.len() > count {
            return self.value_error(format!("too many values to unpack (expected {count})"));
        }
        if values.len() < count {
            let got = values.len();
            let message = format!("not enough values to unpack (expected {count}, got {got})");
            return self.value_error(message);
        }
        Ok(values)
    }
}
