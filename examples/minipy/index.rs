//! Subscripts and slices, and maps keyed by any value.

use crate::error::Result;
use crate::map::{Found, Map};
use crate::object::{Dict, Set, Slice};
use crate::value::Value;
use crate::vm::{Args, Vm};
use refcycle::Gc;
use std::cell::RefCell;

impl Vm {
    /// Where a key is, asking Python where the map cannot tell.
    fn map_find(&self, map: &RefCell<Map>, key: &Value) -> Result<(u64, Option<usize>)> {
        let hash = self.hash(key)?;
        let found = map.borrow().find(hash, key);
        let place = match found {
            Found::At(place) => Some(place),
            Found::Nowhere => None,
            Found::Ask(others) => {
                let mut place = None;
                for (at, other) in others {
                    if self.equal(&other, key)? {
                        // The question may have changed the map.
                        let still = map.borrow().entry(at).is_some_and(|it| it.key.is(&other));
                        place = still.then_some(at);
                        break;
                    }
                }
                place
            }
        };
        Ok((hash, place))
    }

    pub(crate) fn map_get(&self, map: &RefCell<Map>, key: &Value) -> Result<Option<Value>> {
        let (_, place) = self.map_find(map, key)?;
        Ok(place.and_then(|place| Some(map.borrow().entry(place)?.value.clone())))
    }

    pub(crate) fn map_set(&self, map: &RefCell<Map>, key: Value, value: Value) -> Result<()> {
        let (hash, place) = self.map_find(map, &key)?;
        match place {
            Some(place) => {
                let old = map.borrow_mut().replace(place, value);
                drop(old);
            }
            None => map.borrow_mut().push(hash, key, value),
        }
        Ok(())
    }

    /// Takes a key away; its value.
    pub(crate) fn map_remove(&self, map: &RefCell<Map>, key: &Value) -> Result<Option<Value>> {
        let (_, place) = self.map_find(map, key)?;
        let removed = place.and_then(|place| map.borrow_mut().remove(place));
        Ok(removed.map(|entry| entry.value))
    }

    pub(crate) fn keys(map: &RefCell<Map>) -> Vec<Value> {
        map.borrow().iter().map(|entry| entry.key.clone()).collect()
    }

    pub(crate) fn dict_items(dict: &Dict) -> Vec<(Value, Value)> {
        let map = dict.map.borrow();
        map.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    }

    pub(crate) fn copy_dict(dict: &Dict) -> Gc<Dict> {
        let mut copy = Map::default();
        for entry in dict.map.borrow().iter() {
            copy.push(entry.hash, entry.key.clone(), entry.value.clone());
        }
        Dict::new(copy)
    }

    /// `dict.update(other)`.
    pub(crate) fn update_dict(&self, dict: &Gc<Dict>, other: &Value) -> Result<()> {
        if let Value::Dict(other) = other {
            for (key, value) in Self::dict_items(other) {
                self.map_set(&dict.map, key, value)?;
            }
            return Ok(());
        }
        if let Some(keys) = self.find_attribute(other, &self.intern("keys"))? {
            for key in self.collect(&self.call(&keys, Args::default())?)? {
                let value = self.get_item(other, &key)?;
                self.map_set(&dict.map, key, value)?;
            }
            return Ok(());
        }
        for pair in self.collect(other)? {
            if let [key, value] = &self.unpack(&pair, 2, None)?[..] {
                self.map_set(&dict.map, key.clone(), value.clone())?;
            }
        }
        Ok(())
    }

    pub(crate) fn set_of(&self, items: Vec<Value>, frozen: bool) -> Result<Gc<Set>> {
        let set = Set::new(Map::default(), frozen);
        for item in items {
            if self.map_get(&set.map, &item)?.is_none() {
                self.map_set(&set.map, item, Value::None)?;
            }
        }
        Ok(set)
    }

