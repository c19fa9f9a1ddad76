//! The module `tracing`: what a subscriber gets of collections, in both flavours.

use refcycle::tracing::emit;
use refcycle::{Finalize, Gc, Policy, Trace, collect, collect_young, on_collect, set_policy, sync};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::{Debug, Write};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Fields by name.
#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

/// Notes what it is told.
#[derive(Clone, Default)]
struct Notes {
    lines: Arc<Mutex<Vec<String>>>,
    events: Arc<Mutex<Vec<BTreeMap<&'static str, String>>>>,
    spans: Arc<AtomicU64>,
}

impl Notes {
    fn line(&self, line: String) {
        self.lines.lock().unwrap().push(line);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().unwrap())
    }

    /// The last event's fields.
    fn last(&self) -> BTreeMap<&'static str, String> {
        self.events.lock().unwrap().pop().unwrap()
    }
}

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        assert_eq!(*metadata.level(), Level::DEBUG);
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.spans.fetch_add(1, SeqCst) + 1;
        let mut fields = Fields::default();
        span.record(&mut fields);
        let mut line = format!("new {id} {}:{}", span.metadata().target(), span.metadata().name());
        for (_, value) in fields.0 {
            write!(line, " {value}").unwrap();
        }
        self.line(line);
        Id::from_u64(id)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.line(format!("{}: {}", event.metadata().target(), fields.0["message"]));
        self.events.lock().unwrap().push(fields.0);
    }

    fn enter(&self, id: &Id) {
        self.line(format!("enter {}", id.into_u64()));
    }

    fn exit(&self, id: &Id) {
        self.line(format!("exit {}", id.into_u64()));
    }

    fn try_close(&self, id: Id) -> bool {
        self.line(format!("close {}", id.into_u64()));
        true
    }
}

#[derive(Trace)]
#[trace(finalize)]
struct Node(RefCell<Option<Gc<Node>>>);

impl Finalize for Node {
    fn finalize(&self) {
        tracing::debug!("a finalizer");
    }
}

fn garbage() {
    let node = Gc::new(Node(RefCell::default()));
    *node.0.borrow_mut() = Some(node.clone());
}

/// Runs `body` in a thread of its own, with a subscriber.
fn heard(body: impl FnOnce(&Notes) + Send + 'static) {
    let thread = std::thread::spawn(|| {
        set_policy(Policy::OFF);
        let notes = Notes::default();
        tracing::subscriber::with_default(notes.clone(), || body(&notes));
    });
    if let Err(payload) = thread.join() {
        std::panic::resume_unwind(payload);
    }
}

#[test]
fn a_collection_is_a_span_with_an_event_at_its_end() {
    heard(|notes| {
        let _hook = on_collect(emit);
        garbage();
        let live = refcycle::live();
        collect();
        let lines = [
            // The fields are in alphabetical order: candidates, cause, flavor, scope.
            "new 1 refcycle:collect 1 call local full",
            "enter 1",
            "events_tracing: a finalizer",
            "refcycle: collected",
            "exit 1",
            "close 1",
        ];
        assert_eq!(notes.take(), lines);
        let mut fields = notes.last();
        let time = fields.remove("time_ns").unwrap();
        assert!(time.parse::<u64>().unwrap() > 0);
        assert_eq!(fields.remove("pause_ns").unwrap(), time);
        let bytes = live.bytes.to_string();
        let expected = [
            ("message", "collected"),
            ("flavor", "local"),
            ("scope", "full"),
            ("cause", "call"),
            ("candidates", "1"),
            ("visited", "1"),
            ("collected", "1"),
            ("freed_in_finalizers", "0"),
            ("resurrected", "0"),
            ("finalized", "1"),
            ("freed_bytes", &bytes),
            ("steps", "1"),
            ("live_objects", "0"),
            ("live_bytes", "0"),
        ];
        let expected = expected.map(|(name, value)| (name, value.to_owned()));
        assert_eq!(fields, BTreeMap::from(expected));
        collect_young();
        assert_eq!(notes.last()["scope"], "young");
    });
}

#[test]
fn a_collection_of_shared_objects_says_so() {
    heard(|notes| {
        let _hook = sync::on_collect(emit);
        sync::collect();
        let fields = notes.last();
        assert_eq!((&*fields["flavor"], &*fields["scope"]), ("shared", "full"));
        assert_eq!(notes.take().last().unwrap(), "close 1");
    });
}

#[test]
fn a_collection_in_the_finalizer_of_another_is_inside_it() {
    #[derive(Trace)]
    #[trace(finalize)]
    struct Collects(RefCell<Option<Gc<Collects>>>);

    impl Finalize for Collects {
        fn finalize(&self) {
            sync::collect();
        }
    }
    heard(|notes| {
        let _hooks = (on_collect(emit), sync::on_collect(emit));
        let node = Gc::new(Collects(RefCell::default()));
        *node.0.borrow_mut() = Some(node.clone());
        drop(node);
        collect();
        let lines: Vec<_> = notes.take().into_iter().filter(|line| !line.contains(':')).collect();
        assert_eq!(lines, ["enter 1", "enter 2", "exit 2", "close 2", "exit 1", "close 1"]);
    });
}

#[test]
fn a_collection_in_steps_has_a_span_that_nobody_is_in() {
    heard(|notes| {
        let _hook = on_collect(emit);
        let kept = Gc::new(Node(RefCell::default()));
        *kept.0.borrow_mut() = Some(kept.clone());
        drop(kept.clone());
        collect_young();
        notes.take();
        set_policy(
            Policy::default().with_young(1_000_000).with_full(1).with_growth(0.0).with_step(1),
        );
        let mut steps = 0;
        while !notes.lines.lock().unwrap().iter().any(|line| line.starts_with("close")) {
            drop(Gc::new(Node(RefCell::default())));
            steps += 1;
            assert!(steps < 1_000, "it never ends");
        }
        set_policy(Policy::OFF);
        let lines: Vec<_> =
            notes.take().into_iter().filter(|line| !line.contains("finalizer")).collect();
        let expected = [
            "new 2 refcycle:collect 1 automatic local full",
            // For the event alone.
            "enter 2",
            "refcycle: collected",
            "exit 2",
            "close 2",
        ];
        assert_eq!(lines, expected);
        kept.0.take();
    });
}

#[test]
fn a_span_whose_stop_was_not_heard_is_closed_by_the_next_start() {
    thread_local!(static HOOK: RefCell<Option<refcycle::CollectHook>> = const { RefCell::new(None) });

    #[derive(Trace)]
    #[trace(finalize)]
    struct Unhooks(RefCell<Option<Gc<Unhooks>>>);

    impl Finalize for Unhooks {
        fn finalize(&self) {
            HOOK.take();
        }
    }
    heard(|notes| {
        HOOK.set(Some(on_collect(emit)));
        let node = Gc::new(Unhooks(RefCell::default()));
        *node.0.borrow_mut() = Some(node.clone());
        drop(node);
        collect();
        let _hook = on_collect(emit);
        collect();
        let lines: Vec<_> = notes.take().into_iter().filter(|line| !line.contains(':')).collect();
        assert_eq!(lines, ["enter 1", "exit 1", "close 1", "enter 2", "exit 2", "close 2"]);
    });
}
