//! One shared allocation, its word and the steps that change it.
//!
//! Each step decides once, by a single read-modify-write, and says what follows from it.

use super::side::SharedCell;
use super::word::{Word, flag};
use crate::heap::object::{allocate_block, block_len, free_block, prefetch};
use crate::heap::registry;
use crate::heap::table::{BlockLayout, Table};
use crate::shim::{AtomicPtr, AtomicU64, Canary, fence, planted};
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

/// What a shared object begins with, right before its value.
#[derive(Debug)]
#[repr(C, align(8))]
struct Header {
    canary: Canary,
    word: AtomicU64,
    meta: AtomicPtr<()>,
}

/// So many bytes; 16, but in a model.
pub(crate) const HEADER: usize = size_of::<Header>();

/// A shared object, type forgotten: the address of its value. Copying one counts nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(transparent)]
pub(crate) struct SharedObject(NonNull<()>);

// SAFETY: an address; what may be done with the object is said by shares and handles, which belong to
// no thread.
unsafe impl Send for SharedObject {}
// SAFETY: as above.
unsafe impl Sync for SharedObject {}

/// The meta word points at a side cell.
const SIDE_CELL: usize = 1;
/// The object has survived a collection.
const OLD: usize = 2;
/// Its type has a finalizer, and it has not run.
const DUE: usize = 4;
const FLAGS: usize = 15;

const _: () = assert!(align_of::<Table>() > FLAGS && align_of::<SharedCell>() > FLAGS);

/// What a drop leaves to be done.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dropped {
    /// Nothing.
    Done,
    /// The object was just queued: put it into a buffer, which owns a share now.
    Queue,
    /// It is the last handle, and was to be kept then. Nothing has been changed.
    Kept,
    /// Its finalizer is due. Nothing has been changed yet.
    Finalize,
    /// It was the last handle, and nobody else can reach the object: end it.
    Sole,
    /// It was the last handle: end the object. These flags were set.
    Last(u64),
}

impl SharedObject {
    /// Makes an object with uninitialised value.
    ///
    /// # Safety
    ///
    /// 1. The layout is the table's, for `len` elements if it has a length.
    pub(crate) unsafe fn allocate(
        table: &'static Table,
        layout: BlockLayout,
        len: usize,
        word: Word,
    ) -> SharedObject {
        // SAFETY: the caller's promise is the same (1).
        let object = SharedObject(unsafe { allocate_block(table, layout, len) });
        let due = if table.finalizer().is_some() { DUE } else { 0 };
        let meta = std::ptr::from_ref(table).cast_mut().cast::<()>().map_addr(|addr| addr | due);
        let header = Header {
            canary: Canary::new(),
            word: AtomicU64::new(word.0),
            meta: AtomicPtr::new(meta),
        };
        // SAFETY: there is room for a header right before the value, aligned to 8.
        unsafe { object.header_ptr().write(header) };
        object
    }

    /// The object whose value lies at `value`.
    ///
    /// # Safety
    ///
    /// 1. `value` is the address of the value of a shared object, with provenance for its whole block.
    #[inline(always)]
    pub(crate) const unsafe fn from_value(value: NonNull<()>) -> SharedObject {
        SharedObject(value)
    }

    #[inline(always)]
    pub(crate) const fn value(self) -> NonNull<()> {
        self.0
    }

    #[inline(always)]
    fn header_ptr(self) -> NonNull<Header> {
        // SAFETY: a value has its header right before it, in the same block.
        unsafe { self.0.cast::<Header>().sub(1) }
    }

    #[inline(always)]
    fn header<'a>(self) -> &'a Header {
        // SAFETY: who calls has a share or a handle, so the block is allocated (S2).
        let header: &'a Header = unsafe { self.header_ptr().as_ref() };
        header.canary.touch();
        header
    }

    #[inline(always)]
    pub(super) fn word<'a>(self) -> &'a AtomicU64 {
        &self.header().word
    }

