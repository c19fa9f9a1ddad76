//! Actors that know each other: each has a mailbox and a thread's attention when there is mail.
//!
//! With `Arc`, two actors that know each other live for ever, unless somebody tells them to forget. Here
//! a group of actors goes when nobody outside knows one of them and no mail is on its way to them.

use refcycle::Trace;
use refcycle::sync::{Gc, collect, live};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

#[derive(Trace)]
struct Actor {
    name: &'static str,
    mailbox: Mutex<VecDeque<Message>>,
    acquaintances: Mutex<Vec<Gc<Actor>>>,
    handled: AtomicUsize,
}

#[derive(Trace)]
enum Message {
    /// Here is somebody that you should know.
    Meet(Gc<Actor>),
    /// Pass it on, so many times.
    Rumor(usize),
}

/// Where actors with mail wait for a thread.
type Ready = mpsc::Sender<Gc<Actor>>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Actor {
    fn new(name: &'static str) -> Gc<Actor> {
        Gc::new(Actor {
            name,
            mailbox: Mutex::default(),
            acquaintances: Mutex::default(),
            handled: AtomicUsize::new(0),
        })
    }

    fn send(this: &Gc<Actor>, message: Message, ready: &Ready) {
        lock(&this.mailbox).push_back(message);
        // When nobody works any more, mail stays in its box.
        let _ = ready.send(this.clone());
    }

    fn work(&self, ready: &Ready) {
        let Some(message) = lock(&self.mailbox).pop_front() else { return };
        self.handled.fetch_add(1, Relaxed);
        match message {
            Message::Meet(actor) => lock(&self.acquaintances).push(actor),
            Message::Rumor(0) => {}
            Message::Rumor(n) => {
                let to = lock(&self.acquaintances).get(n % 2).cloned();
                if let Some(actor) = to {
                    Actor::send(&actor, Message::Rumor(n - 1), ready);
                }
            }
        }
    }
}

fn main() {
    const RUMORS: usize = 20;
    const TIMES: usize = 500;

    let actors = ["ada", "ben", "cyd"].map(Actor::new);
    let (ready, inbox) = mpsc::channel::<Gc<Actor>>();
    for (i, actor) in actors.iter().enumerate() {
        for step in 1..3 {
            // Also themselves: a message in an actor's own mailbox may be about the actor.
            let other = actors[(i + step) % 3].clone();
            Actor::send(actor, Message::Meet(other), &ready);
        }
    }
    // All have met before the rumors start.
    for actor in inbox.try_iter().collect::<Vec<_>>() {
        actor.work(&ready);
    }
    for n in 0..RUMORS {
        Actor::send(&actors[n % 3], Message::Rumor(TIMES), &ready);
    }

    let inbox = Mutex::new(inbox);
    thread::scope(|scope| {
        for _ in 0..3 {
            let (inbox, ready) = (&inbox, ready.clone());
            scope.spawn(move || {
                loop {
                    let next = lock(inbox).recv_timeout(std::time::Duration::from_millis(100));
                    let Ok(actor) = next else { break };
                    actor.work(&ready);
                }
            });
        }
        // Meanwhile: nobody who is known to somebody goes, and nobody waits for this.
        for _ in 0..50 {
            assert_eq!(collect().collected, 0);
            thread::yield_now();
        }
    });
    let handled: usize = actors.iter().map(|actor| actor.handled.load(Relaxed)).sum();
    assert_eq!(handled, 6 + RUMORS * (TIMES + 1));

    // One last letter, from an actor to itself, that nobody will read: a cycle through the mailbox.
    let [ada, ..] = &actors;
    lock(&ada.mailbox).push_back(Message::Meet(ada.clone()));
    let names = actors.each_ref().map(|actor| actor.name).join(", ");
    drop(inbox);
    drop(actors);
    assert_eq!(live().objects, 3, "they hold each other");
    assert_eq!(collect().collected, 3);
    assert_eq!(live().objects, 0);
    println!("{names} handled {handled} messages and are gone");
}
