//! The detection service: event batches in, alerts out; and what people do with alerts.
//!
//! What it is: the [`Detector`], a durable consumer of events; [`Correlate`], the owner of
//! correlations' windows, fed by the detector's matches; [`triage`], the pure heart that
//! turns matches into alerts, groups and suppressions; and the [`Desk`], the commands of an alert's
//! life. What it is not: a rule engine; that is `aurora-rules`. Start reading at [`triage`].
//!
//! Invariant: `matches = alerts + grouped + suppressed`, each counted where it is decided and
//! committed with the checkpoint that covers it.

pub mod correlate;
mod desk;
mod detector;
mod entities;
mod error;
mod evaluate;
mod finding;
mod indicators;
mod lane;
mod life;
mod openings;
mod options;
mod ourselves;
mod queue;
mod rule_handle;
mod sharing;
mod shuffle;
mod suppressions;
pub mod triage;

pub use correlate::Correlate;
pub use desk::{Desk, Preview};
pub use detector::Detector;
pub use entities::entities;
pub use error::Error;
pub use finding::{Verdict, finding};
pub use indicators::{indicator_rule, indicator_severity};
pub use life::{Command, apply};
pub use options::Options;
pub use ourselves::{About, alert_about_ourselves};
pub use rule_handle::RuleHandle;
pub use sharing::{Part, Sharing};
