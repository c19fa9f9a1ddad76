//! One heap allocation: header and value, and the pointer to it that has forgotten the type.

use super::count::{Count, Slot};
use super::registry;
use super::side::SideCell;
use super::table::{BlockLayout, HEADER, LEN, Table};
use crate::shim::dealloc;
use std::alloc::{alloc, handle_alloc_error};
use std::cell::Cell;
use std::ptr::NonNull;

/// What every object begins with, right before its value.
#[derive(Debug)]
#[repr(C, align(8))]
pub(crate) struct Header {
    count: Count,
    meta: Cell<Meta>,
}

const _: () = assert!(size_of::<Header>() == 16, "the header is two words, as that of Rc is");

/// The meta word: the address of the type's table, or of the side cell if there is one, with four flags
/// below it. Below the address of a table there are two marks of the type as well, so that a death need
/// not look into the table.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
struct Meta(NonNull<()>);

const _: () = assert!(align_of::<Table>() > (Meta::FLAGS | Meta::MARKS));
const _: () = assert!(align_of::<SideCell>() > Meta::FLAGS);

/// A fact about one object, kept in its meta word.
#[derive(Clone, Copy, Debug)]
#[repr(usize)]
pub(crate) enum Flag {
    /// The meta word points at a side cell.
    Side = 1,
    /// The value is destroyed, or about to be: nobody may look at it (a husk, if handles remain).
    Dead = 2,
    /// The object has survived a collection.
    Old = 4,
    /// Its type has a finalizer, and it has not run.
    Due = 8,
}

impl Meta {
    const FLAGS: usize = 15;
    /// The type may own handles.
    const OWNS: usize = 16;
    /// The type is not that of a sized value: it has a length, or is memory for a value.
    const ODD: usize = 32;
    /// The marks of a type, only below the address of a table.
    const MARKS: usize = Meta::OWNS | Meta::ODD;
    /// What a plain object of a sized type does not have.
    const SPECIAL: usize =
        Flag::Side as usize | Flag::Dead as usize | Flag::Due as usize | Meta::ODD;

    #[inline(always)]
    fn flags(self) -> usize {
        self.0.addr().get() & Meta::FLAGS
    }

    /// That of an object as it is born.
    #[inline(always)]
    fn of(table: &'static Table) -> Meta {
        let meta = Meta::bare(table);
        if table.finalizer().is_some() { meta.with(Flag::Due) } else { meta }
    }

    /// The table and its marks, without flags.
    #[inline(always)]
    fn bare(table: &'static Table) -> Meta {
        let owns = if table.facts().owns { Meta::OWNS } else { 0 };
        let odd = if table.is_sized_value() { 0 } else { Meta::ODD };
        Meta(NonNull::from(table).cast().map_addr(|addr| addr | owns | odd))
    }

    /// The table, without SIDE.
    #[inline(always)]
    fn table(self) -> *const Table {
        self.0.as_ptr().map_addr(|addr| addr & !(Meta::FLAGS | Meta::MARKS)).cast()
    }

    /// The cell, with SIDE.
    #[inline(always)]
    fn cell(self) -> *const SideCell {
        self.0.as_ptr().map_addr(|addr| addr & !Meta::FLAGS).cast()
    }

    /// The flags of this one below another address.
    fn retarget(self, target: NonNull<()>) -> Meta {
        debug_assert_eq!(target.addr().get() & Meta::FLAGS, 0);
        Meta(target.map_addr(|addr| addr | self.flags()))
    }

    #[inline(always)]
    fn with(self, flag: Flag) -> Meta {
        Meta(self.0.map_addr(|addr| addr | flag as usize))
    }

    fn without(self, flag: Flag) -> Meta {
        // Tables and cells have non-zero addresses, so some other bit remains set.
        let bare = self.0.as_ptr().map_addr(|addr| addr & !(flag as usize));
        Meta(NonNull::new(bare).expect("the meta word holds an address"))
    }
}

