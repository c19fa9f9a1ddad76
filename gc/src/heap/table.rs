//! The table of a type: everything that code which has forgotten the type needs to know of it.

use super::object::slice_len;
use crate::trace::facts::{Facts, Finalizer};
use crate::trace::{Trace, Tracer, TypeFacts};
use std::alloc::Layout;
use std::any::{TypeId, type_name};
use std::mem::{align_of, needs_drop, size_of};
use std::ptr::{self, NonNull};

/// A type-erased type. Aligned so that the flags and marks of the meta word fit below its address.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Table {
    /// The block of an object; of slices and `str`, that of one without elements.
    block: Layout,
    /// From the block's start to the value.
    prefix: usize,
    /// Bytes for each element of a slice or `str`, whose number lies before the header; `None` for sized
    /// types.
    element: Option<usize>,
    /// Is it memory for a value that is not there yet?
    is_memory: bool,
    facts: Facts,
    trace: unsafe fn(NonNull<()>, &mut Tracer),
    drop: Option<unsafe fn(NonNull<()>)>,
    finalizer: Option<Finalizer>,
    type_id: fn() -> TypeId,
    name: fn() -> &'static str,
}

/// Where a block's header and value are put.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockLayout {
    pub(crate) block: Layout,
    /// From the block's start to the value.
    pub(crate) prefix: usize,
}

impl BlockLayout {
    /// The block of an object of a sized type with this layout, which is known to fit.
    #[inline(always)]
    pub(crate) fn before(value: Layout) -> BlockLayout {
        match block_layout(value.size(), value.align(), HEADER) {
            Some(layout) => layout,
            // SAFETY: an object with such a value exists, so its block had a layout.
            None => unsafe { std::hint::unreachable_unchecked() },
        }
    }
}

impl Table {
    /// The table of a sized type.
    pub(crate) const fn of<T: Trace + 'static>() -> &'static Table {
        const {
            &Table {
                block: Table::block_of::<T>().block,
                prefix: Table::block_of::<T>().prefix,
                element: None,
                is_memory: false,
                facts: T::Facts::L2,
                trace: trace::<T>,
                drop: drop_of::<T>(),
                finalizer: T::Facts::FINALIZER,
                type_id: TypeId::of::<T>,
                name: type_name::<T>,
            }
        }
    }

    /// The table of a slice.
    pub(crate) const fn of_slice<T: Trace + 'static>() -> &'static Table {
        const {
            &Table {
                block: empty_slice::<T>().block,
                prefix: empty_slice::<T>().prefix,
                element: Some(size_of::<T>()),
                is_memory: false,
                facts: T::Facts::L2,
                trace: trace_slice::<T>,
                drop: if needs_drop::<T>() { Some(drop_slice::<T>) } else { None },
                finalizer: None,
                type_id: TypeId::of::<[T]>,
                name: type_name::<[T]>,
            }
        }
    }

    /// The table of memory for a `T` that is not there yet.
    pub(crate) const fn of_uninit<T: 'static>() -> &'static Table {
        const {
            &Table {
                block: Table::block_of::<T>().block,
                prefix: Table::block_of::<T>().prefix,
                element: None,
                is_memory: true,
                facts: Facts::NONE,
                trace: trace_nothing,
                drop: None,
                finalizer: None,
                type_id: TypeId::of::<std::mem::MaybeUninit<T>>,
                name: type_name::<std::mem::MaybeUninit<T>>,
            }
        }
    }

    /// The table of memory for a slice whose elements are not there yet.
    pub(crate) const fn of_uninit_slice<T: 'static>() -> &'static Table {
        const {
            &Table {
                block: empty_slice::<T>().block,
                prefix: empty_slice::<T>().prefix,
                element: Some(size_of::<T>()),
                is_memory: true,
                facts: Facts::NONE,
                trace: trace_nothing,
                drop: None,
                finalizer: None,
                type_id: TypeId::of::<[std::mem::MaybeUninit<T>]>,
                name: type_name::<[std::mem::MaybeUninit<T>]>,
            }
        }
    }

