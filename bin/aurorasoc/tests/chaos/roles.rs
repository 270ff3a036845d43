//! SIGKILL for every role in turn, each a process of its own, on NATS: everything is there once.

use std::time::Duration;

use crate::campaign::{Campaign, Settings};
use crate::kills::{below, end_children, handed_over};
use crate::processes::is_bus;
use crate::site::{Bus, Place, end};

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victims {
    /// A process that does this.
    Role(&'static str),
    /// Listeners, console, imports. The bus and the engine have to notice by themselves.
    Api,
    /// The server of the bus, under processes that go on.
    Bus,
    /// The event engine.
    Engine,
    /// All processes in the same moment, as when a machine fails.
    Machine,
}

/// What runs beside the site. The last one shares shards with three of the others.
const STAFF: [&str; 8] = [
    "ingest",
    "store",
    "detect",
    "correlate",
    "incidents",
    "notify",
    "ledger",
    "ingest,detect,correlate",
];

fn victims() -> Vec<Victims> {
    let mut all: Vec<Victims> = STAFF.map(Victims::Role).into();
    all.extend([
        Victims::Api,
        Victims::Bus,
        Victims::Engine,
        Victims::Machine,
    ]);
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_killed_at_any_moment_everything_is_there_once_on_nats() {
    let Some(mut place) = Place::on(Bus::Nats) else {
        return;
    };
    place.employ(&STAFF);
    let settings = Settings::read(1, 1_000);
    let mut it = Campaign::begin(place, &settings).await;
    for round in 1..=settings.rounds {
        let file = it.next_file();
        let mut importer = it.place.import(&file);
        for victims in it.random.shuffled(victims()) {
            let longest = it.took.min(Duration::from_secs(1));
            let after = below(&mut it.random, longest);
            // The moment is the test's choice, not something that is waited for.
            tokio::time::sleep(after).await;
            kill(&mut it, victims).await;
            eprintln!(
                "round {round}: {victims:?} killed after {} ms",
                after.as_millis()
            );
            if importer.try_wait().unwrap().is_some() {
                // There is always one at work.
                let next = it.next_file();
                importer = it.place.import(&next);
            }
        }
        end(importer, true);
        let had = handed_over(&it.place, &file).await;
        eprintln!("round {round}: {had} of {} handed over", settings.events);
        it.resume_perhaps();
    }
    it.end().await;
}

/// Kills, and starts again what the victims did.
async fn kill(it: &mut Campaign, victims: Victims) {
    match victims {
        Victims::Role(name) => it.place.kill_worker(name),
        Victims::Bus => end_children(&it.place, is_bus),
        Victims::Engine => end_children(&it.place, |child| !is_bus(child)),
        Victims::Api | Victims::Machine => {
            it.sender.to(None);
            if victims == Victims::Machine {
                it.place.kill_workers();
            }
            it.place.kill(victims == Victims::Machine);
            it.restart().await;
        }
    }
    it.place.staff();
}
