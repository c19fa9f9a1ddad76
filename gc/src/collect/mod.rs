//! The collector: finds what counting cannot free, and disposes of it.
//!
//! `walk` finds garbage by counting the edges among what the candidates reach, `sketch` finds out in
//! steps what is worth such a walk, `dispose` ends garbage in the order that DESIGN calls section 7, `run`
//! puts them together, `policy` says when and `pace` how fast. `local` gives handles their operations.
//! What is kept per thread is in `state`; `events` tells whoever wants to know.

mod dispose;
mod events;
mod fifo;
mod halves;
#[cfg(feature = "inspect")]
pub(crate) mod insight;
mod local;
mod pace;
mod pause;
mod policy;
mod run;
pub(crate) mod shared;
mod sketch;
mod state;
mod stats;
mod walk;

pub use events::{
    CollectEvent, CollectHistory, CollectHook, CollectPhase, CollectScope, collect_history,
    on_collect,
};
pub use pause::{PauseGuard, pause};
pub use policy::{Policy, policy, set_policy};
pub use run::{collect, collect_young};
pub use stats::{Collected, Live, Stats, live, stats};
