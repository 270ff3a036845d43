use aurora_clock::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AlertRow, IncidentChange, LedgerReport};

/// What `GET /api/v1/stream` sends; the variant's name is the event's name, the content its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum LiveEvent {
    /// An alert was made or has changed; the row replaces what the reader has.
    Alert(AlertChange),
    /// An incident was made or has changed; the row replaces what the reader has.
    Incident(IncidentChange),
    Ledger(LedgerReport),
    /// Sent when nothing else is, so that a reader knows a dead line from a quiet one.
    Heartbeat(Heartbeat),
    /// What followed the reader's last event is no longer kept: load everything again.
    Reset(Reset),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertChange {
    /// It was not there before.
    pub created: bool,
    pub alert: AlertRow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Heartbeat {
    #[schema(value_type = i64)]
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reset {}

impl LiveEvent {
    /// The content alone, as it stands on the wire beside its name.
    ///
    /// # Errors
    /// Never for events made here; serialising has an error type.
    pub fn data(&self) -> serde_json::Result<String> {
        match self {
            Self::Alert(data) => serde_json::to_string(data),
            Self::Incident(data) => serde_json::to_string(data),
            Self::Ledger(data) => serde_json::to_string(data),
            Self::Heartbeat(data) => serde_json::to_string(data),
            Self::Reset(data) => serde_json::to_string(data),
        }
    }

    /// What [`LiveEvent::name`] and [`LiveEvent::data`] said; `None` for a name of a later release.
    ///
    /// # Errors
    /// When the content is not what the name promises.
    pub fn read(name: &str, data: &str) -> serde_json::Result<Option<Self>> {
        Ok(Some(match name {
            "alert" => Self::Alert(serde_json::from_str(data)?),
            "incident" => Self::Incident(serde_json::from_str(data)?),
            "ledger" => Self::Ledger(serde_json::from_str(data)?),
            "heartbeat" => Self::Heartbeat(serde_json::from_str(data)?),
            "reset" => Self::Reset(serde_json::from_str(data)?),
            _ => return Ok(None),
        }))
    }

    /// The event's name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Alert(_) => "alert",
            Self::Incident(_) => "incident",
            Self::Ledger(_) => "ledger",
            Self::Heartbeat(_) => "heartbeat",
            Self::Reset(_) => "reset",
        }
    }
}
