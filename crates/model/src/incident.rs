use aurora_clock::Timestamp;
use aurora_ids::Derive;
use serde::{Deserialize, Serialize};

use crate::ids::IncidentId;
use crate::{AlertId, AlertStatus, Disposition, Entity, RuleId, Scope, Severity, SourceName};

/// Alerts that share entities, close in time.
///
/// What the correlator works out (everything but status, owner, disposition and notes) is a
/// function of the alerts alone, whatever the order in which they came. What people decide stands
/// beside it in the same document and survives every recalculation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    pub id: IncidentId,
    pub state: IncidentState,
    /// Where its alerts are now, when it is [`IncidentState::Merged`].
    pub merged_into: Option<IncidentId>,
    /// Incidents that are part of this one by now; their ids lead here.
    pub aliases: Vec<IncidentId>,
    pub status: AlertStatus,
    pub disposition: Option<Disposition>,
    pub owner: Option<String>,
    /// Oldest first.
    pub notes: Vec<Note>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// What the correlator says of it.
    #[serde(flatten)]
    pub story: Story,
}

/// What follows from an incident's alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Story {
    pub title: String,
    /// The worst of the alerts that count.
    pub severity: Severity,
    /// 0 to 100.
    pub risk: u8,
    /// 0 to 100: how sure we are that the alerts are one story.
    pub confidence: u8,
    /// Why risk and confidence are what they are, the heaviest first.
    pub reasons: Vec<Reason>,
    /// ATT&CK tactics in the order in which they were first seen.
    pub stages: Vec<Stage>,
    /// The tactic that is furthest along the kill chain: `TA0010`.
    pub furthest: Option<String>,
    /// By falling risk, at most [`Incident::MAX_ENTITIES`].
    pub entities: Vec<IncidentEntity>,
    /// In order of time, at most [`Incident::MAX_MEMBERS`].
    pub members: Vec<Member>,
    /// Alerts in it.
    pub alerts: u64,
    /// Of those, not closed.
    pub open: u64,
    /// Of those, judged false positive, duplicate or test: they count for nothing.
    pub set_aside: u64,
    /// Matches in all its alerts.
    pub matches: u64,
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub first_seen: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub last_seen: Timestamp,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum IncidentState {
    #[default]
    Live,
    /// Its alerts belong to an older incident by now.
    Merged,
    /// Nothing joins its alerts any more.
    Dissolved,
}

/// What somebody wrote, or what the correlator did that people must know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Note {
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub at: Timestamp,
    pub author: String,
    pub text: String,
}

/// A part of a score, spelled out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    pub about: Score,
    /// What it adds or, below 0, takes away.
    pub points: i32,
    /// Holds names from logs: hostile text.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Score {
    Risk,
    Confidence,
}

/// One ATT&CK tactic in an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stage {
    /// `TA0002`.
    pub tactic: String,
    pub name: String,
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub first_seen: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub last_seen: Timestamp,
    pub alerts: u32,
}

/// An entity's part in an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IncidentEntity {
    #[serde(flatten)]
    pub entity: Entity,
    /// 0 to 100, from the alerts of this incident.
    pub risk: u8,
    pub alerts: u32,
    pub criticality: Criticality,
    /// Whether it alone joins alerts.
    pub joins: bool,
    /// Why it does not, or how it came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// An alert in an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub alert: AlertId,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub rule: RuleId,
    pub title: String,
    pub severity: Severity,
    pub status: AlertStatus,
    pub disposition: Option<Disposition>,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub source: SourceName,
    pub matches: u64,
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub first_seen: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub last_seen: Timestamp,
    /// ATT&CK tactics, in order of the kill chain.
    pub tactics: Vec<String>,
    /// What joins it to the others.
    pub joined_by: Vec<Entity>,
}

/// How much it matters when something happens to an entity; set by people.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Criticality {
    Low,
    #[default]
    Normal,
    High,
    Critical,
}

/// The word names no criticality.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a criticality: want low, normal, high or critical")]
pub struct UnknownCriticality(String);

impl IncidentId {
    /// The incident whose earliest alert, by (first seen, id), is `earliest`.
    pub fn of(scope: &Scope, earliest: AlertId) -> Self {
        let hash = Derive::new("aurora.incident.v1")
            .part(scope.site.0.as_bytes())
            .part(scope.tenant.as_str())
            .part(earliest.0.as_bytes());
        Self(hash.finish())
    }
}

impl Incident {
    pub const MAX_MEMBERS: usize = 1000;
    pub const MAX_ENTITIES: usize = 200;
}

impl IncidentState {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Merged => "merged",
            Self::Dissolved => "dissolved",
        }
    }
}

impl Criticality {
    pub const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Critical];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl std::str::FromStr for Criticality {
    type Err = UnknownCriticality;

    fn from_str(word: &str) -> Result<Self, UnknownCriticality> {
        Self::ALL
            .into_iter()
            .find(|criticality| criticality.word().eq_ignore_ascii_case(word))
            .ok_or_else(|| UnknownCriticality(word.to_owned()))
    }
}
