use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Replays the demonstration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DemoStart {
    /// 1 is real time; 0 or absent means as fast as it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DemoReport {
    /// Records that will be replayed.
    pub records: u64,
    /// How long it will take; 0 when it goes as fast as it can.
    pub seconds: u64,
}

/// What the wiping took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DemoWiped {
    pub events: u64,
    pub alerts: u64,
    pub dead_letters: u64,
}