    #[inline(always)]
    fn meta<'a>(self) -> &'a AtomicPtr<()> {
        &self.header().meta
    }

    /// Changes the word by `step`, which gives up by `None`. The old and the new word of the change.
    #[inline]
    pub(super) fn change(
        self,
        success: std::sync::atomic::Ordering,
        mut step: impl FnMut(Word) -> Option<Word>,
    ) -> Result<(Word, Word), Word> {
        let mut now = self.load();
        loop {
            let Some(next) = step(now) else { return Err(now) };
            match self.word().compare_exchange(now.0, next.0, success, Relaxed) {
                Ok(_) => return Ok((now, next)),
                Err(seen) => now = Word(seen),
            }
        }
    }

    /// Fetches the header's cache line. Anything that was an object's address will do.
    #[inline(always)]
    pub(crate) fn prefetch(self) {
        prefetch(self.0.as_ptr().cast::<u8>().wrapping_sub(HEADER));
    }

    /// The word. Decides nothing by itself.
    #[inline(always)]
    pub(crate) fn load(self) -> Word {
        Word(self.word().load(Relaxed))
    }

    /// What this thread does next comes after what the threads did that changed the word before it was
    /// seen last, with Release. ThreadSanitizer understands no fences, but another load says the same.
    #[inline(always)]
    pub(super) fn acquire(self) {
        if cfg!(tsan) {
            self.word().load(Acquire);
        } else {
            fence(Acquire);
        }
    }

    // --- handles --------------------------------------------------------------------------------

    /// One handle more.
    #[inline(always)]
    pub(crate) fn retain(self) {
        // Relaxed: the caller has a handle, and what it may see through the new one it sees already.
        let before = Word(self.word().fetch_add(Word::ONE, Relaxed));
        if before.plus_one().is_immortal() {
            self.immortalize();
        }
    }

    #[cold]
    #[inline(never)]
    fn immortalize(self) {
        let _ = self.change(Relaxed, |word| word.is_immortal().then(|| word.immortal()));
    }

    /// One handle less. `leaf`: the type owns nothing, so its objects are NEVER.
    #[inline(always)]
    pub(crate) fn release(self, leaf: bool) -> Dropped {
        let word = self.load();
        let lonely = !word.has(flag::SHARES | flag::TAKEN) || planted!("sole_ignores_side");
        // The registry is another way to the word.
        let lonely = lonely && (!registry::IS_ON || planted!("sole_unseen"));
        if word.strong() == 1 && lonely && !self.is_due() {
            // Nobody else can reach the word: no handle, no entry, no record, no weak handle.
            // Acquire: pairs with the Release of the drops before this one; the value's end comes
            // after all that other threads did with it.
            self.acquire();
            return Dropped::Sole;
        }
        // Without a side cell it has no ties, so it is NEVER (S5).
        if leaf && word.strong() > 1 && (self.is_bare() || planted!("leaf_ignores_ties")) {
            // Release: what this thread did with the value comes before its end.
            let before = Word(self.word().fetch_sub(Word::ONE, Release));
            return if before.strong() == 1 { self.was_last(before) } else { Dropped::Done };
        }
        self.release_slowly(false)
    }

    /// As [`release`](SharedObject::release), but the only handle of a value that is there is kept.
    pub(crate) fn release_unless_last(self) -> Dropped {
        self.release_slowly(true)
    }

    /// Is the caller's handle the only one, and can nobody else reach the object?
    #[inline]
    pub(crate) fn is_sole(self) -> bool {
        let word = self.load();
        let sole = word.strong() == 1 && !word.has(flag::SHARES);
        if sole {
            // Acquire: as in `release`.
            self.acquire();
        }
        sole
    }

