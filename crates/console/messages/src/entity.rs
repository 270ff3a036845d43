use aurora_clock::Timestamp;
use aurora_model::{Asset, Binding, Criticality, Entity, EntityKind, Note, SourceName};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::{AlertRow, DecisionEntry, IncidentRow, PageSize};

/// Filters are joined by AND; absent ones match everything. The riskiest come first, or with
/// `since` those last seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntityQuery {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub kind: Option<EntityKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub criticality: Option<Criticality>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// This risk or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(maximum = 100)]
    pub risk: Option<u8>,
    /// Part of the value; case does not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Last seen at or after this time, in epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<i64>)]
    pub since: Option<Timestamp>,
    /// At most 10,000; 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(maximum = 10_000)]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
}

/// Which entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntityName {
    /// Needed only when several kinds have one of this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub kind: Option<EntityKind>,
    /// In any of the ways in which logs write it.
    pub value: String,
    /// From when on events are looked for, in epoch milliseconds; 24 hours back when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<i64>)]
    pub since: Option<Timestamp>,
}

/// One line of the entity store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EntityRow {
    /// From the log: hostile text.
    #[serde(flatten)]
    pub entity: Entity,
    #[schema(value_type = i64)]
    pub first_seen: Timestamp,
    /// Behind by at most a few minutes while events flow.
    #[schema(value_type = i64)]
    pub last_seen: Timestamp,
    #[schema(value_type = Vec<String>)]
    pub sources: Vec<SourceName>,
    /// Of an address: whose it is, by what hosts say.
    pub hosts: Vec<Binding>,
    pub owner: Option<String>,
    pub criticality: Criticality,
    /// 0 to 100, from open alerts and criticality.
    pub risk: u8,
    pub open_alerts: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EntityPage {
    pub entities: Vec<EntityRow>,
    /// Entities that match, without limit and offset.
    pub total: u64,
}

/// An entity and what happened around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EntityDetail {
    pub entity: Entity,
    /// Absent for kinds of which nothing but alerts is kept, and for what was never seen.
    pub known: Option<EntityRow>,
    /// Oldest first.
    pub notes: Vec<Note>,
    /// The newest, at most 50.
    pub alerts: Vec<AlertRow>,
    pub alerts_total: u64,
    /// Those that it has a part in, the newest first, at most 20.
    pub incidents: Vec<IncidentRow>,
    /// The hunt that finds its events.
    pub query: String,
    /// The newest, at most 20.
    #[schema(value_type = Vec<Object>)]
    pub events: Vec<Map<String, Value>>,
    /// Why there are no events, when they could not be looked for.
    pub events_missing: Option<String>,
    /// What people said of it, oldest first.
    pub history: Vec<DecisionEntry>,
}

/// What somebody knows of an entity; what is absent stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetEntity {
    /// Needed only when several kinds have one of this value, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<EntityKind>,
    pub value: String,
    /// An empty one takes the owner away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criticality: Option<Criticality>,
    /// At most 4,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default)]
    pub reason: String,
}

impl EntityQuery {
    pub const PAGE: PageSize = PageSize::new(100, 10_000);

    pub fn limit(&self) -> usize {
        Self::PAGE.rows(self.limit)
    }

    pub fn offset(&self) -> usize {
        self.offset.unwrap_or(0) as usize
    }
}

impl From<&Asset> for EntityRow {
    fn from(asset: &Asset) -> Self {
        Self {
            entity: asset.entity(),
            first_seen: asset.first_seen,
            last_seen: asset.last_seen,
            sources: asset.sources.clone(),
            hosts: asset.hosts.clone(),
            owner: asset.owner.clone(),
            criticality: asset.criticality,
            risk: asset.risk,
            open_alerts: asset.open_alerts,
        }
    }
}
