//! SIGKILL at random moments of an import, and everything is there once.

use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use aurora_messages::{AlertQuery, TokenRequest};
use aurora_model::SourceName;
use rustix::process::Signal;

use crate::audit::{self, Expected};
use crate::processes::{children, is_bus, signal};
use crate::random::Random;
use crate::records;
use crate::sender::Sender;
use crate::site::{Bus, Place, end};

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victims {
    /// The site; its engine has to notice by itself.
    Site,
    /// The site and its children in the same moment, as when a machine fails.
    SiteAndEngine,
    /// The engine under a site that goes on.
    Engine,
    /// The server of the bus, twice, under a site that goes on.
    Bus,
    /// A worker beside the site, whose shards others have to take over.
    Worker,
    /// An import that runs a site of its own.
    Alone,
}

/// Processes that share the raw shards with the site, where the bus allows it.
const WORKERS: usize = 2;

fn victims(bus: Bus) -> Vec<Victims> {
    let mut all = vec![
        Victims::Site,
        Victims::SiteAndEngine,
        Victims::SiteAndEngine,
        Victims::Engine,
        Victims::Alone,
    ];
    if bus == Bus::Nats {
        all.extend([Victims::Bus, Victims::Bus, Victims::Worker, Victims::Worker]);
    }
    all
}

struct Settings {
    rounds: u64,
    events: u64,
    seed: u64,
}

impl Settings {
    /// As the environment says, or a short run with so many rounds and events.
    fn read(rounds: u64, events: u64) -> Self {
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

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_everything_is_there_once() {
    everything_is_there_once(Bus::Local, Settings::read(2, 6_000)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_everything_is_there_once_on_nats() {
    everything_is_there_once(Bus::Nats, Settings::read(1, 2_000)).await;
}

async fn everything_is_there_once(bus: Bus, settings: Settings) {
    let Some(mut place) = Place::on(bus) else {
        return;
    };
    let Settings {
        rounds,
        events,
        seed,
    } = settings;
    eprintln!("seed {seed}, {rounds} rounds of {events} events");
    let mut random = Random::new(seed);

    // The first import is left alone: it says how long one takes and what it comes to.
    let feed = |round: u64| format!("feed{round}");
    let write = |place: &Place, round: u64| {
        let path = place.path(&format!("{}.jsonl", feed(round)));
        std::fs::write(&path, records::lines(&feed(round), 0, events)).unwrap();
        path
    };
    let begun = Instant::now();
    place.start().await;
    let start = begun.elapsed();
    let first = write(&place, 0);
    let begun = Instant::now();
    place.import_whole(&first);
    let took = begun.elapsed();
    let once = Expected {
        records: events,
        matches: records::matches(events),
        alerts: alerts(&place).await,
    };
    audit::check(&place, once).await;
    eprintln!("undisturbed: {} ms, {once:?}", took.as_millis());

    let sender = Sender::start(token(&place).await);
    sender.to(place.http().await);
    let mut unfinished = Vec::new();
    for round in 1..=rounds {
        let (file, victims) = (write(&place, round), random.one_of(&victims(bus)));
        if bus == Bus::Nats {
            place.staff(WORKERS);
        }
        let after = moment(&mut random, victims, took, start);
        let importer = bring_about(&mut place, &sender, victims, &file, after).await;
        end(importer, true);
        place.start().await;
        sender.to(place.http().await);
        let (ms, had) = (after.as_millis(), handed_over(&place, &file).await);
        eprintln!("round {round}: {victims:?} killed after {ms} ms, {had} of {events} handed over");
        unfinished.push(file);
        // Some imports are resumed at once, others after later kills.
        if random.chance(50) {
            unfinished
                .drain(..)
                .for_each(|file| place.import_whole(&file));
        }
    }
    unfinished
        .drain(..)
        .for_each(|file| place.import_whole(&file));
    let pushed = sender.finish();
    let pushes = Expected {
        records: pushed,
        matches: records::matches(pushed),
        alerts: pushed_alerts(pushed),
    };
    let expected = Expected {
        records: once.records * (rounds + 1) + pushes.records,
        matches: once.matches * (rounds + 1) + pushes.matches,
        alerts: once.alerts * (rounds + 1) + pushes.alerts,
    };
    eprintln!("expected: {expected:?}, of them pushed: {pushes:?}");
    audit::check(&place, expected).await;
    // And a site that is stopped and started in order has it all.
    place.stop();
    place.start().await;
    audit::check(&place, expected).await;
    place.stop();
}

/// How long an import may run: half of the time within its first quarter, in which the file is read,
/// else until a little after its end.
fn moment(random: &mut Random, victims: Victims, took: Duration, start: Duration) -> Duration {
    let longest = if random.chance(50) {
        took / 4
    } else {
        took * 11 / 10
    };
    let before = match victims {
        // Its own site has to start first; that is a moment to be killed in, too.
        Victims::Alone => start,
        _ => Duration::ZERO,
    };
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap();
    Duration::from_millis(random.below(millis(longest + before)))
}

/// Starts an import and kills the victims after a while. Gives back the import, if it still runs;
/// no site runs then.
async fn bring_about(
    place: &mut Place,
    sender: &Sender,
    victims: Victims,
    file: &Path,
    after: Duration,
) -> Child {
    if victims == Victims::Alone {
        sender.to(None);
        place.stop();
    }
    let importer = place.import(file);
    // The moment is the test's choice, not something that is waited for.
    tokio::time::sleep(after).await;
    match victims {
        Victims::Site => place.kill(false),
        Victims::SiteAndEngine => place.kill(true),
        Victims::Engine | Victims::Bus | Victims::Worker => {
            let times = if victims == Victims::Bus { 2 } else { 1 };
            for _ in 0..times {
                match victims {
                    Victims::Worker => place.kill_worker(),
                    _ => end_children(place, victims == Victims::Bus),
                }
                tokio::time::sleep(after).await;
            }
            sender.to(None);
            place.kill(true);
        }
        Victims::Alone => {}
    }
    sender.to(None);
    importer
}

/// SIGKILL for the site's bus, or for its engine.
fn end_children(place: &Place, bus: bool) {
    let children = children(place.serving().unwrap()).into_iter();
    children
        .filter(|child| is_bus(*child) == bus)
        .for_each(|child| signal(child, Signal::KILL));
}

/// Records of the file that an import has made durable.
async fn handed_over(place: &Place, file: &Path) -> u64 {
    let imports = place.client.imports().await.unwrap().imports;
    let found = imports.iter().find(|job| Path::new(&job.path) == file);
    found.map_or(0, |job| job.records)
}

async fn token(place: &Place) -> String {
    let request = TokenRequest {
        label: "chaos".to_owned(),
    };
    let made = place
        .client
        .create_token(&SourceName::new("windows"), &request)
        .await;
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
