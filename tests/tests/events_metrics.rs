//! The module `metrics`: what a recorder gets of collections, in both flavours.

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit, with_local_recorder,
};
use refcycle::metrics::{describe, record};
use refcycle::{Gc, Policy, Trace, collect, collect_young, on_collect, set_policy, sync};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Values by name and labels.
type Values = Arc<Mutex<BTreeMap<String, Vec<f64>>>>;

/// Notes what it is told.
#[derive(Default)]
struct Notes {
    values: Values,
    described: Mutex<BTreeMap<String, Option<Unit>>>,
}

/// One metric.
struct Note(String, Values);

impl Note {
    fn push(&self, value: f64) {
        self.1.lock().unwrap().entry(self.0.clone()).or_default().push(value);
    }
}

impl CounterFn for Note {
    fn increment(&self, value: u64) {
        self.push(value as f64);
    }

    fn absolute(&self, _: u64) {
        unreachable!("not for what comes from several threads");
    }
}

impl GaugeFn for Note {
    fn increment(&self, _: f64) {
        unreachable!("gauges are set");
    }

    fn decrement(&self, _: f64) {
        unreachable!("gauges are set");
    }

    fn set(&self, value: f64) {
        self.push(value);
    }
}

impl HistogramFn for Note {
    fn record(&self, value: f64) {
        self.push(value);
    }
}

impl Notes {
    fn note(&self, kind: &str, key: &Key) -> Arc<Note> {
        let labels: Vec<_> =
            key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name = format!("{kind} {} {}", key.name(), labels.join(","));
        Arc::new(Note(name, Arc::clone(&self.values)))
    }

    fn take(&self) -> BTreeMap<String, Vec<f64>> {
        std::mem::take(&mut *self.values.lock().unwrap())
    }

    fn described(&self, key: &KeyName, unit: Option<Unit>) {
        self.described.lock().unwrap().insert(key.as_str().to_owned(), unit);
    }
}

impl Recorder for Notes {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.described(&key, unit);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.described(&key, unit);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.described(&key, unit);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.note("counter", key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.note("gauge", key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.note("histogram", key))
    }
}

#[derive(Trace)]
struct Node(RefCell<Option<Gc<Node>>>);

/// Runs `body` in a thread with a name, with a recorder.
fn heard(body: impl FnOnce(&Notes) + Send + 'static) {
    let thread = std::thread::Builder::new().name("worker".to_owned()).spawn(|| {
        set_policy(Policy::OFF);
        let notes = Notes::default();
        with_local_recorder(&notes, || body(&notes));
    });
    if let Err(payload) = thread.unwrap().join() {
        std::panic::resume_unwind(payload);
    }
}

#[test]
fn a_collection_is_counted_at_its_stop() {
    heard(|notes| {
        let history = refcycle::collect_history(1);
        let _hook = on_collect(record);
        let kept = Gc::new(Node(RefCell::default()));
        let node = Gc::new(Node(RefCell::default()));
        *node.0.borrow_mut() = Some(node.clone());
        drop(node);
        collect();
        let event = history.last().unwrap();
        let bytes = event.freed_bytes as f64;
        let pause = event.pause.as_secs_f64();
        assert!(bytes > 0.0 && pause > 0.0);
        let expected = [
            ("counter refcycle_collections_total flavor=local,scope=full,cause=call", 1.0),
            ("counter refcycle_visited_objects_total flavor=local,scope=full", 1.0),
            ("counter refcycle_collected_objects_total flavor=local,scope=full", 1.0),
            ("counter refcycle_freed_in_finalizers_total flavor=local,scope=full", 0.0),
            ("counter refcycle_resurrected_objects_total flavor=local,scope=full", 0.0),
            ("counter refcycle_finalized_objects_total flavor=local,scope=full", 0.0),
            ("counter refcycle_freed_bytes_total flavor=local,scope=full", bytes),
            ("histogram refcycle_pause_seconds flavor=local,scope=full", pause),
            ("histogram refcycle_collection_seconds flavor=local,scope=full", pause),
            ("gauge refcycle_live_objects flavor=local,thread=worker", 1.0),
            ("gauge refcycle_live_bytes flavor=local,thread=worker", event.live.bytes as f64),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), vec![value]));
        assert_eq!(notes.take(), BTreeMap::from(expected));
        collect_young();
        let name = "counter refcycle_collections_total flavor=local,scope=young,cause=call";
        assert_eq!(notes.take()[name], [1.0]);
        drop(kept);
    });
}

#[test]
fn collections_of_shared_objects_are_counted_apart() {
    heard(|notes| {
        let _hook = sync::on_collect(record);
        sync::collect();
        let values = notes.take();
        let name = "counter refcycle_collections_total flavor=shared,scope=full,cause=call";
        assert_eq!(values[name], [1.0]);
        assert_eq!(values["gauge refcycle_live_objects flavor=shared,thread="], [0.0]);
        assert!(values.keys().all(|name| name.contains("flavor=shared")));
    });
}

#[test]
fn what_is_given_up_is_counted_apart() {
    heard(|notes| {
        let _hook = on_collect(record);
        let kept = Gc::new(Node(RefCell::default()));
        *kept.0.borrow_mut() = Some(kept.clone());
        drop(kept.clone());
        collect_young();
        set_policy(
            Policy::default().with_young(1_000_000).with_full(1).with_growth(0.0).with_step(1),
        );
        drop(Gc::new(Node(RefCell::default())));
        notes.take();
        collect();
        let values = notes.take();
        let given_up =
            "counter refcycle_collections_given_up_total flavor=local,scope=full,cause=automatic";
        let done = "counter refcycle_collections_total flavor=local,scope=full,cause=call";
        assert_eq!((&*values[given_up], &*values[done]), (&[1.0][..], &[1.0][..]));
        kept.0.take();
    });
}

#[test]
fn every_name_that_is_recorded_is_described() {
    heard(|notes| {
        describe();
        let _hook = on_collect(record);
        collect();
        let described = notes.described.lock().unwrap();
        for name in notes.take().keys() {
            let name = name.split(' ').nth(1).unwrap();
            let unit = described.get(name).copied().flatten();
            let expected = match name.rsplit('_').find(|word| *word != "total").unwrap() {
                "seconds" => Unit::Seconds,
                "bytes" => Unit::Bytes,
                _ => Unit::Count,
            };
            assert_eq!(unit, Some(expected), "{name}");
        }
        assert_eq!(described.len(), 12);
    });
}
