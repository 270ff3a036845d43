use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How the ledger counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Raw messages counted in one commit at most.
    pub batch: usize,
    /// How often the metrics follow the ledger.
    pub refresh: Duration,
    /// How often a report starts again when something leaves the bus while it is read.
    pub tries: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            batch: 256,
            refresh: Duration::from_secs(5),
            tries: 20,
        }
    }
}
