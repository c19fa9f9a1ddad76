//! What a program is told of its collections: laws C1 to C5, and what else hooks and histories promise.
//!
//! `both` is written once and checked for each flavour; the others are about one of them.

mod both;
mod local;
mod shared;

use refcycle::{CollectEvent, CollectPhase};
use std::sync::{Arc, Mutex, PoisonError};

/// The shared heap is one for all tests, so those that use it run one at a time.
fn alone(body: impl FnOnce()) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _others_wait = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    // So that expected panics are not heard.
    refcycle_tests::law_untouched(|| ());
    refcycle::sync::set_policy(refcycle::Policy::OFF);
    body();
    refcycle::sync::set_policy(refcycle::Policy::OFF);
    while refcycle::sync::collect().collected > 0 {}
    assert_eq!(refcycle::sync::live().objects, 0, "left behind");
}

/// The events that hooks with a name have heard.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<(&'static str, CollectEvent)>>>);

impl Heard {
    /// A hook that notes what it hears.
    fn hook(&self, name: &'static str) -> impl Fn(&CollectEvent) + Send + Sync + 'static {
        let heard = self.clone();
        move |event| heard.0.lock().unwrap().push((name, *event))
    }

    /// Takes all.
    fn take(&self) -> Vec<(&'static str, CollectEvent)> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// Takes all: the hooks' names, and the ends of collections that they were told of.
    fn phases(&self) -> Vec<(&'static str, CollectPhase)> {
        self.take().into_iter().map(|(name, event)| (name, event.phase)).collect()
    }

    /// Takes all, which must be the start and the stop of one collection.
    #[track_caller]
    fn one(&self) -> (CollectEvent, CollectEvent) {
        let events = self.take();
        let [(_, start), (_, stop)] = events[..] else { panic!("not one collection: {events:?}") };
        assert_eq!((start.phase, stop.phase), (CollectPhase::Start, CollectPhase::Stop));
        (start, stop)
    }
}
