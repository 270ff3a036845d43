use aurora_clock::Timestamp;
use aurora_model::{
    AlertId, AlertStatus, Correlated, Disposition, Entity, EventUid, MatchedField, Origin, RuleId,
    Severity, SourceName,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::{DecisionEntry, IncidentRow, PageSize, RuleSummary};

/// Which alerts a list starts from, before its other filters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// Not closed, and unowned or the reader's own; most severe first, then longest waiting.
    #[default]
    NeedsHuman,
    /// Everything, newest first.
    All,
}

/// Filters are joined by AND; absent ones match everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlertQuery {
    #[serde(default)]
    #[param(required = false, inline)]
    pub view: View,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub status: Option<AlertStatus>,
    /// This severity or worse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub severity: Option<Severity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub rule: Option<RuleId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Part of the title, an entity's value, the rule's id or the alert's id; case does not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Last seen at or after this time, in epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<i64>)]
    pub since: Option<Timestamp>,
    /// At most 10,000; 200 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(maximum = 10_000)]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
}

/// One line of the queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertRow {
    #[schema(value_type = String)]
    pub id: AlertId,
    #[schema(value_type = String)]
    pub rule: RuleId,
    pub title: String,
    pub author: String,
    pub severity: Severity,
    pub status: AlertStatus,
    pub disposition: Option<Disposition>,
    pub owner: Option<String>,
    /// The entity it is grouped by. From the log: hostile text.
    pub entity: Option<Entity>,
    /// Distinct entities.
    pub entities: u32,
    /// Matches in this alert.
    pub count: u64,
    #[schema(value_type = i64)]
    pub first_seen: Timestamp,
    #[schema(value_type = i64)]
    pub last_seen: Timestamp,
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
    #[schema(value_type = i64)]
    pub updated_at: Timestamp,
    /// ATT&CK ids.
    pub attack: Vec<String>,
    #[schema(value_type = String)]
    pub source: SourceName,
    /// Of an alert that another site made and owns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertPage {
    pub alerts: Vec<AlertRow>,
    /// Alerts that match, without limit and offset.
    pub total: u64,
}

/// What the queue leaves out, and why. Nothing is muted silently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotShown {
    /// Matches hidden by suppressions that are in force.
    pub suppressed: u64,
    /// Suppressions in force.
    pub suppressions: u64,
    /// Alerts closed since midnight UTC.
    pub closed_today: u64,
    /// Open alerts that other people own.
    pub owned_by_others: u64,
    /// Records in the dead letter that still wait.
    pub dead_lettered: u64,
}

/// A whole alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    #[serde(flatten)]
    pub row: AlertRow,
    pub rule_revision: String,
    pub note: Option<String>,
    /// From the log: hostile text. The first one is the grouping entity.
    pub all_entities: Vec<Entity>,
    /// Rule and first entity; later matches with the same key join this alert while it is open.
    pub group_key: String,
    /// The first match's evidence.
    #[schema(value_type = Vec<String>)]
    pub evidence: Vec<EventUid>,
    /// Evidence of later matches, newest last.
    #[schema(value_type = Vec<String>)]
    pub related: Vec<EventUid>,
    pub matched: Vec<MatchedField>,
    /// W3C traceparent of the record that raised it.
    pub trace: String,
    /// What a correlation counted, when a correlation raised it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlated: Option<Correlated>,
}

/// Everything the side panel shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertDetail {
    pub alert: Alert,
    /// Absent when the rule is no longer loaded.
    pub rule: Option<RuleSummary>,
    /// The first match's events first, then related ones, newest last.
    pub evidence: Vec<Evidence>,
    /// Decisions about this alert, oldest first.
    pub history: Vec<DecisionEntry>,
    pub seen_before: SeenBefore,
    /// The live incident that it is one of the alerts of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentRow>,
}

/// One event behind an alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    #[schema(value_type = String)]
    pub uid: EventUid,
    /// The OCSF event, its `raw_data` included. Absent when retention let it go or the event
    /// store is not available; the alert's matched fields remain.
    #[schema(value_type = Option<Object>)]
    pub event: Option<Map<String, Value>>,
}

/// Earlier alerts with the same group key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SeenBefore {
    pub total: u64,
    /// The latest few, newest first.
    pub latest: Vec<PastAlert>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PastAlert {
    #[schema(value_type = String)]
    pub id: AlertId,
    pub status: AlertStatus,
    pub disposition: Option<Disposition>,
    pub owner: Option<String>,
    pub note: Option<String>,
    #[schema(value_type = i64)]
    pub last_seen: Timestamp,
}

/// Takes an alert. The owner is always the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Own {
    pub reason: String,
}

/// Gives an owned alert back to the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Release {
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Close {
    pub disposition: Disposition,
    /// For those who meet it again; at most 4,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Takes a closing back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Reopen {
    pub reason: String,
}

impl AlertQuery {
    pub const PAGE: PageSize = PageSize::new(200, 10_000);

    pub fn limit(&self) -> usize {
        Self::PAGE.rows(self.limit)
    }

    pub fn offset(&self) -> usize {
        self.offset.unwrap_or(0) as usize
    }

    /// Everything, whoever owns it and whether or not it is closed.
    pub fn all() -> Self {
        Self {
            view: View::All,
            ..Self::default()
        }
    }
}

impl From<&aurora_model::Alert> for AlertRow {
    fn from(alert: &aurora_model::Alert) -> Self {
        Self {
            id: alert.id,
            rule: alert.rule.clone(),
            title: alert.title.clone(),
            author: alert.author.clone(),
            severity: alert.severity,
            status: alert.status,
            disposition: alert.disposition,
            owner: alert.owner.clone(),
            entity: alert.entities.first().cloned(),
            entities: u32::try_from(alert.entities.len()).unwrap_or(u32::MAX),
            count: alert.count,
            first_seen: alert.first_seen,
            last_seen: alert.last_seen,
            created_at: alert.created_at,
            updated_at: alert.updated_at,
            attack: alert.attack.clone(),
            source: alert.source.clone(),
            origin: alert.origin.clone(),
        }
    }
}

impl From<aurora_model::Alert> for Alert {
    fn from(alert: aurora_model::Alert) -> Self {
        Self {
            row: AlertRow::from(&alert),
            rule_revision: alert.rule_revision,
            note: alert.note,
            all_entities: alert.entities,
            group_key: alert.group_key,
            evidence: alert.evidence,
            related: alert.related,
            matched: alert.matched,
            trace: alert.trace.to_string(),
            correlated: alert.correlated,
        }
    }
}

impl From<&aurora_model::Alert> for PastAlert {
    fn from(alert: &aurora_model::Alert) -> Self {
        Self {
            id: alert.id,
            status: alert.status,
            disposition: alert.disposition,
            owner: alert.owner.clone(),
            note: alert.note.clone(),
            last_seen: alert.last_seen,
        }
    }
}