    /// The table of a `str`.
    pub(crate) const fn of_str() -> &'static Table {
        const {
            &Table {
                block: empty_slice::<u8>().block,
                prefix: empty_slice::<u8>().prefix,
                element: Some(1),
                is_memory: false,
                facts: Facts::NONE,
                trace: trace_nothing,
                drop: None,
                finalizer: None,
                type_id: TypeId::of::<str>,
                name: type_name::<str>,
            }
        }
    }

    /// The block of an object of a sized type.
    ///
    /// A type that is too large for an object is an error at compile time.
    pub(crate) const fn block_of<T>() -> BlockLayout {
        match block_layout(size_of::<T>(), align_of::<T>(), HEADER) {
            Some(layout) => layout,
            None => panic!("a value of this type is too large to have a header before it"),
        }
    }

    /// The block of an object with `len` elements (any number for a sized type).
    ///
    /// # Panics
    ///
    /// If the block would be larger than `isize::MAX` bytes.
    #[inline]
    pub(crate) fn layout(&self, len: usize) -> BlockLayout {
        let layout = BlockLayout { block: self.block, prefix: self.prefix };
        match self.element {
            None => layout,
            Some(bytes) => self.slice_layout(bytes, len),
        }
    }

    #[cold]
    #[inline(never)]
    fn slice_layout(&self, element: usize, len: usize) -> BlockLayout {
        let block = element
            .checked_mul(len)
            .and_then(|bytes| bytes.checked_add(self.prefix))
            .and_then(|size| Layout::from_size_align(size, self.block.align()).ok());
        match block {
            Some(block) => BlockLayout { block, prefix: self.prefix },
            None => panic!("refcycle: {len} elements are too many for one `{}`", self.name()),
        }
    }

    /// Does a block of this type keep the number of elements before its header?
    #[inline]
    pub(crate) fn has_len(&self) -> bool {
        self.element.is_some()
    }

    /// Is it a sized type whose values are there?
    #[inline(always)]
    pub(crate) fn is_sized_value(&self) -> bool {
        self.element.is_none() && !self.is_memory
    }

    /// Is it memory for a value that is not there yet?
    pub(crate) fn is_memory(&self) -> bool {
        self.is_memory
    }

    /// Does dropping a value do nothing?
    pub(crate) fn drops_nothing(&self) -> bool {
        self.drop.is_none()
    }

    /// What is known of the type.
    #[inline(always)]
    pub(crate) const fn facts(&self) -> Facts {
        self.facts
    }

    /// The finalizer of the type.
    #[inline(always)]
    pub(crate) fn finalizer(&self) -> Option<Finalizer> {
        self.finalizer
    }

    /// The type's name, for messages.
    pub(crate) fn name(&self) -> &'static str {
        (self.name)()
    }

    /// The type itself.
    pub(crate) fn type_id(&self) -> TypeId {
        (self.type_id)()
    }

    /// Reports the handles of a value.
    ///
    /// # Safety
    ///
    /// 1. `value` is the value of an object of this type.
    /// 2. It is alive and not borrowed mutably.
    #[inline]
    pub(crate) unsafe fn trace(&self, value: NonNull<()>, tracer: &mut Tracer) {
        // SAFETY: the function was made for this table's type; (1) and (2) are the caller's.
        unsafe { (self.trace)(value, tracer) } // user code
    }

    /// Drops a value in place.
    ///
    /// # Safety
    ///
    /// 1. `value` is the value of an object of this type.
    /// 2. It is alive, nobody borrows it, and nobody uses it afterwards.
    #[inline]
    pub(crate) unsafe fn drop_value(&self, value: NonNull<()>) {
        if let Some(drop) = self.drop {
            // SAFETY: the function was made for this table's type; (1) and (2) are the caller's.
            unsafe { drop(value) } // user code
        }
    }
}

const fn drop_of<T>() -> Option<unsafe fn(NonNull<()>)> {
    if needs_drop::<T>() { Some(drop_sized::<T>) } else { None }
}

/// # Safety
///
/// As [`Table::drop_value`], for `T`.
unsafe fn drop_sized<T>(value: NonNull<()>) {
    // SAFETY: the caller guarantees a live `T` that nobody else uses (2).
    unsafe { ptr::drop_in_place(value.cast::<T>().as_ptr()) }
}

/// # Safety
///
/// As [`Table::drop_value`], for `[T]`.
unsafe fn drop_slice<T>(value: NonNull<()>) {
    // SAFETY: the caller guarantees the value of an object of type `[T]` (1).
    let len = unsafe { slice_len(value) };
    let slice = ptr::slice_from_raw_parts_mut(value.cast::<T>().as_ptr(), len);
    // SAFETY: the caller guarantees that its elements are alive and that nobody else uses them (2).
    unsafe { ptr::drop_in_place(slice) }
}

/// # Safety
///
/// As [`Table::trace`], for `T`.
unsafe fn trace<T: Trace>(value: NonNull<()>, tracer: &mut Tracer) {
    // SAFETY: the caller guarantees a live `T` that nobody borrows mutably (2).
    let value = unsafe { value.cast::<T>().as_ref() };
    value.trace(tracer);
}

/// # Safety
///
/// As [`Table::trace`], for `[T]`.
unsafe fn trace_slice<T: Trace>(value: NonNull<()>, tracer: &mut Tracer) {
    // SAFETY: the caller guarantees the value of an object of type `[T]` (1).
    let len = unsafe { slice_len(value) };
    let slice = NonNull::slice_from_raw_parts(value.cast::<T>(), len);
    // SAFETY: the caller guarantees that its elements are alive and not borrowed mutably (2).
    let slice = unsafe { slice.as_ref() };
    slice.trace(tracer);
}

/// # Safety
///
/// None; the signature is that of the others.
unsafe fn trace_nothing(_: NonNull<()>, _: &mut Tracer) {}

/// The header's bytes: 16 in both flavours. (A model's atomics are larger.)
pub(super) const HEADER: usize =
    if super::shared::object::HEADER > 16 { super::shared::object::HEADER } else { 16 };

/// The bytes of a length.
pub(super) const LEN: usize = 8;

/// The block of a slice without elements: its length comes before the header.
const fn empty_slice<T>() -> BlockLayout {
    match block_layout(0, align_of::<T>(), HEADER + LEN) {
        Some(layout) => layout,
        None => panic!("the alignment of this type leaves no room for a header"),
    }
}

/// A block with `prefix` bytes at least before a value of `bytes` bytes, so that the value is aligned.
const fn block_layout(bytes: usize, align: usize, prefix: usize) -> Option<BlockLayout> {
    let align = if align > 8 { align } else { 8 };
    let prefix = prefix.next_multiple_of(align);
    let Some(size) = prefix.checked_add(bytes) else { return None };
    match Layout::from_size_align(size, align) {
        Ok(block) => Some(BlockLayout { block, prefix }),
        Err(_) => None,
    }
}
