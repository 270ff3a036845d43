//! Spans along a record's way: one for each batch and step, in one trace from the listener to the alert.
//!
//! What it is: [`step`], whose span has the id that the batches it makes carry in their headers, so that the next
//! step's span is below it, in whatever process that runs. What it is not: what sends spans, which is the
//! layer of `aurora-otlp`; nor trace context, which is vocabulary and lives in `model`. Start reading at [`step`].
//!
//! Nobody asks for a span of a trace that is not sampled, so that most batches cost nothing.

use std::fmt::Display;

use tracing::{Span, info_span};

/// The field with the `traceparent` (W3C Trace Context) of what a span follows.
pub const AFTER: &str = "trace";
/// The field with the `traceparent` whose trace and id are the span's own.
pub const OWN: &str = "own";
/// The field with the `traceparent`s of what else a span is about, separated by spaces.
pub const LINKS: &str = "links";
/// Most that are told of what one step takes together.
const MOST: usize = 32;

/// What is done to records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Until what arrived is durable.
    Receive,
    Normalise,
    /// Until a group of batches is in the event store.
    Store,
    /// Rules and indicators.
    Detect,
    /// Until a finding is on its way.
    Alert,
}

/// A span that is `own` and follows `after`, until it is dropped. Both are `traceparent`s; where they are the same the
/// span begins its trace.
pub fn step(step: Step, own: &dyn Display, after: &dyn Display) -> Span {
    joined(step, own, after, std::iter::empty::<&str>())
}

/// The same of a step that takes more together than what it follows.
pub fn joined<L: Display>(
    step: Step,
    own: &dyn Display,
    after: &dyn Display,
    others: impl Iterator<Item = L>,
) -> Span {
    let links: Vec<String> = others.take(MOST).map(|other| other.to_string()).collect();
    let links = links.join(" ");
    match step {
        Step::Receive => info_span!("receive", trace = %after, %own, links),
        Step::Normalise => info_span!("normalise", trace = %after, %own, links),
        Step::Store => info_span!("store", trace = %after, %own, links),
        Step::Detect => info_span!("detect", trace = %after, %own, links),
        Step::Alert => info_span!("alert", trace = %after, %own, links),
    }
}

/// Says in the span that is open that it is also about `other`, if that span tells links.
pub fn link(other: &dyn Display) {
    Span::current().record(LINKS, tracing::field::display(other));
}
