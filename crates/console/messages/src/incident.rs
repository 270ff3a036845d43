use aurora_clock::Timestamp;
use aurora_model::{
    AlertStatus, Disposition, Entity, Incident, IncidentId, IncidentState, Note, Severity, Story,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{DecisionEntry, PageSize, View};

/// Filters are joined by AND; absent ones match everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IncidentQuery {
    /// By default those that need a human, by falling risk; `all` has closed, merged and dissolved
    /// ones too, the newest first.
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
    pub owner: Option<String>,
    /// Part of the title, of an entity's value, of the incident's or an alert's id; case does not
    /// matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Last seen at or after this time, in epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<i64>)]
    pub since: Option<Timestamp>,
    /// At most 1,000; 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(maximum = 1_000)]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
}

/// One line of the list of incidents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IncidentRow {
    #[schema(value_type = String)]
    pub id: IncidentId,
    /// Holds names from logs: hostile text.
    pub title: String,
    pub state: IncidentState,
    /// Where its alerts are now, when it is merged.
    #[schema(value_type = Option<String>)]
    pub merged_into: Option<IncidentId>,
    pub status: AlertStatus,
    pub disposition: Option<Disposition>,
    pub owner: Option<String>,
    pub severity: Severity,
    /// 0 to 100.
    pub risk: u8,
    /// 0 to 100.
    pub confidence: u8,
    /// The furthest ATT&CK tactic, by name.
    pub stage: Option<String>,
    /// ATT&CK tactics by id, in the order in which they were first seen.
    pub stages: Vec<String>,
    /// The three with the highest risk. From the log: hostile text.
    pub about: Vec<Entity>,
    /// Distinct entities that are kept with it.
    pub entities: u32,
    pub alerts: u64,
    /// Alerts that are not closed.
    pub open: u64,
    pub matches: u64,
    #[schema(value_type = i64)]
    pub first_seen: Timestamp,
    #[schema(value_type = i64)]
    pub last_seen: Timestamp,
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
    #[schema(value_type = i64)]
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IncidentPage {
    pub incidents: Vec<IncidentRow>,
    /// Incidents that match, without limit and offset.
    pub total: u64,
}

/// A whole incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IncidentDetail {
    pub incident: IncidentRow,
    /// Stages, entities, alerts and reasons.
    pub story: Story,
    /// Incidents that are part of this one; their ids lead here.
    #[schema(value_type = Vec<String>)]
    pub aliases: Vec<IncidentId>,
    /// Oldest first.
    pub notes: Vec<Note>,
    /// What people decided of it and the incidents that are part of it, oldest first.
    pub history: Vec<DecisionEntry>,
}

/// Adds a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteNote {
    /// At most 4,000 characters.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IncidentChange {
    /// It was not there before.
    pub created: bool,
    pub incident: IncidentRow,
}

impl IncidentQuery {
    pub const PAGE: PageSize = PageSize::new(100, 1_000);

    pub fn limit(&self) -> usize {
        Self::PAGE.rows(self.limit)
    }

    pub fn offset(&self) -> usize {
        self.offset.unwrap_or(0) as usize
    }

    /// Everything, whatever became of it.
    pub fn all() -> Self {
        Self {
            view: View::All,
            ..Self::default()
        }
    }
}

impl From<&Incident> for IncidentRow {
    fn from(incident: &Incident) -> Self {
        let story = &incident.story;
        let furthest = story.furthest.as_ref();
        let stage = furthest.and_then(|id| story.stages.iter().find(|s| s.tactic == *id));
        Self {
            id: incident.id,
            title: story.title.clone(),
            state: incident.state,
            merged_into: incident.merged_into,
            status: incident.status,
            disposition: incident.disposition,
            owner: incident.owner.clone(),
            severity: story.severity,
            risk: story.risk,
            confidence: story.confidence,
            stage: stage.map(|stage| stage.name.clone()),
            stages: story.stages.iter().map(|s| s.tactic.clone()).collect(),
            about: story
                .entities
                .iter()
                .take(3)
                .map(|e| e.entity.clone())
                .collect(),
            entities: u32::try_from(story.entities.len()).unwrap_or(u32::MAX),
            alerts: story.alerts,
            open: story.open,
            matches: story.matches,
            first_seen: story.first_seen,
            last_seen: story.last_seen,
            created_at: incident.created_at,
            updated_at: incident.updated_at,
        }
    }
}