    #[inline]
    fn was_last(self, before: Word) -> Dropped {
        if before.has(flag::HELD) {
            // The collector looks at the value, and ends the object when it is done.
            return Dropped::Done;
        }
        // Acquire: as in `release`.
        if !planted!("no_final_fence") {
            self.acquire();
        }
        Dropped::Last(before.0 & (flag::SHARES | flag::TAKEN))
    }

    #[inline(never)]
    fn release_slowly(self, keep_last: bool) -> Dropped {
        if planted!("queue_after") {
            // The bug: the mark comes after the decrement.
            let before = Word(self.word().fetch_sub(Word::ONE, Release));
            if before.strong() == 1 {
                return self.was_last(before);
            }
            let before = Word(self.word().fetch_or(flag::QUEUED, Relaxed));
            return if before.has(flag::QUEUED) { Dropped::Done } else { Dropped::Queue };
        }
        if planted!("look_then_sub") && self.load().has(flag::QUEUED) && self.load().strong() > 1 {
            // The bug: the collector may have taken the entry in between.
            let before = Word(self.word().fetch_sub(Word::ONE, Release));
            return if before.strong() == 1 { self.was_last(before) } else { Dropped::Done };
        }
        let mut queue = false;
        let mut due = false;
        let mut kept = false;
        // Release: what this thread did with the value comes before its end, and before what a
        // collection sees that finds the handle gone.
        let order = if planted!("drop_relaxed") { Relaxed } else { Release };
        let done = self.change(order, |word| {
            if word.is_immortal() {
                return None;
            }
            let is_last = word.strong() == 1 && !word.has(flag::TAKEN);
            kept = is_last && keep_last;
            due = is_last && self.is_due();
            if kept || due {
                return None;
            }
            let mut next = word.minus_one();
            queue = false;
            if word.strong() > 1 && !word.has(flag::TAKEN) {
                next = next.without(flag::CLAIMED);
                if word.has(flag::RECORD) {
                    if !planted!("no_touched") {
                        next = next.with(flag::TOUCHED);
                    }
                } else if !word.has(flag::QUEUED) && !word.is_never() {
                    next = next.with(flag::QUEUED);
                    queue = true;
                }
            }
            Some(next)
        });
        match done {
            Err(_) => {
                if kept {
                    Dropped::Kept
                } else if due {
                    Dropped::Finalize
                } else {
                    Dropped::Done
                }
            }
            Ok((before, _)) if before.strong() == 1 => self.was_last(before),
            Ok(_) => {
                if queue {
                    Dropped::Queue
                } else {
                    Dropped::Done
                }
            }
        }
    }

    /// A handle made from nothing: of an object without one that nobody else ends, or from a weak
    /// handle. `None`: it is dead, or dies.
    pub(crate) fn upgrade(self) -> Result<(), Word> {
        // Acquire: pairs with the Release that bore the object (`new_cyclic`).
        let order = if planted!("upgrade_relaxed") { Relaxed } else { Acquire };
        self.change(order, |word| {
            let refused = word.strong() == 0
                || (word.has(flag::TAKEN) && !planted!("upgrade_ignores_taken"))
                || (word.has(flag::PENDING) && !planted!("upgrade_ignores_pending"));
            (!refused).then(|| if word.is_immortal() { word } else { word.plus_one() })
        })
        .map(drop)
    }

    /// Gives an unborn object its first handle.
    pub(crate) fn bear(self, never: bool) {
        // Release: who upgrades a weak handle sees the value.
        let flags = if never { Word::new(1, true) } else { Word::new(1, false) };
        let _ = self.change(Release, |word| Some(Word(flags.0 | word.0 & 0x1ff)));
    }

    // --- shares of the memory -------------------------------------------------------------------

