//! Keeping collections away from somebody who looks at the heap.

use super::COLLECTOR;
use crate::shim::planted;

/// Runs `f` under the global lock. No user code but `Trace` runs in it (C2), and `f` waits for nobody (C3).
pub(crate) fn while_nobody_collects<R>(f: impl FnOnce() -> R) -> R {
    let _turn = (!planted!("look_while_collecting")).then(|| COLLECTOR.lock());
    f()
}
