//! Objects that threads share: the count word, who owns their memory, and death by counting.
//!
//! **S1 (alive)** The value is initialised and may be looked at by whoever has a handle (strong above
//! zero and no TAKEN), or has set HELD. It is destroyed by who takes the last handle away or, if HELD
//! is set then, by the collector when it takes HELD off; after a verdict (TAKEN), by the collector that
//! reached it.
//!
//! **S2 (shares)** The block is freed by whoever gives up the last of its shares. These are the value
//! (given up by setting GONE), QUEUED (owned by the buffer entry), RECORD (by the collection that made
//! the record) and SIDE (by the weak handles together). An object whose word shows none of the last
//! three when its last handle goes is freed at once.
//!
//! **S3 (after a decrement)** A thread that took a handle away which was not the last owns nothing and
//! does not touch the object again: all that the drop leaves behind goes into the word *with* the
//! decrement.
//!
//! **S4 (meta)** The meta word holds the table of the type of the value, or a side cell that holds it,
//! which is set once and freed with the block; with the flags OLD and DUE below.
//!
//! **S5 (ties)** A tie of an object is a handle that its side cell owns under a lock, which the collector
//! treats as it does a lock in the value; but that is of use only to who has the map that tied it as well: half
//! of it lies in the object, half in the map. The map has a weak handle of the object meanwhile.
//! Who destroys a value drops the ties afterwards; nothing is tied to what is TAKEN. An object with ties is
//! not NEVER, whatever its type.
//!
//! The protocol between handles and the collector is in `collect::shared`.

pub(crate) mod buffer;
pub(crate) mod death;
mod list;
#[cfg(feature = "inspect")]
mod look;
pub(crate) mod object;
pub(crate) mod side;
pub(crate) mod steps;
pub(crate) mod word;
