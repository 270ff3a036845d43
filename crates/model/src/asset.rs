use aurora_clock::Timestamp;
use aurora_ids::Derive;
use serde::{Deserialize, Serialize};

use crate::ids::EntityId;
use crate::{Criticality, Entity, EntityKind, Note, SourceName};

/// What a site knows of a host, a user, an address, a device or a cloud account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asset {
    pub kind: EntityKind,
    /// What it is compared by: see [`Entity::key`].
    pub key: String,
    /// As it was first written. From the log: hostile text.
    pub value: String,
    /// In event time; the last one is behind by at most a few minutes while events flow.
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// Which sources speak of it, at most [`Asset::MAX_SOURCES`].
    pub sources: Vec<SourceName>,
    /// Of an address: the hosts that have said it is theirs, at most [`Asset::MAX_BINDINGS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<Binding>,
    /// When `hosts` last changed, on the site's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound_at: Option<Timestamp>,
    pub owner: Option<String>,
    pub criticality: Criticality,
    /// When somebody last set the criticality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rated_at: Option<Timestamp>,
    /// Oldest first.
    pub notes: Vec<Note>,
    /// 0 to 100, from its open alerts.
    pub risk: u8,
    pub open_alerts: u32,
    pub updated_at: Timestamp,
}

/// A host that has said an address is its own, and on which days (UTC, days since 1970).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Binding {
    /// The host's [`Entity::key`].
    pub host: String,
    pub first_day: i64,
    pub last_day: i64,
}

impl Asset {
    pub const MAX_SOURCES: usize = 16;
    pub const MAX_BINDINGS: usize = 8;

    pub fn new(entity: &Entity, seen: Timestamp, now: Timestamp) -> Self {
        Self {
            kind: entity.kind,
            key: entity.key(),
            value: entity.value.clone(),
            first_seen: seen,
            last_seen: seen,
            sources: Vec::new(),
            hosts: Vec::new(),
            bound_at: None,
            owner: None,
            criticality: Criticality::default(),
            rated_at: None,
            notes: Vec::new(),
            risk: 0,
            open_alerts: 0,
            updated_at: now,
        }
    }

    pub fn id(&self) -> EntityId {
        EntityId::of(self.kind, &self.key)
    }

    pub fn entity(&self) -> Entity {
        Entity {
            kind: self.kind,
            value: self.value.clone(),
        }
    }
}

impl EntityId {
    /// `key` is an [`Entity::key`].
    pub fn of(kind: EntityKind, key: &str) -> Self {
        let hash = Derive::new("aurora.entity.v1").part(kind.word()).part(key);
        Self(hash.finish())
    }
}

impl Entity {
    /// What two writings of the same entity have in common: lower case where case does not tell
    /// them apart, a host without its domain, a user without the domain in front.
    pub fn key(&self) -> String {
        let value = self.value.trim();
        match self.kind {
            EntityKind::Host => host_key(value),
            EntityKind::User => {
                let name = value.rsplit_once('\\').map_or(value, |(_, name)| name);
                name.to_lowercase()
            }
            EntityKind::Process | EntityKind::File if value.contains('\\') => value.to_lowercase(),
            EntityKind::Process | EntityKind::File => value.to_owned(),
            EntityKind::Address | EntityKind::Account | EntityKind::Hash | EntityKind::Device => {
                value.to_lowercase()
            }
        }
    }
}

/// `WS-014.corp.example` and `ws-014` are one host; the dots of an address are no domain.
fn host_key(value: &str) -> String {
    if value.parse::<std::net::IpAddr>().is_ok() {
        return value.to_lowercase();
    }
    let label = value.split_once('.').map_or(value, |(label, _)| label);
    label.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writings_of_one_entity_have_one_key() {
        for (kind, one, other) in [
            (EntityKind::Host, "WS-014.corp.example", "ws-014"),
            (EntityKind::Host, "10.1.2.3", "10.1.2.3"),
            (EntityKind::User, r"CORP\Eva", "eva"),
            (EntityKind::Address, "FE80::1", "fe80::1"),
            (EntityKind::File, r"C:\Temp\A.exe", r"c:\temp\a.exe"),
        ] {
            let key = |value: &str| {
                let value = value.to_owned();
                Entity { kind, value }.key()
            };
            assert_eq!(key(one), key(other));
        }
        let case_counts = |value: &str| Entity {
            kind: EntityKind::File,
            value: value.to_owned(),
        };
        assert_ne!(case_counts("/tmp/A").key(), case_counts("/tmp/a").key());
    }
}
