//! The pure heart: what a channel has still to tell, and when.

use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_model::{AlertId, Entity, RuleId, Severity, SourceName};
use serde::{Deserialize, Serialize};

/// Alerts named in one message; more are counted.
pub const NAMED: usize = 100;
/// Entities named of one alert; more are counted.
pub const ENTITIES: usize = 8;
/// The wait after the first failure; it doubles up to [`LONGEST`].
const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(900);
/// Failures in a row after which somebody should know.
pub const TOO_MANY: u32 = 3;
const DETAIL: usize = 300;

/// A match that is to be told. Texts may be hostile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub alert: AlertId,
    pub rule: RuleId,
    pub title: String,
    pub author: String,
    pub severity: Severity,
    pub time: Timestamp,
    #[serde(default = "unnamed")]
    pub source: SourceName,
    /// Who and what it is about, at most [`ENTITIES`].
    #[serde(default)]
    pub entities: Vec<Entity>,
    /// How many more there are.
    #[serde(default)]
    pub more_entities: u64,
    /// The short name of the site that told of it; none for an alert of this one.
    #[serde(default)]
    pub origin: Option<String>,
}

/// What an earlier release noted has none.
fn unnamed() -> SourceName {
    SourceName::new("")
}

impl Notice {
    /// Names another entity of the alert, unless it is named already.
    fn add(&mut self, entity: Entity) {
        if self.entities.contains(&entity) {
            return;
        }
        if self.entities.len() < ENTITIES {
            self.entities.push(entity);
        } else {
            self.more_entities += 1;
        }
    }
}

/// What is told of one alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub notice: Notice,
    /// Matches since it was told last.
    pub matches: u64,
    pub last: Timestamp,
}

/// A message on its way. It keeps its number until it has arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    pub number: u64,
    pub alerts: Vec<Told>,
    /// Matches of alerts beyond [`NAMED`].
    pub others: u64,
    pub retry_at: Timestamp,
}

/// All that a channel must remember.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub pending: Vec<Told>,
    pub others: u64,
    pub outgoing: Option<Outgoing>,
    /// Messages so far.
    pub number: u64,
    pub sent: u64,
    pub last_sent: Option<Timestamp>,
    pub failures: u32,
    pub failing_since: Option<Timestamp>,
    pub detail: String,
}

impl State {
    /// Matches of one alert are told as one.
    pub fn note(&mut self, notice: Notice) {
        let known = self
            .pending
            .iter_mut()
            .find(|told| told.notice.alert == notice.alert);
        if let Some(told) = known {
            told.matches += 1;
            told.last = told.last.max(notice.time);
            told.notice.severity = told.notice.severity.max(notice.severity);
            for entity in notice.entities {
                told.notice.add(entity);
            }
        } else if self.pending.len() < NAMED {
            let last = notice.time;
            self.pending.push(Told {
                notice,
                matches: 1,
                last,
            });
        } else {
            self.others += 1;
        }
    }

    /// Makes the next message when there is something to tell and the last one is long enough ago.
    /// Returns whether anything changed.
    pub fn cut(&mut self, now: Timestamp, interval: Duration) -> bool {
        let waiting = self.last_sent.is_some_and(|last| now < last.plus(interval));
        if self.outgoing.is_some() || self.pending.is_empty() || waiting {
            return false;
        }
        self.number += 1;
        self.outgoing = Some(Outgoing {
            number: self.number,
            alerts: std::mem::take(&mut self.pending),
            others: std::mem::take(&mut self.others),
            retry_at: now,
        });
        true
    }

    /// The message that is to be sent now.
    pub fn due(&self, now: Timestamp) -> Option<&Outgoing> {
        self.outgoing
            .as_ref()
            .filter(|outgoing| outgoing.retry_at <= now)
    }

    pub fn arrived(&mut self, now: Timestamp) {
        self.outgoing = None;
        self.sent += 1;
        self.last_sent = Some(now);
        self.failures = 0;
        self.failing_since = None;
        self.detail.clear();
    }

