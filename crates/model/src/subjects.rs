//! The subjects of the bus and the streams that keep them: one table for every adapter.

use aurora_ids::Derive;
use serde::{Deserialize, Serialize};

use crate::Severity;

/// Raw records, and matches that feed correlations, are spread over this many shards, for ever:
/// changing it would re-home windows.
pub const SHARDS: u16 = 64;

/// One of the [`SHARDS`] lanes; everything of one source and host, or of one correlation and group,
/// travels in one lane, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shard(u16);

/// A dotted subject without wildcards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(String);

/// A durable, ordered log of messages. An adapter makes one log (or one JetStream stream) of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    Raw,
    Events,
    Matches,
    Alerts,
    Incidents,
    DeadLetter,
}

impl Shard {
    pub fn of(source: &str, host: &str) -> Self {
        let id = Derive::new("aurora.shard.v1")
            .part(source)
            .part(host)
            .finish();
        let [a, b, ..] = *id.as_bytes();
        Self(u16::from_le_bytes([a, b]) % SHARDS)
    }

    /// Where a correlation keeps the state of one group; `group` is that of a
    /// [`crate::Contribution`].
    pub fn of_group(correlation: &str, group: &[u8]) -> Self {
        let hash = Derive::new("aurora.group.v1").part(correlation).part(group);
        let id = hash.finish();
        let [a, b, ..] = *id.as_bytes();
        Self(u16::from_le_bytes([a, b]) % SHARDS)
    }

    /// The shard of this number, which wraps round.
    pub const fn numbered(number: u16) -> Self {
        Self(number % SHARDS)
    }

    pub const fn number(self) -> u16 {
        self.0
    }
}

impl Stream {
    pub const ALL: [Self; 6] = [
        Self::Raw,
        Self::Events,
        Self::Matches,
        Self::Alerts,
        Self::Incidents,
        Self::DeadLetter,
    ];

    /// The stream's name: upper case, as NATS operators write them.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "RAW",
            Self::Events => "EVENTS",
            Self::Matches => "MATCHES",
            Self::Alerts => "ALERTS",
            Self::Incidents => "INCIDENTS",
            Self::DeadLetter => "DEADLETTER",
        }
    }

    /// What it keeps, in NATS's wildcard syntax.
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::Raw => "aurora.raw.*",
            Self::Events => "aurora.events.>",
            Self::Matches => "aurora.matches.*",
            Self::Alerts => "aurora.alerts.*",
            Self::Incidents => "aurora.incidents",
            Self::DeadLetter => "aurora.deadletter.*",
        }
    }

    /// The stream that keeps `subject`.
    pub fn of(subject: &Subject) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|stream| subject.matches(stream.pattern()))
    }
}

impl Subject {
    pub fn raw(shard: Shard) -> Self {
        Self(format!("aurora.raw.{}", shard.0))
    }

    pub fn events(category_uid: u32, class_uid: u32) -> Self {
        Self(format!("aurora.events.{category_uid}.{class_uid}"))
    }

    /// Events that came by way of a raw shard, so that several processes may each read some of them in
    /// their order.
    pub fn events_of(category_uid: u32, class_uid: u32, shard: Shard) -> Self {
        Self(format!(
            "aurora.events.{category_uid}.{class_uid}.{}",
            shard.0
        ))
    }

    /// What every shard of correlations is told, such as how far a source has come.
    pub fn matches_progress() -> Self {
        Self("aurora.matches.progress".to_owned())
    }

    /// Rule matches that correlations of this shard are made of.
    pub fn matches_of(shard: Shard) -> Self {
        Self(format!("aurora.matches.{}", shard.0))
    }

    pub fn alerts(severity: Severity) -> Self {
        Self(format!("aurora.alerts.{}", severity.word()))
    }

    /// Incidents that have changed.
    pub fn incidents() -> Self {
        Self("aurora.incidents".to_owned())
    }

    /// `plane` is the plane that gave the message up.
    pub fn dead_letter(plane: &str) -> Self {
        Self(format!("aurora.deadletter.{plane}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether NATS would deliver this subject to a subscription on `pattern`: `*` is one token,
    /// a final `>` one or more.
    pub fn matches(&self, pattern: &str) -> bool {
        let mut tokens = self.0.split('.');
        for wanted in pattern.split('.') {
            match (wanted, tokens.next()) {
                (">", Some(_)) => return true,
                ("*", Some(_)) => {}
                (wanted, Some(token)) if wanted == token => {}
                _ => return false,
            }
        }
        tokens.next().is_none()
    }
}

impl From<&str> for Subject {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn wildcards_are_those_of_nats() {
        let subject = Subject::events(1, 1007);
        for (pattern, want) in [
            ("aurora.events.1.1007", true),
            ("aurora.events.*.1007", true),
            ("aurora.events.>", true),
            (">", true),
            ("aurora.events.*", false),
            ("aurora.events.1.1007.>", false),
            ("aurora.events.2.*", false),
        ] {
            assert_eq!(subject.matches(pattern), want, "{pattern}");
        }
    }

    #[test]
    fn every_subject_has_exactly_one_stream() {
        let shard = Shard::of("windows", "dc1");
        for (subject, stream) in [
            (Subject::raw(shard), Stream::Raw),
            (Subject::events(1, 1007), Stream::Events),
            (Subject::events_of(1, 1007, shard), Stream::Events),
            (Subject::matches_of(shard), Stream::Matches),
            (Subject::matches_progress(), Stream::Matches),
            (Subject::alerts(Severity::High), Stream::Alerts),
            (Subject::incidents(), Stream::Incidents),
            (Subject::dead_letter("ingest"), Stream::DeadLetter),
        ] {
            assert_eq!(Stream::of(&subject), Some(stream));
            let homes = Stream::ALL
                .iter()
                .filter(|s| subject.matches(s.pattern()))
                .count();
            assert_eq!(homes, 1, "{subject}");
        }
    }

    #[test]
    fn a_shard_is_stable_across_releases() {
        assert_eq!(Shard::of("windows", "dc1"), Shard::of("windows", "dc1"));
        assert!(Shard::of("a", "b").number() < SHARDS);
    }
}
