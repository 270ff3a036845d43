use aurora_clock::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AlertRow, LedgerReport};

/// What `GET /api/v1/stream` sends; the variant's name is the event's name, the content its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum LiveEvent {
    /// An alert was made or has changed; the row replaces what the reader has.
    Alert(AlertChange),
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
    /// The event's name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Alert(_) => "alert",
            Self::Ledger(_) => "ledger",
            Self::Heartbeat(_) => "heartbeat",
            Self::Reset(_) => "reset",
        }
    }
}
