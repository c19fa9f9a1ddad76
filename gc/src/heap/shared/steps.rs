//! The steps that take a shared object apart from its handles: exclusive access, which keeps the
//! collector away, and the collector's own.
//!
//! As in `object`, each step decides once, by a single read-modify-write, and says what follows from it.

use super::object::SharedObject;
use super::word::{Word, flag};
use crate::heap::registry;
use crate::shim::planted;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

impl SharedObject {
    // --- exclusive access -----------------------------------------------------------------------

    /// Makes the only handle the only way to the value, if it is the only one: the collector does not
    /// look at it from then on. `side`: the caller has made sure that no weak handle is in the way;
    /// otherwise there must not have been one ever.
    pub(crate) fn claim(self, side: bool) -> Claim {
        loop {
            let claimed = self.change(Acquire, |word| {
                if word.strong() != 1
                    || word.has(flag::TAKEN | flag::HELD)
                    || (word.has(flag::SIDE) && !side)
                {
                    return None;
                }
                let mut next = word;
                if registry::IS_ON && word.is_never() && self.table().facts().owns {
                    // It was frozen. What it leads to may change now.
                    next = next.without_record();
                }
                let can_be_met = word.has(flag::QUEUED | flag::RECORD)
                    || (registry::IS_ON && !planted!("claim_unmarked"));
                if can_be_met && !planted!("get_mut_plain") {
                    next = next.with(flag::CLAIMED);
                }
                if word.has(flag::RECORD) {
                    next = next.with(flag::TOUCHED);
                }
                Some(next)
            });
            match claimed {
                Ok(_) => {
                    self.acquire();
                    return Claim::Done;
                }
                Err(word) if word.strong() != 1 || word.has(flag::TAKEN) => {
                    self.acquire();
                    return Claim::Refused;
                }
                // The collector is looking at the value, which takes one `trace`.
                Err(word) if word.has(flag::HELD) => crate::shim::yield_now(),
                Err(_) => {
                    // Acquire: pairs with the Release of the drops of the others, one of which set SIDE
                    // before: the cell is seen next.
                    if !planted!("side_unseen") {
                        self.acquire();
                    }
                    return Claim::WeakHandles;
                }
            }
        }
    }

    /// The value was moved out of a claimed object, or was never made: takes the last handle away, if
    /// there is one, and gives the shares of the memory.
    pub(crate) fn abandon(self) -> u64 {
        let change = self
            .change(AcqRel, |word| Some(if word.strong() == 1 { word.minus_one() } else { word }));
        match change {
            Ok((_, word)) | Err(word) => word.0 & flag::SHARES,
        }
    }

    /// Takes the only handle of a claimed object away, so that no weak handle can be upgraded any more.
    /// False if somebody has upgraded one meanwhile.
    pub(crate) fn extinguish(self) -> bool {
        self.change(AcqRel, |word| {
            (word.strong() == 1 && !word.has(flag::TAKEN | flag::HELD)).then(|| word.minus_one())
        })
        .is_ok()
    }

    /// Something was just tied to the object (S5): it may be part of a cycle from now on. Says whether it was
    /// just queued.
    #[must_use]
    pub(crate) fn tied(self) -> bool {
        if planted!("tied_stays_never") {
            return false;
        }
        // Relaxed: nothing is passed on.
        let tied = self.change(Relaxed, |word| {
            word.is_never().then(|| word.without_record().with(flag::QUEUED))
        });
        // What is NEVER has no record. It may have an entry: a candidate that was frozen.
        tied.is_ok_and(|(before, _)| !before.has(flag::QUEUED) || planted!("tied_queued_twice"))
    }

    // --- the collector --------------------------------------------------------------------------

    /// Gives the object the record `number`. With `queued`, its share is taken over from a buffer; an
    /// object that gets no record gives that share up.
    pub(crate) fn record(self, number: usize, queued: bool) -> Recorded {
        // Acquire: not needed for the proof, which rests on `hold`; see there.
        let order = if planted!("record_relaxed") { Relaxed } else { Acquire };
        let recorded = self.change(order, |word| {
            let refused = word.strong() == 0
                || word.has(flag::TAKEN | flag::RECORD)
                || word.is_never()
                || (queued && word.has(flag::CLAIMED));
            let share = if queued { flag::QUEUED } else { 0 };
            (!refused)
                .then(|| word.without(share | flag::TOUCHED | flag::CLAIMED).with_record(number))
        });
        match recorded {
            Ok(_) => Recorded::New,
            Err(word) => {
                if queued {
                    if !planted!("queued_share_lost") {
                        // SAFETY: the share of the entry that the caller has taken out of its buffer.
                        unsafe { self.give_up(flag::QUEUED) };
                    }
                    Recorded::No
                } else if let Some(number) = word.record() {
                    if word.has(flag::CLAIMED) {
                        // An edge leads there: the handle that was lent mutably is at rest.
                        let _ = self.change(Relaxed, |word| {
                            word.has(flag::CLAIMED).then(|| word.without(flag::CLAIMED))
                        });
                    }
                    Recorded::Already(number)
                } else {
                    Recorded::No
                }
            }
        }
    }

    /// Makes the value stay: whoever drops the last handle meanwhile leaves the object to the caller.
    pub(crate) fn hold(self) -> bool {
        if planted!("no_held") {
            return self.load().strong() != 0;
        }
        // Acquire: pairs with the Release of each drop. Whoever lost a handle before this comes before
        // it, and so before every check, since all holds come before all checks.
        let order = if planted!("hold_relaxed") { Relaxed } else { Acquire };
        self.change(order, |word| {
            let refused = word.strong() == 0 || word.has(flag::CLAIMED | flag::TAKEN);
            (!refused).then(|| word.with(flag::HELD))
        })
        .is_ok()
    }