    /// The value is gone. Frees the block if nobody has a share of it.
    ///
    /// # Safety
    ///
    /// 1. The caller has just destroyed the value, or moved it out, as S1 says.
    pub(crate) unsafe fn gone(self, table: &'static Table) {
        let order = if planted!("gone_relaxed") { Relaxed } else { AcqRel };
        // AcqRel: who frees the block comes after the value's end (Release) and after all that the
        // other owners of shares did with it (Acquire).
        let before = Word(self.word().fetch_or(flag::GONE, order));
        if !before.has(flag::SHARES) {
            // SAFETY: the last share.
            unsafe { self.free(table) };
        }
    }

    /// Gives up a share.
    ///
    /// # Safety
    ///
    /// 1. The caller owns this share, and does not use the object again on its account.
    pub(crate) unsafe fn give_up(self, share: u64) {
        let table = self.table();
        let order = if planted!("give_up_relaxed") { Relaxed } else { AcqRel };
        // AcqRel: as in `gone`.
        let before = Word(self.word().fetch_and(!share, order));
        if before.has(flag::GONE) && !before.has(flag::SHARES & !share) {
            // SAFETY: the last share.
            unsafe { self.free(table) };
        }
    }

    /// Frees the block.
    ///
    /// # Safety
    ///
    /// 1. There is no share of the memory left.
    pub(crate) unsafe fn free(self, table: &'static Table) {
        // Before the cell goes, which whoever looks at the header goes to.
        if !planted!("entry_outlives_block") {
            registry::shared::remove(self);
        }
        let meta = self.meta().load(Relaxed);
        if meta.addr() & SIDE_CELL != 0 {
            let cell = meta.map_addr(|addr| addr & !FLAGS).cast::<SharedCell>();
            // SAFETY: it was made by `Box`, and is freed with the block (S4).
            drop(unsafe { Box::from_raw(cell) });
        }
        // SAFETY: the object has this table.
        let len = unsafe { block_len(self.0, table) };
        // SAFETY: the layout is that of the table, and there is no share and no cell left (1).
        unsafe { self.free_plain(table.layout(len)) };
    }

    /// Frees the block of an object without a side cell.
    ///
    /// # Safety
    ///
    /// 1. There is no share of the memory left, and no side cell.
    /// 2. The layout is that of the object's table.
    #[inline(always)]
    pub(crate) unsafe fn free_plain(self, layout: BlockLayout) {
        if !planted!("entry_outlives_block") {
            registry::shared::remove(self);
        }
        self.header().canary.end();
        if planted!("entry_outlives_block") {
            registry::shared::remove(self);
        }
        // SAFETY: nobody uses the block any more (1), and it was allocated with this layout (2).
        unsafe { free_block(self.0, layout) };
    }

    /// The layout of the block.
    pub(crate) fn layout(self) -> BlockLayout {
        let table = self.table();
        // SAFETY: the object has this table.
        table.layout(unsafe { block_len(self.0, table) })
    }

    // --- the meta word --------------------------------------------------------------------------

    /// The side cell, if there is one.
    pub(crate) fn cell<'a>(self) -> Option<&'a SharedCell> {
        // Acquire: pairs with the Release that put the cell there.
        let meta = self.meta().load(Acquire);
        let cell = meta.map_addr(|addr| addr & !FLAGS).cast::<SharedCell>();
        // SAFETY: with SIDE_CELL it is a cell, which lives as long as the block (S4).
        (meta.addr() & SIDE_CELL != 0).then(|| unsafe { &*cell })
    }

    /// The side cell; makes one if there is none. It has a share of the memory then (SIDE).
    pub(crate) fn cell_or_new<'a>(self) -> &'a SharedCell {
        let cell = loop {
            if let Some(cell) = self.cell() {
                break cell;
            }
            let meta = self.meta().load(Acquire);
            let table = self.table();
            let fresh = Box::into_raw(Box::new(SharedCell::new(table)));
            let next = fresh.cast::<()>().map_addr(|a| a | SIDE_CELL | (meta.addr() & FLAGS));
            // AcqRel: who sees the cell sees what is in it.
            if meta.addr() & SIDE_CELL != 0
                || self.meta().compare_exchange(meta, next, AcqRel, Acquire).is_err()
            {
                // SAFETY: just made, seen by nobody.
                drop(unsafe { Box::from_raw(fresh) });
            }
        };
        // Whoever gets here first: SIDE must be there before a weak handle is.
        if !self.load().has(flag::SIDE) {
            // Relaxed: the caller has a handle, so nobody ends the object meanwhile; whoever acts on SIDE
            // has seen the Release of this handle's drop (`claim`).
            self.word().fetch_or(flag::SIDE, Relaxed);
        }
        cell
    }

