use aurora_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AlertId, EventUid, RuleId, Severity, SourceName, TraceContext};

/// An alert's life, owned by the records store. The finding in the event store never changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    pub id: AlertId,
    pub rule: RuleId,
    pub rule_revision: String,
    pub title: String,
    /// Who wrote the rule; shown wherever the alert is.
    pub author: String,
    pub severity: Severity,
    pub status: AlertStatus,
    pub disposition: Option<Disposition>,
    pub owner: Option<String>,
    pub note: Option<String>,
    /// What it is about; the first one is the grouping entity.
    pub entities: Vec<Entity>,
    /// Rule and first entity; later matches with the same key join this alert while it is open.
    pub group_key: String,
    /// Matches in this alert, itself included.
    pub count: u64,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// ATT&CK ids as the rule tags them: `T1059.001`, `TA0002`.
    pub attack: Vec<String>,
    pub source: SourceName,
    /// The first match's evidence.
    pub evidence: Vec<EventUid>,
    /// Evidence of later matches, newest last, at most [`Alert::MAX_RELATED`].
    pub related: Vec<EventUid>,
    pub matched: Vec<MatchedField>,
    pub trace: TraceContext,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AlertStatus {
    New,
    Owned,
    Closed,
}

/// How a human judged it, with the console's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    TruePositive,
    BenignTruePositive,
    FalsePositiveRule,
    FalsePositiveData,
    Duplicate,
    Test,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    Host,
    User,
    Address,
    Process,
    File,
    Account,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entity {
    pub kind: EntityKind,
    /// From the log: hostile text.
    pub value: String,
}

/// Why a rule fired: the field as the rule names it, where it was found, and what it held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MatchedField {
    pub selection: String,
    pub field: String,
    /// The OCSF path it resolved to.
    pub path: String,
    /// From the log: hostile text.
    pub value: String,
}

impl Alert {
    /// Evidence kept beside the first match's.
    pub const MAX_RELATED: usize = 100;
}

impl AlertStatus {
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Owned => "owned",
            Self::Closed => "closed",
        }
    }
}

impl Disposition {
    pub const ALL: [Self; 6] = [
        Self::TruePositive,
        Self::BenignTruePositive,
        Self::FalsePositiveRule,
        Self::FalsePositiveData,
        Self::Duplicate,
        Self::Test,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::TruePositive => "true_positive",
            Self::BenignTruePositive => "benign_true_positive",
            Self::FalsePositiveRule => "false_positive_rule",
            Self::FalsePositiveData => "false_positive_data",
            Self::Duplicate => "duplicate",
            Self::Test => "test",
        }
    }
}

/// The word names no disposition.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a disposition: want {list}", list = Disposition::ALL.map(Disposition::word).join(", "))]
pub struct UnknownDisposition(String);

impl std::str::FromStr for Disposition {
    type Err = UnknownDisposition;

    /// Takes `true_positive` and `true-positive` alike.
    fn from_str(word: &str) -> Result<Self, UnknownDisposition> {
        let wanted = word.replace('-', "_");
        Self::ALL
            .into_iter()
            .find(|disposition| disposition.word() == wanted)
            .ok_or_else(|| UnknownDisposition(word.to_owned()))
    }
}
