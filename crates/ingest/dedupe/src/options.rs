use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long and how much a shard remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// An event seen again within this time is a duplicate, in seconds. It may be remembered for
    /// up to twice as long.
    #[serde(with = "seconds")]
    pub window: Duration,
    /// Keys that a shard holds at most, over both generations; each costs 21 to 33 bytes. When
    /// more arrive within the window, the oldest are forgotten early and counted as evicted.
    pub max_keys: usize,
    /// Keys in one stored slot, 16 bytes each. The last slot is written again until it is full.
    pub keys_per_slot: usize,
}

impl Default for Options {
    /// Room for 10,000 events a second in one shard.
    fn default() -> Self {
        Self {
            window: Duration::from_secs(30),
            max_keys: 1 << 20,
            keys_per_slot: 512,
        }
    }
}

mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(window: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(window.as_secs())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_secs)
    }
}