    /// The table of the object's type, if the object has no side cell and no finalizer that is due.
    #[inline(always)]
    pub(crate) fn plain_table(self) -> Option<&'static Table> {
        // Relaxed: a table is there for ever. A cell that another thread made is seen by whoever has
        // seen the last of the other handles go (Acquire), and before that nobody asks.
        let meta = self.meta().load(Relaxed);
        let table = meta.map_addr(|addr| addr & !FLAGS).cast::<Table>().cast_const();
        // SAFETY: without SIDE_CELL it is a table (S4), and tables are static.
        (meta.addr() & (SIDE_CELL | DUE) == 0).then(|| unsafe { &*table })
    }

    /// The table of the object's type.
    pub(crate) fn table(self) -> &'static Table {
        if let Some(cell) = self.cell() {
            return cell.table;
        }
        let table = self.meta().load(Acquire);
        if table.addr() & SIDE_CELL != 0 {
            return self.table();
        }
        let table = table.map_addr(|addr| addr & !FLAGS).cast::<Table>().cast_const();
        // SAFETY: without SIDE_CELL it is a table (S4), and tables are static.
        unsafe { &*table }
    }

    /// The memory holds a value now. Called by the only one who has a handle, without weak ones.
    pub(crate) fn fill(self, table: &'static Table, never: bool) {
        let due = if table.finalizer().is_some() { DUE } else { 0 };
        let meta = std::ptr::from_ref(table).cast_mut().cast::<()>().map_addr(|addr| addr | due);
        // Acquire: pairs with the Release of the drops of other handles, which came before.
        self.acquire();
        // Relaxed: nobody else knows the object; handles are passed on with synchronisation.
        self.meta().store(meta, Relaxed);
        self.word().store(Word::new(1, never).0, Relaxed);
    }

    /// Is there a finalizer that has not run?
    #[inline(always)]
    pub(crate) fn is_due(self) -> bool {
        self.meta().load(Relaxed).addr() & DUE != 0
    }

    /// Has it neither a side cell nor a finalizer that has not run?
    #[inline(always)]
    fn is_bare(self) -> bool {
        // Relaxed: a drop that does not see a cell made in this very moment comes before what is done with
        // that.
        self.meta().load(Relaxed).addr() & (DUE | SIDE_CELL) == 0
    }

    /// Takes the finalizer, which runs once: true for one caller.
    pub(crate) fn take_due(self) -> bool {
        self.clear_meta(DUE)
    }

    /// Has it survived a collection?
    pub(crate) fn is_old(self) -> bool {
        self.meta().load(Relaxed).addr() & OLD != 0
    }

    /// It has survived a collection.
    pub(crate) fn set_old(self) {
        if !self.is_old() {
            self.change_meta(|addr| addr | OLD);
        }
    }

    fn clear_meta(self, flag: usize) -> bool {
        self.change_meta(|addr| addr & !flag).addr() & flag != 0
    }

    fn change_meta(self, step: impl Fn(usize) -> usize) -> *mut () {
        let mut now = self.meta().load(Relaxed);
        loop {
            let next = now.map_addr(&step);
            // AcqRel: a cell may be there, made by another thread; passing it on must not lose that.
            match self.meta().compare_exchange(now, next, AcqRel, Relaxed) {
                Ok(before) => return before,
                Err(seen) => now = seen,
            }
        }
    }
}