    /// Returns whether now is when somebody should know.
    pub fn failed(&mut self, now: Timestamp, reason: &str) -> bool {
        let wait = FIRST
            .saturating_mul(1 << self.failures.min(16))
            .min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        self.failing_since.get_or_insert(now);
        self.detail = reason.chars().take(DETAIL).collect();
        if let Some(outgoing) = &mut self.outgoing {
            outgoing.retry_at = now.plus(wait);
        }
        self.failures == TOO_MANY
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aurora_ids::Id128;
    use aurora_model::EntityKind;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn host(value: &str) -> Entity {
        Entity {
            kind: EntityKind::Host,
            value: value.to_owned(),
        }
    }

    fn notice(alert: u8, second: i64) -> Notice {
        let mut bytes = [0; 16];
        bytes[0] = alert;
        Notice {
            alert: Id128::from_bytes(bytes).into(),
            rule: RuleId("r".to_owned()),
            title: "t".to_owned(),
            author: "a".to_owned(),
            severity: Severity::High,
            time: at(second),
            source: SourceName::new("windows"),
            entities: vec![host(&format!("ws{second}"))],
            more_entities: 0,
            origin: None,
        }
    }

    const INTERVAL: Duration = Duration::from_secs(60);

    #[test]
    fn the_first_is_told_at_once_and_the_next_together() {
        let mut state = State::default();
        state.note(notice(1, 5));
        assert!(state.cut(at(10), INTERVAL));
        assert_eq!(state.due(at(10)).unwrap().alerts.len(), 1);
        state.arrived(at(11));
        for second in 12..20 {
            state.note(notice(1, second));
            state.note(notice(2, second));
        }
        assert!(!state.cut(at(70), INTERVAL));
        assert!(state.cut(at(71), INTERVAL));
        let told = &state.due(at(71)).unwrap().alerts;
        assert_eq!(
            told.iter().map(|told| told.matches).collect::<Vec<_>>(),
            [8, 8]
        );
        assert_eq!(told[0].last, at(19));
        assert_eq!(told[0].notice.entities.len(), 8);
    }

    #[test]
    fn a_failing_channel_waits_longer_and_keeps_its_message() {
        let mut state = State::default();
        state.note(notice(1, 0));
        state.cut(at(0), INTERVAL);
        assert!(!state.failed(at(0), "no"));
        assert!(state.due(at(4)).is_none());
        assert_eq!(state.due(at(5)).unwrap().number, 1);
        assert!(!state.failed(at(5), "no"));
        assert!(state.due(at(14)).is_none());
        assert!(state.failed(at(15), "no"), "the third failure is told");
        assert!(!state.failed(at(40), "no"), "and only the third");
        state.note(notice(2, 50));
        assert!(!state.cut(at(100), INTERVAL), "one message at a time");
        assert_eq!(state.failing_since, Some(at(0)));
        state.arrived(at(120));
        assert_eq!(
            (state.failures, state.failing_since, state.sent),
            (0, None, 1)
        );
        assert!(state.cut(at(180), INTERVAL));
        assert_eq!(state.due(at(180)).unwrap().number, 2);
    }

    #[test]
    fn entities_are_named_once_and_the_rest_counted() {
        let mut state = State::default();
        for second in [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1] {
            state.note(notice(1, second));
        }
        let told = &state.pending[0].notice;
        assert_eq!((told.entities.len(), told.more_entities), (8, 2));
        assert_eq!(told.entities[0], host("ws1"));
    }

    #[test]
    fn what_an_earlier_release_noted_is_read() {
        let old = r#"{"pending":[{"notice":{"alert":"01000000000000000000000000000000","rule":"r",
            "title":"t","author":"a","severity":"high","time":5},"matches":2,"last":6}]}"#;
        let state: State = serde_json::from_str(old).unwrap();
        assert!(state.pending[0].notice.entities.is_empty());
    }

    #[test]
    fn more_than_can_be_named_is_counted() {
        let mut state = State::default();
        for alert in 0..200 {
            state.note(notice(alert, 0));
        }
        state.cut(at(0), INTERVAL);
        let outgoing = state.due(at(0)).unwrap();
        assert_eq!((outgoing.alerts.len(), outgoing.others), (100, 100));
        let text = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);
    }
}
