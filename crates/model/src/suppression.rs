use aurora_clock::Timestamp;
use aurora_ids::id_type;
use serde::{Deserialize, Serialize};

use crate::{Entity, RuleId};

id_type!(
    /// A suppression.
    SuppressionId
);

/// A dated, signed decision to keep matches out of the queue. Nothing is muted silently: it has an
/// author, a reason, an expiry and a counter, and what it hid can be listed and replayed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suppression {
    pub id: SuppressionId,
    pub rule: RuleId,
    /// Only matches about this entity; absent means every match of the rule.
    pub entity: Option<Entity>,
    pub author: String,
    pub reason: String,
    pub created_at: Timestamp,
    pub until: Timestamp,
    /// Set when someone lifted it before its expiry.
    pub lifted_at: Option<Timestamp>,
    /// Matches hidden so far.
    pub hidden: u64,
}

impl Suppression {
    pub fn active_at(&self, now: Timestamp) -> bool {
        self.lifted_at.is_none() && self.created_at <= now && now < self.until
    }

    pub fn covers(&self, rule: &RuleId, entities: &[Entity]) -> bool {
        self.rule == *rule
            && self
                .entity
                .as_ref()
                .is_none_or(|entity| entities.contains(entity))
    }
}
