use std::collections::BTreeMap;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_model::SourceName;
use serde::{Deserialize, Serialize};

use crate::{Kind, Notice, Options};

const MINUTE_MILLIS: i64 = 60_000;
/// Weight of the minute before in the rate, which so follows a change within some minutes.
const KEPT: f64 = 0.7;
/// Hosts and sources come from the log; more of their text says nothing.
const MAX_NAME: usize = 128;

/// What is known of one feed: the records of a source from a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feed {
    pub first_seen: Timestamp,
    /// When its last record was received.
    pub last_seen: Timestamp,
    /// The newest time in its events.
    pub last_event: Timestamp,
    pub events: u64,
    /// Events a minute, as of the last minutes in which it spoke.
    pub per_minute: f64,
    /// How long its last event took to get here; negative when its clock is ahead.
    pub lag_millis: i64,
    /// How far its clock is ahead at least: the most that an event came before its own time.
    pub ahead_millis: i64,
    /// Minutes in which it spoke.
    pub minutes: u32,
    /// Since when it counts as silent.
    pub silent_since: Option<Timestamp>,
    /// The minute that is counted, and what it counted so far.
    minute: i64,
    in_minute: u64,
}

/// Events of one feed that were received together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub source: SourceName,
    pub host: String,
    pub events: u64,
    pub received: Timestamp,
    /// The newest event's own time; none when nobody looked.
    pub event: Option<Timestamp>,
}

/// All feeds. Pure: time comes from the records.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Book {
    /// By source, then host; as a list, for JSON has no such keys.
    #[serde(with = "list")]
    feeds: BTreeMap<(SourceName, String), Feed>,
}

impl Book {
    pub fn see(&mut self, seen: Seen, options: &Options) {
        let mut host = seen.host;
        if host.len() > MAX_NAME {
            let end = (0..=MAX_NAME).rev().find(|at| host.is_char_boundary(*at));
            host.truncate(end.unwrap_or_default());
        }
        let key = (seen.source, host);
        if self.feeds.len() >= options.max_feeds && !self.feeds.contains_key(&key) {
            self.forget_one();
        }
        let feed = self.feeds.entry(key).or_insert_with(|| Feed {
            first_seen: seen.received,
            last_seen: seen.received,
            last_event: seen.event.unwrap_or_default(),
            events: 0,
            per_minute: 0.0,
            lag_millis: 0,
            ahead_millis: 0,
            minutes: 1,
            silent_since: None,
            minute: minute(seen.received),
            in_minute: 0,
        });
        feed.see(seen.events, seen.received, seen.event);
    }

    /// Feeds that went silent by `now`, each told once until it speaks again.
    pub fn silent(&mut self, now: Timestamp, options: &Options) -> Vec<Notice> {
        let mut notices = Vec::new();
        for ((source, host), feed) in &mut self.feeds {
            let quiet = now.since(feed.last_seen);
            if feed.silent_since.is_some() || quiet < feed.patience(options) {
                continue;
            }
            feed.silent_since = Some(feed.last_seen);
            if feed.minutes < options.regular_minutes {
                continue;
            }
            notices.push(Notice {
                kind: Kind::WentSilent,
                subject: format!("{source} from {host}"),
                detail: format!(
                    "nothing since {}; before that in {} minutes since {}",
                    feed.last_seen, feed.minutes, feed.first_seen
                ),
                since: feed.last_seen,
            });
        }
        notices
    }

    /// Every feed, by source and host.
    pub fn feeds(&self) -> impl Iterator<Item = (&SourceName, &str, &Feed)> {
        let feeds = self.feeds.iter();
        feeds.map(|((source, host), feed)| (source, host.as_str(), feed))
    }

    /// When a source last spoke, from whichever host.
    pub fn last_seen(&self, source: &SourceName) -> Option<Timestamp> {
        let of_source = self.feeds().filter(|(name, _, _)| *name == source);
        of_source.map(|(_, _, feed)| feed.last_seen).max()
    }

    fn forget_one(&mut self) {
        let oldest = self.feeds.iter().min_by_key(|(_, feed)| feed.last_seen);
        if let Some(key) = oldest.map(|(key, _)| key.clone()) {
            self.feeds.remove(&key);
        }
    }
}

impl Feed {
    #[allow(clippy::cast_precision_loss)]
    fn see(&mut self, events: u64, received: Timestamp, event: Option<Timestamp>) {
        let now = minute(received);
        if now > self.minute {
            let counted = self.in_minute as f64;
            self.per_minute = if self.minutes == 1 {
                counted
            } else {
                KEPT * self.per_minute + (1.0 - KEPT) * counted
            };
            self.minutes += 1;
            (self.minute, self.in_minute) = (now, 0);
        }
        self.in_minute += events;
        self.events += events;
        self.last_seen = self.last_seen.max(received);
        self.silent_since = None;
        let Some(event) = event else { return };
        self.last_event = self.last_event.max(event);
        self.lag_millis = received.as_millis() - event.as_millis();
        // A clock that was set right is believed: the account of it fades.
        self.ahead_millis = (self.ahead_millis * 9 / 10).max(-self.lag_millis).max(0);
    }

    /// How long it may be silent.
    fn patience(&self, options: &Options) -> Duration {
        let active = self.last_seen.since(self.first_seen);
        let usual = active / self.minutes.max(1);
        let long = usual.saturating_mul(options.silent_factor);
        long.max(Duration::from_secs(options.silent_seconds))
    }

    /// Events a minute; of a feed that has spoken in one minute only, what it said in it.
    #[allow(clippy::cast_precision_loss)]
    pub fn rate(&self) -> f64 {
        if self.minutes == 1 {
            self.in_minute as f64
        } else {
            self.per_minute
        }
    }
}

fn minute(time: Timestamp) -> i64 {
    time.as_millis().div_euclid(MINUTE_MILLIS)
}

mod list {
    use std::collections::BTreeMap;

    use aurora_model::SourceName;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Feed;

    type Feeds = BTreeMap<(SourceName, String), Feed>;

    pub(super) fn serialize<S: Serializer>(feeds: &Feeds, to: S) -> Result<S::Ok, S::Error> {
        feeds.iter().collect::<Vec<_>>().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Feeds, D::Error> {
        let list = Vec::<((SourceName, String), Feed)>::deserialize(from)?;
        Ok(list.into_iter().collect())
    }
}
