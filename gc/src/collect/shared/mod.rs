//! The concurrent collector: lock and validate.
//!
//! Any thread may collect; one at a time does, under the *global lock*, which is held only while no user
//! code but `Trace` runs. Mutators go on meanwhile. Steps, in the words of docs/design.md:
//!
//! 0. *Sketch.* Candidates and what they reach get records; each value is looked at under HELD, each of
//!    its locks for one `trace` alone. What was not TOUCHED since, has no more handles than edges were
//!    found, and is not reached from anything else is a *suspect*. Rounds over the suspects alone make
//!    them fewer: one handle that moved can make all that is alive suspect.
//! 1. *Lock.* Suspects are held again, their locks taken and kept, and they are traced again. From here
//!    on no edge of a suspect moves.
//! 2. *Check*, after the last lock: a suspect is a root unless its handles are as many as the edges of
//!    step 1, and it is not TOUCHED. What no root reaches is S.
//! 3. *Condemn.* Under the *verdict lock*, the objects of S with weak handles become PENDING, if nothing
//!    has happened to them since their check. One that fails is a root.
//! 4. *Commit.* What is to die now becomes TAKEN; PENDING goes. S is pinned with that.
//! 5. *Release.* Guards go, records end. The global lock goes, and disposal begins.
//!
//! Before user code runs in the disposal, the rest of S is let go of, but for the share of its memory
//! that RECORD stands for (with no number: other collections pass it over), and for a pin once
//! finalizers are done; afterwards steps 1 to 4 decide about it anew.
//!
//! **C1** The records of the running collection are reached by it alone, under the global lock. An object
//! whose word says RECORD with a number has the record of this number.
//! **C2** No user code but `Trace` runs while the global lock, the verdict lock, a lock of a buffer, or a
//! guard of a user's lock is held by this library.
//! **C3** The collector waits for nobody: it takes users' locks by `try_lock`, and its own locks are held
//! by others for a few instructions only, but for the global lock, where it waits for a collection's
//! steps, which wait for nobody.

mod background;
mod dispose;
mod ops;
mod pace;
mod pause;
mod run;
mod walk;
mod whole;

#[cfg(feature = "inspect")]
pub(crate) use run::while_nobody_collects;

pub use super::events::shared::{CollectHistory, CollectHook, collect_history, on_collect};
pub use background::{CollectorHandle, spawn_collector};
pub use pause::{PauseGuard, pause};
pub use run::{collect, collect_young, live, policy, set_policy, stats};
