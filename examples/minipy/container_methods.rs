//! The methods of lists, tuples, dicts and sets.

use crate::code::BinaryOp;
use crate::error::Result;
use crate::function::{ANY_KEYWORD, Builtin};
use crate::object::{Dict, DictView, List, Set, ViewKind};
use crate::str_methods::method;
use crate::value::Value;
use crate::vm::{Args, Vm};
use refcycle::Gc;

pub(crate) static LIST_METHODS: &[Builtin] = &[
    method("append", 1, 1, |vm, args| {
        list(vm, args)?.items.borrow_mut().push(args.pos[1].clone());
        Ok(Value::None)
    }),
    method("extend", 1, 1, |vm, args| {
        vm.extend(list(vm, args)?, &args.pos[1])?;
        Ok(Value::None)
    }),
    method("insert", 2, 2, |vm, args| {
        let list = list(vm, args)?;
        let len = list.items.borrow().len() as i64;
        let at = args.pos[1].as_int().unwrap_or(0);
        let at = (if at < 0 { at.saturating_add(len) } else { at }).clamp(0, len) as usize;
        list.items.borrow_mut().insert(at, args.pos[2].clone());
        Ok(Value::None)
    }),
    method("pop", 0, 1, pop),
    method("remove", 1, 1, |vm, args| match position(vm, args)? {
        Some(at) => {
            let removed = list(vm, args)?.items.borrow_mut().remove(at);
            drop(removed);
            Ok(Value::None)
        }
        None => vm.value_error("list.remove(x): x not in list"),
    }),
    method("index", 1, 1, |vm, args| match position(vm, args)? {
        Some(at) => Ok(Value::from(at)),
        None => vm.value_error(format!("{} is not in list", vm.repr(&args.pos[1])?)),
    }),
    method("count", 1, 1, count),
    method("clear", 0, 0, |vm, args| {
        let items = list(vm, args)?.items.take();
        drop(items);
        Ok(Value::None)
    }),
    method("copy", 0, 0, |vm, args| Ok(Value::list(list(vm, args)?.snapshot()))),
    method("reverse", 0, 0, |vm, args| {
        list(vm, args)?.items.borrow_mut().reverse();
        Ok(Value::None)
    }),
    Builtin {
        name: "sort",
        arity: (0, 0),
        is_method: true,
        keywords: &["key", "reverse"],
        body: |vm, args| {
            let list = list(vm, args)?;
            // As in CPython, the list looks empty to the functions that compare.
            let items = list.items.take();
            let sorted = vm.sort(items.to_vec(), args)?;
            let meanwhile = list.items.replace(sorted.into());
            drop(meanwhile);
            Ok(Value::None)
        },
    },
];

pub(crate) static TUPLE_METHODS: &[Builtin] = &[
    method("count", 1, 1, count),
    method("index", 1, 1, |vm, args| match position(vm, args)? {
        Some(at) => Ok(Value::from(at)),
        None => vm.value_error("tuple.index(x): x not in tuple"),
    }),
];

