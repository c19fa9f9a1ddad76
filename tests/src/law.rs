//! How a law is run.

use crate::STACK;
use crate::ledger::{Balance, Ledger, balance};
use refcycle::{Collected, Policy, collect, set_policy};
use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, LazyLock, Once, mpsc};
use std::thread;

/// Runs `body` in a fresh thread with a stack of one MiB, automatic collection off, and fails if
/// anything that was allocated there is still allocated when the thread has ended. What the body captures
/// must not own memory: that was not allocated there.
#[track_caller]
pub fn law(body: impl FnOnce() + Send + 'static) {
    law_untouched(|| {
        set_policy(Policy::OFF);
        body();
    });
}

/// As [`law`], but nothing of the library has been called before, with all that it does when it first is.
#[track_caller]
pub fn law_untouched(body: impl FnOnce() + Send + 'static) {
    let leaked = leftover(body);
    // What a thread says is captured in memory of its own.
    assert!(leaked == Balance::default() || is_verbose(), "the law leaks: {leaked:?}");
}

/// As [`law`], for what is documented to leak: fails if nothing was leaked. Tools that look for leaks
/// themselves set `REFCYCLE_SKIP_LEAKS`.
#[track_caller]
pub fn law_that_leaks(body: impl FnOnce() + Send + 'static) {
    if std::env::var_os("REFCYCLE_SKIP_LEAKS").is_some() {
        return;
    }
    let leaked = leftover(|| {
        set_policy(Policy::OFF);
        body();
    });
    assert!(leaked.blocks > 0, "should have leaked: {leaked:?}");
}

/// Runs `body` in such a thread, whatever the policy there, and says what is still allocated afterwards.
pub fn leftover(body: impl FnOnce() + Send + 'static) -> Balance {
    silence_expected_panics();
    // The outer thread is there to make and to join the inner one, with the same ledger.
    let outer = thread::spawn(move || {
        let ledger = Arc::new(Ledger::default());
        Ledger::open(&ledger);
        let result = join(Box::new(body));
        Ledger::close();
        (result, ledger.balance())
    });
    match outer.join() {
        Ok((Ok(()), balance)) => balance,
        Ok((Err(payload), _)) | Err(payload) => resume_unwind(payload),
    }
}

type Body = Box<dyn FnOnce() + Send>;

/// Runs `body` in a thread that books to the ledger of this one.
fn join(body: Body) -> thread::Result<()> {
    // What a thread frees before its body starts is not booked. That is the same for all threads, so
    // it is found out with one that does nothing.
    let before = balance();
    join_unbalanced(Box::new(|| ()))?;
    let missing = balance() - before;
    let result = join_unbalanced(body);
    Ledger::correct(missing);
    Ledger::correct(missing);
    result
}

fn join_unbalanced(body: Body) -> thread::Result<()> {
    let own = Ledger::current();
    let thread = thread::Builder::new().stack_size(STACK).spawn(move || {
        own.open_here();
        body();
    });
    thread.expect("a thread can be made").join()
}

/// Runs `body` in another thread of the same law and gives its result.
pub fn in_thread<R: Send + 'static>(body: impl FnOnce() -> R + Send + 'static) -> R {
    let (sender, receiver) = mpsc::channel();
    let body = move || sender.send(body()).expect("the receiver waits");
    if let Err(payload) = join(Box::new(body)) {
        resume_unwind(payload);
    }
    receiver.recv().expect("the thread has sent")
}

/// A full collection that is expected not to be refused.
#[track_caller]
pub fn full() -> Collected {
    let result = collect();
    assert!(!result.refused, "refused: {result:?}");
    result
}

/// A full collection for its effect.
#[track_caller]
pub fn settle() {
    let _what_it_did = full();
}

/// The `n` of the laws: what a full collection disposes of.
#[track_caller]
pub fn collected() -> usize {
    full().collected
}

thread_local! {
    static EXPECTED: Cell<u32> = const { Cell::new(0) };
}

/// Runs `f`, which must panic, without a word on stderr; gives the message.
#[track_caller]
pub fn caught<R>(f: impl FnOnce() -> R) -> String {
    let payload = panic_payload(f).expect("should have panicked");
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => {
            (*payload.downcast::<&'static str>().expect("a panic with a message")).to_owned()
        }
    }
}

/// Runs `f` without a word on stderr; gives what it panicked with.
pub fn panic_payload<R>(f: impl FnOnce() -> R) -> Option<Box<dyn Any + Send>> {
    EXPECTED.set(EXPECTED.get() + 1);
    let result = catch_unwind(AssertUnwindSafe(f));
    EXPECTED.set(EXPECTED.get() - 1);
    result.err()
}

fn silence_expected_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // A payload without a message is thrown on purpose; one with a message may be what a random
            // program has found, and whoever looks for it wants to know where.
            if EXPECTED.get() == 0 || (is_verbose() && info.payload_as_str().is_some()) {
                loud(info);
            }
        }));
    });
}

/// Is somebody looking for the cause of a failure? Set `REFCYCLE_VERBOSE` to see each operation of a random
/// program and all panics; leaks are not looked for then.
pub(crate) fn is_verbose() -> bool {
    static VERBOSE: LazyLock<bool> =
        LazyLock::new(|| std::env::var_os("REFCYCLE_VERBOSE").is_some());
    *VERBOSE
}