/// An object, type forgotten: the address of its value.
///
/// Copying one counts nothing. Every `Object` points at a block that is allocated, by H1; whoever lets
/// one outlive its block must not use it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub(crate) struct Object(NonNull<()>);

impl Object {
    /// Makes an object with uninitialised value, in a block of the given layout. Its count says one
    /// handle, or none if `unborn`.
    ///
    /// Aborts like `Box` when memory runs out.
    ///
    /// # Safety
    ///
    /// 1. The layout is the table's, for `len` elements if it has a length.
    #[inline(always)]
    pub(crate) unsafe fn allocate(
        table: &'static Table,
        layout: BlockLayout,
        len: usize,
        count: Count,
    ) -> Object {
        // SAFETY: the caller's promise is the same (1).
        let object = Object(unsafe { allocate_block(table, layout, len) });
        // SAFETY: the prefix is at least a header long and the value's address a multiple of 8.
        unsafe { object.header_ptr().write(Header { count, meta: Cell::new(Meta::of(table)) }) };
        object
    }

    /// The object whose value lies at `value`.
    ///
    /// # Safety
    ///
    /// 1. `value` is the address of the value of an object, with provenance for its whole block.
    #[inline(always)]
    pub(crate) const unsafe fn from_value(value: NonNull<()>) -> Object {
        Object(value)
    }

    /// The address of the value.
    #[inline(always)]
    pub(crate) const fn value(self) -> NonNull<()> {
        self.0
    }

    #[inline(always)]
    fn header_ptr(self) -> NonNull<Header> {
        // SAFETY: a value has its header right before it, in the same block (H1).
        unsafe { self.0.cast::<Header>().sub(1) }
    }

    /// The header. The reference covers the header alone, never the value, and nobody keeps it across
    /// a call that could free the block.
    #[inline(always)]
    fn header<'a>(self) -> &'a Header {
        // SAFETY: the block is allocated and its header initialised (H1); all of it is `Cell`s.
        unsafe { self.header_ptr().as_ref() }
    }

    /// The count word.
    #[inline(always)]
    pub(crate) fn count<'a>(self) -> &'a Count {
        &self.header().count
    }

    /// Is the flag set?
    #[inline(always)]
    pub(crate) fn has(self, flag: Flag) -> bool {
        self.header().meta.get().flags() & flag as usize != 0
    }

    /// All its flags, as bits.
    #[inline(always)]
    pub(crate) fn flags(self) -> usize {
        self.header().meta.get().flags()
    }

    /// Is the object as it was born, alive, without side cell and without a finalizer to run, and its
    /// type one of sized values?
    #[inline(always)]
    pub(crate) fn is_plain(self) -> bool {
        self.header().meta.get().0.addr().get() & Meta::SPECIAL == 0
    }

    /// The same, and the type cannot own handles?
    #[inline(always)]
    pub(crate) fn is_plain_leaf(self) -> bool {
        self.header().meta.get().0.addr().get() & (Meta::SPECIAL | Meta::OWNS) == 0
    }

    /// Of a plain object: can its type own handles?
    #[inline(always)]
    pub(crate) fn is_plain_owner(self) -> bool {
        self.header().meta.get().0.addr().get() & Meta::OWNS != 0
    }

