//! The pure heart: alerts in, incidents out, the same whatever the order in which they come.
//!
//! Two alerts are joined when their times lie within [`Options::gap`] of one another and they
//! share one entity that says enough, or two that say enough together (`weight.rs`). An incident
//! is what is joined, directly or through others, and is named by its earliest alert. How much an
//! entity says depends on all alerts of the day, so that what everybody shares glues nothing
//! (`usage.rs`); when it changes, what it had joined is taken apart again.
//!
//! Start reading at [`Correlator::apply`].

mod correlator;
mod fact;
mod links;
mod score;
mod story;
mod tactics;
mod usage;
mod weight;

pub use correlator::{Correlator, Draft, Gone, Input, Outcome};
pub use fact::{Day, Fact, Standing, Who, day_of};
pub use score::{Points, entity_risk};
pub use tactics::Tactic;

use std::time::Duration;

/// How alerts are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Alerts further apart are not joined to one another.
    pub gap: Duration,
    /// Hosts and other company with which an entity may be seen on one day before it is common;
    /// twice as many for a host.
    pub common_peers: u32,
    /// Alerts in which an entity may be on one day before it is common.
    pub common_alerts: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            gap: Duration::from_secs(2 * 3600),
            common_peers: 12,
            common_alerts: 200,
        }
    }
}
