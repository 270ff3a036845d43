use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When a feed counts as silent, and dead letters as a spike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Options {
    /// Minutes in which a feed must have spoken before its silence is told.
    pub regular_minutes: u32,
    /// Seconds of silence below which nothing is told, however often a feed speaks.
    pub silent_seconds: u64,
    /// How many times longer than usual a feed must have been silent.
    pub silent_factor: u32,
    /// Dead letters of one source within a minute below which nothing is told.
    pub spike_letters: u64,
    /// How many times more than usual they must be.
    pub spike_factor: u32,
    /// Feeds that are kept; beyond it the one that has been silent the longest is forgotten.
    pub max_feeds: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            regular_minutes: 30,
            silent_seconds: 900,
            silent_factor: 10,
            spike_letters: 100,
            spike_factor: 10,
            max_feeds: 20_000,
        }
    }
}
