//! The verify mode when it is on: remembers where each reported handle lies and who reported it.

use std::collections::HashMap;
use std::ptr::NonNull;

/// Who reported a handle: the object, its type, the field.
#[derive(Clone, Copy, Debug)]
struct Reporter {
    object: NonNull<()>,
    type_name: &'static str,
    field: Option<&'static str>,
    nth: usize,
}

impl Reporter {
    /// "field `next`", or "edge number 2" where no field was named.
    fn place(&self) -> String {
        match self.field {
            Some(name) => format!("field `{name}`"),
            None => format!("edge number {}", self.nth),
        }
    }
}

/// One report: by whom, and what the handle points at.
#[derive(Debug)]
struct Report {
    by: Reporter,
    target: NonNull<()>,
}

/// What was reported in the current walk.
#[derive(Debug)]
pub(crate) struct Log {
    current: Option<Reporter>,
    /// The reports by where the handle lies.
    seen: Option<HashMap<NonNull<()>, Report>>,
}

impl Log {
    pub(crate) const fn new() -> Log {
        Log { current: None, seen: None }
    }

    /// Names the field whose edges follow; returns the name that was in force.
    pub(crate) fn enter_field(&mut self, name: &'static str) -> Option<&'static str> {
        self.current.as_mut().and_then(|reporter| reporter.field.replace(name))
    }

    /// Puts the outer field's name back.
    pub(crate) fn leave_field(&mut self, outer: Option<&'static str>) {
        if let Some(reporter) = self.current.as_mut() {
            reporter.field = outer;
        }
    }

    /// The edges that follow are reported by `object`.
    pub(crate) fn enter_object(
        &mut self,
        object: NonNull<()>,
        type_name: impl FnOnce() -> &'static str,
    ) {
        self.current = Some(Reporter { object, type_name: type_name(), field: None, nth: 0 });
    }

    /// Who has reported edges to `target`, for a message.
    pub(crate) fn reporters(&self, target: NonNull<()>) -> String {
        let mut places: Vec<String> = self
            .seen
            .iter()
            .flatten()
            .filter(|(_, report)| report.target == target)
            .map(|(_, report)| format!("`{}` in {}", report.by.type_name, report.by.place()))
            .collect();
        places.sort();
        places.dedup();
        format!("These report one: {}", places.join(", "))
    }

    /// A new walk: every object may be traced again.
    pub(crate) fn restart(&mut self) {
        self.current = None;
        self.seen = None;
    }

    /// One edge.
    ///
    /// # Panics
    ///
    /// If this very handle was reported before in the same walk: a value reported it twice, or it is
    /// not the value's own.
    pub(crate) fn edge(&mut self, handle: NonNull<()>, target: NonNull<()>) {
        let Some(now) = self.current.as_mut() else { return };
        now.nth += 1;
        let now = *now;
        let seen = self.seen.get_or_insert_default();
        let Some(Report { by: before, .. }) = seen.insert(handle, Report { by: now, target })
        else {
            return;
        };
        let (who, first, then) = (now.type_name, before.place(), now.place());
        assert!(
            before.object != now.object,
            "`{who}`'s `Trace` reports one handle twice, in {first} and in {then}: its implementation \
             breaks rule 1 of `refcycle::Trace` (owned, once) and would free memory in use; report \
             each handle once, or derive `Trace`",
        );
        panic!(
            "`{who}`'s `Trace` reports in {then} a handle that it does not own: `{}` reports the same \
             one in {first}. One of the two breaks rule 1 of `refcycle::Trace` (owned, once) and would \
             free memory in use; do not trace through `Rc`, `Arc`, references or raw pointers that are \
             shared",
            before.type_name,
        );
    }
}
