//! The entries of a weak container: each at a place of its own, where it stays until it is removed.
//!
//! So an iteration is a number, and a callback finds its entry by a [`Ticket`]. This file runs no
//! foreign code: it moves entries in and out.

use super::index::Index;
use crate::shim::planted;

/// The place of an entry, and which of all that were ever put there it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    place: u32,
    stamp: u64,
}

/// The entries with one hash at one moment. Takes no memory for one.
#[derive(Debug)]
pub(super) struct Look {
    first: Option<Ticket>,
    others: Vec<Ticket>,
}

impl Look {
    fn has(&self, ticket: Ticket) -> bool {
        self.first == Some(ticket) || self.others.contains(&ticket)
    }
}

/// One place.
#[derive(Debug)]
struct Place<E> {
    /// Which entry it is; counted through the container.
    stamp: u64,
    hash: u64,
    content: Content<E>,
}

#[derive(Debug)]
enum Content<E> {
    /// One more than the next empty place, or 0.
    Empty(u32),
    /// Its entry is being made.
    Reserved,
    Entry(E),
}

/// Entries by place, and by hash.
#[derive(Debug)]
pub(super) struct Slots<E> {
    places: Vec<Place<E>>,
    index: Index,
    /// One more than the first empty place, or 0.
    empty: u32,
    len: usize,
    stamp: u64,
}

impl<E> Default for Slots<E> {
    fn default() -> Slots<E> {
        Slots { places: Vec::new(), index: Index::default(), empty: 0, len: 0, stamp: 0 }
    }
}

impl<E> Slots<E> {
    /// Entries.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Gives a place away, to be filled.
    pub(super) fn reserve(&mut self, hash: u64) -> Ticket {
        self.stamp += 1;
        let stamp = self.stamp;
        let new = Place { stamp, hash, content: Content::Reserved };
        let place = if let Some(place) = self.empty.checked_sub(1) {
            let old = std::mem::replace(&mut self.places[place as usize], new);
            self.empty = if let Content::Empty(next) = old.content { next } else { 0 };
            place
        } else {
            let place = u32::try_from(self.places.len() + 1).expect("as many entries as numbers");
            self.places.push(new);
            place - 1
        };
        let places = &self.places;
        self.index.insert(hash, place, |place| places[place as usize].hash);
        Ticket { place, stamp }
    }

    fn at(&self, ticket: Ticket) -> Option<&Place<E>> {
        self.places
            .get(ticket.place as usize)
            .filter(|place| place.stamp == ticket.stamp || planted!("any_stamp"))
    }

    /// Puts the entry where a place was reserved. Gives it back if the place was taken away meanwhile.
    pub(super) fn fill(&mut self, ticket: Ticket, entry: E) -> Option<E> {
        match self.at(ticket) {
            Some(Place { content: Content::Reserved, .. }) => {
                self.places[ticket.place as usize].content = Content::Entry(entry);
                self.len += 1;
                None
            }
            _ => Some(entry),
        }
    }

    /// Takes an entry out, or the reservation back.
    pub(super) fn remove(&mut self, ticket: Ticket) -> Option<E> {
        let place = self.at(ticket)?;
        if matches!(place.content, Content::Empty(_)) {
            return None;
        }
        let (hash, places) = (place.hash, &self.places);
        self.index.remove(hash, ticket.place, |place| places[place as usize].hash);
        let content = &mut self.places[ticket.place as usize].content;
        let content = std::mem::replace(content, Content::Empty(self.empty));
        self.empty = ticket.place + 1;
        let Content::Entry(entry) = content else { return None };
        self.len -= 1;
        Some(entry)
    }

    /// The entry, if it is still there.
    pub(super) fn get_mut(&mut self, ticket: Ticket) -> Option<&mut E> {
        self.at(ticket)?;
        match &mut self.places[ticket.place as usize].content {
            Content::Entry(entry) => Some(entry),
            _ => None,
        }
    }

    /// The entries with this hash.
    pub(super) fn find(&self, hash: u64) -> impl Iterator<Item = (Ticket, &E)> + use<'_, E> {
        self.index.places(hash).filter_map(move |number| {
            let place = &self.places[number as usize];
            match &place.content {
                Content::Entry(entry) if place.hash == hash => {
                    Some((Ticket { place: number, stamp: place.stamp }, entry))
                }
                _ => None,
            }
        })
    }

    /// Which entries with this hash there are.
    pub(super) fn look(&self, hash: u64) -> Look {
        let mut tickets = self.find(hash).map(|(ticket, _)| ticket);
        Look { first: tickets.next(), others: tickets.collect() }
    }

    /// Is there nothing with this hash that was not there at that look, and is nobody, another thread, about to put
    /// something with this hash there?
    pub(super) fn is_unchanged(&self, before: &Look, hash: u64) -> bool {
        let is_new = |(ticket, _): (Ticket, _)| !before.has(ticket) && !planted!("put_unnoticed");
        !self.is_reserved(hash) && !self.find(hash).any(is_new)
    }

    /// Is somebody, another thread, about to put an entry with this hash there?
    pub(super) fn is_reserved(&self, hash: u64) -> bool {
        !planted!("reserved_unseen")
            && self.index.places(hash).any(|number| {
                let place = &self.places[number as usize];
                place.hash == hash && matches!(place.content, Content::Reserved)
            })
    }

    /// The first entry at or beyond a place.
    pub(super) fn next(&self, from: usize) -> Option<(usize, Ticket, &E)> {
        let rest = self.places.get(from..)?;
        rest.iter().enumerate().find_map(|(i, place)| match &place.content {
            Content::Entry(entry) => {
                let number = from + i;
                Some((number, Ticket { place: number as u32, stamp: place.stamp }, entry))
            }
            _ => None,
        })
    }

    /// All entries.
    pub(super) fn entries(&self) -> impl Iterator<Item = &E> {
        self.places.iter().filter_map(|place| match &place.content {
            Content::Entry(entry) => Some(entry),
            _ => None,
        })
    }

    /// Takes everything out.
    pub(super) fn take(&mut self) -> Vec<E> {
        let taken = std::mem::take(self);
        // What is being put in now has to find its place gone.
        self.stamp = taken.stamp;
        taken
            .places
            .into_iter()
            .filter_map(|place| match place.content {
                Content::Entry(entry) => Some(entry),
                _ => None,
            })
            .collect()
    }
}
