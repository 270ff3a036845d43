use aurora_clock::Timestamp;
use aurora_model::suppression::SuppressionId;
use aurora_model::{Entity, RuleId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::AlertRow;

/// Asks what a suppression would have hidden, before anyone decides on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuppressionPreviewRequest {
    #[schema(value_type = String)]
    pub rule: RuleId,
    /// Only matches about this entity; absent means every match of the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<Entity>,
    /// Looks back to this time.
    #[schema(value_type = i64)]
    pub since: Timestamp,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SuppressionPreview {
    /// Alerts it would have kept out of the queue.
    pub alerts: u64,
    /// Matches in them.
    pub matches: u64,
    /// Of those alerts, the ones that people closed as true positives: a reason to think twice.
    pub true_positives: u64,
    /// The latest few of them.
    pub examples: Vec<AlertRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Suppress {
    #[schema(value_type = String)]
    pub rule: RuleId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<Entity>,
    /// Required, and shown wherever the suppression is.
    #[schema(min_length = 1, max_length = 4_000)]
    pub reason: String,
    /// In the future, at most a year ahead.
    #[schema(value_type = i64)]
    pub until: Timestamp,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LiftSuppression {
    pub reason: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct SuppressionQuery {
    /// Also those that expired or were lifted.
    #[param(required = false)]
    pub past: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SuppressionInfo {
    #[schema(value_type = String)]
    pub id: SuppressionId,
    #[schema(value_type = String)]
    pub rule: RuleId,
    pub rule_title: Option<String>,
    pub entity: Option<Entity>,
    pub author: String,
    pub reason: String,
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
    #[schema(value_type = i64)]
    pub until: Timestamp,
    #[schema(value_type = Option<i64>)]
    pub lifted_at: Option<Timestamp>,
    /// In force now.
    pub active: bool,
    /// Matches hidden so far.
    pub hidden: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Suppressions {
    pub suppressions: Vec<SuppressionInfo>,
}

impl Suppress {
    /// The furthest an expiry may lie ahead, in days.
    pub const MAX_DAYS: u64 = 366;
}

impl SuppressionInfo {
    pub fn of(
        suppression: &aurora_model::Suppression,
        rule_title: Option<String>,
        now: Timestamp,
    ) -> Self {
        Self {
            id: suppression.id,
            rule: suppression.rule.clone(),
            rule_title,
            entity: suppression.entity.clone(),
            author: suppression.author.clone(),
            reason: suppression.reason.clone(),
            created_at: suppression.created_at,
            until: suppression.until,
            lifted_at: suppression.lifted_at,
            active: suppression.active_at(now),
            hidden: suppression.hidden,
        }
    }
}