pub(crate) static DICT_METHODS: &[Builtin] = &[
    method("get", 1, 2, |vm, args| {
        let found = vm.map_get(&dict(vm, args)?.map, &args.pos[1])?;
        Ok(found.or_else(|| args.get(2).cloned()).into())
    }),
    method("keys", 0, 0, |vm, args| view(vm, args, ViewKind::Keys)),
    method("values", 0, 0, |vm, args| view(vm, args, ViewKind::Values)),
    method("items", 0, 0, |vm, args| view(vm, args, ViewKind::Items)),
    method("pop", 1, 2, |vm, args| {
        let removed = vm.map_remove(&dict(vm, args)?.map, &args.pos[1])?;
        match removed.or_else(|| args.get(2).cloned()) {
            Some(value) => Ok(value),
            None => Err(vm.error_with("KeyError", args.pos[1].clone())),
        }
    }),
    method("popitem", 0, 0, |vm, args| {
        let dict = dict(vm, args)?;
        let last = dict.map.borrow().places().checked_sub(1);
        match last.and_then(|last| dict.map.borrow_mut().remove(last)) {
            Some(entry) => Ok(Value::tuple(vec![entry.key, entry.value])),
            None => Err(vm.error("KeyError", "popitem(): dictionary is empty")),
        }
    }),
    method("setdefault", 1, 2, |vm, args| {
        let dict = dict(vm, args)?;
        if let Some(value) = vm.map_get(&dict.map, &args.pos[1])? {
            return Ok(value);
        }
        let value: Value = args.get(2).cloned().into();
        vm.map_set(&dict.map, args.pos[1].clone(), value.clone())?;
        Ok(value)
    }),
    Builtin {
        name: "update",
        arity: (0, 1),
        is_method: true,
        keywords: &[ANY_KEYWORD],
        body: |vm, args| {
            let dict = dict(vm, args)?;
            if let Some(other) = args.get(1) {
                vm.update_dict(dict, other)?;
            }
            for (name, value) in &args.kw {
                dict.set(name, value.clone());
            }
            Ok(Value::None)
        },
    },
    method("clear", 0, 0, |vm, args| {
        let map = dict(vm, args)?.map.take();
        drop(map);
        Ok(Value::None)
    }),
    method("copy", 0, 0, |vm, args| Ok(Value::Dict(Vm::copy_dict(dict(vm, args)?)))),
];

pub(crate) static SET_METHODS: &[Builtin] = &[
    method("add", 1, 1, |vm, args| {
        let set = set(vm, args)?;
        if vm.map_get(&set.map, &args.pos[1])?.is_none() {
            vm.map_set(&set.map, args.pos[1].clone(), Value::None)?;
        }
        Ok(Value::None)
    }),
    method("discard", 1, 1, |vm, args| {
        vm.map_remove(&set(vm, args)?.map, &args.pos[1])?;
        Ok(Value::None)
    }),
    method("remove", 1, 1, |vm, args| match vm.map_remove(&set(vm, args)?.map, &args.pos[1])? {
        Some(_) => Ok(Value::None),
        None => Err(vm.error_with("KeyError", args.pos[1].clone())),
    }),
    method("pop", 0, 0, |vm, args| {
        let set = set(vm, args)?;
        let first = set.map.borrow().iter().next().map(|entry| entry.key.clone());
        match first {
            Some(key) => {
                vm.map_remove(&set.map, &key)?;
                Ok(key)
            }
            None => Err(vm.error("KeyError", "pop from an empty set")),
        }
    }),
    method("clear", 0, 0, |vm, args| {
        let map = set(vm, args)?.map.take();
        drop(map);
        Ok(Value::None)
    }),
    method("copy", 0, 0, |vm, args| {
        let set = set(vm, args)?;
        Ok(Value::Set(vm.set_of(Vm::keys(&set.map), set.frozen)?))
    }),
    method("update", 1, 1, |vm, args| {
        let set = set(vm, args)?;
        for item in vm.collect(&args.pos[1])? {
            vm.map_set(&set.map, item, Value::None)?;
        }
        Ok(Value::None)
    }),
    method("union", 1, 1, |vm, args| algebra(vm, args, BinaryOp::Or)),
    method("intersection", 1, 1, |vm, args| algebra(vm, args, BinaryOp::And)),
    method("difference", 1, 1, |vm, args| algebra(vm, args, BinaryOp::Sub)),
    method("symmetric_difference", 1, 1, |vm, args| algebra(vm, args, BinaryOp::Xor)),
    method("issubset", 1, 1, |vm, args| {
        for item in Vm::keys(&set(vm, args)?.map) {
            if !vm.contains(&args.pos[1], &item)? {
                return Ok(Value::Bool(false));
            }
        }
        Ok(Value::Bool(true))
    }),
    method("issuperset", 1, 1, |vm, args| {
        for item in vm.collect(&args.pos[1])? {
            if !vm.contains(&args.pos[0], &item)? {
                return Ok(Value::Bool(false));
            }
        }
        Ok(Value::Bool(true))
    }),
];

