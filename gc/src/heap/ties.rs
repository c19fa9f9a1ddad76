//! What is tied to an object: the values that weak-key maps have for it.
//!
//! A tie is a handle that an object owns besides those in its value. This file keeps them in order and
//! knows nothing of counts; T1 in [`super`] says who does.

/// A handle of a map's value for the object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tie<O> {
    /// The number of the map.
    map: u64,
    value: O,
}

/// The ties of one object, by the number of the map. Takes no memory while there are none.
#[derive(Debug)]
pub(crate) struct Ties<O>(Option<Box<List<O>>>);

/// In ascending order.
#[derive(Debug)]
struct List<O>(Vec<Tie<O>>);

impl<O> Default for Ties<O> {
    fn default() -> Ties<O> {
        Ties(None)
    }
}

impl<O: Copy> Ties<O> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    fn list(&self) -> &[Tie<O>] {
        self.0.as_ref().map_or(&[], |list| &list.0)
    }

    fn place(&self, map: u64) -> Result<usize, usize> {
        self.list().binary_search_by_key(&map, |tie| tie.map)
    }

    /// Ties a value to the object. Gives the one that the map had for it.
    pub(crate) fn attach(&mut self, map: u64, value: O) -> Option<O> {
        let place = self.place(map);
        let list = &mut self.0.get_or_insert_with(|| Box::new(List(Vec::with_capacity(1)))).0;
        match place {
            Ok(place) => Some(std::mem::replace(&mut list[place].value, value)),
            Err(place) => {
                list.insert(place, Tie { map, value });
                None
            }
        }
    }

    /// The map's value.
    pub(crate) fn find(&self, map: u64) -> Option<O> {
        self.place(map).ok().map(|place| self.list()[place].value)
    }

    /// Takes the map's value away.
    pub(crate) fn detach(&mut self, map: u64) -> Option<O> {
        let place = self.place(map).ok()?;
        let list = &mut self.0.as_mut()?.0;
        let tie = list.remove(place);
        if list.is_empty() {
            self.0 = None;
        }
        Some(tie.value)
    }

    /// Where the handles lie, and what they lead to.
    pub(crate) fn values(&self) -> impl Iterator<Item = &O> {
        self.list().iter().map(|tie| &tie.value)
    }
}
