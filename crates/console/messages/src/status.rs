use aurora_clock::Timestamp;
use aurora_model::SiteId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The site at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SiteStatus {
    #[schema(value_type = String)]
    pub site: SiteId,
    /// The operator's name for it.
    pub name: String,
    pub version: String,
    pub pid: u32,
    #[schema(value_type = i64)]
    pub started_at: Timestamp,
    #[schema(value_type = i64)]
    pub now: Timestamp,
    pub data_dir: String,
    pub roles: Vec<RoleStatus>,
    pub listeners: Vec<ListenerStatus>,
    pub rates: Rates,
    pub engine: EngineStatus,
    pub disk: DiskStatus,
    pub rules: RuleCounts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Starting,
    Ready,
    /// Works, with the limits that `detail` names.
    Degraded,
    /// Does not work now; what waits for it is kept.
    Down,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoleStatus {
    pub role: String,
    pub health: Health,
    /// Why, when it is not ready.
    pub detail: Option<String>,
    /// Messages on the bus that it has not worked off; absent for a role that takes none.
    #[serde(default)]
    pub waiting: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListenerStatus {
    /// `console`, `http ingest`, `syslog udp`, …
    pub name: String,
    pub address: String,
}

/// Over the last minute, except where the name says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rates {
    pub records_per_second: f64,
    pub events_per_second: f64,
    pub matches_per_second: f64,
    pub alerts_last_hour: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EngineStatus {
    pub health: Health,
    pub detail: Option<String>,
    /// `memory`, `chdb 4.2`, `clickhouse 26.3`, …
    pub engine: String,
    pub rows: u64,
    pub bytes: u64,
    /// Times the watchdog or its end restarted it since the site started.
    pub restarts: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiskStatus {
    pub free_bytes: u64,
    /// Kept free so that alerts and decisions never stop for a full disk.
    pub reserve_bytes: u64,
    pub used_bytes: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleCounts {
    pub loaded: u64,
    pub broken: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    Ok,
    Warning,
    Failure,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DoctorCheck {
    pub name: String,
    pub outcome: CheckOutcome,
    /// What was seen, in one line.
    pub detail: String,
    /// What to do about it.
    pub fix: Option<String>,
    /// `AUR0012`; its page is `docs/errors/AUR0012.md`.
    pub code: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DoctorReport {
    pub checks: Vec<DoctorCheck>,
}

impl SiteStatus {
    /// Every role is ready or works with limits.
    pub fn ready(&self) -> bool {
        self.roles.iter().all(|role| role.health.serves())
    }
}

impl Health {
    pub const fn serves(self) -> bool {
        matches!(self, Self::Ready | Self::Degraded)
    }
}
