//! A site under load whose processes are killed, and the account of what it must have in the end.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use aurora_messages::{AlertQuery, TokenRequest};
use aurora_model::SourceName;

use crate::audit::{self, Expected};
use crate::random::Random;
use crate::records;
use crate::sender::Sender;
use crate::site::Place;

/// How often, how much and with which choices.
pub struct Settings {
    pub rounds: u64,
    pub events: u64,
    pub seed: u64,
}

impl Settings {
    /// As the environment says, or a short run with so many rounds and events.
    pub fn read(rounds: u64, events: u64) -> Self {
        let number = |name: &str| {
            std::env::var(name)
                .ok()
                .map(|text| text.parse::<u64>().unwrap())
        };
        let clock = std::time::UNIX_EPOCH.elapsed().unwrap();
        Self {
            rounds: number("AURORA_CHAOS_ROUNDS").unwrap_or(rounds),
            events: number("AURORA_CHAOS_EVENTS").unwrap_or(if cfg!(debug_assertions) {
                events
            } else {
                20_000
            }),
            seed: number("AURORA_CHAOS_SEED").unwrap_or(clock.as_millis() as u64),
        }
    }
}

pub struct Campaign {
    pub place: Place,
    pub random: Random,
    pub sender: Sender,
    events: u64,
    /// What one import comes to.
    once: Expected,
    /// How long one takes, and a start of the site.
    pub took: Duration,
    pub start: Duration,
    imports: u64,
    unfinished: Vec<PathBuf>,
}

impl Campaign {
    /// Starts a site and a sender. The first import is left alone: it says how long one takes and what it
    /// comes to.
    pub async fn begin(mut place: Place, settings: &Settings) -> Self {
        let Settings {
            rounds,
            events,
            seed,
        } = settings;
        eprintln!("seed {seed}, {rounds} rounds of {events} events");
        let begun = Instant::now();
        place.start().await;
        let start = begun.elapsed();
        let first = write(&place, 0, *events);
        let begun = Instant::now();
        place.import_whole(&first);
        let took = begun.elapsed();
        let once = Expected {
            records: *events,
            matches: records::matches(*events),
            alerts: alerts(&place).await,
        };
        audit::check(&place, once).await;
        eprintln!("undisturbed: {} ms, {once:?}", took.as_millis());
        let sender = Sender::start(token_of(&place, &SourceName::new("windows")).await);
        sender.to(place.http().await);
        Self {
            place,
            random: Random::new(*seed),
            sender,
            events: *events,
            once,
            took,
            start,
            imports: 1,
            unfinished: Vec::new(),
        }
    }

    /// A file of its own, for an import that may be killed.
    pub fn next_file(&mut self) -> PathBuf {
        let file = write(&self.place, self.imports, self.events);
        self.imports += 1;
        self.unfinished.push(file.clone());
        file
    }

    /// Some imports are resumed at once, others after later kills.
    pub fn resume_perhaps(&mut self) {
        if self.random.chance(50) {
            self.resume();
        }
    }

    fn resume(&mut self) {
        for file in self.unfinished.drain(..) {
            self.place.import_whole(&file);
        }
    }

    /// Starts the site again, wherever it was killed.
    pub async fn restart(&mut self) {
        self.place.start().await;
        self.sender.to(self.place.http().await);
    }

    /// Everything that was put in is there once, also in a site that is stopped and started in order.
    pub async fn end(mut self) {
        self.resume();
        let pushed = self.sender.finish();
        let pushes = Expected {
            records: pushed,
            matches: records::matches(pushed),
            alerts: pushed_alerts(pushed),
        };
        let expected = Expected {
            records: self.once.records * self.imports + pushes.records,
            matches: self.once.matches * self.imports + pushes.matches,
            alerts: self.once.alerts * self.imports + pushes.alerts,
        };
        eprintln!("expected: {expected:?}, of them pushed: {pushes:?}");
        audit::check(&self.place, expected).await;
        self.place.stop();
        self.place.start().await;
        audit::check(&self.place, expected).await;
        self.place.stop();
    }
}

fn write(place: &Place, number: u64, events: u64) -> PathBuf {
    let feed = format!("feed{number}");
    let path = place.path(&format!("{feed}.jsonl"));
    std::fs::write(&path, records::lines(&feed, 0, events)).unwrap();
    path
}

pub async fn token_of(place: &Place, source: &SourceName) -> String {
    let request = TokenRequest {
        label: "chaos".to_owned(),
    };
    let made = place.client.create_token(source, &request).await;
    made.unwrap().token
}

async fn alerts(place: &Place) -> u64 {
    audit::settled(place).await;
    let query = AlertQuery {
        limit: Some(1),
        ..AlertQuery::default()
    };
    place.client.alerts(&query).await.unwrap().total
}

/// Alerts of the pushed feed: one a rule and host, and one a burst.
fn pushed_alerts(count: u64) -> u64 {
    let mut keys: Vec<(u64, u64)> = (0..count)
        .filter(|n| n % 100 == 0 || n % 200 == 50)
        .map(|n| (u64::from(n % 100 == 0), n / 50 % 10))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len() as u64 + records::bursts(count)
}
