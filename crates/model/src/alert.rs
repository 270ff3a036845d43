use aurora_clock::Timestamp;
use aurora_ids::Id128;
use serde::{Deserialize, Serialize};

use crate::{AlertId, EventUid, RuleId, Severity, SiteId, SourceName, TraceContext};

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
    /// What a correlation counted, when a correlation raised it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlated: Option<Correlated>,
    /// Of an alert that another site made and owns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// The federated site that made an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Origin {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub site: SiteId,
    /// Its operators' short name when the alert came: `site-b`.
    pub label: String,
    /// When the alert came here first, by this site's clock; epoch milliseconds.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub received_at: Timestamp,
    /// It came long after it was made, because the sites could not hear each other.
    pub late: bool,
    /// When its site changed it last, by that site's clock; epoch milliseconds.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub changed_at: Timestamp,
}

/// The window of a correlation that fired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Correlated {
    /// What the correlator calls it, should it change.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub window: Id128,
    /// Names and values of the group.
    pub group: Vec<GroupValue>,
    /// Events in the window; the alert's evidence may name fewer.
    pub events: u64,
    /// Event times of the first and the last of them, epoch milliseconds.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub first: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub last: Timestamp,
    /// An event that came later than allowed brought it about.
    pub late: bool,
    /// Events that came out of order have changed it.
    pub amended: bool,
    /// Events that came out of order show that there was nothing to alert about.
    pub withdrawn: bool,
    /// A bound was reached, so that the number of events or values is an estimate.
    pub approximate: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupValue {
    pub field: String,
    /// From the log: hostile text.
    pub value: String,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    Host,
    User,
    Address,
    Process,
    File,
    Account,
    /// The hash of a file that does not belong to the operating system.
    Hash,
    /// A machine that is no computer: a sensor, a controller.
    Device,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

impl EntityKind {
    pub const ALL: [Self; 8] = [
        Self::Host,
        Self::User,
        Self::Address,
        Self::Process,
        Self::File,
        Self::Account,
        Self::Hash,
        Self::Device,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::User => "user",
            Self::Address => "address",
            Self::Process => "process",
            Self::File => "file",
            Self::Account => "account",
            Self::Hash => "hash",
            Self::Device => "device",
        }
    }
}

/// The word names no kind of entity.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a kind of entity: want {list}", list = EntityKind::ALL.map(EntityKind::word).join(", "))]
pub struct UnknownEntityKind(String);

impl std::str::FromStr for EntityKind {
    type Err = UnknownEntityKind;

    fn from_str(word: &str) -> Result<Self, UnknownEntityKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.word().eq_ignore_ascii_case(word))
            .ok_or_else(|| UnknownEntityKind(word.to_owned()))
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