    /// Python's `len(value)`.
    pub(crate) fn len(&self, value: &Value) -> Result<i64> {
        let len = match value {
            Value::Str(text) => text.text.chars().count(),
            Value::List(list) => list.items.borrow().len(),
            Value::Tuple(tuple) => tuple.items.len(),
            Value::Dict(dict) => dict.map.borrow().len(),
            Value::Set(set) => set.map.borrow().len(),
            Value::DictView(view) => view.dict.map.borrow().len(),
            Value::Range(range) => return Ok(range.len()),
            _ => match self.call_special(value, &self.names.len, Vec::new()) {
                None => {
                    let name = self.type_name(value);
                    return self.type_error(format!("object of type '{name}' has no len()"));
                }
                Some(len) => match len?.as_int() {
                    Some(len) if len >= 0 => return Ok(len),
                    Some(_) => return self.value_error("__len__() should return >= 0"),
                    None => return self.type_error("'__len__' should return an integer"),
                },
            },
        };
        Ok(len as i64)
    }

    /// The place that an index means in a sequence, counting back from the end if negative.
    fn place(&self, index: &Value, len: usize, what: &str) -> Result<usize> {
        let Some(at) = index.as_int() else {
            let name = self.type_name(index);
            let what = what.split(' ').next().unwrap_or(what);
            let what = if what == "string" {
                return self.type_error(format!("string indices must be integers, not '{name}'"));
            } else {
                what
            };
            return self
                .type_error(format!("{what} indices must be integers or slices, not {name}"));
        };
        let len = len as i64;
        let at = if at < 0 { at.saturating_add(len) } else { at };
        if at < 0 || at >= len {
            return Err(self.error("IndexError", format!("{what} index out of range")));
        }
        Ok(at as usize)
    }

    /// The places that a slice means, in its order.
    pub(crate) fn places(&self, slice: &Slice, len: usize) -> Result<Vec<usize>> {
        let part = |value: &Value| match value {
            Value::None => Ok(None),
            other => match other.as_int() {
                Some(number) => Ok(Some(number)),
                None => self.type_error(
                    "slice indices must be integers or None or have an __index__ method",
                ),
            },
        };
        let step = part(&slice.parts[2])?.unwrap_or(1);
        if step == 0 {
            return self.value_error("slice step cannot be zero");
        }
        let len = len as i64;
        let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
        let clamp = |bound: Option<i64>, default: i64| match bound {
            None => default,
            Some(at) if at < 0 => at.saturating_add(len).max(low),
            Some(at) => at.min(high),
        };
        let (first, last) = if step > 0 { (low, high) } else { (high, low) };
        let start = clamp(part(&slice.parts[0])?, first);
        let stop = clamp(part(&slice.parts[1])?, last);
        let mut places = Vec::new();
        let mut at = start;
        while if step > 0 { at < stop } else { at > stop } {
            places.push(at as usize);
            match at.checked_add(step) {
                Some(next) => at = next,
                None => break,
            }
        }
        Ok(places)
    }

    pub(crate) fn get_item(&self, object: &Value, index: &Value) -> Result<Value> {
        match (object, index) {
            (Value::Dict(dict), _) => match self.map_get(&dict.map, index)? {
                Some(value) => Ok(value),
                None => Err(self.error_with("KeyError", index.clone())),
            },
            (Value::List(list), Value::Slice(slice)) => {
                let items = list.snapshot();
                let places = self.places(slice, items.len())?;
                Ok(Value::list(places.into_iter().map(|at| items[at].clone()).collect()))
            }
            (Value::Tuple(tuple), Value::Slice(slice)) => {
                let places = self.places(slice, tuple.items.len())?;
                Ok(Value::tuple(places.into_iter().map(|at| tuple.items[at].clone()).collect()))
            }
            (Value::Str(text), Value::Slice(slice)) => {
                let chars: Vec<char> = text.text.chars().collect();
                let places = self.places(slice, chars.len())?;
                let text: String = places.into_iter().map(|at| chars[at]).collect();
                Ok(Value::str(text))
            }
            (Value::List(list), _) => {
                let len = list.items.borrow().len();
                let at = self.place(index, len, "list")?;
                Ok(list.items.borrow()[at].clone())
            }
            (Value::Tuple(tuple), _) => {
                let at = self.place(index, tuple.items.len(), "tuple")?;
                Ok(tuple.items[at].clone())
            }
            (Value::Str(text), _) => {
                let at = self.place(index, text.text.chars().count(), "string")?;
                Ok(Value::str(text.text.chars().nth(at).map(String::from).unwrap_or_default()))
            }
            (Value::Range(range), _) => {
                let len = usize::try_from(range.len()).unwrap_or(0);
                let at = self.place(index, len, "range object")?;
                Ok(Value::Int(range.start + at as i64 * range.step))
            }
            _ => {
                let args = vec![index.clone()];
                self.call_special(object, &self.names.getitem, args).unwrap_or_else(|| {
                    let message = match object {
                        Value::Class(class) => {
                            format!("type '{}' is not subscriptable", class.name.text)
                        }
                        _ => format!("'{}' object is not subscriptable", self.type_name(object)),
                    };
                    self.type_error(message)
                })
            }
        }
    }