    /// The table, if the object is as it was born: alive, without side cell and without a finalizer to
    /// run.
    #[inline(always)]
    pub(crate) fn plain_table(self) -> Option<&'static Table> {
        let meta = self.header().meta.get();
        let special = Flag::Side as usize | Flag::Dead as usize | Flag::Due as usize;
        if meta.flags() & special != 0 {
            return None;
        }
        // SAFETY: without SIDE the meta word points at a table (H3), and tables are static.
        Some(unsafe { &*meta.table() })
    }

    /// The table, if the value is destroyed and there is no side cell.
    #[inline(always)]
    pub(crate) fn plain_husk_table(self) -> Option<&'static Table> {
        let meta = self.header().meta.get();
        if meta.flags() & (Flag::Side as usize | Flag::Dead as usize) != Flag::Dead as usize {
            return None;
        }
        // SAFETY: without SIDE the meta word points at a table (H3), and tables are static.
        Some(unsafe { &*meta.table() })
    }

    /// Is there a finalizer that has not run?
    #[inline(always)]
    pub(crate) fn is_due(self) -> bool {
        self.has(Flag::Due)
    }

    /// Notes that the finalizer has run, or is about to.
    pub(crate) fn set_finalized(self) {
        let meta = &self.header().meta;
        meta.set(meta.get().without(Flag::Due));
    }

    /// Sets the flag.
    #[inline(always)]
    pub(crate) fn set(self, flag: Flag) {
        let meta = &self.header().meta;
        meta.set(meta.get().with(flag));
    }

    /// The table of the object's type.
    #[inline]
    pub(crate) fn table(self) -> &'static Table {
        match self.side() {
            None => {
                let table = self.header().meta.get().table();
                // SAFETY: without SIDE the meta word points at a table (H3), and tables are static.
                unsafe { &*table }
            }
            Some(cell) => cell.table(),
        }
    }

    /// The side cell, if there is one. The reference must not be kept across a call that could drop
    /// the last share of the cell (W1).
    #[inline]
    pub(crate) fn side<'a>(self) -> Option<&'a SideCell> {
        if !self.has(Flag::Side) {
            return None;
        }
        let cell = self.header().meta.get().cell();
        // SAFETY: with SIDE the meta word points at a side cell of which the header has a share (H3, W1).
        Some(unsafe { &*cell })
    }

    /// Does it need an entry at all times, because its handles ask for none (T2)?
    #[inline]
    pub(crate) fn is_unheard(self) -> bool {
        self.side().is_some_and(|cell| cell.table().drops_nothing() && cell.is_tied())
    }

    /// Points the meta word at a side cell. The header takes over a share of it.
    pub(crate) fn attach_side(self, cell: NonNull<SideCell>) {
        let meta = &self.header().meta;
        meta.set(meta.get().retarget(cell.cast()).with(Flag::Side));
    }

    /// Points the meta word back at the table. The header's share of the cell goes to the caller.
    pub(crate) fn detach_side(self, table: &'static Table) {
        let meta = &self.header().meta;
        meta.set(meta.get().retarget(Meta::bare(table).0).without(Flag::Side));
    }

    /// Gives an object that has no side cell another type of the same layout: its memory has just been
    /// initialised.
    pub(crate) fn set_table(self, table: &'static Table) {
        debug_assert!(!self.has(Flag::Side));
        let old = if self.has(Flag::Old) { Some(Flag::Old) } else { None };
        let meta = Meta::of(table);
        self.header().meta.set(old.map_or(meta, |old| meta.with(old)));
    }

    /// The layout of the block.
    #[inline(always)]
    pub(crate) fn layout(self, table: &'static Table) -> BlockLayout {
        // SAFETY: the object has this table.
        table.layout(unsafe { block_len(self.0, table) })
    }

    /// Gives the memory back.
    ///
    /// # Safety
    ///
    /// 1. The value is destroyed, or was moved out, or was never made.
    /// 2. Nobody uses the block afterwards: no handle, no record, no entry, no side cell leads to it.
    /// 3. The layout is that of the object's table.
    #[inline(always)]
    pub(crate) unsafe fn free(self, layout: BlockLayout) {
        registry::local::remove(self);
        // SAFETY: the layout is the block's (3), and nobody needs it any more (1, 2).
        unsafe { free_block(self.0, layout) }
    }

    /// Writes a link to another object over the count word of an object that nobody counts any more.
    ///
    /// # Safety
    ///
    /// 1. The object has no handle and is noted nowhere; its count word is not used again.
    pub(crate) unsafe fn write_link(self, next: Option<Object>) {
        registry::local::remove(self);
        let link = self.header_ptr().cast::<Option<Object>>();
        // SAFETY: the count word is as large and aligned as a pointer, and nobody reads it as a count
        // any more (1).
        unsafe { link.write(next) }
    }

    /// Reads the link.
    ///
    /// # Safety
    ///
    /// 1. [`write_link`](Object::write_link) was the last to write the count word.
    pub(crate) unsafe fn read_link(self) -> Option<Object> {
        // SAFETY: a link was written there (1).
        unsafe { self.header_ptr().cast::<Option<Object>>().read() }
    }

    /// Fetches the header's cache line.
    #[inline(always)]
    pub(crate) fn prefetch(self) {
        prefetch(self.header_ptr().as_ptr().cast());
    }

    /// The slot.
    #[inline(always)]
    pub(crate) fn slot(self) -> Slot {
        self.count().slot()
    }
}

