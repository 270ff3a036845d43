//! SIGKILL at random moments of an import, and everything is there once: a site that is one process, on
//! the local bus.

use std::path::Path;
use std::process::Child;
use std::time::Duration;

use rustix::process::Signal;

use crate::campaign::{Campaign, Settings};
use crate::processes::{children, signal};
use crate::random::Random;
use crate::site::{Bus, Place, end};

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victims {
    /// The site; its engine has to notice by itself.
    Site,
    /// The site and its children in the same moment, as when a machine fails.
    SiteAndEngine,
    /// The engine under a site that goes on, and that is killed a little later.
    Engine,
    /// Whoever asked the site for the import; the site goes on.
    Importer,
    /// An import that runs a site of its own.
    Alone,
}

/// In turn, in each round in another order.
const VICTIMS: [Victims; 5] = [
    Victims::Site,
    Victims::SiteAndEngine,
    Victims::Engine,
    Victims::Importer,
    Victims::Alone,
];

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_everything_is_there_once() {
    let Some(place) = Place::on(Bus::Local) else {
        return;
    };
    let settings = Settings::read(1, 2_000);
    let mut it = Campaign::begin(place, &settings).await;
    for round in 1..=settings.rounds {
        for victims in it.random.shuffled(VICTIMS) {
            let (file, after) = (it.next_file(), moment(&mut it, victims));
            let importer = bring_about(&mut it, victims, &file, after).await;
            end(importer, true);
            it.restart().await;
            let (ms, had) = (after.as_millis(), handed_over(&it.place, &file).await);
            let of = settings.events;
            eprintln!("round {round}: {victims:?} killed after {ms} ms, {had} of {of} handed over");
            it.resume_perhaps();
        }
    }
    it.end().await;
}

/// How long an import may run: half of the time within its first quarter, in which the file is read,
/// else until a little after its end.
fn moment(it: &mut Campaign, victims: Victims) -> Duration {
    let longest = if it.random.chance(50) {
        it.took / 4
    } else {
        it.took * 11 / 10
    };
    let before = match victims {
        // Its own site has to start first; that is a moment to be killed in, too.
        Victims::Alone => it.start,
        _ => Duration::ZERO,
    };
    below(&mut it.random, longest + before)
}

pub fn below(random: &mut Random, longest: Duration) -> Duration {
    let millis = u64::try_from(longest.as_millis()).unwrap();
    Duration::from_millis(random.below(millis))
}

/// Starts an import and kills the victims after a while. Gives back the import, if it still runs;
/// no site runs then.
async fn bring_about(it: &mut Campaign, victims: Victims, file: &Path, after: Duration) -> Child {
    if victims == Victims::Alone {
        it.sender.to(None);
        it.place.stop();
    }
    let importer = it.place.import(file);
    // The moment is the test's choice, not something that is waited for.
    tokio::time::sleep(after).await;
    match victims {
        Victims::Site => it.place.kill(false),
        Victims::SiteAndEngine => it.place.kill(true),
        Victims::Engine => {
            end_children(&it.place, |_| true);
            tokio::time::sleep(after).await;
            it.place.kill(true);
        }
        Victims::Importer => {
            signal(importer.id(), Signal::KILL);
            tokio::time::sleep(after).await;
            it.sender.to(None);
            it.place.stop();
        }
        Victims::Alone => {}
    }
    it.sender.to(None);
    importer
}

/// SIGKILL for some of the site's children.
pub fn end_children(place: &Place, which: impl Fn(u32) -> bool) {
    let Some(site) = place.serving() else { return };
    let children = children(site).into_iter();
    children
        .filter(|child| which(*child))
        .for_each(|child| signal(child, Signal::KILL));
}

/// Records of the file that an import has made durable.
pub async fn handed_over(place: &Place, file: &Path) -> u64 {
    let imports = place.client.imports().await.unwrap().imports;
    let found = imports.iter().find(|job| Path::new(&job.path) == file);
    found.map_or(0, |job| job.records)
}