    /// Lets go of the value; true if the last handle went meanwhile, so that the caller has to end the
    /// object.
    #[must_use]
    pub(crate) fn unhold(self) -> bool {
        let order = if planted!("unhold_relaxed") { Relaxed } else { AcqRel };
        // Release: the next owner of `&mut` comes after our looking. Acquire: if we are to end it, we
        // come after all that others did with it.
        let before = Word(self.word().fetch_and(!flag::HELD, order));
        before.strong() == 0
    }

    /// The flags of an object that [`unhold`](SharedObject::unhold) left to the caller: those that [`bury`] asks for.
    ///
    /// [`bury`]: super::death::bury
    pub(crate) fn orphan_flags(self) -> u64 {
        // Acquire: pairs with the Release of who has given a share up since: another collection may have come to
        // the object's entry. What is not there any more, its owner is done with.
        let order = if planted!("orphan_relaxed") { Relaxed } else { Acquire };
        self.word().load(order) & (flag::SHARES | flag::TAKEN)
    }

    /// The word, seen after all suspects were held.
    pub(crate) fn check(self) -> Word {
        // Acquire: not needed, as `hold` has it; kept so that the check does not rest on the sketch.
        Word(self.word().load(if planted!("check_relaxed") { Relaxed } else { Acquire }))
    }

    /// Begins a verdict, if nothing has happened to the object since its check.
    pub(crate) fn pend(self, strong: i64) -> bool {
        if planted!("no_pending") {
            return true;
        }
        if planted!("pend_without_cas") {
            let word = self.load();
            self.word().fetch_or(flag::PENDING, Acquire);
            return word.strong() == strong && !word.has(flag::TOUCHED);
        }
        // Acquire: pairs with the Release of a drop of an upgraded handle.
        self.change(Acquire, |word| {
            (word.strong() == strong && !word.has(flag::TOUCHED)).then(|| word.with(flag::PENDING))
        })
        .is_ok()
    }

    /// Ends a verdict: the object dies (TAKEN), or not. With `pin`, it gets one more handle, the
    /// collector's own.
    pub(crate) fn decide(self, dies: bool, pin: bool) {
        let taken = if dies { flag::TAKEN } else { 0 };
        // Release: who sees the verdict sees what was decided before.
        let _ = self.change(Release, |word| {
            let word = word.without(flag::PENDING).with(taken);
            Some(if pin && !word.is_immortal() { word.plus_one() } else { word })
        });
    }

    /// One more handle, the collector's own. False if there is none any more.
    pub(crate) fn pin(self) -> bool {
        self.change(Acquire, |word| {
            (word.strong() != 0).then(|| if word.is_immortal() { word } else { word.plus_one() })
        })
        .is_ok()
    }

    /// The collector is done with the record, for now or for good; see [`Leaving`]. `held`: it lets go of
    /// the value as well.
    pub(crate) fn leave(self, leaving: Leaving, held: bool) -> Left {
        let let_go = if held { flag::HELD } else { 0 };
        // AcqRel: gives up a share, as in `give_up`, and lets go, as in `unhold`.
        let changed = self.change(AcqRel, |word| {
            let next = word.without(flag::TOUCHED | let_go);
            Some(match leaving {
                Leaving::UserCode => next.with_foreign_record(),
                Leaving::Dead => next.without_record(),
                Leaving::Alive { candidate } => {
                    let touched = word.has(flag::TOUCHED) && !planted!("touched_not_requeued");
                    let queue = (touched || candidate) && word.strong() != 0 && !word.is_immortal();
                    next.without_record().with(if queue { flag::QUEUED } else { 0 })
                }
            })
        });
        let Ok((before, after)) = changed else { unreachable!("the step never gives up") };
        if held && after.strong() == 0 {
            return Left::Orphan;
        }
        if after.has(flag::QUEUED) && !before.has(flag::QUEUED) {
            return Left::Queue;
        }
        if after.has(flag::GONE) && !after.has(flag::SHARES) {
            return Left::Free;
        }
        Left::Done
    }

    /// Makes a record that belongs to no walk, because user code ran, one of the running walk again.
    /// False if the object has died meanwhile, or was lent mutably.
    pub(crate) fn record_again(self, number: usize) -> bool {
        // Acquire: as at `record`.
        self.change(Acquire, |word| {
            let refused = word.strong() == 0 || word.has(flag::CLAIMED);
            (!refused).then(|| word.without(flag::TOUCHED).with_record(number))
        })
        .is_ok()
    }
}

/// What came of a claim.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// The caller may have `&mut`.
    Done,
    /// There is another handle, or the object is dead.
    Refused,
    /// There may be weak handles.
    WeakHandles,
}

/// What came of giving a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// It has the record now.
    New,
    /// It had this one.
    Already(usize),
    /// It gets none: it is dead, dies, is lent mutably, cannot be part of a cycle, or is in the hands
    /// of another collection.
    No,
}

/// Why a record ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// It does not: user code is about to run, and the record is this collection's, but no walk's.
    UserCode,
    /// The object dies; a pin keeps it.
    Dead,
    /// It lives; with `candidate` it may be garbage for all we know.
    Alive {
        /// It is noted as a candidate in any case.
        candidate: bool,
    },
}

/// What remains to be done for an object whose record ended.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// Nothing.
    Done,
    /// Put it into a buffer: it was just queued.
    Queue,
    /// End it: its last handle went while it was held.
    Orphan,
    /// Free it: the value is gone, and this was the last share.
    Free,
}