const _: () = assert!(size_of::<Count>() >= size_of::<Option<Object>>());

/// Asks for a cache line. A hint: any address will do.
#[inline(always)]
pub(crate) fn prefetch(address: *const u8) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch does not access memory in the language's sense.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = address;
}

/// Allocates the block of an object, of whatever flavour, and writes the length. The header is left to
/// the caller. Gives the address of the value.
///
/// Aborts like `Box` when memory runs out.
///
/// # Safety
///
/// 1. The layout is the table's, for `len` elements if it has a length.
#[inline(always)]
pub(crate) unsafe fn allocate_block(table: &Table, layout: BlockLayout, len: usize) -> NonNull<()> {
    // SAFETY: the layout has at least the header's bytes.
    let block = unsafe { alloc(layout.block) };
    let Some(block) = NonNull::new(block) else { handle_alloc_error(layout.block) };
    // SAFETY: the prefix lies inside the block.
    let value = unsafe { block.add(layout.prefix) }.cast();
    if table.has_len() {
        // SAFETY: the prefix of such a block has a word more than the header, to be written first.
        let to = unsafe { len_ptr(value) };
        // SAFETY: nobody else knows the block.
        unsafe { to.write(len) };
    }
    value
}

/// Gives the memory of a block back.
///
/// # Safety
///
/// 1. The block was allocated with this layout, and nobody uses it any more.
#[inline(always)]
pub(crate) unsafe fn free_block(value: NonNull<()>, layout: BlockLayout) {
    // SAFETY: the block starts so far before the value.
    let start = unsafe { value.cast::<u8>().sub(layout.prefix) };
    // SAFETY: this is how the block was allocated (1).
    unsafe { dealloc(start.as_ptr(), layout.block) }
}

/// Where a block keeps its length.
///
/// # Safety
///
/// 1. The block is one of a table with a length.
#[inline]
unsafe fn len_ptr(value: NonNull<()>) -> NonNull<usize> {
    // SAFETY: such a block has the length right before its header (1).
    unsafe { value.byte_sub(HEADER + LEN).cast() }
}

/// The number of elements of the object with this value, 0 for a sized type.
///
/// # Safety
///
/// 1. `value` is the address of the value of an object, of whatever flavour, with this table.
#[inline(always)]
pub(crate) unsafe fn block_len(value: NonNull<()>, table: &Table) -> usize {
    // SAFETY: the table has a length (1).
    if table.has_len() { unsafe { slice_len(value) } } else { 0 }
}

/// The number of elements of a slice or `str` object.
///
/// # Safety
///
/// 1. `value` is the address of the value of an object, of whatever flavour, whose table has a length.
#[inline(always)]
pub(super) unsafe fn slice_len(value: NonNull<()>) -> usize {
    // SAFETY: the block has a length (1).
    let len = unsafe { len_ptr(value) };
    // SAFETY: it was written when the block was allocated.
    unsafe { len.read() }
}
