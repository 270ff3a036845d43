//! Is this JSON object an OCSF 1.3 event of the class that it names?
//!
//! One walk over the event serves two callers: [`validate`] collects every problem with its path, [`is_valid`] stops
//! at the first error and allocates nothing. Problems with a code `E_…` make an event invalid; `W_…` are warnings.
//!
//! **Invariant:** nothing below a free-form attribute (`unmapped`, `json_t`) is looked at.

mod format;
mod problem;
mod trail;
mod walk;

use std::fmt;
use std::ops::ControlFlow;

use serde_json::Value;

use crate::schema::{Class, classes};
pub use problem::{Problem, ProblemCode};
use trail::Trail;
use walk::Sink;

/// Every problem of the event, warnings included, in the order of the walk. Empty for a flawless event.
pub fn validate(event: &Value) -> Vec<Problem> {
    validate_among(classes(), event)
}

/// The same for the classes of another version.
pub(crate) fn validate_among(classes: &'static [Class], event: &Value) -> Vec<Problem> {
    let mut all = All(Vec::new());
    match walk::event(classes, event, &mut all) {
        ControlFlow::Continue(()) | ControlFlow::Break(()) => all.0,
    }
}

/// Whether the event has no error. Allocates nothing and ignores warnings: made to run on every event.
pub fn is_valid(event: &Value) -> bool {
    walk::event(classes(), event, &mut Verdict).is_continue()
}

/// The first error, for a dead letter's reason. `None` when the event is valid.
pub fn first_error(event: &Value) -> Option<Problem> {
    let mut first = First(None);
    match walk::event(classes(), event, &mut first) {
        ControlFlow::Continue(()) | ControlFlow::Break(()) => first.0,
    }
}

struct All(Vec<Problem>);

impl Sink for All {
    const WARNINGS: bool = true;

    fn put(
        &mut self,
        code: ProblemCode,
        at: &Trail<'_>,
        detail: fmt::Arguments<'_>,
    ) -> ControlFlow<()> {
        self.0.push(Problem::new(code, at, detail));
        ControlFlow::Continue(())
    }
}

struct First(Option<Problem>);

impl Sink for First {
    const WARNINGS: bool = false;

    fn put(
        &mut self,
        code: ProblemCode,
        at: &Trail<'_>,
        detail: fmt::Arguments<'_>,
    ) -> ControlFlow<()> {
        self.0 = Some(Problem::new(code, at, detail));
        ControlFlow::Break(())
    }
}

struct Verdict;

impl Sink for Verdict {
    const WARNINGS: bool = false;

    fn put(&mut self, _: ProblemCode, _: &Trail<'_>, _: fmt::Arguments<'_>) -> ControlFlow<()> {
        ControlFlow::Break(())
    }
}

#[cfg(test)]
mod tests;
