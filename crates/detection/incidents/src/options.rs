use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::correlate;

/// How alerts become incidents, and what is kept of entities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Options {
    /// Minutes that may lie between two alerts for what they share to join them.
    pub gap_minutes: u64,
    /// Days after their last change for which alerts can still be joined; older incidents stay as
    /// they are.
    pub retention_days: u32,
    /// Alerts held in memory to be joined; beyond it the incidents that rested longest stay as they
    /// are.
    pub max_alerts: usize,
    /// Hosts, addresses and other company with which an entity may be seen on one day before it
    /// counts as common and no longer joins alerts alone; twice as many for a host.
    pub common_peers: u32,
    /// Alerts in which an entity may be on one day before it counts as common.
    pub common_alerts: u32,
    /// Hosts, users, addresses, devices and accounts that are kept; beyond it new addresses are
    /// not, and the site says so.
    pub max_entities: u64,
    /// Days after they were last seen for which entities are kept that nobody has written of.
    pub entity_retention_days: u32,
}

impl Default for Options {
    fn default() -> Self {
        let heart = correlate::Options::default();
        Self {
            gap_minutes: heart.gap.as_secs() / 60,
            retention_days: 30,
            max_alerts: 50_000,
            common_peers: heart.common_peers,
            common_alerts: heart.common_alerts,
            max_entities: 500_000,
            entity_retention_days: 180,
        }
    }
}

impl Options {
    pub(crate) fn heart(&self) -> correlate::Options {
        correlate::Options {
            gap: Duration::from_secs(self.gap_minutes * 60),
            common_peers: self.common_peers,
            common_alerts: self.common_alerts,
        }
    }

    pub(crate) fn retention(&self) -> Duration {
        days(self.retention_days)
    }

    pub(crate) fn entity_retention(&self) -> Duration {
        days(self.entity_retention_days)
    }
}

fn days(days: u32) -> Duration {
    Duration::from_secs(u64::from(days.max(1)) * 24 * 3600)
}
