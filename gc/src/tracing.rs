//! Collections in the logs of the crate `tracing`: with the feature `tracing`.
//!
//! [`emit`] is a hook for either flavour. It knows of a collection what [`CollectEvent`] says, and nothing else.
//!
//! Each collection is a span `collect` of level DEBUG and target `refcycle`, with the fields `flavor`
//! ("local" or "shared"), `scope` ("young" or "full"), `cause` ("automatic" or "call") and `candidates`. The
//! thread is in the span while it collects, so what finalizers and drops log is inside; the span of a
//! collection in steps is open from its beginning to its end, and the thread is in it at neither. At the
//! stop comes an event in the span, of the same level and target, whose message is "collected", or "gave
//! up" if the collection came to nothing. Its fields:
//!
//! | field | what it is |
//! | --- | --- |
//! | `flavor`, `scope`, `cause`, `candidates` | as above |
//! | `visited`, `collected`, `freed_in_finalizers`, `resurrected`, `finalized` | numbers of objects, as in [`Collected`](crate::Collected) |
//! | `freed_bytes`, `steps` | as in [`CollectEvent`] |
//! | `pause_ns`, `time_ns` | the longest pause, and all of the time, in nanoseconds |
//! | `live_objects`, `live_bytes` | what there is after it |

#![forbid(unsafe_code)]

use crate::{CollectEvent, CollectPhase, CollectScope};
use ::tracing::Span;
use ::tracing::span::EnteredSpan;
use std::cell::Cell;

thread_local! {
    /// The spans that this thread is in: that of a collection of its own objects, and of shared ones.
    static ENTERED: [Cell<Option<EnteredSpan>>; 2] = const { [Cell::new(None), Cell::new(None)] };
    /// That of a collection in steps.
    static STEPWISE: Cell<Option<Span>> = const { Cell::new(None) };
}

/// Tells `tracing` of a collection: a hook for [`on_collect`](crate::on_collect), and for
/// [`sync::on_collect`](crate::sync::on_collect). See [the module](self). Registered twice at once, it closes spans too
/// early.
///
/// # Panics
///
/// If the subscriber does.
///
/// # Cost
///
/// What the subscriber takes; next to nothing for one that is not interested.
///
/// # Examples
///
/// ```
/// use refcycle::{collect, on_collect, tracing};
///
/// let hook = on_collect(tracing::emit);
/// collect();
/// drop(hook);
/// ```
pub fn emit(event: &CollectEvent) {
    match event.phase {
        CollectPhase::Start => open(event),
        CollectPhase::Stop => {
            let stepwise = take_stepwise(event);
            stopped(stepwise.as_ref(), event);
            drop(stepwise);
            drop(leave(event));
        }
    }
}

fn open(event: &CollectEvent) {
    // Should one be left of which no stop was heard, it comes to its end first.
    drop(take_stepwise(event));
    drop(leave(event));
    let span = ::tracing::debug_span!(
        target: "refcycle",
        "collect",
        flavor = flavor(event),
        scope = scope(event),
        cause = cause(event),
        candidates = event.candidates,
    );
    // In the end of a thread its spans may be gone.
    if event.is_stepwise {
        let _ = STEPWISE.try_with(|place| place.set(Some(span)));
    } else {
        let entered = span.entered();
        let _ = ENTERED.try_with(|places| places[usize::from(event.is_shared)].set(Some(entered)));
    }
}

/// The open span, if the event is of a collection in steps.
fn take_stepwise(event: &CollectEvent) -> Option<Span> {
    STEPWISE.try_with(|place| event.is_stepwise.then(|| place.take())).ok().flatten().flatten()
}

/// The span that this thread is in, if the event is of another collection; to be dropped.
fn leave(event: &CollectEvent) -> Option<EnteredSpan> {
    if event.is_stepwise {
        return None;
    }
    ENTERED.try_with(|places| places[usize::from(event.is_shared)].take()).ok().flatten()
}

/// The event of the stop; in this span if there is one, otherwise in the one that the thread is in.
fn stopped(span: Option<&Span>, event: &CollectEvent) {
    let _inside = span.map(Span::enter);
    ::tracing::debug!(
        target: "refcycle",
        flavor = flavor(event),
        scope = scope(event),
        cause = cause(event),
        candidates = event.candidates,
        visited = event.outcome.visited,
        collected = event.outcome.collected,
        freed_in_finalizers = event.outcome.freed_in_finalizers,
        resurrected = event.outcome.resurrected,
        finalized = event.outcome.finalized,
        freed_bytes = event.freed_bytes,
        steps = event.steps,
        pause_ns = u64::try_from(event.pause.as_nanos()).unwrap_or(u64::MAX),
        time_ns = u64::try_from(event.time.as_nanos()).unwrap_or(u64::MAX),
        live_objects = event.live.objects,
        live_bytes = event.live.bytes,
        "{}",
        if event.is_complete { "collected" } else { "gave up" },
    );
}

fn flavor(event: &CollectEvent) -> &'static str {
    if event.is_shared { "shared" } else { "local" }
}

fn scope(event: &CollectEvent) -> &'static str {
    match event.scope {
        CollectScope::Young => "young",
        CollectScope::Full => "full",
    }
}

fn cause(event: &CollectEvent) -> &'static str {
    if event.is_automatic { "automatic" } else { "call" }
}
