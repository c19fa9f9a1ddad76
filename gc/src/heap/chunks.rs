//! A list in chunks: growing it moves nothing, and its memory is given back a little at a time, so no
//! single push or end takes long however long the list is.

/// Entries in a chunk. Few where tests run, so that they cross from one to the next.
const CHUNK: usize = if cfg!(debug_assertions) { 16 } else { 1024 };

/// The list.
#[derive(Debug)]
pub(crate) struct Chunks<T> {
    /// All but the last ones in use are full; those beyond the length are spare.
    chunks: Vec<Vec<T>>,
    len: usize,
}

impl<T: Copy> Chunks<T> {
    pub(crate) const fn new() -> Chunks<T> {
        Chunks { chunks: Vec::new(), len: 0 }
    }

    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The entry at `place`.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[inline(always)]
    pub(crate) fn at(&mut self, place: usize) -> &mut T {
        assert!(place < self.len, "refcycle: a place beyond the end of a list");
        &mut self.chunks[place / CHUNK][place % CHUNK]
    }

    /// The entry at `place`, if there is one.
    #[inline(always)]
    pub(crate) fn get(&self, place: usize) -> Option<T> {
        if place >= self.len {
            return None;
        }
        self.chunks.get(place / CHUNK)?.get(place % CHUNK).copied()
    }

    #[inline]
    pub(crate) fn push(&mut self, entry: T) {
        let (chunk, place) = (self.len / CHUNK, self.len % CHUNK);
        if chunk == self.chunks.len() {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let chunk = &mut self.chunks[chunk];
        // Below its length where a longer list was cut.
        match chunk.get_mut(place) {
            Some(old) => *old = entry,
            None => chunk.push(entry),
        }
        self.len += 1;
    }

    /// Cuts the list. The memory stays, to be given back by [`trim`](Chunks::trim).
    pub(crate) fn truncate(&mut self, len: usize) {
        debug_assert!(len <= self.len);
        self.len = len;
    }

    /// Gives at most `chunks` chunks back that are not in use; one is kept.
    pub(crate) fn trim(&mut self, chunks: usize) {
        let used = self.len.div_ceil(CHUNK);
        let keep = (used + 1).max(self.chunks.len().saturating_sub(chunks));
        self.chunks.truncate(keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_list() {
        let mut list = Chunks::new();
        let n = 3 * CHUNK + 1;
        for i in 0..n {
            list.push(i);
        }
        assert_eq!(list.len(), n);
        assert!((0..n).all(|i| list.get(i) == Some(i)));
        assert_eq!(list.get(n), None);
        *list.at(CHUNK) = 0;
        list.truncate(CHUNK + 1);
        assert_eq!(list.get(CHUNK), Some(0));
        assert_eq!(list.get(CHUNK + 1), None);
        list.push(7);
        assert_eq!((list.get(CHUNK + 1), list.len()), (Some(7), CHUNK + 2));
    }

    #[test]
    fn it_gives_memory_back_little_by_little() {
        let mut list = Chunks::new();
        for i in 0..10 * CHUNK {
            list.push(i);
        }
        list.truncate(0);
        list.trim(3);
        assert_eq!(list.chunks.len(), 7);
        list.trim(100);
        assert_eq!(list.chunks.len(), 1);
        list.push(1);
        list.trim(100);
        assert_eq!(list.get(0), Some(1));
    }

    #[test]
    #[should_panic(expected = "beyond the end")]
    fn a_cut_entry_is_gone() {
        let mut list = Chunks::new();
        list.push(1);
        list.truncate(0);
        list.at(0);
    }
}
