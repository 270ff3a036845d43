//! The detection service: event batches in, alerts out; and what people do with alerts.
//!
//! What it is: the [`Detector`], a durable consumer of events; [`triage`], the pure heart that
//! turns matches into alerts, groups and suppressions; and the [`Desk`], the commands of an alert's
//! life. What it is not: a rule engine; that is `aurora-rules`. Start reading at [`triage`].
//!
//! Invariant: `matches = alerts + grouped + suppressed`, each counted where it is decided and
//! committed with the checkpoint that covers it.

mod desk;
mod detector;
mod entities;
mod error;
mod finding;
mod life;
mod suppressions;
pub mod triage;

pub use desk::{Desk, Preview};
pub use detector::{Detector, Options, RuleHandle};
pub use entities::entities;
pub use error::Error;
pub use finding::{Verdict, finding};
pub use life::{Command, apply};