fn list<'a>(vm: &Vm, args: &'a Args) -> Result<&'a Gc<List>> {
    match args.get(0) {
        Some(Value::List(list)) => Ok(list),
        _ => vm.type_error("this method needs a list"),
    }
}

fn dict<'a>(vm: &Vm, args: &'a Args) -> Result<&'a Gc<Dict>> {
    match args.get(0) {
        Some(Value::Dict(dict)) => Ok(dict),
        _ => vm.type_error("this method needs a dict"),
    }
}

fn set<'a>(vm: &Vm, args: &'a Args) -> Result<&'a Gc<Set>> {
    match args.get(0) {
        Some(Value::Set(set)) => Ok(set),
        _ => vm.type_error("this method needs a set"),
    }
}

fn pop(vm: &Vm, args: &Args) -> Result<Value> {
    let list = list(vm, args)?;
    let len = list.items.borrow().len() as i64;
    if len == 0 {
        return Err(vm.error("IndexError", "pop from empty list"));
    }
    let at = args.get(1).and_then(Value::as_int).unwrap_or(-1);
    let at = if at < 0 { at.saturating_add(len) } else { at };
    if at < 0 || at >= len {
        return Err(vm.error("IndexError", "pop index out of range"));
    }
    let popped = list.items.borrow_mut().remove(at as usize);
    Ok(popped.into())
}

/// Where an element is.
fn position(vm: &Vm, args: &Args) -> Result<Option<usize>> {
    for (at, item) in vm.collect(&args.pos[0])?.iter().enumerate() {
        if item.is(&args.pos[1]) || vm.equal(item, &args.pos[1])? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn count(vm: &Vm, args: &Args) -> Result<Value> {
    let mut count = 0;
    for item in vm.collect(&args.pos[0])? {
        count += i64::from(item.is(&args.pos[1]) || vm.equal(&item, &args.pos[1])?);
    }
    Ok(Value::Int(count))
}

fn view(vm: &Vm, args: &Args, kind: ViewKind) -> Result<Value> {
    Ok(DictView::new(dict(vm, args)?.clone(), kind).into())
}

fn algebra(vm: &Vm, args: &Args, op: BinaryOp) -> Result<Value> {
    let other = Value::Set(vm.set_of(vm.collect(&args.pos[1])?, false)?);
    vm.binary(op, &args.pos[0], &other)
}

impl Vm {
    /// Sorts, stably, with the keywords `key` and `reverse`.
    pub(crate) fn sort(&self, items: Vec<Value>, args: &Args) -> Result<Vec<Value>> {
        let reverse = match args.keyword("reverse") {
            Some(flag) => self.truth(flag)?,
            None => false,
        };
        let key = args.keyword("key").filter(|key| !key.is_none());
        let mut keyed = Vec::with_capacity(items.len());
        for item in items {
            let key = match key {
                Some(key) => self.call(key, Args::of(vec![item.clone()]))?,
                None => item.clone(),
            };
            keyed.push((key, item));
        }
        if reverse {
            keyed.reverse();
        }
        let mut sorted = self.merge_sort(keyed)?;
        if reverse {
            sorted.reverse();
        }
        Ok(sorted.into_iter().map(|(_, item)| item).collect())
    }

    /// A comparison may fail or lie, so the standard library's sort will not do.
    fn merge_sort(&self, mut items: Vec<(Value, Value)>) -> Result<Vec<(Value, Value)>> {
        if items.len() < 2 {
            return Ok(items);
        }
        let right = items.split_off(items.len() / 2);
        let left = self.merge_sort(items)?;
        let right = self.merge_sort(right)?;
        let mut merged = Vec::with_capacity(left.len() + right.len());
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let next = if self.less(&b.0, &a.0)? { right.next() } else { left.next() };
            merged.extend(next);
        }
        merged.extend(left);
        merged.extend(right);
        Ok(merged)
    }
}
