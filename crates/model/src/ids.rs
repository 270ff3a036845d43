use aurora_ids::{Derive, id_type};

id_type!(
    /// A batch on the bus: hash of where it was cut from, so that the same cut is the same batch.
    BatchId
);
id_type!(
    /// One normalised event; its hexadecimal form is `metadata.uid`.
    EventUid
);
id_type!(
    /// What a source was read from: a file's content fingerprint, a client's batch, a listener.
    OriginId
);
id_type!(
    /// One rule matching one set of evidence.
    MatchId
);
id_type!(
    /// An alert in the queue.
    AlertId
);
id_type!(
    /// An incident: derived from its earliest alert.
    IncidentId
);
id_type!(
    /// A host, user, address, device or account: derived from kind and key.
    EntityId
);

/// A rule's own id (Sigma `id`, usually a UUID), or a content hash when it has none.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct RuleId(pub String);

impl std::fmt::Display for RuleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl MatchId {
    /// `H(rule, rule revision, evidence uids)`: the same rule on the same evidence is one match.
    pub fn derive(rule: &RuleId, revision: &str, evidence: &[EventUid]) -> Self {
        let mut hash = Derive::new("aurora.match.v1").part(&rule.0).part(revision);
        for uid in evidence {
            hash.push(uid.0.as_bytes());
        }
        Self(hash.finish())
    }
}

impl From<MatchId> for AlertId {
    /// A stateless rule's alert is its match.
    fn from(id: MatchId) -> Self {
        Self(id.0)
    }
}
