use aurora_clock::Timestamp;
use aurora_model::SourceName;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Reads a file of this machine into the site. The same file read again is the same import and
/// resumes where it stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// Absolute.
    pub path: String,
    /// Which parser the records meet; detected from their content when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub source: Option<SourceName>,
    /// Start over instead of resuming; records seen before are deduplicated as always.
    #[serde(default)]
    pub restart: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    Queued,
    Running,
    /// Every record of it is durable.
    Done,
    /// `error` says why; asking again resumes it.
    Failed,
    Cancelled,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImportJob {
    pub id: String,
    pub path: String,
    #[schema(value_type = String)]
    pub source: SourceName,
    /// `json lines`, `evtx`, `syslog`, …
    pub format: Option<String>,
    pub state: ImportState,
    /// Records handed over so far, durable.
    pub records: u64,
    /// Bytes read so far; a resumed import starts above 0.
    pub bytes: u64,
    pub total_bytes: u64,
    pub records_per_second: f64,
    /// Records that could not be framed and went to the dead letter.
    pub errors: u64,
    /// Why it failed.
    pub error: Option<String>,
    #[schema(value_type = i64)]
    pub started_at: Timestamp,
    #[schema(value_type = i64)]
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Imports {
    /// Newest first.
    pub imports: Vec<ImportJob>,
}

impl ImportState {
    pub const fn finished(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}