    pub(crate) fn set_item(&self, object: &Value, index: &Value, value: Value) -> Result<()> {
        match (object, index) {
            (Value::Dict(dict), _) => self.map_set(&dict.map, index.clone(), value),
            (Value::List(list), Value::Slice(slice)) => {
                let new = self.collect(&value)?;
                let len = list.items.borrow().len();
                let places = self.places(slice, len)?;
                let contiguous = slice.parts[2].is_none() || slice.parts[2].as_int() == Some(1);
                if contiguous {
                    let start = places.first().copied().unwrap_or_else(|| {
                        let at = slice.parts[0].as_int().unwrap_or(0);
                        let len = len as i64;
                        (if at < 0 { at + len } else { at }).clamp(0, len) as usize
                    });
                    let old = list.items.borrow_mut().splice(start, places.len(), new);
                    drop(old);
                    return Ok(());
                }
                if places.len() != new.len() {
                    return self.value_error(format!(
                        "attempt to assign sequence of size {} to extended slice of size {}",
                        new.len(),
                        places.len()
                    ));
                }
                for (at, value) in places.into_iter().zip(new) {
                    let old = list.items.borrow_mut().replace(at, value);
                    drop(old);
                }
                Ok(())
            }
            (Value::List(list), _) => {
                let len = list.items.borrow().len();
                let at = self.place(index, len, "list assignment").or_else(|raised| {
                    if index.as_int().is_some() {
                        Err(raised)
                    } else {
                        self.place(index, len, "list")
                    }
                })?;
                let old = list.items.borrow_mut().replace(at, value);
                drop(old);
                Ok(())
            }
            _ => {
                let args = vec![index.clone(), value];
                if let Some(result) = self.call_special(object, &self.names.setitem, args) {
                    return result.map(drop);
                }
                let name = self.type_name(object);
                self.type_error(format!("'{name}' object does not support item assignment"))
            }
        }
    }

    pub(crate) fn delete_item(&self, object: &Value, index: &Value) -> Result<()> {
        match (object, index) {
            (Value::Dict(dict), _) => match self.map_remove(&dict.map, index)? {
                Some(_) => Ok(()),
                None => Err(self.error_with("KeyError", index.clone())),
            },
            (Value::List(list), Value::Slice(slice)) => {
                let len = list.items.borrow().len();
                let mut places = self.places(slice, len)?;
                places.sort_unstable();
                let mut old = Vec::new();
                for at in places.into_iter().rev() {
                    old.push(list.items.borrow_mut().remove(at));
                }
                drop(old);
                Ok(())
            }
            (Value::List(list), _) => {
                let len = list.items.borrow().len();
                let at = self.place(index, len, "list assignment")?;
                let old = list.items.borrow_mut().remove(at);
                drop(old);
                Ok(())
            }
            _ => {
                let args = vec![index.clone()];
                if let Some(result) = self.call_special(object, &self.names.delitem, args) {
                    return result.map(drop);
                }
                let name = self.type_name(object);
                let not = match object {
                    Value::Tuple(_) | Value::Str(_) | Value::Range(_) => "doesn't",
                    _ => "does not",
                };
                self.type_error(format!("'{name}' object {not} support item deletion"))
            }
        }
    }
}
