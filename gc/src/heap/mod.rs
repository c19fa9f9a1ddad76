//! Objects in memory: layout, counts, candidate buffers, weak cells, and death by counting.
//!
//! This layer knows that values can be traced, but not what a collection is: it notes candidates and
//! hands them over. The rules below are stated once, here; `unsafe` blocks name them.
//!
//! ```text
//!   block start                      handle
//!   v                                v
//!   | padding | [len] | count | meta | value ...      (len: slices and str only)
//!                       8       8 bytes
//! ```
//!
//! **H1 (alive)** The block of an object is allocated, with its header initialised and right before the
//! value, as long as there is a handle, an entry, a record or a pin; without DEAD (and once it is born)
//! its value is initialised as well. Only the code that ends an object (`death`, `collect::dispose`,
//! `try_unwrap` and the like) destroys a value or frees a block, and it first makes sure that no other
//! code can reach it: no handle is left, or DEAD is set where handles ask for it.
//!
//! **H2 (slot)** A slot is CLEAN, NEVER, or says which entry of this thread's young buffer, old buffer
//! (with OLD set), sketch or records of garbage is the object's own. Each such entry is the
//! object or, once it has left, a tombstone. Whoever ends an object or lends its value out mutably first
//! takes its entry away. So what has an entry is alive, and nobody borrows it mutably, at every instant.
//!
//! **H3 (meta)** The meta word holds the table of the type whose value the block holds, with the marks of
//! that type, or, with SIDE, a side cell that holds this table.
//!
//! **H4 (count)** `others + 1` is the number of handles plus pins. A handle is never made from an object
//! without one, but by the code that just took it to zero (a finalizer about to run).
//!
//! **W1 (shares)** A side cell is freed with its last share. Each weak handle has one, out as a raw
//! pointer or not, and the header of the object has one as long as its meta word points at the cell.
//!
//! **W2 (cut off)** A cell leads to its object only while that may be upgraded. Every destruction of a
//! value begins with cutting it off, for the value may own the last weak handle to itself.
//!
//! **W3 (armed)** A callback that is still armed owns a weak handle itself (a death hook), or has an owner
//! who does (a watch, an entry of a weak container); so a cell that is freed has none.
//!
//! **T1 (ties)** A tie of an object is a handle that its side cell owns, but that is of use only to who has
//! the map that tied it as well: to the collector half of it lies in the object, half in the map. The map has
//! a weak handle of the object meanwhile. Nothing ties or unties while the collector looks. Who ends a
//! value, or cuts it off for exclusive access, takes the ties and drops them when the value is destroyed,
//! or will be seen by its one owner alone; nothing is tied to what is DEAD or cut off.
//!
//! **T2 (tied leaves)** An object with ties is not NEVER, whatever its type. So a type that owns nothing
//! may have objects with a slot; they have a side cell then. Of those whose type needs no drop, and whose
//! handles therefore ask for no entry when they go, the ones with ties always have one.
//!
//! **B1 (loans)** A buffer is lent out only for the length of one method of `Buffer` that runs no
//! foreign code.
//!
//! All of it belongs to one thread: objects of this flavour, their handles and their cells are neither
//! `Send` nor `Sync`.

mod buffer;
mod chunks;
pub(crate) mod count;
pub(crate) mod death;
pub(crate) mod first_panic;
pub(crate) mod hooks;
mod lent;
pub(crate) mod local;
pub(crate) mod object;
mod old;
pub(crate) mod registry;
pub(crate) mod shared;
pub(crate) mod side;
pub(crate) mod sketch;
pub(crate) mod table;
pub(crate) mod ties;
mod young;
