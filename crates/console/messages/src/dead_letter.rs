use aurora_clock::Timestamp;
use aurora_model::{DeadLetterReason, SourceName};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::PageSize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeadLetterState {
    /// Waits for someone to mend the parser or let it go.
    Waiting,
    /// Was sent through the parsers again.
    Replayed,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeadLetterQuery {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub reason: Option<DeadLetterReason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub source: Option<SourceName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub state: Option<DeadLetterState>,
    /// At most 10,000; 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(maximum = 10_000)]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterRow {
    pub id: String,
    pub reason: DeadLetterReason,
    /// In plain words.
    pub detail: String,
    #[schema(value_type = String)]
    pub source: SourceName,
    /// The sender as the listener saw it, or the file. Hostile text.
    pub host: String,
    #[schema(value_type = i64)]
    pub received_at: Timestamp,
    /// `name@version` of the parser that was tried, empty when none was.
    pub parser: String,
    pub state: DeadLetterState,
    pub bytes: u64,
    /// The record's first 200 characters. Hostile text.
    pub preview: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterPage {
    pub letters: Vec<DeadLetterRow>,
    pub total: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterDetail {
    pub letter: DeadLetterRow,
    /// The whole record, with U+FFFD where it is not UTF-8. Hostile text.
    pub raw: String,
    /// Whether `raw` is exactly the record.
    pub utf8: bool,
}

/// Sends dead letters through the parsers again. Absent filters match every waiting one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Replay {
    /// Exactly these; empty means all that the filters name.
    pub ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<DeadLetterReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub source: Option<SourceName>,
    /// Why, for the decision log.
    pub because: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayReport {
    /// Records sent again; those that fail again come back as new dead letters.
    pub replayed: u64,
}

impl DeadLetterQuery {
    pub const PAGE: PageSize = PageSize::new(100, 10_000);

    pub fn limit(&self) -> usize {
        Self::PAGE.rows(self.limit)
    }

    pub fn offset(&self) -> usize {
        self.offset.unwrap_or(0) as usize
    }
}

impl DeadLetterRow {
    /// Characters of [`DeadLetterRow::preview`].
    pub const PREVIEW_CHARS: usize = 200;
}

impl DeadLetterDetail {
    pub fn of(id: String, state: DeadLetterState, letter: &aurora_model::DeadLetter) -> Self {
        let raw = String::from_utf8_lossy(&letter.raw);
        Self {
            letter: DeadLetterRow {
                id,
                reason: letter.reason,
                detail: letter.detail.clone(),
                source: letter.source.clone(),
                host: letter.host.clone(),
                received_at: letter.received_at,
                parser: letter.parser.clone(),
                state,
                bytes: letter.raw.len() as u64,
                preview: raw.chars().take(DeadLetterRow::PREVIEW_CHARS).collect(),
            },
            utf8: std::str::from_utf8(&letter.raw).is_ok(),
            raw: raw.into_owned(),
        }
    }
}
