//! Collections as numbers of the crate `metrics`: with the feature `metrics`.
//!
//! [`record`] is a hook for either flavour. It knows of a collection what [`CollectEvent`] says, and nothing else.
//!
//! | name | kind | labels | what it is |
//! | --- | --- | --- | --- |
//! | `refcycle_collections_total` | counter | `flavor`, `scope`, `cause` | collections that came to their end |
//! | `refcycle_collections_given_up_total` | counter | `flavor`, `scope`, `cause` | collections that came to nothing |
//! | `refcycle_visited_objects_total` | counter | `flavor`, `scope` | objects looked at |
//! | `refcycle_collected_objects_total` | counter | `flavor`, `scope` | objects that collections disposed of |
//! | `refcycle_freed_in_finalizers_total` | counter | `flavor`, `scope` | objects that died because a finalizer dropped their last handle |
//! | `refcycle_resurrected_objects_total` | counter | `flavor`, `scope` | objects that finalizers or drops saved |
//! | `refcycle_finalized_objects_total` | counter | `flavor`, `scope` | finalizers run |
//! | `refcycle_freed_bytes_total` | counter | `flavor`, `scope` | bytes of the objects that collections disposed of |
//! | `refcycle_pause_seconds` | histogram | `flavor`, `scope` | the longest time that the program had to wait for a collection at once |
//! | `refcycle_collection_seconds` | histogram | `flavor`, `scope` | the time of all steps of a collection |
//! | `refcycle_live_objects` | gauge | `flavor`, `thread` | objects after the last collection |
//! | `refcycle_live_bytes` | gauge | `flavor`, `thread` | their bytes |
//!
//! `flavor` is "local" or "shared", `scope` "young" or "full", `cause` "automatic" or "call". `thread` is the
//! name of the thread, or "" if it has none; threads of one name have one gauge, which says what the last of
//! them did. The gauges of shared objects are of all threads, and `thread` is "" there.

#![forbid(unsafe_code)]

use crate::{CollectEvent, CollectPhase, CollectScope};
use ::metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

/// Tells the recorder of `metrics` of a collection, at its stop: a hook for [`on_collect`](crate::on_collect), and
/// for [`sync::on_collect`](crate::sync::on_collect). See [the module](self).
///
/// # Panics
///
/// If the recorder does.
///
/// # Cost
///
/// Twelve calls of the recorder.
///
/// # Examples
///
/// ```
/// use refcycle::{collect, metrics, on_collect};
///
/// metrics::describe();
/// let hook = on_collect(metrics::record);
/// collect();
/// drop(hook);
/// ```
pub fn record(event: &CollectEvent) {
    if event.phase == CollectPhase::Start {
        return;
    }
    let flavor = if event.is_shared { "shared" } else { "local" };
    let scope = match event.scope {
        CollectScope::Young => "young",
        CollectScope::Full => "full",
    };
    let cause = if event.is_automatic { "automatic" } else { "call" };
    let name = if event.is_complete { COLLECTIONS } else { GIVEN_UP };
    counter!(name, "flavor" => flavor, "scope" => scope, "cause" => cause).increment(1);
    let done = event.outcome;
    for (name, number) in [
        (VISITED, done.visited),
        (COLLECTED, done.collected),
        (FREED_IN_FINALIZERS, done.freed_in_finalizers),
        (RESURRECTED, done.resurrected),
        (FINALIZED, done.finalized),
        (FREED_BYTES, event.freed_bytes),
    ] {
        counter!(name, "flavor" => flavor, "scope" => scope).increment(number as u64);
    }
    histogram!(PAUSE, "flavor" => flavor, "scope" => scope).record(event.pause.as_secs_f64());
    histogram!(TIME, "flavor" => flavor, "scope" => scope).record(event.time.as_secs_f64());
    let current = std::thread::current();
    let thread = if event.is_shared { "" } else { current.name().unwrap_or_default() };
    for (name, number) in [(LIVE_OBJECTS, event.live.objects), (LIVE_BYTES, event.live.bytes)] {
        gauge!(name, "flavor" => flavor, "thread" => thread.to_owned()).set(number as f64);
    }
}

/// Tells the recorder of `metrics` what the names mean. To be called once, when there is a recorder.
///
/// # Panics
///
/// If the recorder does.
pub fn describe() {
    describe_counter!(COLLECTIONS, Unit::Count, "collections that came to their end");
    describe_counter!(GIVEN_UP, Unit::Count, "collections that came to nothing");
    describe_counter!(VISITED, Unit::Count, "objects that collections looked at");
    describe_counter!(COLLECTED, Unit::Count, "objects that collections disposed of");
    let dropped = "objects that died because a finalizer dropped their last handle";
    describe_counter!(FREED_IN_FINALIZERS, Unit::Count, dropped);
    describe_counter!(RESURRECTED, Unit::Count, "objects that finalizers or drops saved");
    describe_counter!(FINALIZED, Unit::Count, "finalizers run by collections");
    describe_counter!(
        FREED_BYTES,
        Unit::Bytes,
        "bytes of the objects that collections disposed of"
    );
    describe_histogram!(PAUSE, Unit::Seconds, "longest time that the program waited at once");
    describe_histogram!(TIME, Unit::Seconds, "time of all steps of a collection");
    describe_gauge!(LIVE_OBJECTS, Unit::Count, "objects after the last collection");
    describe_gauge!(LIVE_BYTES, Unit::Bytes, "bytes of the objects after the last collection");
}

const COLLECTIONS: &str = "refcycle_collections_total";
const GIVEN_UP: &str = "refcycle_collections_given_up_total";
const VISITED: &str = "refcycle_visited_objects_total";
const COLLECTED: &str = "refcycle_collected_objects_total";
const FREED_IN_FINALIZERS: &str = "refcycle_freed_in_finalizers_total";
const RESURRECTED: &str = "refcycle_resurrected_objects_total";
const FINALIZED: &str = "refcycle_finalized_objects_total";
const FREED_BYTES: &str = "refcycle_freed_bytes_total";
const PAUSE: &str = "refcycle_pause_seconds";
const TIME: &str = "refcycle_collection_seconds";
const LIVE_OBJECTS: &str = "refcycle_live_objects";
const LIVE_BYTES: &str = "refcycle_live_bytes";
